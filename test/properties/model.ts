/** What a set of entries means, as the sentences of protocols/vault/README.md "History" say it; no thought for speed, no line shared with what is tested. */
import { readEntry } from '../../protocols/vault/entry.js'

/** A put, restore or delete, as far as "History" speaks of it. */
export interface Line { id: string, tag: string, kind: string, clock: number, after: string[], writer: string, seq: number, prev: string }

export interface Meaning { waiting: Line[], heads: Line[], newest: Line | undefined, conflict: boolean }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export function lineOf (encoded: Uint8Array): Line {
  const entry = readEntry(encoded)
  if (entry.kind !== 'put' && entry.kind !== 'restore' && entry.kind !== 'delete') throw new TypeError(`${entry.kind} has no place in a history`)
  const { id, tag, kind, clock, after, writer, seq, prev } = entry
  return { id: hex(id), tag: hex(tag), kind, clock, after: after.map(hex), writer: hex(writer), seq, prev: hex(prev) }
}

/** `lines`: all of one tag. */
export function meaningOf (lines: Line[]): Meaning {
  // "all in its `after` are applied, and `clock` is 1 + the highest clock among them, 1 when `after` is empty"
  const applied = new Map<string, Line>()
  for (let before = -1; before !== applied.size;) {
    before = applied.size
    for (const line of lines) {
      const parents = line.after.map((id) => applied.get(id))
      if (!parents.includes(undefined) && line.clock === 1 + Math.max(0, ...parents.map((parent) => parent?.clock ?? 0))) applied.set(line.id, line)
    }
  }
  // "applied, and no other such entry covers"
  const heads = [...applied.values()].filter(({ id }) => ![...applied.values()].some(({ after }) => after.includes(id)))
  heads.sort(newestFirst)
  return { waiting: lines.filter(({ id }) => !applied.has(id)), heads, newest: heads[0], conflict: heads.length > 1 }
}

/** "among heads, a put or restore before a delete, then the highest clock, then the highest id" */
function newestFirst (a: Line, b: Line): number {
  if ((a.kind === 'delete') !== (b.kind === 'delete')) return a.kind === 'delete' ? 1 : -1
  if (a.clock !== b.clock) return b.clock - a.clock
  return a.id < b.id ? 1 : -1
}

/** "`after` is the ids of the heads, at most the 16 newest; `clock` is 1 + the highest clock among those" */
export function nextOf ({ heads }: Meaning): { after: string[], clock: number } {
  const named = heads.slice(0, 16)
  return { after: named.map(({ id }) => id).sort(), clock: 1 + Math.max(0, ...named.map(({ clock }) => clock)) }
}
