import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuditBudget } from '../../protocols/audit/budget.js'
import { handleAudit, type AuditBackend } from '../../protocols/audit/handler.js'
import { LEAST_WAIT_MS, NodeAuditPort, RANGE_OF_ALL_BYTES, RANGES_A_MESSAGE } from '../../src/replication/audit-port.js'
import { peerBytes } from '../../src/replication/peer-bytes.js'
import { Directory } from '../../src/blockstore/directory.js'
import { openStorage, type Storage } from '../../src/blockstore/open-storage.js'
import { stopAll } from '../network/hosts.js'
import { chunkedVersion, inlineVersion, type TestBlock } from '../blockstore/fixtures.js'
import { AUDIT_PROTOCOL, auditSide, GROUP, hold, type AuditSide } from './audit-scene.js'

const version = chunkedVersion('audited', 3)
const [root, first] = version as [TestBlock, TestBlock]

describe('audit port', () => {
  const sides: AuditSide[] = []
  const make = async (...args: Parameters<typeof auditSide>): Promise<AuditSide> => {
    const made = await auditSide(...args)
    sides.push(made)
    return made
  }
  /** Asker and answerer, connected. */
  const pair = async (options: Parameters<typeof auditSide>[1] = {}): Promise<[AuditSide, AuditSide]> => {
    const [a, b] = [await make(root.cid), await make(root.cid, options)]
    await a.peers.connect(b.addresses)
    await hold(a.store, version)
    return [a, b]
  }
  /** An answerer that answers as it likes. */
  const liar = async (b: AuditSide, backend: Partial<AuditBackend>): Promise<void> => {
    await b.peers.handle(AUDIT_PROTOCOL, async (stream, { peer, signal }) => handleAudit(stream, {
      have: (groups) => groups.map(() => ({ state: 'held' })), promise: async (groups) => groups.map(() => 'YES'), read: async () => undefined,
      pair: { answerer: peerBytes(b.id), asker: peerBytes(peer) }, budget: new AuditBudget(() => 0), signal, ...backend
    }), { maxInbound: 2 })
  }
  afterEach(async () => {
    for (const one of sides.splice(0)) await one.end()
    await stopAll()
  })

  it('asks what a member has and for its promise, over one stream', async () => {
    const [a, b] = await pair()
    b.state = () => ({ state: 'coming', percent: 40 })
    b.promise = async (_root, peer) => peer === a.id ? 'LEAVING' : 'YES'
    assert.deepEqual(await a.port.have(b.id, [GROUP, GROUP]), [{ state: 'coming', percent: 40 }, { state: 'coming', percent: 40 }])
    assert.equal(await a.port.keep(b.id, GROUP), 'LEAVING')
    const streams = a.peers.get(b.id)?.connection.streams.filter(({ protocol }) => protocol === AUDIT_PROTOCOL)
    assert.equal(streams?.length, 1)
  })

  it('proves random blocks, or every one of them', async () => {
    const [a, b] = await pair()
    await hold(b.store, version)
    const some = await a.port.prove(b.id, GROUP, 2)
    assert.deepEqual(some?.map(({ verdict }) => verdict), ['PROVED', 'PROVED'])
    assert.equal(new Set(some.map(({ block }) => String(block))).size, 2)
    const all = await a.port.prove(b.id, GROUP, 'all')
    assert.deepEqual(all?.map(({ block, verdict }) => [String(block), verdict]).sort(), version.map(({ cid }) => [cid.toString(), 'PROVED']).sort())
    assert.equal(await a.port.look(b.id, { block: first.cid, verdict: 'DIFFERENT' }), 'good')
  })

  it('in as many messages as it takes; a version that nobody has ends with the first', async () => {
    const big = chunkedVersion('big', RANGES_A_MESSAGE + 4)
    const a = await make((big[0] as TestBlock).cid)
    const b = await make((big[0] as TestBlock).cid)
    await a.peers.connect(b.addresses)
    await hold(a.store, big)
    assert.equal((await a.port.prove(b.id, GROUP, 'all'))?.length, RANGES_A_MESSAGE)
    await hold(b.store, big)
    const all = await a.port.prove(b.id, GROUP, 'all')
    assert.deepEqual([all?.length, all?.every(({ verdict }) => verdict === 'PROVED')], [big.length, true])
  })

  it('asks for a range wherever chance puts it, up to the end of the block', async () => {
    const [a, b] = await pair({ serves: false })
    await hold(b.store, version)
    const asked: string[] = []
    await liar(b, {
      read: async (cid, offset, length) => {
        asked.push(`${String(cid)} ${offset}`)
        return (await b.store.read(cid))?.subarray(offset, offset + length)
      }
    })
    const port = new NodeAuditPort({ links: a.links, store: a.store, rootOf: () => root.cid, timer: a.clock, random: (below) => below - 1 })
    const proofs = await port.prove(b.id, GROUP, 'all')
    assert.deepEqual(proofs?.map(({ verdict }) => verdict), version.map(() => 'PROVED'))
    const last = version.map(({ cid, bytes }) => ({ cid, offset: bytes.length - Math.min(RANGE_OF_ALL_BYTES, bytes.length) }))
    assert.ok(last.some(({ offset }) => offset > 0))
    assert.deepEqual(asked.sort(), last.map(({ cid, offset }) => `${String(cid)} ${offset}`).sort())
  })

  it('has nothing to compare with where this node has no good copy', async () => {
    const [a, b] = await pair()
    await hold(b.store, version)
    const none = await make(root.cid)
    await none.peers.connect(b.addresses)
    assert.equal(await none.port.prove(b.id, GROUP, 4), undefined)
    await a.store.release(root.cid, [], { trash: true })
    assert.equal(await a.port.prove(b.id, GROUP, 4), undefined)
  })

  it('a guess is DIFFERENT, and a look at the block says that it is missing', async () => {
    const [a, b] = await pair({ serves: false })
    await liar(b, { read: async (_cid, _offset, length) => new Uint8Array(length) })
    const proofs = await a.port.prove(b.id, GROUP, 1)
    assert.deepEqual(proofs?.map(({ verdict }) => verdict), ['DIFFERENT'])
    assert.equal(await a.port.look(b.id, proofs[0]!), 'missing')
  })

  it('a challenge that was passed on to a third is DIFFERENT', async () => {
    const [a, b] = await pair({ serves: false })
    const third = await make(root.cid)
    await hold(third.store, version)
    // the third answers, as itself and to the one that asks it
    await liar(b, { read: async (cid, offset, length) => (await third.store.read(cid))?.subarray(offset, offset + length), pair: { answerer: peerBytes(third.id), asker: peerBytes(b.id) } })
    assert.deepEqual((await a.port.prove(b.id, GROUP, 4))?.map(({ verdict }) => verdict), version.map(() => 'DIFFERENT'))
  })

  it('a holder that serves wrong bytes is bad', async () => {
    const [a, b] = await pair({ serves: false })
    await liar(b, {})
    await hold(b.store, version)
    b.store.read = async () => new Uint8Array(first.bytes.length)
    assert.equal(await a.port.look(b.id, { block: first.cid, verdict: 'DIFFERENT' }), 'bad')
    await assert.rejects(a.port.look(peerOfNobody, { block: first.cid, verdict: 'DIFFERENT' }), { code: 'PEER_NOT_CONNECTED' })
  })

  it('waits as long as it is told and asks again; not for ever, and not once it is stopped', async () => {
    const [a, b] = await pair({ serves: false })
    let waits = 1
    const asked: number[] = []
    const told = (): void => { for (const tell of listeners.splice(0)) tell() }
    const listeners: Array<() => void> = []
    const nextWait = async (count: number): Promise<void> => { while (asked.length < count) await new Promise<void>((resolve) => { listeners.push(resolve) }) }
    const after = a.clock.after
    a.clock.after = (ms, fn) => {
      const cancel = after(ms, fn)
      // the look for unused streams has its own
      if (ms === 60_000 || ms === LEAST_WAIT_MS) {
        asked.push(ms)
        told()
      }
      return cancel
    }
    let waitMs = 1
    await liar(b, { budget: { take: () => waits-- > 0 ? waitMs : 0 } })
    const have = a.port.have(b.id, [GROUP])
    await nextWait(1)
    await a.clock.advance(LEAST_WAIT_MS)
    assert.deepEqual(await have, [{ state: 'held' }])
    waits = Infinity
    waitMs = 60_000
    const never = a.port.keep(b.id, GROUP)
    never.catch(() => {})
    for (let n = 2; n <= 4; n++) {
      await nextWait(n)
      await a.clock.advance(60_000)
    }
    await assert.rejects(never, { code: 'LIMIT', retry: true })
    assert.deepEqual(asked, [LEAST_WAIT_MS, 60_000, 60_000, 60_000])
    const stopped = a.port.have(b.id, [GROUP])
    stopped.catch(() => {})
    await nextWait(5)
    a.port.stop(new Error('a test stops'))
    await assert.rejects(stopped, { message: 'a test stops' })
  })

  describe('of blocks in files', () => {
    let dir: string
    let storage: Storage
    let directory: Directory
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'dfs-audit-'))
      directory = await Directory.open(join(dir, 'node'), { create: true })
      storage = await openStorage({ directory, capacity: 1024 ** 3 })
      await directory.commit()
      await hold(storage.store, version)
    })
    afterEach(async () => {
      await storage.close()
      await directory.close()
      await rm(dir, { recursive: true, force: true })
    })

    const alter = async (): Promise<void> => {
      const blocks = join(dir, 'node', 'blocks')
      const name = (await readdir(blocks, { recursive: true })).find((path) => path.includes(first.cid.toString()))
      assert.ok(name)
      const bytes = await readFile(join(blocks, name))
      bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1
      await writeFile(join(blocks, name), bytes)
    }

    it('one that was altered at the answerer is found by the challenge, wherever its range lies', async () => {
      const [a, b] = await pair({ store: storage.store })
      await alter()
      const proofs = await a.port.prove(b.id, GROUP, 'all')
      assert.deepEqual(proofs?.filter(({ verdict }) => verdict !== 'PROVED').map(({ block, verdict }) => [String(block), verdict]), [[first.cid.toString(), 'NOT_HELD']])
      assert.equal(storage.store.usage().quarantined, 1)
    })

    it('one that was altered at the asker is found before anybody is asked', async () => {
      const a = await make(root.cid, { store: storage.store })
      await alter()
      assert.equal(await a.port.prove(peerOfNobody, GROUP, 'all'), undefined)
      assert.equal(storage.store.usage().quarantined, 1)
    })
  })

  it('draws every block of a root, whatever lies between their numbers', async () => {
    const a = await make(root.cid)
    await hold(a.store, version.slice(0, 1).map(() => inlineVersion('before')))
    await a.store.put(first.cid, first.bytes)
    for (let n = 0; n < 50; n++) await hold(a.store, [inlineVersion(n)])
    await hold(a.store, version)
    const seen = new Map<string, number>()
    for (let place = 0; place < version.length; place++) {
      const [cid] = a.store.drawBelow(root.cid, 1, () => place)
      seen.set(String(cid), (seen.get(String(cid)) ?? 0) + 1)
    }
    assert.deepEqual([...seen.values()], version.map(() => 1))
    assert.equal(new Set(a.store.drawBelow(root.cid, 100, () => 0).map(String)).size, version.length)
    assert.deepEqual([...a.store.blocksBelow(root.cid)].map(String).sort(), version.map(({ cid }) => cid.toString()).sort())
    assert.deepEqual([a.store.drawBelow(first.cid, 1, () => 0), [...a.store.blocksBelow(first.cid)]], [[], []])
  })
})

const peerOfNobody = '12D3KooWGRUaKTzBSXyHm2HGqbhCnoXK4NQ8fxUiUpTJHGNBMgAX'
