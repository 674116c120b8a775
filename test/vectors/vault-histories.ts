/** Vectors of histories: entries by letters, so that a person can follow them. Ids are the letter 32 times. */
import { applyHistory, liveVersions, nextAfter } from '../../protocols/vault/history.js'
import type { HistoryEntry } from '../../protocols/vault/history.js'

const id = (letter: string): Uint8Array => new Uint8Array(32).fill(letter.charCodeAt(0))
const letters = (ids: Iterable<{ id: Uint8Array }>): string => [...ids].map((entry) => String.fromCharCode(entry.id[0] ?? 0)).join('')

/** "p a 1 bc": a put with id a and clock 1 after b and c; p put, r restore, d delete. */
function entryOf (line: string): HistoryEntry {
  const [kind = '', name = '', clock = '', after = ''] = line.split(' ')
  return { kind: kind === 'p' ? 'put' : kind === 'r' ? 'restore' : 'delete', id: id(name), clock: Number(clock), after: [...after].map(id) }
}

interface HistoryCase { name: string, entries: string[], void?: string, forgets?: Array<{ id: string, versions: string }> }

const cases: HistoryCase[] = [
  { name: 'nothing', entries: [] },
  { name: 'one put', entries: ['p a 1'] },
  { name: 'a second version', entries: ['p a 1', 'p b 2 a'] },
  { name: 'two that did not know each other: a conflict, the higher id wins', entries: ['p a 1', 'p b 1'] },
  { name: 'the higher clock wins over the higher id', entries: ['p z 1', 'p a 1', 'p b 2 a'] },
  { name: 'the next put ends a conflict', entries: ['p a 1', 'p b 1', 'p c 2 ab'] },
  { name: 'deleted', entries: ['p a 1', 'd b 2 a'] },
  { name: 'a put that the deleter had not seen survives, although its clock is lower', entries: ['p a 1', 'p b 2 a', 'd c 3 b', 'p d 2 a'] },
  { name: 'put again after a delete', entries: ['p a 1', 'd b 2 a', 'p c 3 b'] },
  { name: 'a restore counts like a put', entries: ['p a 1', 'd b 2 a', 'r c 3 b', 'd d 3 b'] },
  { name: 'an ancestor is missing: waits', entries: ['p b 2 a'] },
  { name: 'all after it wait too', entries: ['p b 2 a', 'p c 3 b', 'p d 1'] },
  { name: 'a clock too high: waits', entries: ['p a 1', 'p b 3 a'] },
  { name: 'a clock too low: waits', entries: ['p a 1', 'p b 1 a'] },
  { name: 'a first entry with clock 2: waits', entries: ['p a 2'] },
  { name: 'a void head brings the one before back', entries: ['p a 1', 'p b 2 a'], void: 'b' },
  { name: 'a void entry in the middle stands for its own after', entries: ['p a 1', 'p b 2 a', 'p c 3 b'], void: 'b' },
  { name: 'two void entries in a row stand for the first one\'s after', entries: ['p a 1', 'p b 2 a', 'p c 3 b', 'p d 4 c'], void: 'bc' },
  { name: 'a void entry covers nothing by itself', entries: ['p a 1', 'p b 1', 'p c 2 ab'], void: 'c' },
  { name: 'a void delete', entries: ['p a 1', 'd b 2 a'], void: 'b' },
  { name: 'all void', entries: ['p a 1', 'p b 2 a'], void: 'ab' },
  { name: 'a void entry lends its clock', entries: ['p a 1', 'p b 2 a', 'p c 3 b', 'p d 1'], void: 'b' },
  { name: 'forgotten', entries: ['p a 1', 'p b 2 a'], forgets: [{ id: 'f', versions: 'a' }] },
  { name: 'a forget that names a head waits', entries: ['p a 1', 'p b 2 a'], forgets: [{ id: 'f', versions: 'b' }] },
  { name: 'a void forget counts for nothing', entries: ['p a 1', 'p b 2 a'], forgets: [{ id: 'f', versions: 'a' }], void: 'f' },
  { name: 'a version that waits is live', entries: ['p b 2 a'] },
  { name: 'a version that waits is live until forgotten', entries: ['p b 2 a', 'p c 3 b'], forgets: [{ id: 'f', versions: 'b' }] },
  { name: 'a void version is dead, forgotten or not', entries: ['p a 1', 'p b 2 a', 'p c 5 a'], void: 'bc' },
  { name: 'a delete is no version', entries: ['p a 1', 'd b 2 a', 'd c 2 a'] },
  { name: 'forgotten, and a head again by a void entry', entries: ['p a 1', 'p b 2 a'], forgets: [{ id: 'f', versions: 'a' }], void: 'b' }
]

export function histories (): unknown[] {
  return cases.map(({ name, entries: lines, void: voids = '', forgets = [] }) => {
    const options = { isVoid: (of: Uint8Array) => voids.includes(String.fromCharCode(of[0] ?? 0)) }
    const entries = lines.map(entryOf)
    const history = applyHistory(entries, options)
    const next = nextAfter(history)
    return {
      name, entries: lines, ...(voids === '' ? {} : { void: voids }), ...(forgets.length === 0 ? {} : { forgets }),
      applied: letters(history.applied), waiting: letters(history.waiting), heads: letters(history.heads),
      newest: history.newest === undefined ? null : letters([history.newest]), conflict: history.conflict,
      live: letters(liveVersions(history, forgets.map((forget) => ({ id: id(forget.id), versions: [...forget.versions].map(id) })), options)),
      next: { after: letters(next.after.map((of) => ({ id: of }))), clock: next.clock }
    }
  })
}
