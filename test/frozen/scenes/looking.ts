/** What is there, and who has it. */
import type { FileInfo, MemberInfo, Status, Why } from '../../../src/api/node.js'
import { until } from '../../e2e/harness.js'
import type { House } from '../house.js'
import type { Vault } from './making.js'

/** Of six names, and one that a name had before. */
const LIVE_VERSIONS = 7

/** Names, as they are on one machine. */
export async function looking (house: House, { laptop }: Vault): Promise<void> {
  for (const words of [
    ['ls'], ['ls', '-d'], ['ls', '-d', 'docs/'], ['ls', 'none'], ['ls', '--nonsense'], ['du'], ['du', 'tree/'], ['du', 'none'],
    ['stat', 'docs/a.txt'], ['stat', 'none'], ['stat', 'docs'], ['stat', 'docs/'], ['log', 'docs/note'], ['log', '-r', 'tree'], ['log', 'none']
  ]) await house.note(laptop, words)
  const [info] = await laptop.objects<FileInfo>('stat', 'docs/a.txt')
  await house.note(laptop, ['stat', 'docs/note', '--version', info?.version ?? ''], { why: 'a version of another file' })
  await house.note(laptop, ['nonsense'])
}

/** Machines and copies, once there is nothing left to do. */
export async function telling (house: House, vault: Vault): Promise<void> {
  const { laptop, box } = vault
  await settled(vault)
  for (const words of [['why', 'docs/b.bin'], ['why', 'none'], ['members'], ['status'], ['status', '--wait', '3'], ['status', '--wait', '0']]) await house.note(laptop, words)
  for (const words of [['status'], ['ls'], ['why', 'docs/b.bin']]) await house.note(box, words, { why: 'a machine without keys' })
}

/** Each has heard from each, all copies are counted, and there is nothing left to do. */
async function settled ({ laptop, nas, box }: Vault): Promise<void> {
  for (const machine of [laptop, nas, box]) {
    await until(`${machine.label} has met the others`, async () => (await machine.objects<Linked>('members')).every(met))
    await until(`${machine.label} has all, and has counted`, async () => (await machine.objects<Status>('status')).every(still))
  }
  await until('laptop knows who has it', async () => (await laptop.objects<Why>('why', 'docs/b.bin')).every(({ members }) => members.every(({ has }) => has?.state === 'held')))
}

type Linked = MemberInfo & { link?: { latency?: number } }
const met = ({ self, connected, lastSeen, capacity, behind, ahead, link }: Linked): boolean =>
  capacity !== undefined && (self || (connected && link?.latency !== undefined && lastSeen !== undefined && behind === 0 && ahead === 0))
const still = ({ sync, copies }: Status): boolean => copies?.ok === LIVE_VERSIONS && sync.versions === 0 && sync.entries === 0 && sync.inSync === sync.of
