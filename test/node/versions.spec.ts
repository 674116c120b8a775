import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { makeForget } from '../../protocols/vault/make-entry.js'
import { tagOf } from '../../protocols/vault/private-part.js'
import type { FileNotFoundError, VersionGoneError } from '../../src/errors.js'
import { GUARD_MS } from '../../src/defaults.js'
import { entriesOfTag } from '../../src/index/queries/entries.js'
import { headsOfTag } from '../../src/index/queries/tag-places.js'
import type { DfsNode, DfsNodeEvents, VersionInfo } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, connected, failsWith, inside, knows, names, next, parted, same } from './cluster.js'

const MIB = 1024 ** 2
const text = async (source: AsyncIterable<Uint8Array>): Promise<string> => new TextDecoder().decode(await collect(source))

async function log (node: DfsNode, name: string): Promise<VersionInfo[]> {
  const all: VersionInfo[] = []
  for await (const version of node.history(name)) all.push(version)
  return all
}

/** What every node must say alike. */
const alike = (versions: VersionInfo[]): unknown => versions.map(({ here: _here, until: _until, ...rest }) => rest)
const kinds = (versions: VersionInfo[]): string[] => versions.map(({ kind, state, current }) => `${kind} ${state}${current ? ' now' : ''}`)

/** Two nodes do not hear of each other's entries until `meet`. */
function apart (a: DfsNode, b: DfsNode): { meet: () => Promise<void> } {
  const parts = [a, b].map((node) => inside(node).parts)
  const forwards = parts.map(({ sync }) => sync.forward)
  const asks = parts.map(({ sync }) => sync.ask)
  for (const { sync } of parts) {
    sync.forward = () => {}
    sync.ask = async () => { throw new Error('cut off') }
  }
  return {
    meet: async () => {
      parts.forEach(({ sync }, at) => Object.assign(sync, { forward: forwards[at], ask: asks[at] }))
      await inside(a).parts.sync.ask(b.peer)
    }
  }
}

