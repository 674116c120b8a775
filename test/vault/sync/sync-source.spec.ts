import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { idOf } from '../../../protocols/sync/entry-id.js'
import { CheckPace, SyncSession } from '../../../protocols/sync/session.js'
import type { SetName } from '../../../protocols/sync/source.js'
import { insertEntry, type EntryRow } from '../../../src/index/queries/entries.js'
import { IndexDb, type Statement } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { IndexSource } from '../../../src/vault/sync/sync-source.js'
import { entryOf } from '../../vectors/sync.js'
import { streamPair } from '@libp2p/utils'

const SETS: SetName[] = ['vault', 'file']
const KINDS = { vault: ['admit', 'revoke', 'setting'], file: ['put', 'restore', 'delete', 'forget', 'later'] }
const SUM = 1n << 256n

interface Known { hex: string, set: SetName, entry: Uint8Array }

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const NO_RECORDS = { heads: () => [], bytes: () => undefined }

function row ({ hex, set, entry }: Known, at: number): Statement {
  const kinds = KINDS[set]
  const values: EntryRow = { id: fromHex(hex), kind: kinds[at % kinds.length] ?? '', writer: new Uint8Array(32), seq: 1, prev: null, tag: null, clock: null, parents: null, root: null, bytes: null, entry }
  return insertEntry(values)
}

/** What children must be, from the ids alone. */
function children (all: Known[], set: SetName, prefix: string): Array<[string, number, string]> {
  const digits = prefix === '' ? 2 : prefix.length + 1
  const below = Map.groupBy(all.filter((known) => known.set === set && known.hex.startsWith(prefix)), ({ hex }) => hex.slice(0, digits))
  return [...below].map(([name, members]): [string, number, string] => {
    const sum = members.reduce((total, { hex }) => (total + BigInt(`0x${hex}`)) % SUM, 0n)
    return [name, members.length, sum.toString(16).padStart(64, '0')]
  }).sort(([a], [b]) => a < b ? -1 : 1)
}

/** Ids of a set below a prefix, sorted. */
const idsOf = (all: Known[], set: SetName, prefix: string): string[] => all.filter((known) => known.set === set && known.hex.startsWith(prefix)).map(({ hex }) => hex).sort()
/** Entries of a set below a prefix, in the order of their arrival. */
const entriesOf = (all: Known[], set: SetName, prefix: string): string[] => all.filter((known) => known.set === set && known.hex.startsWith(prefix)).map(({ entry }) => hexOf(entry))

function compare (source: IndexSource, all: Known[], set: SetName, prefix: string): void {
  assert.deepEqual(source.children(set, prefix).map(({ prefix: name, count, sum }) => [name, count, hexOf(sum)]), children(all, set, prefix), `children of ${prefix}`)
  const ids = idsOf(all, set, prefix)
  const both = all.filter((known) => known.hex.startsWith(prefix)).map(({ hex }) => hex).sort().join('')
  if (prefix !== '') assert.equal(hexOf(source.idBytes(prefix)), both)
  for (const most of [1, 64, ids.length + 1]) assert.deepEqual(source.ids(set, prefix, most).map(hexOf), ids.slice(0, most))
  assert.deepEqual([...source.below(set, prefix)].map(hexOf), entriesOf(all, set, prefix))
}

/** Ids that share many digits with each other, the lowest and the highest among them. */
const id = fc.tuple(fc.constantFrom('', '00', 'ff', 'ab', 'abc', 'abcd', 'abcde0', 'abcde012', 'f'.repeat(63), '0'.repeat(63)), fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }))
  .map(([front, rest]) => (front + rest).slice(0, 64))

/** Rows of digests of another index: what chosen ids would make of this one's. */
async function withDigestsOf (db: IndexDb, other: IndexDb): Promise<void> {
  const rows = other.all<{ vault: number, prefix: string, count: number, sum: Uint8Array }>('SELECT vault, prefix, count, sum FROM digests')
  await db.write([['DELETE FROM digests'], ...rows.map(({ vault, prefix, count, sum }): Statement => ['INSERT INTO digests (vault, prefix, count, sum) VALUES (?, ?, ?, ?)', vault, prefix, count, sum])])
}

