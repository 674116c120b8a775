import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import type { DfsNode, FileInfo, VersionInfo } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, connected, inside, knows, next, same } from './cluster.js'

/** A look each second: a sixtieth of the retention. */
const OFTEN = { retention: 60_000 }

async function log (node: DfsNode, name: string): Promise<VersionInfo[]> {
  const found: VersionInfo[] = []
  for await (const version of node.history(name)) found.push(version)
  return found
}
const states = async (node: DfsNode, name: string): Promise<string[]> => (await log(node, name)).map(({ state }) => state)

describe('node: old versions are given up, and come back', function () {
  this.timeout(40_000)
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  const whole = async (node: DfsNode, { version, cid }: FileInfo): Promise<void> => {
    const held = next(node, 'file:held', (detail) => detail.version === version)
    if (!await inside(node).folder.store.complete(CID.parse(cid))) await held
  }

  it('what is beyond `keep`, by the member that put, and everybody agrees', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a, { label: 'b' })
    await a.set({ keep: 2, ...OFTEN })
    const versions: string[] = []
    const [there, here] = [a, b].map((node) => next(node, 'file:forget', ({ name }) => name === 'x'))
    for (let n = 0; n < 5; n++) versions.push((await b.put('x', bytesOf(n, 1000), { durable: 2 })).version)
    const forgotten = [...versions.slice(0, 2)].sort()
    const told = await there
    assert.deepEqual({ ...told, versions: told?.versions.toSorted() }, { name: 'x', versions: forgotten, local: false })
    assert.equal((await here)?.local, true)
    for (const node of [a, b]) {
      assert.deepEqual(await states(node, 'x'), ['head', 'superseded', 'superseded', 'forgotten', 'forgotten'])
      // its blocks are here until the guard is over
      same(await collect(node.get('x', { version: versions[0] ?? '' })), bytesOf(0, 1000))
      assert.deepEqual(inside(node).parts.vault.returned(), 0)
    }
  })

  it('eleven junk versions by a stolen writer: restored from any node; on top again by itself after a revoke that cuts before them', async () => {
    const a = await cluster.node({ label: 'laptop' })
    const b = await cluster.member(a, { label: 'nas' })
    const c = await cluster.member(a, { label: 'pi' })
    await connected(b, c)
    const good = bytesOf('good', 700_000)
    const first = await a.put('x', good, { durable: 3 })
    const second = await a.put('y', good, { durable: 3 })
    for (const node of [a, b, c]) await knows(node, 'y', second.version)
    await a.set(OFTEN)
    // the good version of x is forgotten by the keys of the thief, and by everybody else's settings
    const gone = [a, c].map((node) => next(node, 'file:forget', ({ versions }) => versions.includes(first.version)))
    let junk = await b.put('y', 'junk', { durable: 1 })
    for (let n = 1; n < 11; n++) await b.put('y', `junk ${n}`, { durable: 1 })
    let last = junk
    for (let n = 0; n < 11; n++) last = await b.put('x', `junk x ${n}`, { durable: 1 })
    await Promise.all(gone)
    await Promise.all([a, c].map((node) => knows(node, 'x', last.version)))
    for (const node of [a, b, c]) assert.equal((await log(node, 'x')).find(({ version }) => version === first.version)?.state, 'forgotten')
    // within the guard, from the one that put it and from the one that did not
    const back = await c.restore('x', first.version)
    await knows(a, 'x', back.version)
    for (const node of [a, c]) same(await collect(node.get('x')), good)
    junk = await b.put('x', 'junk again', { durable: 1 })
    await knows(a, 'x', junk.version)
    same(await collect(a.get('x', { version: (await a.restore('x', first.version)).version })), good)
    // cut before the junk: y is what it was, with nobody restoring it
    const from = (await log(a, 'y')).filter(({ writer }) => writer.label === 'nas').at(-1)?.version ?? ''
    const turned = next(c, 'member:revoke')
    await a.revoke('nas', { since: from })
    await turned
    for (const node of [a, c]) {
      assert.equal((await node.stat('y')).version, second.version)
      same(await collect(node.get('y')), good)
      same(await collect(node.get('x')), good)
      const list = await states(node, 'y')
      assert.deepEqual([list.filter((state) => state === 'void').length, list.filter((state) => state === 'head').length], [11, 1])
      assert.deepEqual((await node.status()).notes.filter((note) => note.includes('on top again')), [])
    }
  })

  it('status says when the blocks of what comes back on top are gone, until they come from elsewhere', async () => {
    const a = await cluster.node({ label: 'laptop' })
    const b = await cluster.member(a, { label: 'nas' })
    const c = await cluster.member(a, { label: 'pi', role: 'store' })
    const good = await a.put('x', bytesOf('good', 700_000), { durable: 1 })
    await Promise.all([b, c].map((node) => whole(node, good)))
    const junk = await b.put('x', 'junk', { durable: 1 })
    await knows(a, 'x', junk.version)
    // forgotten, and collected, here and at the one that only stores
    const told = [a, c].map((node) => next(node, 'file:forget'))
    await a.set({ keep: 0, ...OFTEN })
    await Promise.all(told)
    const root = CID.parse(good.cid)
    for (const node of [a, c]) await inside(node).folder.store.release(root, [])
    const note = async (node: DfsNode): Promise<string[]> => (await node.status()).notes.filter((text) => text.includes('1 version that is on top again since a machine was revoked is not whole here'))
    for (const node of [a, c]) assert.deepEqual(await note(node), [])
    const turned = next(c, 'member:revoke')
    await a.revoke('nas', { since: junk.version })
    await turned
    for (const node of [a, c]) assert.equal((await note(node)).length, 1)
    assert.equal((await a.stat('x')).version, good.version)
    // a copy turns up
    const held = next(a, 'file:held', ({ version }) => version === good.version)
    const d = await cluster.member(a, { label: 'old' })
    await d.put('elsewhere', bytesOf('good', 700_000), { durable: 1 })
    const { store } = inside(d).folder
    for await (const { cid, block } of blocksOf(b, root)) await store.put(cid, block)
    inside(a).parts.downloader.again()
    await held
    assert.deepEqual(await note(a), [])
    same(await collect(a.get('x')), bytesOf('good', 700_000))
  })
})

/** What a node holds below a root, itself included. */
async function * blocksOf (node: DfsNode, root: CID): AsyncGenerator<{ cid: CID, block: Uint8Array }> {
  const { db, store } = inside(node).folder
  const rows = db.all<{ cid: Uint8Array }>('SELECT b.cid AS cid FROM refs AS r JOIN blocks AS b ON b.id = r.block WHERE r.root = (SELECT id FROM blocks WHERE cid = ?)', root.bytes)
  for (const { cid } of rows) {
    const pieces: Uint8Array[] = []
    for await (const piece of store.get(parseCid(cid))) pieces.push(piece)
    yield { cid: parseCid(cid), block: new Uint8Array(Buffer.concat(pieces)) }
  }
}
