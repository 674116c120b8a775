/** Entries of kinds that are not known: how many are kept of a writer, the same on all members in whatever order they come. */
import assert from 'node:assert/strict'
import { encode } from '../../../protocols/block/cbor.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { publicKeyOf } from '../../../protocols/vault/ed25519.js'
import { signEntry } from '../../../protocols/vault/make-entry.js'
import { keptUnknown, type UnknownLimits } from '../../../protocols/vault/unknown.js'
import { allEntries, countEntries } from '../../../src/index/queries/entries.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { unknownUse } from '../../../src/index/queries/unknown.js'
import { EntryLog } from '../../../src/vault/entries/entry-log.js'
import { Members } from '../../../src/vault/members/members.js'
import { seeded } from '../../seed.js'
import { keysOf, threeAdmits, vault, Writer, type Node } from '../vaults.js'

const home = vault('unknown')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
/** `v` 2 with the name of a vault kind is as little known as another name. */
const unknown = (who: Node, n: number, size = 5): Uint8Array =>
  signEntry(who.writer, encode({ v: 1 + n % 2, vault: home.id, epoch: 0, writer: publicKeyOf(who.writer), kind: n % 4 === 1 ? 'admit' : 'later', n }), new Uint8Array(size)).bytes

/** By the function of the spec. */
function kept (list: Uint8Array[], most: UnknownLimits): string[] {
  const entries = list.map((bytes) => readEntry(bytes)).map(({ id, writer, encoded }) => ({ id, writer, bytes: encoded.length }))
  return [...Map.groupBy(entries, ({ writer }) => hex(writer)).values()].flatMap((of) => keptUnknown(of, most)).map(({ id }) => hex(id)).sort()
}

describe('vault: entries of kinds that are not known', () => {
  const opened: IndexDb[] = []
  let admits: Uint8Array[]
  let people: [Node, Node, Node]

  before(async () => { ({ admits, people } = await threeAdmits(home)) })
  afterEach(async () => { for (const db of opened.splice(0)) await db.close() })

  async function member (limits: { entries: number, bytes: number }, withKeys = true): Promise<{ db: IndexDb, ledger: EntryLog }> {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    opened.push(db)
    const ledger = new EntryLog({ db, members: new Members(db) }, { vault: home.id, keys: withKeys ? keysOf(home) : undefined, onChange: () => {}, unknownLimits: limits })
    await ledger.receive(admits)
    return { db, ledger }
  }
  const ids = (db: IndexDb): string[] => db.all<{ id: Uint8Array }>('SELECT id FROM entries WHERE prev IS NULL').map(({ id }) => hex(id)).sort()
  const sums = (db: IndexDb): unknown[] => [db.all('SELECT * FROM digests ORDER BY 1, 2'), db.all('SELECT * FROM unknown_use ORDER BY 1'), db.all('SELECT * FROM tips ORDER BY 1, 2')]

  it('are kept up to a bound, the same by three members whatever came first, as if the others had never been there', async () => {
    const random = seeded()
    for (let round = 0; round < 6; round++) {
      const limits = round % 2 === 0 ? { entries: 5 + Math.floor(random() * 40), bytes: 1e9 } : { entries: 1e6, bytes: 3_000 + Math.floor(random() * 9_000) }
      const writer = new Writer(home, people[1])
      const list = Array.from({ length: 150 }, (_, n) => unknown(n % 3 === 0 ? people[2] : people[1], n, 1 + Math.floor(random() * 300)))
      const puts = Array.from({ length: 12 }, (_, n) => writer.put(`name ${n}`, String(n)))
      const members = [await member(limits), await member(limits), await member(limits, false)]
      for (const { db, ledger } of members) {
        const all = [...list, ...puts].map((bytes) => ({ bytes, at: random() })).sort((a, b) => a.at - b.at).map(({ bytes }) => bytes)
        for (let at = 0; at < all.length;) {
          const size = 1 + Math.floor(random() * 30)
          await ledger.receive(all.slice(at, at + size))
          at += size
        }
        assert.deepEqual(ids(db), kept(list, limits))
        assert.equal(ledger.unknown, ids(db).length)
        assert.equal(countEntries(db), [...allEntries(db)].length)
      }
      const plain = await member({ entries: 1e6, bytes: 1e9 })
      await plain.ledger.receive([...puts, ...list.filter((bytes) => ids(members[0]?.db as IndexDb).includes(hex(readEntry(bytes).id)))])
      for (const { db } of members) assert.deepEqual(sums(db), sums(plain.db))
    }
  })

  it('that one writer makes without end stop there; what others write is taken, and numbers of rows are not given again', async () => {
    const limits = { entries: 100, bytes: 1e9 }
    const { db, ledger } = await member(limits)
    const writer = new Writer(home, people[2])
    const flood = Array.from({ length: 3_000 }, (_, n) => unknown(people[1], n))
    let last = 0
    for (let at = 0; at < flood.length; at += 300) {
      const page = flood.slice(at, at + 300)
      const answer = await ledger.receive(page)
      const stay = new Set(ids(db))
      assert.deepEqual(answer, { full: false, over: page.filter((bytes) => !stay.has(hex(readEntry(bytes).id))).length })
      assert.equal(unknownUse(db, publicKeyOf(people[1].writer)).entries, limits.entries)
      assert.equal(await ledger.receive([writer.put('honest', String(at))]), false)
      const { n } = db.get<{ n: number }>('SELECT n FROM entries ORDER BY n DESC LIMIT 1') ?? { n: 0 }
      assert.ok(n > last)
      last = n
    }
    assert.equal(countEntries(db), admits.length + 100 + 10)
    assert.deepEqual(ledger.overUnknown(), [ledger.members.ofWriter(publicKeyOf(people[1].writer))?.peer])
    assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM missing AS m JOIN entries AS e ON e.id = m.entry AND e.n = m.n')?.n, 10)
  })

  it('beyond the bound that an older program left in the index go at the next start', async () => {
    const { db, ledger } = await member({ entries: 1e6, bytes: 1e9 })
    const list = Array.from({ length: 80 }, (_, n) => unknown(people[1], n))
    await ledger.receive(list)
    const limits = { entries: 30, bytes: 1e9 }
    await new EntryLog({ db, members: new Members(db) }, { vault: home.id, keys: keysOf(home), onChange: () => {}, unknownLimits: limits }).settle()
    assert.deepEqual(ids(db), kept(list, limits))
  })
})
