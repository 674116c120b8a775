/** Names move, go, and come back; two machines write one name without knowledge of each other. */
import type { VersionInfo } from '../../../src/api/node.js'
import { until } from '../../e2e/harness.js'
import type { House } from '../house.js'
import type { Vault } from './making.js'

export async function changing (house: House, { laptop, nas, box }: Vault): Promise<void> {
  const older = (await laptop.objects<VersionInfo>('log', 'docs/note')).at(-1)?.version ?? ''
  for (const words of [
    ['mv', 'docs/note', 'docs/moved', '--durable', '2'], ['mv', 'docs/moved', 'docs/a.txt'], ['mv', 'docs/moved', 'docs/a.txt', '-f'], ['mv', 'none', 'other'], ['cp', 'docs/a.txt', 'docs/copy'], ['cp', 'docs/a.txt', 'docs/copy'], ['mv', '-r', 'tree', 'wood'],
    ['rm', 'docs/a.txt', '--durable', '2'], ['rm', 'none'], ['rm', '-r', 'wood'], ['why', 'docs/a.txt'], ['log', 'docs/a.txt'], ['stat', 'docs/a.txt'],
    ['restore', 'docs/a.txt', '--durable', '2'], ['restore', 'docs/note', older], ['restore', 'none'], ['restore', 'docs/a.txt', 'none'], ['restore', '-r', 'wood'], ['log', 'docs/a.txt']
  ]) await house.note(laptop, words)
  for (const words of [['rm', 'docs/a.txt'], ['mv', 'docs/a.txt', 'x']]) await house.note(box, words, { why: 'a machine without keys' })
  await nas.ok(['status', '--wait'])
}

export async function conflicting (house: House, { laptop, nas }: Vault): Promise<void> {
  await house.noteStop(laptop)
  await nas.stop()
  for (const machine of [laptop, nas]) await house.note(machine, ['put', '-', 'both', '--durable', '1'], { input: '123', why: 'the others are not there' })
  for (const machine of [laptop, nas]) await machine.start()
  await until('both versions are there', async () => (await laptop.objects<VersionInfo>('log', 'both')).filter(({ here }) => here === true).length === 2)
  await nas.ok(['status', '--wait'])
  for (const words of [['stat', 'both'], ['log', 'both']]) await house.note(laptop, words, { why: 'two versions, and either may be the first', either: true })
}
