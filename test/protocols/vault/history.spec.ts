import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyHistory, liveVersions, nextAfter } from '../../../protocols/vault/history.js'
import type { History, HistoryEntry } from '../../../protocols/vault/history.js'

/** An entry of a random history; ids are one byte, so that a model can name them by number. */
interface Made { id: number, kind: HistoryEntry['kind'], after: number[], clockOff: number }
interface Case { made: Made[], voids: Set<number>, forgets: Array<{ id: number, versions: number[] }>, order: number[], missing: Set<number> }

const idOf = (n: number): Uint8Array => new Uint8Array(32).fill(n)
const num = ({ id }: { id: Uint8Array }): number => id[0]!

/** Mostly right histories: entries name earlier ones, clocks are mostly right, some entries are missing. */
const cases: fc.Arbitrary<Case> = fc.integer({ min: 0, max: 12 }).chain((count) => fc.record({
  ids: fc.shuffledSubarray(Array.from({ length: 100 }, (_, i) => i + 1), { minLength: count, maxLength: count }),
  links: fc.array(fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 3 }), { minLength: count, maxLength: count }),
  kinds: fc.array(fc.constantFrom<HistoryEntry['kind'][]>('put', 'put', 'restore', 'delete'), { minLength: count, maxLength: count }),
  offs: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 1, -1), { minLength: count, maxLength: count }),
  voids: fc.subarray(Array.from({ length: count }, (_, i) => i), { maxLength: Math.floor(count / 2) }),
  forgotten: fc.array(fc.record({ versions: fc.subarray(Array.from({ length: count }, (_, i) => i)), void: fc.boolean() }), { maxLength: 2 }),
  missing: fc.subarray(Array.from({ length: count }, (_, i) => i), { maxLength: Math.min(count, 1) }),
  order: fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i), { minLength: count, maxLength: count })
}).map(({ ids, links, kinds, offs, voids, forgotten, missing, order }): Case => ({
  made: ids.map((id, i) => ({ id, kind: kinds[i]!, clockOff: offs[i]!, after: i === 0 ? [] : [...new Set(links[i]!.map((link) => ids[link % i]!))].sort((a, b) => a - b) })),
  voids: new Set([...voids.map((i) => ids[i]!), ...forgotten.flatMap((forget, i) => forget.void ? [200 + i] : [])]),
  forgets: forgotten.map(({ versions }, i) => ({ id: 200 + i, versions: versions.map((v) => ids[v]!) })),
  missing: new Set(missing.map((i) => ids[i]!)),
  order
})))

/** Clocks as a writer would give them, then moved by clockOff. */
function entriesOf ({ made, order, missing }: Case): HistoryEntry[] {
  const clocks = new Map<number, number>()
  for (const { id, after, clockOff } of made) clocks.set(id, Math.max(0, 1 + Math.max(0, ...after.map((before) => clocks.get(before)!)) + clockOff))
  const all = made.map(({ id, kind, after }) => ({ id: idOf(id), kind, clock: clocks.get(id)!, after: after.map(idOf) }))
  return order.map((i) => all[i]!).filter((entry) => !missing.has(num(entry)))
}

/** The rules of the spec, each as its sentence says it, without a thought for speed. */
function model (entries: HistoryEntry[], { voids, forgets }: Case): { applied: number[], heads: number[], newest: number | undefined, live: number[] } {
  const isApplied = (entry: HistoryEntry, depth = 0): boolean => {
    if (depth > entries.length) return false
    const before = entry.after.map((id) => entries.find((other) => num(other) === id[0]))
    return before.every((other) => other !== undefined && isApplied(other, depth + 1)) &&
      entry.clock === (before.length === 0 ? 1 : 1 + Math.max(...before.map((other) => other!.clock)))
  }
  const applied = entries.filter((entry) => isApplied(entry))
  const standsFor = (id: number): number[] => voids.has(id) ? applied.filter((entry) => num(entry) === id).flatMap((entry) => entry.after.flatMap((of) => standsFor(of[0]!))) : [id]
  const counting = applied.filter((entry) => !voids.has(num(entry)))
  const heads = counting.filter((entry) => !counting.some((other) => other.after.flatMap((id) => standsFor(id[0]!)).includes(num(entry))))
  const isNewer = (a: HistoryEntry, b: HistoryEntry): boolean => {
    if ((a.kind === 'delete') !== (b.kind === 'delete')) return b.kind === 'delete'
    return a.clock !== b.clock ? a.clock > b.clock : num(a) > num(b)
  }
  const newest = heads.find((head) => heads.every((other) => other === head || isNewer(head, other)))
  const live = entries.filter((entry) => entry.kind !== 'delete' && !voids.has(num(entry)) &&
    (heads.includes(entry) || !forgets.some(({ id, versions }) => !voids.has(id) && versions.includes(num(entry)))))
  const sorted = (of: HistoryEntry[]): number[] => of.map(num).sort((a, b) => a - b)
  return { applied: sorted(applied), heads: sorted(heads), newest: newest === undefined ? undefined : num(newest), live: sorted(live) }
}

