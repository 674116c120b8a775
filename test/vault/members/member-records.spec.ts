import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { compareRecords, makeRecord, readRecord, type MemberRecord, type RecordTerms } from '../../../protocols/vault/record.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { allRecords, putRecord } from '../../../src/index/queries/records.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { peerText } from '../../../src/vault/members/members.js'
import { MemberRecords, type MemberRecordsInit, type Said } from '../../../src/vault/members/member-records.js'
import { FakeClock } from '../../network/fake-clock.js'
import { codeOf } from '../../protocols/codes.js'
import { node, seed, vault, type Node } from '../vaults.js'

const home = vault('records')
const [me, ana, ben, stranger] = [node('me'), node('ana'), node('ben'), node('stranger')]
const name = (who: Node): string => peerText(who.peer)
const address = (text: string): Uint8Array => multiaddr(text).bytes
const MINUTE_MS = 60e3

const recordBy = async (who: Node, terms: Partial<RecordTerms> = {}, signer = who): Promise<Uint8Array> => makeRecord({
  vault: home.id, subject: who.peer, life: 1, n: 1, time: 1, addresses: [], capacity: 5, accepting: true, heads: [], ...terms, nodeSign: signer.sign
})
/** With a signature that does not hold. */
const forged = async (who: Node, terms: Partial<RecordTerms> = {}): Promise<Uint8Array> => {
  const bytes = await recordBy(who, terms)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return bytes
}

interface Book { records: MemberRecords, clock: FakeClock, db: IndexDb, said: Said, news: Array<{ record: MemberRecord, from: string | undefined }>, restored: MemberRecord[], errors: unknown[], gone: Set<string> }

