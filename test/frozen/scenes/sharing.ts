/** Links, and what is taken back. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MemberInfo } from '../../../src/api/node.js'
import { until } from '../../e2e/harness.js'
import type { House } from '../house.js'
import type { Vault } from './making.js'

export async function sharing (house: House, { laptop, solo }: Vault): Promise<void> {
  const { stdout } = await house.note(laptop, ['share', 'docs/b.bin'])
  await writeFile(join(house.cwd, 'link'), (JSON.parse(stdout) as { link: string }).link)
  for (const words of [['share', '-r', 'wood', '--expires', '1d'], ['share', 'none'], ['share', 'docs/b.bin', '--expires', 'x']]) await house.note(laptop, words)
  await house.note(solo, ['fetch', '@link', '-o', 'fetched'])
  await house.note(solo, ['fetch', 'dfs-link1nonsense'])
  await house.note(laptop, ['revoke', '@link'])
  await laptop.ok(['status', '--wait'])
  await house.note(solo, ['fetch', '@link', '-o', 'fetched'], { why: 'revoked' })
}

export async function revoking (house: House, { laptop, nas, box, solo }: Vault): Promise<void> {
  await house.note(laptop, ['invite', '--role', 'read', '--uses', '3', '-o', 'read.invite'])
  await house.note(laptop, ['revoke', '@read.invite'])
  await laptop.ok(['status', '--wait'])
  await house.note(house.machine('late'), ['join', '@read.invite'], { why: 'revoked' })
  for (const words of [['revoke', 'none'], ['revoke', 'box', '--admitted', 'x']]) await house.note(laptop, words)
  await house.note(solo, ['revoke', 'solo'], { why: 'the last owner' })
  await house.note(nas, ['revoke', 'box'], { why: 'not an owner' })
  await house.note(laptop, ['revoke', 'box'])
  await box.stop()
  await until('nothing is left of it', async () => (await laptop.objects<MemberInfo>('members', '--all')).every(({ revoked, addresses, connected }) => revoked === undefined || (!connected && addresses.length === 0)))
  await house.note(laptop, ['members', '--all'])
  await house.note(solo, ['invite', '--role', 'write', '-o', 'solo.invite'])
  await house.note(house.machine('late'), ['join', '@solo.invite'], { why: 'nobody of that vault is there' })
}
