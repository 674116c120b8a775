import assert from 'node:assert/strict'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { encodeManifest, FULL_CHUNK_BLOCK_BYTES, KEY_BYTES, readPublic, SEAL_BYTES, SIZE_BYTES } from '../../protocols/block/tree.js'
import { missingTotals } from '../../src/index/queries/missing.js'
import { PASSED_OVER, RETRY_MAX_MS, RETRY_MIN_MS, VERSIONS_AT_ONCE } from '../../src/replication/download/downloader.js'
import { bytesOf, chunkedVersion, inlineVersion, rawBlock, type TestBlock } from '../blockstore/fixtures.js'
import { calm, Scene, total, until } from './catch-up-scene.js'

const MIB = 1024 ** 2

describe('catch-up: what cannot be brought', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.make() })
  afterEach(() => scene.end())

  describe('no room', () => {
    it('stops, says so, and goes on when there is some', async () => {
      await scene.store({ capacity: 3 * MIB })
      const kept = rawBlock('in the way', 2 * MIB / 2)
      await scene.here.store.put(kept.cid, kept.bytes)
      const blocks = chunkedVersion('large', 3)
      await scene.version(blocks)
      await scene.version([inlineVersion('small')])
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      await until(() => scene.whole.length === 1 && one.state().waiting === 'room')
      assert.equal(one.state().versions, 1)
      assert.equal(scene.here.store.usage().reserved, 0)
      assert.equal(scene.others.asked.length, 1)
      await scene.here.store.delete(kept.cid)
      await scene.clock.advance(2 * RETRY_MIN_MS)
      await until(() => scene.whole.length === 2)
    })

    it('is not asked about for every one of many versions', async () => {
      await scene.store({ capacity: 1 })
      for (let n = 0; n < 3 * PASSED_OVER; n++) await scene.version([inlineVersion(n)])
      let begins = 0
      const begin = scene.here.store.begin.bind(scene.here.store)
      scene.here.store.begin = async (options) => {
        begins++
        await begin(options)
      }
      scene.peers.come('a')
      const one = scene.catchUp()
      one.start()
      await until(() => one.state().active === 0 && one.state().waiting === 'room')
      assert.ok(begins >= PASSED_OVER && begins < PASSED_OVER + VERSIONS_AT_ONCE)
      assert.equal(scene.others.asked.length, 0)
    })
  })

  describe('a version that breaks a rule is set aside, reported once, and leaves nothing', () => {
    const chunks = [rawBlock('c0', FULL_CHUNK_BLOCK_BYTES), rawBlock('c1', FULL_CHUNK_BLOCK_BYTES)]
    const manifest = (level: number, links: TestBlock[], sizes: number[], bytes: number): TestBlock => {
      const encoded = new Uint8Array(encodeManifest({ level, links: links.map(({ cid }) => cid), sizes, bytes }, bytesOf('s', SEAL_BYTES + SIZE_BYTES + KEY_BYTES * links.length)))
      return { cid: cidOf(DAG_CBOR, encoded), bytes: encoded }
    }
    const garbage = bytesOf('garbage', 500)
    const child = chunkedVersion('child', 2)
    const [good, ...goodChunks] = chunkedVersion('good chunks', 3)
    const short = rawBlock('short', 1000)
    const says = (root: TestBlock): number => root.bytes.length + readPublic(root.bytes).bytes
    const sum = manifest(0, chunks, chunks.map(({ bytes }) => bytes.length), 5)
    const notFull = manifest(1, [child[0]!, child[0]!], [child[0]!.bytes.length, child[0]!.bytes.length], 2 * total(child))
    const lastShort = manifest(0, [goodChunks[0]!, short], [FULL_CHUNK_BLOCK_BYTES, SEAL_BYTES + 65536], FULL_CHUNK_BLOCK_BYTES + SEAL_BYTES + 65536)
    const cases: Array<[string, TestBlock[], number]> = [
      ['a root that is no manifest', [{ cid: cidOf(DAG_CBOR, garbage), bytes: garbage }], garbage.length],
      ['a root of another length than its entry says', [inlineVersion('wrong')], 7],
      ['a root with a sum that is wrong', [sum], sum.bytes.length + 5],
      ['a child that is not full before the last one', [notFull, ...child], says(notFull)],
      ['a chunk of another length than its manifest says', [lastShort, goodChunks[0]!, short], says(lastShort)]
    ]
    for (const [what, blocks, claimed] of cases) {
      for (const held of [false, true]) {
        it(`${what}${held ? ', with blocks that are here already' : ''}`, async () => {
          const [root] = blocks
          await scene.entry(root!, claimed)
          scene.others.have(...blocks)
          const next = await scene.version([good!, ...goodChunks])
          const other = held ? blocks.slice(0, 1).concat(blocks.slice(-1)) : []
          for (const one of other) await scene.here.store.put(one.cid, one.bytes)
          scene.peers.come('a')
          const one = scene.catchUp()
          one.start()
          await until(() => scene.whole.length === 1 && scene.trouble.length === 1)
          assert.deepEqual([scene.whole, scene.trouble], [[next], [root!.cid.toString()]])
          const asked = scene.others.asked.length
          one.again()
          await scene.clock.advance(10 * RETRY_MAX_MS)
          await calm()
          assert.deepEqual([scene.others.asked.length, scene.trouble.length], [asked, 1])
          assert.deepEqual(one.state(), { versions: 0, bytes: 0, active: 0, invalid: 1 })
          assert.equal(missingTotals(scene.here.db).versions, 1)
          for (const { cid } of other) await scene.here.store.delete(cid)
          assert.equal(scene.here.store.usage().blocks, 4)
          assert.equal(scene.here.store.usage().reserved, 0)
        })
      }
    }
  })
})
