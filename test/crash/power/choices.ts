import { seeded } from '../../seed.js'
import type { Content, Data, File, Folder } from './disk.js'

/** What of the things that were not synced is there after a loss of power. */
export interface Choice {
  name: string
  /** How many of a folder's pending changes of names, in their order. */
  names: (folder: Folder) => number
  /** undefined: the bytes of the last sync; 'all': as they were; else what to make of a copy of the last sync. */
  data: (file: File) => 'all' | undefined | ((durable: Content) => void)
}

const PAGE_BYTES = 4096
const SECTOR_BYTES = 512
const SHARES = [0, 0.1, 0.5, 0.9, 1]
/** Of the pages that are there by chance, so many are there by half. */
const TORN_SHARE = 0.1

const allNames = ({ pending }: Folder): number => pending.length

/** The four corners of what a file system may do; `kill` is the end of the process alone. */
export const CORNERS: Choice[] = [
  { name: 'nothing that was not synced', names: () => 0, data: () => undefined },
  { name: 'everything (kill -9)', names: allNames, data: () => 'all' },
  { name: 'names and lengths, no bytes', names: allNames, data: (file) => (durable) => { durable.resize(file.now.length) } },
  { name: 'bytes, no names', names: () => 0, data: () => 'all' }
]

/** Any part of the pages, some by half, and of each folder's names the first few. */
export function byChance (seed: number): Choice {
  const random = seeded(seed)
  const share = (): number => SHARES[Math.floor(random() * SHARES.length)] ?? 0
  return {
    name: `some, seed ${seed}`,
    names: ({ pending }) => Math.floor(random() * (pending.length + 1)),
    data: ({ pending, now }) => {
      const likely = share()
      return (durable) => {
        for (const change of pending) for (const part of parts(change, random, likely)) durable.apply(part)
        // lengths lie in the inode and may be there before the bytes
        if (random() < 0.5) durable.resize(now.length)
      }
    }
  }
}

function * parts (change: Data, random: () => number, likely: number): Generator<Data> {
  if ('length' in change) {
    if (random() < likely) yield change
    return
  }
  const { at, bytes } = change
  for (let from = at; from < at + bytes.length;) {
    const to = Math.min(at + bytes.length, (Math.floor(from / PAGE_BYTES) + 1) * PAGE_BYTES)
    if (random() < likely) {
      const end = random() < TORN_SHARE ? Math.min(to, (Math.floor(from / SECTOR_BYTES) + 1 + Math.floor(random() * 7)) * SECTOR_BYTES) : to
      yield { at: from, bytes: bytes.subarray(from - at, end - at) }
    }
    from = to
  }
}
