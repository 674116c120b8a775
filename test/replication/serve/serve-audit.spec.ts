import assert from 'node:assert/strict'
import { MAX_RANGE_BYTES, MAX_RANGES } from '../../../protocols/audit/constants.js'
import { AuditClient, AuditWaitError } from '../../../protocols/audit/dialer.js'
import { peerBytes } from '../../../src/replication/peer-bytes.js'
import { bare, HELLO, readByte, stopAll } from '../../network/hosts.js'
import { chunkedVersion, inlineVersion, newUpload, rawBlock, type TestBlock } from '../../blockstore/fixtures.js'
import { AUDIT_PROTOCOL, auditSide, hold, type AuditSide } from '../audit-scene.js'

const version = chunkedVersion('audited', 2)
const [root, first] = version as [TestBlock, TestBlock]
const other = inlineVersion('other')

describe('audit answers', () => {
  let a: AuditSide
  let b: AuditSide
  beforeEach(async () => {
    ;[a, b] = [await auditSide(root.cid), await auditSide(root.cid)]
    await a.peers.connect(b.addresses)
  })
  afterEach(async () => {
    await a.end()
    await b.end()
    await stopAll()
  })

  const client = async (): Promise<AuditClient> => new AuditClient(await a.peers.open(b.id, AUDIT_PROTOCOL), { pair: { answerer: peerBytes(b.id), asker: peerBytes(a.id) } })
  const rangeOf = ({ cid, bytes }: TestBlock): { cid: TestBlock['cid'], offset: number, bytes: Uint8Array } => ({ cid, offset: 3, bytes: bytes.slice(3, 13) })

  it('are of the version, one look for all of its groups that are asked for at once', async () => {
    b.state = (of) => ({ state: of.equals(root.cid) ? 'held' : 'cannot' })
    b.promise = async (of) => of.equals(root.cid) ? 'YES' : 'NOT_HELD'
    const groups = [{ root: root.cid, index: 0 }, { root: root.cid, index: 900 }, { root: other.cid, index: 0 }]
    const asker = await client()
    assert.deepEqual(await asker.have(groups), [{ state: 'held' }, { state: 'held' }, { state: 'cannot' }])
    assert.deepEqual(await asker.keep(groups), ['YES', 'YES', 'NOT_HELD'])
    assert.deepEqual(b.asked, [root, other, root, other].map(({ cid }) => cid.toString()))
  })

  it('prove what a finished root or an upload names, and nothing that is only in the trash', async () => {
    const pinned = rawBlock('pinned', 70_000)
    const upload = newUpload()
    await hold(b.store, version)
    await b.store.begin({ upload, writer: 'w', expected: 0 })
    await b.store.put(pinned.cid, pinned.bytes, { upload })
    const asker = await client()
    const ranges = [root, first, pinned, other].map(rangeOf)
    assert.deepEqual(await asker.challenge(ranges), ['PROVED', 'PROVED', 'PROVED', 'NOT_HELD'])
    await b.store.release(root.cid, [], { trash: true })
    assert.ok(b.store.stat(first.cid))
    assert.deepEqual(await asker.challenge(ranges), ['NOT_HELD', 'NOT_HELD', 'PROVED', 'NOT_HELD'])
  })

  it('cost one peer the same over all of its streams, and after they ended', async () => {
    await hold(b.store, version)
    const bytes = first.bytes.slice(0, MAX_RANGE_BYTES)
    const full = Array.from({ length: MAX_RANGES }, () => ({ cid: first.cid, offset: 0, bytes }))
    const streams = [await client(), await client()]
    // 4 MiB each of the 16 MiB of a minute
    for (const asker of [...streams, ...streams]) await asker.challenge(full)
    for (const asker of streams) await assert.rejects(asker.challenge(full.slice(0, 1)), (error: unknown) => error instanceof AuditWaitError && error.waitMs > 0)
    const [one] = streams as [AuditClient]
    await one.close()
    const next = await client()
    await assert.rejects(next.challenge(full.slice(0, 1)), { name: 'ProtocolError', code: 'LIMIT' })
    b.clock.advanceBy(60_000)
    assert.equal((await next.challenge(full)).every((verdict) => verdict === 'PROVED'), true)
  })

  it('are for members: a visitor gets none', async () => {
    b.greeter.visits = { link: '01', by: '02', root: root.cid.toString() }
    const connection = await (await bare(['/memory/audit-visitor'])).dial(b.host.getMultiaddrs(), { force: true })
    const hello = await connection.newStream(HELLO)
    hello.send(Uint8Array.of(1))
    await readByte(hello)
    await hello.close()
    assert.equal(b.peers.visitors().length, 1)
    const asker = new AuditClient(await connection.newStream(AUDIT_PROTOCOL), { pair: { answerer: peerBytes(b.id), asker: peerBytes(a.id) } })
    await assert.rejects(asker.have([{ root: root.cid, index: 0 }]))
    assert.deepEqual([b.asked, b.peers.refused.REFUSED], [[], 1])
  })

  it('that fail here are told as such and no more', async () => {
    b.state = () => { throw new Error('the index is gone') }
    await assert.rejects((await client()).have([{ root: root.cid, index: 0 }]), { code: 'INTERNAL', message: 'It failed here' })
  })
})
