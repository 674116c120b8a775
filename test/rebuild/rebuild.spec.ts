import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNode } from '../../src/node/create-node.js'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import { nodeState, REBUILT } from '../../src/index/queries/node-state.js'
import { filesBelow } from '../node/blocks.js'
import { address, bytesOf, Cluster, collect, connected, failsWith, inside, infos, knows, names, next, same } from '../node/cluster.js'

const MIB = 1024 ** 2
/** Content of each file: large ones in several blocks, small ones that lie in the index. */
const FILES: Array<[name: string, content: Uint8Array]> = [
  ['large', bytesOf('large', 3 * MIB)], ['one block', bytesOf('one', 400_000)],
  ...Array.from({ length: 60 }, (_, n): [string, Uint8Array] => [`small/${String(n).padStart(3, '0')}`, bytesOf(n, 2_000)])
]

/** Resolves once a full sync with another member has ended. */
async function settled (node: DfsNode): Promise<void> {
  await inside(node).parts.rebuilt.settled({ connected: () => true, progressMs: 60_000, aloneUntil: Infinity })
  assert.equal(inside(node).parts.rebuilt.pending, false)
}

const isDamaged = (error: Error): boolean => 'code' in error && error.code === 'INDEX_DAMAGED'

/** What damages an index that no node has open. */
const DAMAGES: Record<string, (index: string) => Promise<void>> = {
  deleted: async (index) => { for (const part of ['', '-wal', '-shm']) await rm(index + part, { force: true }) },
  'cut in half': async (index) => { await truncate(index, Math.floor((await stat(index)).size / 2)) },
  'overwritten with junk': async (index) => { await writeFile(index, bytesOf('junk', (await stat(index)).size)) },
  'empty': async (index) => { await writeFile(index, '') },
  'with a page of noise in the middle': async (index) => {
    const content = await readFile(index)
    const page = Math.floor(content.length / 4096 / 2)
    await writeFile(index, Buffer.concat([content.subarray(0, page * 4096), bytesOf('noise', 4096), content.subarray((page + 1) * 4096)]))
  }
}

