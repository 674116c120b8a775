/** The vault: `laptop` owns it, `nas` writes, `box` lends its disk and has no key. `solo` has a vault for itself. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { House } from '../house.js'
import type { Machine } from '../machine.js'

export interface Vault { laptop: Machine, nas: Machine, box: Machine, solo: Machine }

export async function making (house: House): Promise<Vault> {
  const [laptop, nas, box, solo] = [house.machine('laptop'), house.machine('nas'), house.machine('box'), house.machine('solo')]
  await house.note(laptop, ['status'], { why: 'no vault' })
  await house.note(laptop, ['config'], { why: 'no vault' })
  await house.note(laptop, ['init', '--capacity', '9 apples'])
  known(house, laptop, await house.note(laptop, ['init', '--label', 'laptop', '--operator', 'ana', ...laptop.options]), 'vault')
  await house.note(laptop, ['init'], { why: 'there is one already' })
  await laptop.start()
  await house.note(laptop, ['start'], { why: 'it runs already' })
  await house.note(nas, ['start'], { why: 'no vault' })
  await house.note(nas, ['join', 'dfs-invite1nonsense'])
  await house.note(nas, ['join', '@none'])
  await house.note(laptop, ['invite'])
  await house.note(laptop, ['invite', '--role', 'king'])
  await joining(house, laptop, nas, 'write')
  await joining(house, laptop, box, 'store')
  await house.note(solo, ['join', '@box.invite'], { why: 'used already' })
  known(house, solo, await house.note(solo, ['init', '--label', 'solo', ...solo.options]), 'vault of solo')
  return { laptop, nas, box, solo }
}

async function joining (house: House, laptop: Machine, machine: Machine, role: string): Promise<void> {
  const { stdout } = await house.note(laptop, ['invite', '--role', role, '--label', machine.label])
  const { invite } = JSON.parse(stdout) as { invite: string }
  await writeFile(join(house.cwd, `${machine.label}.invite`), invite)
  known(house, machine, await house.note(machine, ['join', `@${machine.label}.invite`, ...machine.options]), 'vault')
  await machine.start()
}

/** Its PeerId and the vault's name are told apart from all others. */
function known ({ normal }: House, { label }: Machine, { stdout }: { stdout: string }, words: string): void {
  const { peerId, vault } = JSON.parse(stdout) as { peerId: string, vault: string }
  normal.name(peerId, `peer of ${label}`)
  normal.name(vault, words)
}