const isVoidOf = ({ voids }: Case) => (id: Uint8Array): boolean => voids.has(id[0]!)
const numbers = (of: HistoryEntry[]): number[] => of.map(num).sort((a, b) => a - b)

describe('vault: history', () => {
  it('is what the sentences of the spec say', () => {
    let conflicts = 0
    let voids = 0
    fc.assert(fc.property(cases, (one) => {
      const entries = entriesOf(one)
      const options = { isVoid: isVoidOf(one) }
      const history = applyHistory(entries, options)
      const expected = model(entries, one)
      const live = liveVersions(history, one.forgets.map(({ id, versions }) => ({ id: idOf(id), versions: versions.map(idOf) })), options)
      assert.deepEqual({
        applied: numbers(history.applied), heads: numbers(history.heads), newest: history.newest === undefined ? undefined : num(history.newest), live: numbers(live)
      }, expected)
      assert.equal(history.conflict, expected.heads.length > 1)
      assert.equal(history.applied.length + history.waiting.length, entries.length)
      if (history.conflict) conflicts++
      if (history.applied.some(({ id }) => options.isVoid(id))) voids++
    }), { numRuns: 2000 })
    assert.ok(conflicts > 100 && voids > 100, 'the cases reach what they are for')
  })

  it('does not depend on the order in which entries come, nor on how often', () => {
    fc.assert(fc.property(cases, fc.infiniteStream(fc.nat()), (one, random) => {
      const entries = entriesOf(one)
      const shuffled = [...entries, ...entries].map((entry) => ({ entry, key: Number(random.next().value) })).sort((a, b) => a.key - b.key).map(({ entry }) => entry)
      const plain = (history: History<HistoryEntry>): unknown => [history.applied.map(num), history.waiting.map(num), history.heads.map(num)]
      const options = { isVoid: isVoidOf(one) }
      assert.deepEqual(plain(applyHistory(shuffled, options)), plain(applyHistory(entries, options)))
    }), { numRuns: 300 })
  })

  it('makes the next put the only head, when there are at most 16', () => {
    fc.assert(fc.property(cases, (one) => {
      const entries = entriesOf(one)
      const options = { isVoid: isVoidOf(one) }
      const before = applyHistory(entries, options)
      const { after, clock } = nextAfter(before)
      const put: HistoryEntry = { id: idOf(255), kind: 'put', clock, after }
      const { heads, newest, waiting } = applyHistory([...entries, put], options)
      assert.deepEqual(heads, [put])
      assert.equal(newest, put)
      assert.equal(waiting.length, before.waiting.length)
    }), { numRuns: 300 })
  })

  it('names the 16 newest of more heads, sorted; the rest stay heads', () => {
    const many = Array.from({ length: 20 }, (_, i): HistoryEntry => ({ id: idOf(i + 1), kind: i < 4 ? 'put' : 'delete', clock: 1, after: [] }))
    const history = applyHistory(many)
    const { after, clock } = nextAfter(history)
    assert.equal(clock, 2)
    assert.deepEqual(after.map((id) => id[0]), [1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
    const put: HistoryEntry = { id: idOf(99), kind: 'put', clock, after }
    const { heads } = applyHistory([...many, put])
    assert.deepEqual(heads.map(num), [99, 8, 7, 6, 5])
  })

  it('takes ten thousand versions in a row, void ones too, without deep recursion', () => {
    const wide = (n: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => (n >> (8 * (i % 4))) & 255)
    const line = Array.from({ length: 10_000 }, (_, i): HistoryEntry => ({ id: wide(i), kind: 'put', clock: i + 1, after: i === 0 ? [] : [wide(i - 1)] }))
    const isVoid = (id: Uint8Array): boolean => id.some((byte) => byte !== 0) && compareEnd(id, wide(9_999))
    const { heads, applied } = applyHistory(line, { isVoid })
    assert.equal(applied.length, 10_000)
    assert.deepEqual(heads, [line[9_999]])
    assert.deepEqual(applyHistory(line, { isVoid: (id) => id.some((byte) => byte !== 0) }).heads, [line[0]])
  })
})

/** True unless both are the same bytes. */
function compareEnd (a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) !== 0
}