describe('an index that was lost or damaged', function () {
  this.timeout(60_000)
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  let template: string
  before(async () => {
    template = await mkdtemp(join(tmpdir(), 'dfs-template-'))
    await using node = await createNode({ dir: template, start: false, label: 'alone' })
    for (const [name, content] of FILES) await node.put(name, content, { durable: 1 })
  })
  after(() => rm(template, { recursive: true }))

  /** A folder of a node that owns a vault and holds FILES, and what it is opened with. */
  async function alone (): Promise<{ dir: string, init: DfsNodeInit }> {
    const dir = await cluster.dir()
    await cp(template, dir, { recursive: true })
    return { dir, init: { dir, listen: [address()], label: 'alone' } }
  }

  const rebuilt = (init: DfsNodeInit): Promise<DfsNode> => cluster.node({ rebuildIndex: true, ...init, createIfMissing: false })

  describe('without being asked', () => {
    for (const what of ['deleted', 'cut in half', 'overwritten with junk', 'empty']) {
      it(`${what}: nothing is made anew and nothing is touched`, async () => {
        const { dir, init } = await alone()
        await DAMAGES[what]?.(join(dir, 'index.db'))
        const before = await filesBelow(dir)
        const index = await readFile(join(dir, 'index.db')).catch(() => undefined)
        const error = await failsWith(cluster.node({ ...init, createIfMissing: false }), 'INDEX_DAMAGED')
        assert.match(error.message, /index\.db/)
        assert.deepEqual((await filesBelow(dir)).filter((path) => !/index\.db-(wal|shm)$/.test(path)), before)
        assert.deepEqual(await readFile(join(dir, 'index.db')).catch(() => undefined), index)
      })
    }

    it('a page that is found damaged while it runs: it says so, and takes nothing more', async () => {
      const { dir, init } = await alone()
      await DAMAGES['with a page of noise in the middle']?.(join(dir, 'index.db'))
      const node = await cluster.node({ ...init, createIfMissing: false })
      const told = next(node, 'index:failed')
      const result = await node.verify()
      assert.equal(result.ok, false)
      assert.notDeepEqual(result.index, [])
      assert.equal((await told).damaged, true)
      await failsWith(node.put('more', 'text', { durable: 1 }), 'INDEX_DAMAGED')
      assert.ok((await node.status()).notes.some((note) => note.includes('dfs verify --rebuild')))
    })
  })

  for (const [what, damage] of Object.entries(DAMAGES)) {
    it(`${what}, of the only member: the blocks are all there, and what could be read of the index is back`, async () => {
      const { dir, init } = await alone()
      const blocks = await filesBelow(join(dir, 'blocks'))
      const index = join(dir, 'index.db')
      await damage(index)
      const old = await readFile(index).catch(() => undefined)
      const events: Array<{ type: string }> = []
      const node = await rebuilt({ ...init, rebuildIndex: { onProgress: (event) => { events.push(event) } } })
      assert.deepEqual(await filesBelow(join(dir, 'blocks')), blocks)
      const { info } = inside(node).parts.rebuilt
      assert.ok(info !== undefined && !info.settled)
      // what was damaged is beside it, as it was
      assert.equal(info.aside === undefined, old === undefined)
      if (info.aside !== undefined) assert.deepEqual(await readFile(join(dir, info.aside)), old)
      assert.deepEqual((await node.members()).map(({ peer, role, label }) => ({ peer, role, label })), [{ peer: node.peer, role: 'owner', label: 'alone' }])
      assert.ok(info.blocks >= blocks.length)
      assert.ok(inside(node).folder.store.usage().used >= 3.3 * MIB)

      const listed = await names(node)
      const contents = new Map(FILES)
      let read = 0
      for (const name of listed) {
        const bytes = await collect(node.get(name)).catch((error: Error & { code?: string }) => {
          assert.equal(error.code, 'BLOCKS_UNAVAILABLE', error.stack)
          return undefined
        })
        if (bytes === undefined) continue
        same(bytes, contents.get(name) ?? new Uint8Array())
        read++
      }
      if (what === 'with a page of noise in the middle') assert.ok(read >= FILES.length - 30, `${read} of ${FILES.length}`)
      // which files are in the half that is left is a matter of how the pages lie: 6 to 8 of 62
      if (what === 'cut in half') assert.ok(read > 0 && read === info.whole, `${read} of ${info.whole} whole ones, of ${FILES.length}`)
      if (old !== undefined) assert.ok(events.some(({ type }) => type === 'index:rebuild:read'))
      // it goes on: what it puts is new, and reads back
      const file = await node.put('after', 'text', { durable: 1 })
      assert.equal(Buffer.from(await collect(node.get('after'))).toString(), 'text')
      assert.equal((await node.verify()).ok, true)
      await node.stop()
      // and the new index is an index like any other
      const again = await cluster.node({ ...init, createIfMissing: false })
      assert.equal((await again.stat('after')).version, file.version)
      assert.notEqual(nodeState(inside(again).folder.db, REBUILT), undefined)
      assert.ok((await again.status()).notes.some((note) => note.includes('nothing is collected')))
    })
  }

  it('a sound one is left as it is', async () => {
    const { dir, init } = await alone()
    const before = await readdir(dir)
    const node = await rebuilt(init)
    assert.deepEqual(await names(node), FILES.map(([name]) => name).sort())
    assert.equal(inside(node).parts.rebuilt.info, undefined)
    await node.stop()
    assert.deepEqual((await readdir(dir)).sort(), before.sort())
  })

  it('an index of a newer version is refused, also with a rebuild', async () => {
    const { dir, init } = await alone()
    await writeFile(join(dir, 'format'), 'dfs 2\n')
    await failsWith(rebuilt(init), 'NEWER_FORMAT')
  })

  it('a rebuild that is aborted changes nothing, and the next one does it', async () => {
    const { dir, init } = await alone()
    await DAMAGES['cut in half']?.(join(dir, 'index.db'))
    const before = await filesBelow(dir)
    const stop = new AbortController()
    await failsWith(rebuilt({ ...init, signal: stop.signal, rebuildIndex: { onProgress: () => { stop.abort() } } }), 'ABORTED')
    assert.deepEqual(await filesBelow(dir), before)
    const node = await rebuilt(init)
    assert.ok((await names(node)).length > 0)
  })

  it('a rebuild that was cut off between any two renames is gone on with', async () => {
    const { dir, init } = await alone()
    await DAMAGES['cut in half']?.(join(dir, 'index.db'))
    await cp(dir, `${dir}-done`, { recursive: true })
    const reference = await rebuilt({ ...init, dir: `${dir}-done` })
    const [listed, aside] = [await names(reference), inside(reference).parts.rebuilt.info?.aside ?? '']
    await reference.stop()
    /** The old index is where it was, the new one beside it and whole; with a log that must not be read as the new one's. */
    const before = async (): Promise<string> => {
      const at = await cluster.dir()
      await cp(`${dir}-done`, at, { recursive: true })
      await rename(join(at, 'index.db'), join(at, 'index.db.new'))
      await rename(join(at, aside), join(at, 'index.db'))
      await writeFile(join(at, 'index.db-wal'), bytesOf('log', 5000))
      return at
    }
    const moments = [
      async () => {},
      async (at: string) => { await rename(join(at, 'index.db'), join(at, aside)) },
      async (at: string) => {
        await rename(join(at, 'index.db'), join(at, aside))
        await rename(join(at, 'index.db-wal'), join(at, `${aside}-wal`))
      }
    ]
    for (const moment of moments) {
      const at = await before()
      await moment(at)
      await failsWith(cluster.node({ ...init, dir: at, createIfMissing: false }), 'INDEX_DAMAGED')
      const node = await rebuilt({ ...init, dir: at })
      assert.deepEqual(await names(node), listed)
      assert.deepEqual(inside(node).parts.rebuilt.info?.aside, aside)
      await node.stop()
      // SQLite itself empties a log of which nothing is its own, where it opens the index beside it
      if (moment !== moments[0]) assert.equal((await stat(join(at, `${aside}-wal`))).size, 5000)
    }
    // a new index that is not whole is made again
    const at = await before()
    await truncate(join(at, 'index.db.new'), 8192)
    const node = await rebuilt({ ...init, dir: at })
    assert.deepEqual(await names(node), listed)
    await rm(`${dir}-done`, { recursive: true })
  })

  describe('with other members', () => {
    /** Three members with FILES on all, the third stopped. */
    async function three (): Promise<{ a: DfsNode, b: DfsNode, dir: string, init: DfsNodeInit }> {
      const a = await cluster.node((await alone()).init)
      const b = await cluster.member(a, { label: 'b' })
      const dir = await cluster.dir()
      const init = { dir, listen: [address()], label: 'c' }
      const c = await cluster.member(a, init)
      for (const node of [b, c]) while (inside(node).parts.downloader.state().versions > 0 || (await names(node)).length < FILES.length) await next(node, 'file:held')
      // b and c hear of each other through a
      await connected(b, c)
      const last = await c.put('of c', 'by c', { durable: 3 })
      for (const node of [a, b]) await knows(node, 'of c', last.version)
      await c.stop()
      return { a, b, dir, init }
    }

    const bytesFrom = async (node: DfsNode): Promise<number> => (await node.peers()).reduce((sum, { bytesReceived }) => sum + bytesReceived, 0)

    for (const what of ['deleted', 'cut in half']) {
      it(`${what}: it greets with its own admits, gets everything back, and fetches only what is missing`, async () => {
        const { a, b, dir, init } = await three()
        await DAMAGES[what]?.(join(dir, 'index.db'))
        const c = await rebuilt(init)
        await Promise.all([connected(a, c), connected(b, c)])
        await settled(c)
        const whole = (): boolean => inside(c).parts.downloader.state().versions === 0
        while (!whole()) await next(c, 'file:held')
        assert.deepEqual(await infos(c), await infos(a))
        assert.equal((await c.status()).entries, (await a.status()).entries)
        const received = await bytesFrom(c)
        assert.ok(received < 1.2 * MIB, `${received} bytes came`)
        assert.equal(nodeState(inside(c).folder.db, REBUILT), undefined)
        for (const node of [a, b]) await node.stop()
        for (const [name, content] of FILES) same(await collect(c.get(name)), content)
        const { ok, rebuilt: info } = await c.verify()
        assert.deepEqual([ok, info?.settled], [true, true])
      })
    }

    it('what it puts before it has heard of anybody waits for its own last entries, and makes no fork', async () => {
      const { a, b, dir, init } = await three()
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      const c = await cluster.node({ ...init, createIfMissing: false, rebuildIndex: true }, { answerMs: 20_000, progressMs: 20_000 })
      const file = await c.put('of c', 'again, by c', { durable: 2 })
      assert.equal(file.conflict, false)
      for (const node of [a, b]) {
        await knows(node, 'of c', file.version)
        assert.deepEqual((await node.status()).forks, [])
      }
    })

    it('what it puts while nobody is there may be a fork, and nothing is lost by that', async () => {
      const { a, b, dir, init } = await three()
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      const elsewhere = await cluster.node({ ...init, createIfMissing: false, rebuildIndex: true, start: false })
      await elsewhere.put('alone', 'by c', { durable: 1 })
      await elsewhere.stop()
      const c = await cluster.node({ ...init, createIfMissing: false })
      await Promise.all([connected(a, c), connected(b, c)])
      const file = (await infos(c)).find(({ name }) => name === 'alone')
      for (const node of [a, b]) {
        await knows(node, 'alone', file?.version ?? '')
        assert.equal(Buffer.from(await collect(node.get('of c'))).toString(), 'by c')
        assert.ok((await node.status()).forks.length > 0)
      }
    })

    it('without its file of admits it is no member any more, says so, and nothing has changed', async () => {
      const { dir, init } = await three()
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      await rm(join(dir, 'admits'))
      const before = await filesBelow(dir)
      const error = await failsWith(rebuilt(init), 'KEYRING')
      assert.match(error.message, /invite/)
      assert.deepEqual(await filesBelow(dir), before)
      // damaged, the same
      await writeFile(join(dir, 'admits'), 'junk')
      await failsWith(rebuilt(init), 'KEYRING')
    })
  })

  it('of a founder whom nobody can reach: it finds the others where they were, though it does not know them any more', async () => {
    const { dir, init } = await alone()
    const a = await cluster.node(init)
    const b = await cluster.member(a)
    while ((await names(b)).length < FILES.length) await next(b, 'file:put')
    await a.stop()
    // b is reached at an address that a dialled
    const again = await cluster.node({ ...init, dialOnly: true })
    await connected(again, b)
    await again.stop()
    await DAMAGES.deleted?.(join(dir, 'index.db'))
    const rebuiltOne = await rebuilt({ ...init, dialOnly: true })
    await connected(rebuiltOne, b)
    await settled(rebuiltOne)
    assert.deepEqual((await names(rebuiltOne)).length, FILES.length)
  })

  it('an owner without its file of admits admits itself again', async () => {
    const { dir, init } = await alone()
    const a = await cluster.node({ ...init, createIfMissing: false })
    const b = await cluster.member(a)
    while ((await names(b)).length < FILES.length) await next(b, 'file:put')
    const { peer } = a
    await a.stop()
    await DAMAGES.deleted?.(join(dir, 'index.db'))
    await rm(join(dir, 'admits'))
    const again = await rebuilt({ ...init, bootstrap: [`${b.addresses[0] ?? ''}`] })
    await connected(again, b)
    assert.equal(again.peer, peer)
    await settled(again)
    assert.deepEqual((await infos(again)).length, FILES.length)
  })

  it('a folder that was made before there was such a file has it after a start', async () => {
    const { dir, init } = await alone()
    await rm(join(dir, 'admits'))
    const node = await cluster.node({ ...init, createIfMissing: false })
    await node.stop()
    assert.ok((await stat(join(dir, 'admits'))).size > 100)
    assert.ok(isDamaged(await failsWith((async () => {
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      await cluster.node({ ...init, createIfMissing: false })
    })(), 'INDEX_DAMAGED')))
    assert.equal((await rebuilt(init)).role, 'owner')
  })
})