describe('node: versions', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  async function pair (waits: { inactivityMs?: number } = {}): Promise<[DfsNode, DfsNode]> {
    const a = await cluster.node({ label: 'a' }, waits)
    return [a, await cluster.member(a, { label: 'b' })]
  }

  describe('delete', () => {
    it('takes a name away on all members at once, and says so there', async () => {
      const [a, b] = await pair()
      const events: Array<DfsNodeEvents['file:delete']['detail']> = []
      for (const node of [a, b]) node.addEventListener('file:delete', ({ detail }) => { events.push(detail) })
      const file = await a.put('x', 'text', { durable: 2 })
      await knows(b, 'x', file.version)
      const heard = next(b, 'file:delete')
      const deleted = await a.delete('x')
      await heard
      assert.deepEqual(events, [{ ...deleted, local: true }, { ...deleted, local: false }])
      for (const node of [a, b]) {
        assert.deepEqual(await names(node), [])
        const error = await failsWith<FileNotFoundError>(node.stat('x'), 'FILE_NOT_FOUND')
        assert.match(error.message, /^No file named "x"\. It was deleted by a at \d\d:\d\d;/)
        assert.equal(error.retry, false)
        // what it was is still there, by its version
        assert.equal(await text(node.get('x', { version: file.version })), 'text')
        assert.deepEqual(kinds(await log(node, 'x')), ['delete head now', 'put superseded'])
      }
      assert.deepEqual(alike(await log(a, 'x')), alike(await log(b, 'x')))
    })

    it('finds nothing to delete: a name that never was, or is deleted', async () => {
      const [a, b] = await pair()
      await failsWith(a.delete('x'), 'FILE_NOT_FOUND')
      await a.put('x', 'text', { durable: 2 })
      const heard = next(b, 'file:delete')
      await a.delete('x')
      await heard
      await failsWith(b.delete('x'), 'FILE_NOT_FOUND')
      assert.equal((await log(a, 'x')).length, 2)
      await failsWith(a.delete('a//b'), 'INVALID_NAME')
    })

    it('asks the others before it says that there is nothing', async () => {
      const [a, b] = await pair()
      inside(a).parts.sync.forward = () => {}
      await a.put('x', 'text', { durable: 1 })
      await b.delete('x')
      assert.deepEqual(await names(b), [])
    })

    it('loses to a put that it had not seen, which is a conflict that the next put ends', async () => {
      const [a, b] = await pair()
      const first = await a.put('x', 'one', { durable: 2 })
      await knows(b, 'x', first.version)
      const { meet } = apart(a, b)
      const second = await a.put('x', 'two', { durable: 1 })
      await b.delete('x')
      const conflict = next(b, 'file:conflict')
      await meet()
      assert.equal((await conflict).version, second.version)
      await knows(b, 'x', second.version)
      for (const node of [a, b]) {
        assert.equal(await text(node.get('x')), 'two')
        assert.equal((await node.stat('x')).conflict, true)
        const versions = await log(node, 'x')
        assert.deepEqual(kinds(versions).sort(), ['delete head', 'put head now', 'put superseded'])
      }
      const third = await b.put('x', 'three', { durable: 1 })
      assert.equal(third.conflict, false)
      assert.deepEqual(kinds(await log(b, 'x')).sort(), ['delete superseded', 'put head now', 'put superseded', 'put superseded'])
      assert.equal((await log(b, 'x'))[0]?.after.length, 2)
    })

    it('ends more conflicting versions than one entry can name', async () => {
      const a = await cluster.node()
      const { vault } = inside(a).parts
      const { entries } = vault
      // heads that do not know of each other, as from many members that were cut off
      const heads = entries.heads.bind(entries)
      entries.heads = () => ({ heads: [], newest: undefined, conflict: false })
      for (let n = 0; n < 40; n++) await a.put('x', `text ${n}`)
      entries.heads = heads
      assert.equal(headsOfTag(inside(a).folder.db, tagOf(vault.readKeys().name, 'x'), 100).length, 40)
      await a.delete('x')
      assert.deepEqual(await names(a), [])
      const versions = await log(a, 'x')
      assert.deepEqual(versions.filter(({ state }) => state === 'head').map(({ kind, current }) => [kind, current]), [['delete', true]])
    })

    it('is for owner and write members, and not after a revoke', async () => {
      const a = await cluster.node()
      await a.put('x', 'text')
      const reader = await cluster.member(a, { role: 'read' })
      for (const work of [reader.delete('x'), reader.mv('x', 'y'), reader.restore('x')]) await failsWith(work, 'NOT_ALLOWED')
      const storer = await cluster.member(a, { role: 'store' })
      await failsWith(log(storer, 'x'), 'NOT_ALLOWED')
      await failsWith(storer.delete('x'), 'NOT_ALLOWED')
      assert.deepEqual(await names(a), ['x'])
    })
  })

  describe('history', () => {
    it('is the same on every member, the newest first, with who wrote what', async () => {
      const [a, b] = await pair()
      const one = await a.put('x', 'one', { durable: 2, mtime: new Date(86400e3), type: 'text/plain' })
      await knows(b, 'x', one.version)
      const two = await b.put('x', 'two!', { durable: 2 })
      await knows(a, 'x', two.version)
      const versions = await log(a, 'x')
      assert.deepEqual(versions, [
        { name: 'x', version: two.version, kind: 'put', state: 'head', current: true, time: two.time, writer: { peer: b.peer, label: 'b' }, after: [one.version], cid: two.cid, size: 4, bytes: versions[0]?.bytes, here: true },
        { name: 'x', version: one.version, kind: 'put', state: 'superseded', current: false, time: one.time, writer: { peer: a.peer, label: 'a' }, after: [], cid: one.cid, size: 3, bytes: versions[1]?.bytes, mtime: new Date(86400e3), type: 'text/plain', here: true }
      ])
      assert.deepEqual(alike(await log(b, 'x')), alike(versions))
      await failsWith(log(a, 'y'), 'FILE_NOT_FOUND')
    })

    it('names forgotten and void versions, and what waits', async () => {
      const [a, b] = await pair()
      const versions = []
      for (const n of [1, 2, 3]) versions.push(await b.put('x', `text ${n}`, { durable: 2 }))
      await knows(a, 'x', versions[2]?.version ?? '')
      const { db } = inside(a).folder
      const { vault } = inside(a).parts
      const rows = entriesOfTag(db, tagOf(vault.readKeys().name, 'x'))
      const [oldest] = rows.toSorted((p, q) => (p.clock ?? 0) - (q.clock ?? 0))
      assert.ok(oldest !== undefined)
      const { writer: author } = vault
      assert.ok(author !== undefined)
      await author.write((terms) => makeForget({ ...terms, keys: vault.readKeys(), name: 'x', versions: [oldest.id] }), ({ entry }) => vault.entries.take(entry))
      const before = Date.now()
      const forgotten = await log(a, 'x')
      assert.deepEqual(kinds(forgotten), ['put head now', 'put superseded', 'put forgotten'])
      assert.deepEqual(forgotten.map(({ until }) => until === undefined), [true, true, false])
      // a week, of which next to nothing has passed
      assert.ok(Math.abs((forgotten[2]?.until?.getTime() ?? 0) - before - GUARD_MS) < 60_000)
      // of a writer that was revoked with nothing kept
      const [, second] = versions
      await a.revoke(b.peer, { since: second?.version ?? '' })
      assert.deepEqual(kinds(await log(a, 'x')), ['put void', 'put void', 'put head now'])
      assert.deepEqual((await log(a, 'x')).map(({ writer }) => writer.label), ['b', 'b', 'b'])
      assert.deepEqual((await log(a, 'x')).map(({ until }) => until === undefined), [false, false, true])
      await db.write([['UPDATE entries SET waiting = 1, head = 0 WHERE id = ?', oldest.id]])
      assert.equal((await log(a, 'x')).at(-1)?.state, 'waiting')
    })

    it('goes through hundreds of versions in pages while more are written', async () => {
      const a = await cluster.node()
      const { vault } = inside(a).parts
      const put = async (n: number): Promise<unknown> =>
        vault.commitPut('x', { root: cidOf(DAG_CBOR, bytesOf(n, 8)), key: bytesOf(n, 32), size: n, bytes: 500, lineage: bytesOf('lineage', 32) }, vault.commit)
      for (let n = 0; n < 400; n++) await put(n)
      let last = 400
      for await (const { size, here } of a.history('x')) {
        assert.equal(size, last - 1)
        assert.equal(here, false)
        last = size ?? -1
        if (last % 100 === 0) await put(1000 + last)
      }
      assert.equal(last, 0)
    })
  })

  describe('restore', () => {
    it('puts an old version on top again, without a block moving, and after a delete', async () => {
      const [a, b] = await pair()
      const content = bytesOf('one', 2 * MIB)
      const one = await a.put('x', content, { durable: 2, mtime: new Date(5000) })
      await a.put('x', 'two', { durable: 2 })
      const blocks = inside(a).folder.store.usage().blocks
      const restored = await a.restore('x', one.version.slice(0, 8))
      assert.equal(restored.cid, one.cid)
      assert.deepEqual(restored.mtime, new Date(5000))
      assert.notEqual(restored.version, one.version)
      await knows(b, 'x', restored.version)
      for (const node of [a, b]) {
        same(await collect(node.get('x')), content)
        assert.deepEqual(kinds(await log(node, 'x')), ['restore head now', 'put superseded', 'put superseded'])
      }
      assert.equal(inside(a).folder.store.usage().blocks, blocks)
      const gone = next(b, 'file:delete')
      await a.delete('x')
      await gone
      const again = await b.restore('x')
      assert.equal(again.cid, one.cid)
      same(await collect(b.get('x')), content)
    })

    it('without a version takes the newest other one, again and again', async () => {
      const a = await cluster.node()
      await failsWith(a.restore('x'), 'FILE_NOT_FOUND')
      const one = await a.put('x', 'one')
      await failsWith(a.restore('x'), 'VERSION_NOT_FOUND')
      const two = await a.put('x', 'two')
      assert.equal((await a.restore('x')).cid, one.cid)
      assert.equal((await a.restore('x')).cid, two.cid)
      // what it is already makes no new version
      const { version } = await a.stat('x')
      assert.equal((await a.restore('x', two.version)).version, version)
      assert.equal((await log(a, 'x')).length, 4)
      await failsWith(a.restore('x', 'aaaaaaaa'), 'VERSION_NOT_FOUND')
      await failsWith(a.restore('x', 'a'), 'INVALID_OPTION')
    })

    it('brings what is missing from another member first', async () => {
      const [a, b] = await pair()
      const content = bytesOf('one', 3 * MIB)
      const one = await a.put('x', content, { durable: 2 })
      const two = await a.put('x', bytesOf('two', MIB), { durable: 2 })
      await knows(b, 'x', two.version)
      const { store } = inside(a).folder
      const root = CID.parse(one.cid)
      await store.release(root)
      assert.equal((await log(a, 'x'))[1]?.here, false)
      let here = 0
      const restored = await a.restore('x', one.version, { onProgress: (event) => { if (event.type === 'file:restore:here') here = event.bytes } })
      assert.equal(await store.complete(root), true)
      assert.equal(here, (await log(a, 'x')).find(({ version }) => version === restored.version)?.bytes)
      await b.stop()
      same(await collect(a.get('x')), content)
    })

    it('is VersionGoneError when nobody who is here has its blocks, says who is away, and nothing changes', async () => {
      const [a, b] = await pair({ inactivityMs: 1_000 })
      const content = bytesOf('one', 3 * MIB)
      const one = await a.put('x', content, { durable: 2 })
      await a.put('x', 'two', { durable: 2 })
      const root = CID.parse(one.cid)
      await inside(a).folder.store.release(root)
      const gone = parted(a, b.peer)
      // it stays a member and forgets the blocks
      await inside(b).folder.store.release(root)
      const before = await log(a, 'x')
      const error = await failsWith<VersionGoneError>(a.restore('x', one.version), 'VERSION_GONE')
      assert.equal(error.retry, true)
      assert.deepEqual(await log(a, 'x'), before)
      assert.equal(inside(a).folder.store.usage().reserved, 0)
      await b.stop()
      await gone
      const away = await failsWith<VersionGoneError>(a.restore('x', one.version), 'VERSION_GONE')
      assert.match(away.message, /b has been away since/)
    })
  })

  describe('mv', () => {
    it('gives a file another name without moving a block, its history stays at the old one', async () => {
      const [a, b] = await pair()
      const content = bytesOf('one', 3 * MIB)
      await a.put('x', 'older', { durable: 2 })
      const file = await a.put('x', content, { durable: 2, mtime: new Date(7000), type: 'a/b' })
      await knows(b, 'x', file.version)
      const blocks = [a, b].map((node) => inside(node).folder.store.usage().blocks)
      const gone = next(b, 'file:delete')
      const moved = await a.mv('x', 'dir/y')
      assert.deepEqual({ ...moved, version: '', time: 0 }, { name: 'dir/y', version: '', cid: file.cid, size: file.size, mtime: new Date(7000), type: 'a/b', time: 0, conflict: false })
      assert.equal((await gone).name, 'x')
      for (const node of [a, b]) {
        assert.deepEqual(await names(node), ['dir/y'])
        same(await collect(node.get('dir/y')), content)
        assert.deepEqual(kinds(await log(node, 'x')), ['delete head now', 'put superseded', 'put superseded'])
        assert.deepEqual((await log(node, 'dir/y')).map(({ note }) => note), ['moved from x'])
      }
      assert.deepEqual([a, b].map((node) => inside(node).folder.store.usage().blocks), blocks)
      // and it can go back, with what changes from then on sent alone
      await b.mv('dir/y', 'x')
      assert.deepEqual(await names(b), ['x'])
    })

    it('goes over a file only when forced, and never onto itself', async () => {
      const a = await cluster.node()
      await failsWith(a.mv('x', 'y'), 'FILE_NOT_FOUND')
      const x = await a.put('x', 'of x')
      const y = await a.put('y', 'of y')
      await failsWith(a.mv('x', 'x'), 'INVALID_OPTION')
      await failsWith(a.mv('x', 'y'), 'FILE_EXISTS')
      assert.deepEqual([(await a.stat('x')).version, (await a.stat('y')).version], [x.version, y.version])
      const moved = await a.mv('x', 'y', { force: true })
      assert.deepEqual(await names(a), ['y'])
      assert.equal(await text(a.get('y')), 'of x')
      assert.deepEqual((await log(a, 'y')).map(({ version }) => version), [moved.version, y.version])
      assert.equal((await a.restore('y')).cid, y.cid)
      // over a deleted name without a word
      await a.mv('y', 'x')
      assert.deepEqual(await names(a), ['x'])
    })

    it('is one transaction: when it fails, both names are as they were, and numbers go on', async () => {
      const a = await cluster.node()
      const x = await a.put('x', 'of x')
      const { vault } = inside(a).parts
      const { commit } = vault
      Object.assign(vault, { commit: async () => { throw new Error('disk') } })
      await assert.rejects(a.mv('x', 'y'), /disk/)
      Object.assign(vault, { commit })
      assert.deepEqual(await names(a), ['x'])
      assert.equal((await a.stat('x')).version, x.version)
      await a.mv('x', 'y')
      assert.deepEqual(await names(a), ['y'])
      assert.deepEqual(inside(a).parts.vault.entries.forks(), [])
    })

    it('moves in opposite directions at the same time end', async () => {
      const a = await cluster.node()
      await a.put('x', 'of x')
      await a.put('y', 'of y')
      await Promise.all(Array.from({ length: 8 }, (_, n) => n % 2 === 0 ? a.mv('x', 'y', { force: true }) : a.mv('y', 'x', { force: true })).map((work) => work.catch(() => {})))
      assert.equal((await names(a)).length, 1)
    })

    it('a version that is on no disk here is brought here under its new name as under its old one', async () => {
      const [a, b] = await pair()
      const content = bytesOf('one', 2 * MIB)
      const file = await a.put('x', content, { durable: 2 })
      await knows(b, 'x', file.version)
      await b.evict('x')
      await b.mv('x', 'y')
      assert.deepEqual(inside(b).parts.downloader.state(), { versions: 0, bytes: 0, active: 0, invalid: 0 })
      assert.equal((await log(b, 'y'))[0]?.here, false)
      same(await collect(b.get('y')), content)
    })
  })

  it('a name that was deleted goes on with its salt: only what changed is new', async () => {
    const a = await cluster.node()
    const content = bytesOf('one', 4 * MIB)
    await a.put('x', content)
    const { blocks } = inside(a).folder.store.usage()
    await a.delete('x')
    content[0] = (content[0] ?? 0) ^ 1
    await a.put('x', content)
    // one chunk and the manifest
    assert.equal(inside(a).folder.store.usage().blocks, blocks + 2)
  })

  it('nodes that were cut off end alike', async () => {
    const [a, b] = await pair()
    const first = await a.put('x', 'one', { durable: 2 })
    await knows(b, 'x', first.version)
    const { meet } = apart(a, b)
    await a.delete('x')
    await a.restore('x')
    await b.mv('x', 'y')
    await b.put('x', 'anew', { durable: 1 })
    await meet()
    await connected(a, b)
    await knows(b, 'x', (await a.stat('x')).version)
    for (const name of ['x', 'y']) assert.deepEqual(alike(await log(a, name)), alike(await log(b, name)))
    assert.deepEqual(await names(a), await names(b))
  })
})
