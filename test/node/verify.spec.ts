import assert from 'node:assert/strict'
import { copyFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DfsNode, ProgressEvent } from '../../src/api/node.js'
import { blockFiles } from './blocks.js'
import { address, bytesOf, Cluster, collect, connected, failsWith, held, inside, next, same } from './cluster.js'

const MIB = 1024 ** 2

/** Block files, the largest first. */
async function bySize (dir: string): Promise<string[]> {
  const sized = await Promise.all((await blockFiles(dir)).map(async (path) => ({ path, size: (await stat(path)).size })))
  return sized.sort((a, b) => b.size - a.size).map(({ path }) => path)
}

describe('verify', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())
  const content = bytesOf('x', 3 * MIB)

  /** A node on disk with one large and one small file, and its folder. */
  async function one (waits: { inactivityMs?: number } = {}): Promise<{ a: DfsNode, dir: string, version: string }> {
    const dir = await cluster.dir()
    const a = await cluster.node({ dir }, waits)
    const { version } = await a.put('photos/x', content, { durable: 1 })
    await a.put('small', 'text', { durable: 1 })
    return { a, dir, version }
  }

  it('reads everything, and says that it is sound', async () => {
    const { a } = await one()
    const { blocks, used } = held(a)
    const seen: ProgressEvent[] = []
    const result = await a.verify({ onProgress: (event) => { seen.push(event) } })
    assert.deepEqual(result, { ok: true, index: [], blocks, bytes: used, damaged: { blocks: 0, repaired: 0, list: [] }, adopted: { blocks: 0, bytes: 0 }, strange: 0 })
    assert.equal(seen[0]?.type, 'store:verify:index')
    assert.deepEqual(seen.at(-1), { type: 'store:verify:read', bytes: used, total: used })
  })

  it('names the files that damage touches, and repairs them from another member', async () => {
    const { a, dir, version } = await one()
    const b = await cluster.member(a, { role: 'store' })
    await next(b, 'file:held', ({ bytes }) => bytes > MIB)
    const [first = '', second = ''] = await bySize(dir)
    await writeFile(first, bytesOf('bad', (await stat(first)).size))
    await rm(second)
    const events: string[] = []
    a.addEventListener('block:corrupt', ({ detail }) => { events.push(detail.cid) })
    const result = await a.verify()
    assert.equal(result.ok, true)
    assert.deepEqual([result.damaged.blocks, result.damaged.repaired], [2, 2])
    assert.deepEqual(result.damaged.list.map(({ cid }) => cid).sort(), events.toSorted())
    assert.deepEqual(result.damaged.list.map(({ reason }) => reason).sort(), ['its bytes are not those of its CID', 'its file is gone'])
    for (const { files, versions, repaired } of result.damaged.list) assert.deepEqual([files, versions, repaired], [[{ name: 'photos/x', version }], 1, true])
    await b.stop()
    same(await collect(a.get('photos/x')), content)
    assert.deepEqual((await a.verify()).damaged, { blocks: 0, repaired: 0, list: [] })
    assert.equal((await readdir(join(dir, 'quarantine'))).length, 2) // what was found, and why
  })

  it('says what stays damaged while nobody has it, each time, and repairs it when somebody does', async () => {
    const { a, dir } = await one({ inactivityMs: 1_000 })
    const place = { dir: await cluster.dir(), listen: [address()] }
    const b = await cluster.member(a, place)
    await next(b, 'file:held', ({ bytes }) => bytes > MIB)
    await b.stop()
    await rm((await bySize(dir))[0] ?? '')
    for (let round = 0; round < 2; round++) {
      const { ok, damaged } = await a.verify()
      assert.deepEqual([ok, damaged.blocks, damaged.repaired, damaged.list[0]?.repaired], [false, 1, 0, false])
    }
    const mended = next(a, 'block:mended')
    await connected(a, await cluster.node(place))
    // by itself, since somebody who has it is there
    await mended
    assert.deepEqual(await a.verify().then(({ ok, damaged }) => [ok, damaged.blocks]), [true, 0])
  })

  it('of a member without keys counts versions, and names none', async () => {
    const owner = await cluster.node()
    await owner.put('x', content, { durable: 1 })
    const dir = await cluster.dir()
    const s = await cluster.member(owner, { role: 'store', dir }, { inactivityMs: 1_000 })
    await next(s, 'file:held')
    await owner.stop()
    await rm((await bySize(dir))[0] ?? '')
    const { ok, damaged: { list: [only] } } = await s.verify()
    assert.deepEqual([ok, only?.versions, only?.files], [false, 1, []])
  })

  it('takes in blocks that the index does not know; those that are wrong lie in quarantine, and nothing is lost by them', async () => {
    const { a, dir } = await one()
    const other = await cluster.dir()
    const b = await cluster.node({ dir: other })
    await b.put('y', bytesOf('y', 2 * MIB), { durable: 1 })
    const [good = '', bad = ''] = await bySize(other)
    const place = (path: string): string => join(dir, path.slice(other.length))
    await copyFile(good, place(good))
    await writeFile(place(bad), bytesOf('bad', (await stat(bad)).size))
    await writeFile(join(dir, 'blocks', 'note.txt'), 'mine')
    const result = await a.verify()
    assert.deepEqual([result.ok, result.adopted.blocks, result.strange, result.damaged.blocks, result.damaged.list[0]?.versions], [true, 2, 1, 1, 0])
    assert.equal(await stat(join(dir, 'blocks', 'note.txt')).then(({ size }) => size), 4)
    assert.equal((await a.verify()).adopted.blocks, 0)
  })

  it('ends with its signal, and with the node', async () => {
    const { a } = await one()
    const stop = new AbortController()
    await failsWith(a.verify({ signal: stop.signal, onProgress: () => { stop.abort() } }), 'ABORTED')
    const running = a.verify({ onProgress: ({ type }) => { if (type === 'store:verify:read') void a.stop() } })
    await failsWith(running, 'NODE_STOPPED')
  })

  it('of a node in memory reads what it holds', async () => {
    const a = await cluster.node()
    await a.put('x', content, { durable: 1 })
    const { ok, blocks, index } = await a.verify()
    assert.deepEqual([ok, blocks, index], [true, inside(a).folder.store.usage().blocks, []])
  })
})