/** An entry and the row that an index keeps of it; nothing but its id counts here. */
function rowOf (name: string, kind: string): Statement {
  const entry = entryOf(name)
  return insertEntry({ id: idOf(entry), kind, writer: new Uint8Array(32), seq: 1, prev: null, tag: null, clock: null, parents: null, root: null, bytes: null, entry })
}

describe('sync source', () => {
  let db: IndexDb
  let source: IndexSource
  beforeEach(async () => {
    db = await IndexDb.open({ migrations: MIGRATIONS })
    source = new IndexSource(db, NO_RECORDS)
  })
  afterEach(() => db.close())

  it('tells of the index what its ids say, below every prefix', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.record({ hex: id, set: fc.constantFrom(...SETS) }), { maxLength: 40, selector: ({ hex }) => hex }), async (found) => {
      const all = found.map((each, at): Known => ({ ...each, entry: fromHex(`${String(at).padStart(4, '0')}${each.hex}`) }))
      const other = await IndexDb.open({ migrations: MIGRATIONS })
      try {
        for (const [at, known] of all.entries()) await other.write([row(known, at)])
        const read = new IndexSource(other, NO_RECORDS)
        const prefixes = new Set(['', '12', 'abcd', 'abcdef', ...all.flatMap(({ hex }) => [2, 3, 4, 5, 6, 8, 63, 64].map((digits) => hex.slice(0, digits)))])
        for (const set of SETS) for (const prefix of prefixes) if (prefix.length < 64) compare(read, all, set, prefix)
      } finally {
        await other.close()
      }
    }), { numRuns: 25 })
  })

  it('does so for more entries than one page has, and an entry that comes twice', async () => {
    const all = Array.from({ length: 1500 }, (_, at): Known => ({ hex: hexOf(randomBytes(32)), set: at % 5 === 0 ? 'vault' : 'file', entry: randomBytes(20) }))
    await db.write(all.map(row))
    await db.write(all.slice(0, 100).map(row))
    const [first] = all
    for (const set of SETS) for (const prefix of ['', '0', '7f', 'abc', first?.hex.slice(0, 4) ?? '', first?.hex.slice(0, 5) ?? '']) if (prefix.length !== 1) compare(source, all, set, prefix)
  })

  it('its digests are those that are computed from the rows', async () => {
    await db.write(Array.from({ length: 600 }, (_, at) => row({ hex: hexOf(randomBytes(32)), set: at % 3 === 0 ? 'vault' : 'file', entry: randomBytes(5) }, at)))
    const rows = db.all<{ id: Uint8Array, vault: number }>("SELECT id, kind IN ('admit', 'revoke', 'setting') AS vault FROM entries")
    const sums = new Map<string, [number, bigint]>()
    for (const { id, vault } of rows) {
      for (const digits of [2, 3, 4]) {
        const name = `${vault} ${hexOf(id).slice(0, digits)}`
        const [count, sum] = sums.get(name) ?? [0, 0n]
        sums.set(name, [count + 1, (sum + BigInt(`0x${hexOf(id)}`)) % SUM])
      }
    }
    const kept = db.all<{ vault: number, prefix: string, count: number, sum: Uint8Array }>('SELECT * FROM digests')
    assert.deepEqual(new Map(kept.map(({ vault, prefix, count, sum }) => [`${vault} ${prefix}`, [count, BigInt(`0x${hexOf(sum)}`)]])), sums)
  })

  it('finds entries by id, in the order of their arrival, and says which are not here', async () => {
    const all = Array.from({ length: 700 }, (_, at): Known => ({ hex: hexOf(randomBytes(32)), set: at % 5 === 0 ? 'vault' : 'file', entry: randomBytes(20) }))
    await db.write(all.map(row))
    const strangers = Array.from({ length: 300 }, () => new Uint8Array(randomBytes(32)))
    const asked = [...all.filter((_, at) => at % 2 === 0).map(({ hex }) => fromHex(hex)), ...strangers].sort(Buffer.compare)
    assert.deepEqual(source.entries(asked).map(hexOf), all.filter((_, at) => at % 2 === 0).map(({ entry }) => hexOf(entry)))
    assert.deepEqual(source.missing(asked).map(hexOf), strangers.map(hexOf).sort())
    assert.deepEqual([source.entries([]), source.missing([]), source.entries(strangers)], [[], [], []])
  })

  it('goes on with a walk while entries come', async () => {
    const first = Array.from({ length: 300 }, (): Known => ({ hex: hexOf(randomBytes(32)), set: 'file', entry: randomBytes(20) }))
    await db.write(first.map(row))
    const walk = source.below('file', '')
    const got: Uint8Array[] = []
    for (const entry of walk) {
      got.push(entry)
      if (got.length === 1) await db.write([row({ hex: hexOf(randomBytes(32)), set: 'file', entry: new Uint8Array(3) }, 0)])
    }
    assert.deepEqual(got.slice(0, 300).map(hexOf), first.map(({ entry }) => hexOf(entry)))
  })

  it('gives the records that it was given', () => {
    const head = { subject: Uint8Array.of(1), life: 2, n: 3 }
    const bytes = Uint8Array.of(9)
    const withRecords = new IndexSource(db, { heads: () => [head], bytes: (subject) => subject === head.subject ? bytes : undefined })
    assert.deepEqual(withRecords.records(), [head])
    assert.equal(withRecords.record(head.subject), bytes)
    assert.equal(withRecords.record(Uint8Array.of(1)), undefined)
  })

  it('two indexes whose digests are the same and whose entries are not end alike after a checked round, and only after one', async () => {
    const other = await IndexDb.open({ migrations: MIGRATIONS })
    try {
      const common = Array.from({ length: 500 }, (_, n) => rowOf(`common ${n}`, 'put'))
      await db.write([...common, rowOf('a revoke', 'revoke'), rowOf('a put', 'put')])
      await other.write([...common, rowOf('another revoke', 'revoke'), rowOf('another put', 'put')])
      await withDigestsOf(other, db)
      const names = (of: IndexDb): string[] => of.all<{ entry: Uint8Array }>('SELECT entry FROM entries').map(({ entry }) => hexOf(entry)).sort()
      for (const checked of [false, true]) {
        const [a, b] = await streamPair()
        const first = Promise.withResolvers<void>()
        const init = (of: IndexDb, direction: 'inbound' | 'outbound'): SyncSession => new SyncSession(direction === 'outbound' ? a : b, {
          direction,
          source: new IndexSource(of, NO_RECORDS),
          receive: async (entries) => {
            await of.write(entries.map((entry) => insertEntry({ id: idOf(entry), kind: 'put', writer: new Uint8Array(32), seq: 1, prev: null, tag: null, clock: null, parents: null, root: null, bytes: null, entry: entry.slice() })))
            return false
          },
          receiveRecords: async () => {},
          onRound: ({ led }) => { if (led) first.resolve() },
          ...(checked ? { checks: new CheckPace(0, 0) } : {})
        })
        const [leader, answerer] = [init(db, 'outbound'), init(other, 'inbound')]
        const runs = Promise.all([leader.run(), answerer.run()])
        // one round: chosen ids would keep the sums equal after it too, these rows do not
        await Promise.race([first.promise, runs])
        await leader.close()
        await runs
        if (checked) assert.deepEqual(names(db), names(other))
        else assert.notDeepEqual(names(db), names(other))
        assert.equal(names(db).length, checked ? 504 : 502)
      }
    } finally {
      await other.close()
    }
  })
})