describe('records', () => {
  const open: Book[] = []
  const dbs: IndexDb[] = []

  async function book (init: Partial<MemberRecordsInit> = {}, db?: IndexDb): Promise<Book> {
    if (db === undefined) dbs.push(db = await IndexDb.open({ migrations: MIGRATIONS }))
    const made: Omit<Book, 'records'> = { clock: new FakeClock(), db, said: { addresses: [address('/ip4/192.0.2.1/tcp/1')], capacity: 7, accepting: true, heads: [] }, news: [], restored: [], errors: [], gone: new Set() }
    const members = [me, ana, ben].map(name)
    const records = new MemberRecords({
      db, vault: home.id, self: me.peer, nodeSign: me.sign, say: () => made.said, isMember: (peer) => members.includes(peer) && !made.gone.has(peer), clock: made.clock,
      onNew: (record, from) => { made.news.push({ record, from }) }, onRestored: (heard) => { made.restored.push(heard) }, onError: (error) => { made.errors.push(error) }, ...init
    })
    const all = { ...made, records, said: made.said }
    // `say` reads what a test puts there
    Object.defineProperty(all, 'said', { get: () => made.said, set: (said: Said) => { made.said = said } })
    open.push(all)
    return all
  }

  afterEach(async () => {
    for (const { records } of open.splice(0)) await records.stop()
    for (const db of dbs.splice(0)) await db.close()
  })

  /** Until what was started has been written: any later receive waits for it. */
  const written = async ({ records }: Book): Promise<void> => { await records.receive([]) }
  const numbers = ({ news }: Book): number[][] => news.map(({ record: { life, n } }) => [life, n])
  const advance = async (of: Book, ms: number): Promise<void> => {
    await written(of)
    for (let left = ms; left > 0; left -= MINUTE_MS) {
      await of.clock.advance(Math.min(left, MINUTE_MS))
      await written(of)
    }
  }

  it('of what the index holds it begins with the records of its own vault', async () => {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    dbs.push(db)
    for (const [who, record] of [[ana, await recordBy(ana)], [ben, await recordBy(ben, { vault: vault('other').id })]] as const) {
      await db.write([putRecord({ subject: who.peer, life: 1, n: 1, heard: 0, record })])
    }
    const { records } = await book({}, db)
    assert.deepEqual([ana, ben].map((who) => records.get(name(who))?.n), [1, undefined])
  })

  describe('its own', () => {
    it('is signed at the start, and every five minutes', async () => {
      const one = await book()
      one.records.start()
      await written(one)
      assert.deepEqual(numbers(one), [[1, 1]])
      await advance(one, 4 * MINUTE_MS)
      assert.deepEqual(numbers(one), [[1, 1]])
      await advance(one, 6 * MINUTE_MS)
      assert.deepEqual(numbers(one), [[1, 1], [1, 2], [1, 3]])
      assert.deepEqual(one.news.map(({ from }) => from), [undefined, undefined, undefined])
      const own = one.records.get(name(me))
      assert.equal(own?.n, 3)
      assert.deepEqual(one.records.bytes(me.peer), own.encoded)
      await one.records.stop()
      await advance(one, 20 * MINUTE_MS)
      assert.equal(one.news.length, 3)
    })

    it('is signed four times in a short offlineGrace', async () => {
      const one = await book({ offlineGraceMs: 4 * MINUTE_MS })
      one.records.start()
      await advance(one, 3 * MINUTE_MS)
      assert.deepEqual(numbers(one), [[1, 1], [1, 2], [1, 3], [1, 4]])
    })

    it('is signed a second after what it says changed, once for all changes, and not when nothing did', async () => {
      const one = await book()
      one.records.start()
      await written(one)
      one.said = { ...one.said, accepting: false }
      one.records.changed()
      await one.clock.advance(500)
      one.said = { ...one.said, capacity: 8, heads: [seed('b'), seed('a'), seed('b')] }
      one.records.changed()
      await one.clock.advance(499)
      assert.equal(one.news.length, 1)
      await one.clock.advance(1)
      await written(one)
      assert.deepEqual(numbers(one), [[1, 1], [1, 2]])
      const own = one.records.get(name(me))
      assert.deepEqual([own?.accepting, own?.capacity, own?.heads], [false, 8, [seed('a'), seed('b')].sort(Buffer.compare)])
      one.records.changed()
      await advance(one, MINUTE_MS)
      assert.equal(one.news.length, 2)
    })

    it('says what fits when there is more to say', async () => {
      const one = await book()
      one.said = { ...one.said, addresses: [new Uint8Array(513), new Uint8Array(0), ...Array.from({ length: 40 }, () => new Uint8Array(512).fill(1))], heads: Array.from({ length: 20 }, (_, i) => seed(`head ${i}`)) }
      one.records.start()
      await written(one)
      assert.deepEqual(one.errors, [])
      const own = one.records.get(name(me))
      assert.deepEqual([own?.addresses.length, own?.heads.length], [14, 16])
    })

    it('goes on from its number after a restart, and is durable before it is told', async () => {
      const one = await book()
      one.records.start()
      await advance(one, 10 * MINUTE_MS)
      await one.records.stop()
      const again = await book({ onNew: (record) => { assert.deepEqual(allRecords(again.db).map(({ n }) => n), [record.n]) } }, one.db)
      assert.equal(again.records.get(name(me))?.n, 3)
      again.records.start()
      await written(again)
      assert.equal(again.records.get(name(me))?.n, 4)
      assert.deepEqual(again.errors, [])
    })

    it('takes a new life when it hears a record of itself that is ahead', async () => {
      const one = await book()
      one.records.start()
      await written(one)
      await one.records.receive([await recordBy(me, { life: 3, n: 500 })], 'x')
      await written(one)
      assert.deepEqual(numbers(one), [[1, 1], [4, 1]])
      assert.deepEqual(one.restored.map(({ life, n }) => [life, n]), [[3, 500]])
      await advance(one, 5 * MINUTE_MS)
      assert.deepEqual(numbers(one).at(-1), [4, 2])
    })

    it('takes a new life when another state of it used the same number', async () => {
      const one = await book()
      one.records.start()
      await written(one)
      await one.records.receive([await recordBy(me, { capacity: 99 })])
      await written(one)
      assert.deepEqual(numbers(one), [[1, 1], [2, 1]])
    })

    it('hears of its lost state before the start', async () => {
      const one = await book()
      await one.records.receive([await recordBy(me, { life: 1, n: 9 })])
      assert.deepEqual(one.records.heads(), [])
      one.records.start()
      await written(one)
      assert.deepEqual(numbers(one), [[2, 1]])
    })

    it('does not run a race of lives with a copy of itself', async () => {
      const one = await book()
      one.records.start()
      await written(one)
      await one.records.receive([await recordBy(me, { life: 2 })])
      await written(one)
      assert.deepEqual(numbers(one).at(-1), [3, 1])
      for (const life of [4, 6, 8]) {
        await one.records.receive([await recordBy(me, { life })])
        one.records.changed()
        await one.clock.advance(2_000)
        await written(one)
      }
      assert.deepEqual(numbers(one).at(-1), [3, 1])
      await advance(one, 5 * MINUTE_MS)
      assert.deepEqual(numbers(one).at(-1), [9, 1])
    })

    it('is deaf to its own records, old ones, and forged ones', async () => {
      const one = await book()
      one.records.start()
      await advance(one, 5 * MINUTE_MS)
      const [first, second] = one.news.map(({ record }) => record.encoded)
      await one.records.receive([first!, second!])
      assert.equal(await codeOf(one.records.receive([await forged(me, { life: 9 })])), 'INVALID_DATA')
      await written(one)
      assert.equal(one.news.length, 2)
      assert.deepEqual([one.restored, one.records.refused], [[], { INVALID_DATA: 1 }])
    })

    it('is tried again after a failure', async () => {
      let broken = true
      const one = await book({ nodeSign: (message) => broken ? Promise.reject(new Error('no key')) : me.sign(message) })
      one.records.start()
      await written(one)
      assert.deepEqual([one.errors.length, one.news.length], [1, 0])
      broken = false
      await advance(one, 5 * MINUTE_MS)
      assert.deepEqual(numbers(one), [[1, 1]])
    })
  })

  describe('those of others', () => {
    it('are kept when newer, told with who sent them, and there after a restart', async () => {
      const one = await book()
      const [a1, a2, b1] = [await recordBy(ana), await recordBy(ana, { n: 2 }), await recordBy(ben)]
      await one.records.receive([a1, b1], 'x')
      await one.records.receive([a2], 'y')
      assert.deepEqual(one.news.map(({ record, from }) => [peerText(record.subject), record.n, from]), [[name(ana), 1, 'x'], [name(ben), 1, 'x'], [name(ana), 2, 'y']])
      assert.deepEqual(one.records.bytes(ana.peer), a2)
      assert.equal(one.records.heard(name(ana)), one.clock.now())
      const again = await book({}, one.db)
      assert.deepEqual(again.records.heads(), one.records.heads().sort((x, y) => Buffer.compare(x.subject, y.subject)))
      assert.deepEqual(again.records.bytes(ana.peer), a2)
    })

    it('that are older or known are dropped without a word, forged or not', async () => {
      const one = await book()
      const newest = await recordBy(ana, { life: 2, n: 3 })
      await one.records.receive([await recordBy(ana, { life: 2, n: 2 }), newest, await forged(ana, { life: 1, n: 9 })])
      await one.records.receive([newest, await recordBy(ana, { life: 1, n: 2 ** 40 }), await forged(ana, { life: 2, n: 2 })])
      assert.deepEqual([numbers(one), one.records.refused], [[[2, 3]], {}])
    })

    it('that are bad take the whole list with them', async () => {
      const one = await book()
      const good = await recordBy(ben)
      for (const [code, bad] of [
        ['MALFORMED', Uint8Array.of(1)], ['WRONG_VAULT', await recordBy(ana, { vault: vault('other').id })],
        ['INVALID_DATA', await forged(ana)]
      ] as const) assert.equal(await codeOf(one.records.receive([good, bad])), code)
      assert.deepEqual([one.news, allRecords(one.db), one.records.heads()], [[], [], []])
      assert.deepEqual(one.records.refused, { MALFORMED: 1, WRONG_VAULT: 1, INVALID_DATA: 1 })
    })

    it('of strangers are left out and counted', async () => {
      const one = await book()
      await one.records.receive([await forged(stranger), await recordBy(ana)])
      assert.deepEqual([one.records.refused, one.records.heads().length, one.records.get(name(stranger))], [{ UNKNOWN_WRITER: 1 }, 1, undefined])
    })

    it('with one number end alike in any order, and are counted', async () => {
      const [lower, higher] = [await recordBy(ana, { capacity: 1 }), await recordBy(ana, { capacity: 2 })].sort((x, y) => compareRecords(readRecord(x), readRecord(y)))
      for (const order of [[lower!, higher!], [higher!, lower!]]) {
        const one = await book()
        for (const bytes of order) await one.records.receive([bytes])
        assert.deepEqual(one.records.bytes(ana.peer), higher)
        assert.deepEqual(allRecords(one.db).map(({ record }) => record), [higher])
        assert.deepEqual(one.records.refused, order[0] === lower ? { INVALID_DATA: 1 } : {})
      }
    })

    it('come at a pace, whoever signs them', async () => {
      const one = await book()
      for (let n = 1; n <= 20; n++) await one.records.receive([await recordBy(ana, { n })])
      assert.equal(one.records.get(name(ana))?.n, 16)
      assert.deepEqual(one.records.refused, { LIMIT: 4 })
      // beyond the pace no signature is looked at
      await one.records.receive([await forged(ana, { n: 99 }), await recordBy(ben)])
      await one.clock.advance(1_000)
      await one.records.receive([await recordBy(ana, { n: 21 })])
      assert.deepEqual(numbers(one).slice(-2), [[1, 1], [1, 21]])
    })

    it('of a revoked member are forgotten, and not taken again', async () => {
      const one = await book()
      await one.records.receive([await recordBy(ana), await recordBy(ben)])
      one.gone.add(name(ana))
      await one.records.drop(ana.peer)
      await one.records.receive([await recordBy(ana, { n: 2 })])
      assert.deepEqual([one.records.get(name(ana)), one.records.heads().length, allRecords(one.db).length], [undefined, 1, 1])
    })

    it('do not wait behind each other for ever: two lists at once', async () => {
      const one = await book()
      await Promise.all([one.records.receive([await recordBy(ana, { n: 2 })]), one.records.receive([await recordBy(ana, { n: 1 })]), one.records.receive([await recordBy(ana, { n: 3 })])])
      assert.deepEqual(numbers(one), [[1, 2], [1, 3]])
    })

    it('say where to dial: whole addresses that lead to nobody else', async () => {
      const one = await book()
      await one.records.receive([await recordBy(ana, { addresses: [
        address('/ip4/192.0.2.1/tcp/1'), address(`/ip4/192.0.2.2/tcp/1/p2p/${name(ana)}`), address(`/ip4/192.0.2.3/tcp/1/p2p/${name(ben)}`),
        Uint8Array.of(0xff, 0xff), address(`/ip4/192.0.2.4/tcp/1/p2p/${name(ben)}/p2p-circuit`)
      ] })])
      assert.deepEqual(one.records.addressesOf(name(ana)), [
        `/ip4/192.0.2.1/tcp/1/p2p/${name(ana)}`, `/ip4/192.0.2.2/tcp/1/p2p/${name(ana)}`, `/ip4/192.0.2.4/tcp/1/p2p/${name(ben)}/p2p-circuit/p2p/${name(ana)}`
      ])
      assert.deepEqual(one.records.addressesOf(name(ben)), [])
    })
  })
})
