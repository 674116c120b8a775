import assert from 'node:assert/strict'
import { BLOCKS_AT_ONCE, BLOCKS_BESIDE_FOREGROUND, RETRY_MAX_MS, RETRY_MIN_MS, VERSIONS_AT_ONCE } from '../../../src/replication/download/downloader.js'
import { GRACE_MS } from '../../../src/replication/download/grace.js'
import { chunkedVersion, inlineVersion } from '../../blockstore/fixtures.js'
import { calm, Scene, total, until } from '../catch-up-scene.js'

describe('catch-up', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.make() })
  afterEach(() => scene.end())

  it('brings what is missing in the order in which it came, and is done', async () => {
    const blocks = [inlineVersion('one'), ...chunkedVersion('two', 3)]
    const roots = [await scene.version([inlineVersion('one')]), await scene.version(chunkedVersion('two', 3)), await scene.version([inlineVersion('three', 100_000)])]
    const one = scene.catchUp()
    one.start()
    await calm()
    assert.deepEqual([scene.others.asked.length, one.state().waiting, one.state().versions], [0, 'members', 3])
    scene.peers.come('a')
    await until(() => scene.whole.length === 3)
    assert.deepEqual(new Set(scene.whole), new Set(roots))
    assert.deepEqual(scene.others.asked.slice(0, 3), roots)
    assert.equal(scene.others.asked.length, blocks.length + 1)
    for (const { cid, bytes } of blocks) assert.deepEqual(await scene.here.store.read(cid), bytes)
    assert.deepEqual(one.state(), { versions: 0, bytes: 0, active: 0, invalid: 0 })
    // the root keeps it: no pin is left
    await scene.here.store.expire(Date.now() + 30 * 86400e3)
    assert.equal(scene.here.store.usage().blocks, blocks.length + 1)
    await scene.version([inlineVersion('four')])
    one.wake()
    await until(() => scene.whole.length === 4)
  })

  it('has a bounded number of versions and blocks in hand, and one block beside the user', async () => {
    const gate = Promise.withResolvers<void>()
    scene.others.gate = gate.promise
    const large = chunkedVersion('large', 40)
    await scene.here.store.put(large[0]!.cid, large[0]!.bytes)
    await scene.version(large)
    for (let n = 0; n < 2 * VERSIONS_AT_ONCE; n++) await scene.version([inlineVersion(n)])
    const one = scene.catchUp()
    const ended = one.foreground()
    scene.peers.come('a')
    one.start()
    await until(() => scene.others.open === BLOCKS_BESIDE_FOREGROUND)
    await calm()
    assert.deepEqual([scene.others.most, one.state().active], [BLOCKS_BESIDE_FOREGROUND, VERSIONS_AT_ONCE])
    ended()
    ended()
    await until(() => scene.others.open === BLOCKS_AT_ONCE)
    await calm()
    assert.equal(scene.others.most, BLOCKS_AT_ONCE)
    scene.others.gate = undefined
    gate.resolve()
    await until(() => scene.whole.length === 2 * VERSIONS_AT_ONCE + 1)
    assert.equal(scene.others.most, BLOCKS_AT_ONCE)
  })

  it('goes on after a restart with what had come, and fetches nothing twice', async () => {
    const blocks = chunkedVersion('resumed', 12)
    await scene.version(blocks, false)
    scene.others.have(...blocks.slice(0, 6))
    scene.peers.come('a')
    const first = scene.catchUp()
    first.start()
    await until(() => first.state().waiting === 'holders')
    await first.stop()
    const before = scene.others.bytes
    assert.ok(before > 0 && before < total(blocks))
    assert.equal(scene.here.store.usage().reserved, 0)
    scene.others.have(...blocks)
    const second = scene.catchUp()
    second.start()
    await until(() => scene.whole.length === 1)
    assert.equal(scene.others.bytes, total(blocks))
    assert.equal(await scene.here.store.complete(blocks[0]!.cid), true)
  })

  it('reserves for what is to come only, so that a restart finds room for the rest', async () => {
    const blocks = chunkedVersion('tight', 6)
    await scene.store({ capacity: total(blocks) + 1000 })
    await scene.version(blocks, false)
    scene.others.have(...blocks.slice(0, 5))
    scene.peers.come('a')
    const first = scene.catchUp()
    first.start()
    await until(() => first.state().waiting === 'holders')
    await first.stop()
    scene.others.have(...blocks)
    scene.catchUp().start()
    await until(() => scene.whole.length === 1)
  })

  it('fetches no block that is held, and nothing at all for a root that is whole', async () => {
    const [root, ...chunks] = chunkedVersion('held', 4)
    for (const { cid, bytes } of chunks.slice(0, 2)) await scene.here.store.put(cid, bytes)
    await scene.version([root!, ...chunks])
    scene.peers.come('a')
    const one = scene.catchUp()
    one.start()
    await until(() => scene.whole.length === 1)
    assert.deepEqual(scene.others.asked, [root!, ...chunks.slice(2)].map(({ cid }) => cid.toString()))
    await scene.entry(root!, total([root!, ...chunks])) // a restore
    one.wake()
    await until(() => scene.whole.length === 2)
    assert.equal(scene.others.asked.length, 3)
  })

  it('brings nothing where no space is lent', async () => {
    await scene.store({ capacity: 0 })
    scene.here.store.begin = async () => { assert.fail('nothing is begun') }
    await scene.version([inlineVersion('x')])
    const one = scene.catchUp()
    one.start()
    scene.peers.come('a')
    one.again()
    one.wake()
    await scene.clock.advance(RETRY_MAX_MS)
    await calm()
    assert.deepEqual([scene.others.asked, scene.trouble], [[], []])
    assert.deepEqual(one.state(), { versions: 0, bytes: 0, active: 0, invalid: 0, waiting: 'capacity' })
  })

  describe('what nobody has', () => {
    it('is passed over, asked for again less and less often, and at once when a member connects', async () => {
      const missing = await scene.version([inlineVersion('nobody')], false)
      await scene.version([inlineVersion('somebody')])
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      await until(() => scene.whole.length === 1 && one.state().waiting === 'holders')
      assert.deepEqual(one.state(), { versions: 1, bytes: inlineVersion('nobody').bytes.length, active: 0, invalid: 0, waiting: 'holders' })
      const asks = (): number => scene.others.asked.filter((cid) => cid === missing).length
      assert.equal(asks(), 1)
      const gaps: number[] = []
      for (let n = 0, at = scene.clock.now(); n < 12; n++) {
        const count = asks()
        while (asks() === count) {
          await scene.clock.advance(RETRY_MIN_MS)
          await calm(5)
        }
        gaps.push(scene.clock.now() - at)
        at = scene.clock.now()
      }
      assert.equal(gaps[0], RETRY_MIN_MS)
      gaps.slice(1).forEach((gap, index) => { assert.ok(gap >= gaps[index]!) })
      assert.ok(gaps.at(-1)! <= RETRY_MAX_MS + RETRY_MIN_MS && gaps.at(-1)! > RETRY_MAX_MS / 2)
      await until(() => one.state().active === 0)
      scene.others.have(inlineVersion('nobody'))
      scene.peers.come('b')
      await scene.clock.advance(RETRY_MIN_MS)
      await until(() => scene.whole.length === 2)
    })

    it('is not asked for in a tight loop, however often members connect', async () => {
      const missing = await scene.version([inlineVersion('nobody')], false)
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      for (let n = 0; n < 100; n++) {
        scene.peers.come('a')
        one.wake()
        await scene.clock.advance(1)
      }
      assert.ok(scene.others.asked.filter((cid) => cid === missing).length <= 2)
    })

    it('and is partly there: what came stays, and the rest is asked for soon', async () => {
      const blocks = chunkedVersion('partly', 5)
      await scene.version(blocks, false)
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      for (let n = 0; n < blocks.length; n++) {
        await until(() => one.state().active === 0)
        scene.others.have(blocks[n]!)
        // what came in the last pass makes the next one soon
        await scene.clock.advance(2 * RETRY_MIN_MS)
      }
      await until(() => scene.whole.length === 1)
      assert.equal(scene.others.bytes, total(blocks))
    })
  })

  it('a version that is no more to be brought when its blocks are here leaves nothing', async () => {
    const blocks = chunkedVersion('evicted', 2)
    await scene.version(blocks)
    const gate = Promise.withResolvers<void>()
    scene.others.gate = gate.promise
    scene.peers.come('a')
    const one = scene.catchUp()
    one.start()
    await until(() => scene.others.open === 1)
    await scene.here.db.write([['DELETE FROM missing']])
    scene.others.gate = undefined
    gate.resolve()
    await until(() => one.state().active === 0 && scene.others.asked.length === 3)
    await one.stop()
    assert.deepEqual([scene.here.store.usage().blocks, scene.whole], [0, []])
  })

  it('stop waits for no member, and nothing runs afterwards', async () => {
    scene.others.gate = new Promise(() => {})
    await scene.version(chunkedVersion('x', 3))
    scene.peers.come('a')
    const one = scene.catchUp()
    one.start()
    await until(() => scene.others.open === 1)
    await one.stop()
    assert.deepEqual([scene.others.open, one.state().active, scene.trouble], [0, 0, []])
    const asked = scene.others.asked.length
    scene.peers.come('b')
    one.again()
    one.wake()
    one.start()
    await scene.clock.advance(RETRY_MAX_MS)
    await calm()
    assert.equal(scene.others.asked.length, asked)
  })

  describe('while a member pushes here', () => {
    it('leaves a version whose entry came before the push has ended to that push', async () => {
      const blocks = chunkedVersion('pushed', 3)
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      const ended = scene.uploads.begun()
      const root = await scene.version(blocks)
      one.wake(blocks[0]!.cid.bytes)
      await calm()
      assert.equal(scene.others.asked.length, 0)
      // the push makes it whole
      await scene.here.db.write([['DELETE FROM missing']])
      ended()
      await until(() => one.state().active === 0)
      assert.deepEqual([scene.others.asked.length, scene.whole], [0, []])
      assert.equal(await scene.here.store.complete(blocks[0]!.cid), false)
      assert.ok(root.length > 0)
    })

    it('but not for longer than the grace, nor what came before', async () => {
      const before = await scene.version([inlineVersion('before')])
      scene.uploads.begun()
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      await until(() => scene.whole.length === 1)
      assert.deepEqual(scene.whole, [before])
      await scene.version([inlineVersion('now')])
      one.wake(inlineVersion('now').cid.bytes)
      await scene.clock.advance(GRACE_MS - 1)
      await calm()
      assert.equal(scene.whole.length, 1)
      await scene.clock.advance(1)
      await until(() => scene.whole.length === 2)
    })
  })
})
