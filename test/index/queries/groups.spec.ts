import assert from 'node:assert/strict'
import { encode } from '../../../protocols/block/cbor.js'
import { sha256 } from '../../../protocols/block/hash.js'
import { slotOf } from '../../../protocols/placement/slot.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { insertEntry } from '../../../src/index/queries/entries.js'
import { brokenRoots, groupOfRoot, groupsInSlot, heldGroups, isAway, isHeldRoot, missingAgain, sampleHeld, slotsIn } from '../../../src/index/queries/groups.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { missingTotals, notMissing } from '../../../src/index/queries/missing.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { entryRow } from '../../../src/vault/entries/entry-rows.js'
import { SimRandom } from '../../sim/random.js'
import { node, vault, Writer } from '../../vault/vaults.js'

const bytes = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))
const seedOf = (text: string): Uint8Array => bytes(`seed ${text}`).subarray(0, 16)

describe('index-db: groups', () => {
  let db: IndexDb
  let entries = 0
  beforeEach(async () => { db = await IndexDb.open({ migrations: MIGRATIONS }) })
  afterEach(async () => { await db.close() })

  const entry = async (root: Uint8Array, shown: Record<string, unknown> | Uint8Array, size = 10): Promise<Uint8Array> => {
    const id = bytes(`entry ${++entries}`)
    const signed = shown instanceof Uint8Array ? shown : encode([encode(shown), id, id])
    await db.write([insertEntry({ id, kind: 'put', writer: id, seq: 1, prev: null, tag: id, clock: 1, parents: new Uint8Array(), root, bytes: size, entry: signed }, true)])
    return id
  }
  const kill = (root: Uint8Array): Promise<unknown> => db.write([['UPDATE entries SET void = 1, head = 0 WHERE root = ?', root]])
  /** A finished root with so many blocks. */
  const hold = async (root: Uint8Array, blocks = 2): Promise<void> => {
    const cids = [root, ...Array.from({ length: blocks - 1 }, (_, n) => bytes(`${Buffer.from(root).toString('hex')} ${n}`))]
    await db.write([...cids.flatMap((cid): Array<[string, ...Uint8Array[]]> => [
      ["INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, 1, 0, 0, 1, x'00')", cid],
      ['INSERT INTO refs SELECT r.id, b.id FROM blocks AS r, blocks AS b WHERE r.cid = ? AND b.cid = ?', root, cid]
    ]), notMissing(root)])
  }
  const damage = (root: Uint8Array, state: number): Promise<unknown> =>
    db.write([['UPDATE blocks SET state = ? WHERE id = (SELECT max(r.block) FROM refs AS r JOIN blocks AS b ON b.id = r.root WHERE b.cid = ?)', state, root]])

  it('the slot of a version is that of placement for its group 0', async () => {
    const writer = new Writer(vault('groups'), node('one'))
    for (let n = 0; n < 50; n++) {
      const read = readEntry(writer.put(`file ${n}`, `content ${n}`))
      assert.ok(read.kind === 'put')
      await db.write([insertEntry(entryRow(read), true)])
      assert.deepEqual({ ...groupOfRoot(db, read.root.bytes) }, { n: n + 1, root: read.root.bytes, slot: slotOf(read.seed, 0), copies: null, plain: 1, bytes: 500 })
    }
    await db.write([insertEntry(entryRow(readEntry(writer.unknown())))])
    assert.equal(db.all('SELECT 1 FROM groups').length, 50)
  })

  it('one root of several versions is one group that asks for the most of them, in whatever order they come', async () => {
    const orders: Array<Array<number | undefined>> = [[undefined], [2], [2, undefined], [5, 2], [2, 5, undefined], [0, 7], [7, 0, undefined], [undefined, 3]]
    const said = [[null, 1], [2, 0], [2, 1], [5, 0], [5, 1], [0, 0], [0, 1], [3, 1]]
    for (const [n, order] of orders.entries()) {
      for (const turned of [order, order.toReversed()]) {
        const root = bytes(`root ${n} ${turned === order}`)
        for (const copies of turned) await entry(root, { seed: seedOf(String(copies)), ...(copies === undefined ? {} : { copies }) }, 10 + (copies ?? 0))
        const row = groupOfRoot(db, root)
        assert.deepEqual([row?.copies, row?.plain], said[n])
        assert.deepEqual([row?.slot, row?.bytes], [Math.min(...order.map((copies) => slotOf(seedOf(String(copies)), 0))), Math.max(...order.map((copies) => 10 + (copies ?? 0)))])
      }
    }
  })

  it('an entry that says no seed, or nothing at all, keeps no other out', async () => {
    for (const [n, odd] of [new Uint8Array(3), encode([]), encode([encode([])]), encode([encode({ seed: bytes('long') })]), encode([encode({ seed: seedOf('a'), copies: -1 })]), new Uint8Array()].entries()) {
      await entry(bytes(`odd ${n}`), odd)
      assert.deepEqual([groupOfRoot(db, bytes(`odd ${n}`))?.slot, groupOfRoot(db, bytes(`odd ${n}`))?.copies], [65_535, null])
      await entry(bytes(`odd ${n}`), { seed: seedOf('good'), copies: 4 })
      assert.deepEqual([groupOfRoot(db, bytes(`odd ${n}`))?.slot, groupOfRoot(db, bytes(`odd ${n}`))?.copies], [slotOf(seedOf('good'), 0), 4])
    }
  })

  it('finds the groups of live versions, by root and by slot', async () => {
    const [a, b, c] = [bytes('a'), bytes('b'), bytes('c')]
    for (const root of [a, b]) await entry(root, { seed: seedOf('same') })
    await entry(c, { seed: seedOf('other') })
    const [same, other] = [slotOf(seedOf('same'), 0), slotOf(seedOf('other'), 0)]
    assert.deepEqual(groupsInSlot(db, same).map(({ root }) => root), [a, b])
    assert.deepEqual(slotsIn(db, 0, 65_535), [same, other].sort((x, y) => x - y))
    assert.deepEqual(slotsIn(db, same, same), [same])
    await kill(a)
    await kill(c)
    assert.equal(groupOfRoot(db, a), undefined)
    assert.deepEqual(groupsInSlot(db, same).map(({ root }) => root), [b])
    assert.deepEqual(slotsIn(db, 0, 65_535), [same])
    // another version with the same root is live
    await entry(a, { seed: seedOf('same') })
    assert.equal(groupOfRoot(db, a)?.n, 1)
  })

  it('held: finished, and nothing below it broken; away: neither finished nor to be brought', async () => {
    const root = bytes('a')
    await entry(root, { seed: seedOf('a') })
    assert.deepEqual([isHeldRoot(db, root), isAway(db, root)], [false, false])
    await hold(root)
    assert.deepEqual([isHeldRoot(db, root), isAway(db, root), brokenRoots(db, new Uint8Array(), 10)], [true, false, []])
    for (const state of [1, 2]) {
      await damage(root, state)
      assert.deepEqual([isHeldRoot(db, root), isAway(db, root), [...heldGroups(db)], brokenRoots(db, new Uint8Array(), 10)], [false, false, [], [root]])
      await damage(root, 0)
      assert.equal(isHeldRoot(db, root), true)
    }
    // others that are broken, few or many, change nothing
    const other = bytes('other')
    await hold(other, 200)
    await damage(other, 1)
    assert.deepEqual([isHeldRoot(db, root), isHeldRoot(db, other)], [true, false])
    await db.write([['UPDATE blocks SET state = 1 WHERE id IN (SELECT r.block FROM refs AS r JOIN blocks AS b ON b.id = r.root WHERE b.cid = ?)', other]])
    assert.deepEqual([isHeldRoot(db, root), isHeldRoot(db, other), [...heldGroups(db)].length], [true, false, 1])
    assert.deepEqual(brokenRoots(db, new Uint8Array(), 10), [other])
    await db.write([['DELETE FROM refs WHERE root = (SELECT id FROM blocks WHERE cid = ?)', root]])
    assert.deepEqual([isHeldRoot(db, root), isAway(db, root)], [false, true])
  })

  it('what is missing again is what is live of the root', async () => {
    const root = bytes('a')
    const dead = await entry(root, { seed: seedOf('a') })
    await kill(root)
    const live = await entry(root, { seed: seedOf('a') })
    await db.write([notMissing(root)])
    await db.write([missingAgain(root), missingAgain(root)])
    assert.deepEqual(db.all('SELECT entry FROM missing').map((row) => (row as { entry: Uint8Array }).entry), [live])
    assert.notDeepEqual(live, dead)
    assert.equal(missingTotals(db).versions, 1)
  })

  it('walks and draws what is held out of many, each as likely as another, none twice', async () => {
    const roots = Array.from({ length: 3000 }, (_, n) => bytes(`root ${n}`))
    for (const root of roots) await entry(root, { seed: seedOf('x') })
    const held = roots.filter((_, n) => n % 50 === 7)
    for (const root of held) await hold(root, 1)
    const broken = held[3] ?? bytes('')
    await damage(broken, 1)
    const good = held.filter((root) => root !== broken)
    assert.deepEqual([...heldGroups(db)].map(({ root }) => root), good)
    const uniform = new SimRandom(1).next
    const seen = new Map<number, number>()
    for (let i = 0; i < 600; i++) {
      const sample = sampleHeld(db, 4, uniform)
      assert.equal(new Set(sample.map(({ n }) => n)).size, 4)
      for (const { n } of sample) seen.set(n, (seen.get(n) ?? 0) + 1)
    }
    assert.equal(seen.size, good.length)
    for (const count of seen.values()) assert.ok(count > 15 && count < 80, String(count))
    assert.equal(sampleHeld(db, 1000, uniform).length, good.length)
  })
})
