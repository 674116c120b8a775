import assert from 'node:assert/strict'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { dropNodeState, REBUILT, setNodeState } from '../../src/index/queries/node-state.js'
import { ownMs } from '../../src/index/queries/own-time.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import type { DfsNode, GcResult } from '../../src/api/node.js'
import { FIRST_LOOK_MS, GarbageCollector, LOOK_MAX_MS } from '../../src/blockstore/garbage-collector.js'
import type { Collected, CollectOptions } from '../../src/blockstore/interface.js'
import { FakeClock, settle } from '../network/fake-clock.js'
import { bytesOf, Cluster, collect, failsWith, inside, next, same } from './cluster.js'

const COLLECTED: Collected = { dead: { versions: 0, blocks: 0, bytes: 0 }, uploads: { uploads: 0, blocks: 0, bytes: 0 }, waiting: { versions: 0, bytes: 0 }, emptied: { blocks: 0, bytes: 0 }, trash: { blocks: 0, bytes: 0 } }

describe('node: garbage', function () {
  this.timeout(30_000)

  describe('when it is looked for', () => {
    let db: IndexDb
    let clock: FakeClock
    let calls: CollectOptions[]
    let results: GcResult[]
    let errors: unknown[]
    let answer: (options: CollectOptions) => Promise<Collected>

    const keeper = (guardMs = 7 * 86400e3, trashMs = 86400e3): GarbageCollector => new GarbageCollector({
      db,
      clock,
      guardMs,
      trashMs,
      store: {
        usage: () => ({ used: 0, reserved: 0, capacity: 1, reserve: 0, free: 1, readOnly: false, quarantined: 0, blocks: 0, index: 0, trash: { blocks: 3, bytes: 30 } }),
        collect: async (options) => {
          calls.push(options)
          return answer(options)
        }
      },
      onCollected: (result) => { results.push(result) },
      onError: (error) => { errors.push(error) }
    })

    beforeEach(async () => {
      db = await IndexDb.open({ migrations: MIGRATIONS })
      clock = new FakeClock()
      calls = []
      results = []
      errors = []
      answer = async () => COLLECTED
    })
    afterEach(() => db.close())

    it('after the start, then at intervals, not before and not after the end', async () => {
      const clean = keeper()
      await clock.advance(LOOK_MAX_MS)
      assert.equal(calls.length, 0)
      clean.start()
      clean.start()
      await clock.advance(FIRST_LOOK_MS)
      assert.equal(calls.length, 1)
      assert.ok(Math.abs((calls[0]?.deadBefore ?? 0) - (ownMs(db) - 7 * 86400e3)) < 60e3)
      await clock.advance(3 * LOOK_MAX_MS)
      assert.equal(calls.length, 4)
      await clean.stop()
      await clock.advance(3 * LOOK_MAX_MS)
      assert.equal(calls.length, 4)
      assert.deepEqual(results, [])
    })

    it('as often as a short guard asks for; soon when room is lacking', async () => {
      const short = keeper(4000)
      short.start()
      await clock.advance(5000)
      assert.equal(calls.length, 5)
      await short.stop()
      const clean = keeper()
      clean.start()
      await clock.advance(FIRST_LOOK_MS)
      assert.equal(calls.length, 6)
      for (let n = 0; n < 3; n++) clean.nudge()
      await clock.advance(FIRST_LOOK_MS)
      assert.equal(calls.length, 7)
      await clean.stop()
    })

    it('one run at a time; a run that fails is told, and the next one comes', async () => {
      const clean = keeper()
      clean.start()
      const slow = Promise.withResolvers<Collected>()
      answer = () => slow.promise
      await clock.advance(FIRST_LOOK_MS)
      const asked = clean.gc({ dryRun: true })
      await settle()
      assert.equal(calls.length, 1)
      slow.reject(new Error('no'))
      answer = async () => ({ ...COLLECTED, waiting: { versions: 1, bytes: 9, first: ownMs(db) - 86400e3 }, trash: { blocks: 1, bytes: 2, until: 86400e3 } })
      const { dryRun, guarded, trash } = await asked
      assert.deepEqual(errors.map(String), ['Error: no'])
      assert.equal(dryRun, true)
      assert.equal(calls[1]?.dryRun, true)
      assert.deepEqual(trash, { blocks: 1, bytes: 2, until: new Date(86400e3) })
      assert.ok(Math.abs((guarded.next?.getTime() ?? 0) - Date.now() - 6 * 86400e3) < 60e3)
      assert.deepEqual(clean.status(), { dead: guarded, trash: { blocks: 3, bytes: 30 } })
      await clock.advance(LOOK_MAX_MS)
      assert.equal(calls.length, 3)
      await clean.stop()
    })

    it('ends with its signal, and with the node', async () => {
      const clean = keeper()
      answer = ({ signal }) => new Promise((_, reject) => { signal?.addEventListener('abort', () => { reject(signal.reason as Error) }) })
      const stop = new AbortController()
      const first = clean.gc({ signal: stop.signal })
      await settle()
      stop.abort(new Error('enough'))
      await assert.rejects(first, { message: 'enough' })
      clean.start()
      await clock.advance(FIRST_LOOK_MS)
      const second = clean.gc()
      await clean.stop()
      await assert.rejects(second, { message: 'the node stops' })
      assert.deepEqual(errors, [])
    })
  })

  describe('of a node', () => {
    const cluster = new Cluster()
    /** As if this node had known of all that is dead for long. */
    const overTime = (node: DfsNode): Promise<unknown> => inside(node).folder.db.write([['UPDATE dead SET since = 0']])
    afterEach(() => cluster.end())

    it('goes when a version is dead and its guard over, by itself, and what is left stays', async () => {
      const node = await cluster.node({ guard: 0, trash: 0 })
      const { version: old } = await node.put('x', bytesOf('old', 700_000))
      const { blocks, used } = inside(node).folder.store.usage()
      await node.put('kept', bytesOf('kept', 300_000))
      const gone = next(node, 'garbage:collected', ({ emptied }) => emptied.blocks > 0)
      await node.set({ keep: 0, retention: 60_000 })
      await node.put('x', bytesOf('new', 10))
      assert.deepEqual((await gone).emptied, { blocks, bytes: used })
      await failsWith(collect(node.get('x', { version: old })), 'BLOCKS_UNAVAILABLE')
      same(await collect(node.get('x')), bytesOf('new', 10))
      same(await collect(node.get('kept')), bytesOf('kept', 300_000))
      assert.deepEqual((await node.status()).garbage, { dead: { versions: 0, bytes: 0 }, trash: { blocks: 0, bytes: 0 } })
    })

    it('is said before it goes, waits in the trash, and comes back from there with a restore', async () => {
      const node = await cluster.node({})
      const { version: old } = await node.put('x', bytesOf('old', 700_000))
      const { blocks, used } = inside(node).folder.store.usage()
      const forgotten = next(node, 'file:forget')
      await node.set({ keep: 0, retention: 60_000 })
      await node.put('x', bytesOf('new', 10))
      await forgotten
      assert.equal((await node.gc()).guarded.versions, 1)
      const early = await node.gc({ dryRun: true })
      assert.deepEqual([early.dead.versions, early.guarded.versions], [0, 1])
      await overTime(node)
      const said = await node.gc({ dryRun: true })
      assert.deepEqual([said.dryRun, said.dead, said.emptied], [true, { versions: 1, blocks, bytes: used }, { blocks: 0, bytes: 0 }])
      assert.equal((await node.status()).garbage.trash.blocks, 0)
      const seen: unknown[] = []
      const done = await node.gc({ onProgress: (event) => { seen.push(event) } })
      assert.deepEqual([done.dryRun, done.dead, done.off], [false, said.dead, undefined])
      assert.deepEqual(seen, [{ type: 'garbage:collect:dead', versions: 1, blocks, bytes: used }])
      assert.deepEqual((await node.status()).garbage.trash, { blocks, bytes: used })
      assert.ok((done.trash.until?.getTime() ?? 0) > Date.now())
      // the bytes are still there to be read, and a restore takes them out
      same(await collect(node.get('x', { version: old })), bytesOf('old', 700_000))
      await node.restore('x', old)
      same(await collect(node.get('x')), bytesOf('old', 700_000))
      assert.deepEqual((await node.gc()).dead, { versions: 0, blocks: 0, bytes: 0 })
      assert.equal((await node.status()).garbage.trash.blocks, 0)
    })

    it('keeps what a rename, a restore or a shared chunk still names', async () => {
      const node = await cluster.node({ trash: 0 })
      await node.set({ keep: 0, retention: 60_000 })
      const moved = bytesOf('moved', 700_000)
      await node.put('a', moved)
      await node.mv('a', 'b')
      const long = bytesOf('long', 2 * 1024 ** 2)
      const changed = long.slice()
      changed[0] = 1 - (changed[0] ?? 0)
      await node.put('long', long)
      const forgotten = next(node, 'file:forget', ({ name }) => name === 'long')
      await node.put('long', changed)
      await forgotten
      await overTime(node)
      // the first chunk and the manifest go, the second chunk is of both
      const { blocks } = inside(node).folder.store.usage()
      const { dead } = await node.gc()
      assert.deepEqual([dead.versions, dead.blocks], [1, 2])
      assert.equal(inside(node).folder.store.usage().blocks, blocks - 2)
      same(await collect(node.get('b')), moved)
      same(await collect(node.get('long')), changed)
    })

    it('is not collected while the index is one that was made anew, which gc and status say', async () => {
      const node = await cluster.node({ trash: 0 })
      const forgotten = next(node, 'file:forget')
      await node.set({ keep: 0, retention: 60_000 })
      await node.put('x', 'old')
      await node.put('x', 'new')
      await forgotten
      await overTime(node)
      const { db, store } = inside(node).folder
      await db.write([setNodeState(REBUILT, '{}')])
      const { blocks } = store.usage()
      const result = await node.gc()
      assert.equal(result.off, 'rebuilt')
      assert.equal(store.usage().blocks, blocks)
      assert.equal((await node.status()).garbage.off, 'rebuilt')
      await db.write([dropNodeState(REBUILT)])
      assert.equal((await node.gc()).dead.versions, 1)
    })

    it('makes room before anything is refused; then space:low is told', async () => {
      const node = await cluster.node({ capacity: 1.5 * 1024 ** 2 })
      const forgotten = next(node, 'file:forget')
      await node.set({ keep: 0, retention: 60_000 })
      await node.put('x', bytesOf('old', 900_000), { size: 900_000 })
      await node.put('x', 'new')
      await forgotten
      await overTime(node)
      await node.gc()
      assert.ok((await node.status()).garbage.trash.bytes > 900_000)
      const told = next(node, 'space:low')
      await node.put('y', bytesOf('y', 1_000_000), { size: 1_000_000 })
      assert.ok((await node.status()).garbage.trash.bytes < 900_000)
      await failsWith(node.put('z', bytesOf('z', 1_000_000), { size: 1_000_000 }), 'NO_SPACE')
      const { capacity, used } = await told
      assert.deepEqual([capacity, used > 1_000_000], [1.5 * 1024 ** 2, true])
    })

    it('refuses times that are none', async () => {
      for (const init of [{ guard: -1 }, { trash: 1.5 }]) await failsWith(cluster.node(init), 'INVALID_OPTION')
    })
  })
})
