import assert from 'node:assert/strict'
import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { CID } from 'multiformats/cid'
import { AUDIT_PROTOCOL } from '../../protocols/audit/constants.js'
import { AuditBudget } from '../../protocols/audit/budget.js'
import { handleAudit } from '../../protocols/audit/handler.js'
import { Channel } from '../../protocols/framing/channel.js'
import type { DfsNode } from '../../src/api/node.js'
import type { Peers } from '../../src/network/peers.js'
import { peerBytes } from '../../src/replication/peer-bytes.js'
import { blockFiles } from './blocks.js'
import { bytesOf, Cluster, collect, connected, inside, same } from './cluster.js'

const MIB = 1024 ** 2
const FILES = 6

const content = (i: number): Uint8Array => bytesOf(`file ${i}`, 2 * MIB + i)

describe('damaged copies', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  /** Three members with three copies of each file, the last of them on disk. */
  async function three (waits: { scrubMs?: number } = {}): Promise<{ a: DfsNode, b: DfsNode, c: DfsNode, dir: string }> {
    const dir = await cluster.dir()
    const a = await cluster.node({ label: 'a' })
    const b = await cluster.member(a, { label: 'b' })
    const c = await cluster.member(a, { label: 'c', dir }, waits)
    await connected(b, c)
    for (let i = 0; i < FILES; i++) await a.put(`f${i}`, content(i), { durable: 3 })
    return { a, b, c, dir }
  }

  /** Alters, shortens and removes files of a folder, in turn; how many. */
  async function spoil (dir: string): Promise<number> {
    const files = await blockFiles(dir)
    for (const [i, path] of files.entries()) {
      if (i % 3 === 0) await rm(path)
      else if (i % 3 === 1) await truncate(path, 1000)
      else {
        const bytes = await readFile(path)
        bytes[i] = (bytes[i] ?? 0) ^ 1
        await writeFile(path, bytes)
      }
    }
    return files.length
  }

  /** All that was damaged was found, and nothing is lacking any more. */
  async function whole (node: DfsNode, found: () => boolean): Promise<void> {
    while (!found() || !inside(node).parts.store.lacking().next().done) await new Promise((resolve) => { setImmediate(resolve) })
  }

  it('are found by the look at every block, put aside and fetched again, while readers see right bytes only', async () => {
    const { a, b, c, dir } = await three({ scrubMs: 400 })
    // what is damaged is mended, not brought as a copy that it should have: a block that comes that way is not told of
    inside(c).parts.replicas.reconcile.stop()
    const seen = { corrupt: new Set<string>(), mended: new Set<string>() }
    c.addEventListener('block:corrupt', ({ detail }) => { seen.corrupt.add(detail.cid) })
    const count = await spoil(dir)
    c.addEventListener('block:mended', ({ detail }) => { seen.mended.add(detail.cid) })
    for (let i = 0; i < FILES; i++) same(await collect(c.get(`f${i}`)), content(i))
    await whole(c, () => seen.corrupt.size === count && seen.mended.size >= count)
    assert.deepEqual([...seen.corrupt].sort(), [...seen.mended].sort())
    const { quarantined } = (await c.status()).disk
    assert.equal(quarantined, count - Math.ceil(count / 3)) // what was removed left nothing to put aside
    // the others are not needed any more
    await a.stop()
    await b.stop()
    for (let i = 0; i < FILES; i++) same(await collect(c.get(`f${i}`)), content(i))
    assert.equal((await c.verify()).damaged.blocks, 0)
    assert.match((await c.status()).notes.join('\n'), /damaged blocks? .*(lie|lies) in quarantine/)
  })

  it('are found by the proofs that other members ask for, and put right', async () => {
    const { a, c, dir } = await three()
    inside(c).parts.replicas.reconcile.stop()
    const found = new Set<string>()
    const mended = new Set<string>()
    c.addEventListener('block:corrupt', ({ detail }) => { found.add(detail.cid) })
    c.addEventListener('block:mended', ({ detail }) => { mended.add(detail.cid) })
    const count = await spoil(dir)
    const { placement, replicas, vault } = inside(a).parts
    const groups = Array.from({ length: FILES }, (_, i) => placement.state.groupOf(CID.parse(vault.lookup(`f${i}`)?.info.cid ?? '').bytes))
    assert.ok(groups.every((group) => group !== undefined))
    // of each version all blocks, as a full audit does
    for (const group of groups) await replicas.audit.group(group, c.peer, 'all')
    await whole(c, () => found.size === count && mended.size >= count)
    assert.deepEqual([...mended].sort(), [...found].sort())
    // what was damaged was found, and is good now
    for (const group of groups) assert.equal(await replicas.audit.group(group, c.peer, 'all'), undefined)
    await a.stop()
    for (let i = 0; i < FILES; i++) same(await collect(c.get(`f${i}`)), content(i))
  })

  /** Half of the blocks of `node`, which it is to have dropped; as text. */
  async function half (node: DfsNode): Promise<Set<string>> {
    const gone = new Set<string>()
    let n = 0
    for await (const { cid } of inside(node).parts.store.getAll({})) if (n++ % 2 === 0) gone.add(cid.toString())
    return gone
  }

  /** Replaces what a member does with questions of others. */
  async function audited (node: DfsNode, handle: Parameters<Peers['handle']>[1]): Promise<void> {
    await inside(node).host.unhandle(AUDIT_PROTOCOL)
    await inside(node).parts.peers.handle(AUDIT_PROTOCOL, handle, { maxInbound: 2 })
  }

  /** Rounds until `a` distrusts `liar` for something, at most three. */
  async function rounds (a: DfsNode, liar: DfsNode): Promise<number> {
    const { placement, replicas } = inside(a).parts
    for (let n = 1; n <= 3; n++) {
      await replicas.audit.round()
      if ([...placement.state.distrusts()].some(({ peer }) => peer === liar.peer)) return n
    }
    return Infinity
  }

  it('a member that drops half of its blocks and answers from guesses is found within 3 rounds', async () => {
    const { a, b, c } = await three()
    const gone = await half(c)
    const { store } = inside(c).parts
    let guesses = 0
    await audited(c, async (stream, { peer, signal }) => {
      await handleAudit(stream, {
        have: (groups) => groups.map(() => ({ state: 'held' })),
        promise: async (groups) => groups.map(() => 'YES'),
        read: async (cid, offset, length) => {
          if (!gone.has(cid.toString())) return (await store.read(cid))?.subarray(offset, offset + length)
          guesses++
          return bytesOf('guess', length)
        },
        pair: { answerer: peerBytes(c.peer), asker: peerBytes(peer) },
        budget: new AuditBudget(() => performance.now()),
        signal
      })
    })
    assert.ok(await rounds(a, c) <= 3)
    assert.ok(guesses > 0)
    const { ok, remote } = await a.verify({ remote: true })
    const [ofB, ofC] = [b, c].map(({ peer }) => remote?.members.find((member) => member.peer === peer))
    assert.deepEqual([ok, remote?.versions, ofB?.copies, ofB?.proved], [false, FILES, FILES, FILES])
    assert.ok(ofC !== undefined && ofC.missing > 0 && ofC.proved < FILES, JSON.stringify(ofC))
    assert.match((await a.status()).notes.join('\n'), /c did not prove that it holds \d versions? that it says it holds/)
    assert.equal((await a.why('f0')).members.filter(({ failed }) => failed === 'missing').length, 1)
    // what it is distrusted for is held by b, and said to be doubted
    for (let i = 0; i < FILES; i++) same(await collect(b.get(`f${i}`)), content(i))
  })

  it('a member that passes challenges on to another one is found within 3 rounds', async () => {
    const { a, b, c } = await three()
    let passed = 0
    await audited(c, async (stream, { signal }) => {
      const mine = new Channel(stream)
      const theirs = new Channel(await inside(c).parts.peers.open(b.peer, AUDIT_PROTOCOL, { signal }))
      for (let frame = await mine.read({ inactivityMs: Infinity }); frame !== undefined; frame = await mine.read({ inactivityMs: Infinity })) {
        await theirs.write(frame.slice())
        const answer = await theirs.read()
        if (answer === undefined) break
        passed++
        await mine.write(answer.slice())
      }
    })
    assert.ok(await rounds(a, c) <= 3)
    assert.ok(passed > 1)
  })

  it('an honest member is trusted round after round', async () => {
    const { a, c } = await three()
    assert.equal(await rounds(a, c), Infinity)
    const { ok, remote } = await a.verify({ remote: true })
    assert.equal(ok, true)
    assert.deepEqual(remote?.members.map(({ copies, proved, missing, wrong, unreached }) => [copies, proved, missing, wrong, unreached]), [[6, 6, 0, 0, 0], [6, 6, 0, 0, 0]])
  })
})
