import assert from 'node:assert/strict'
import { memory } from '@libp2p/memory'
import { multiaddr } from '@multiformats/multiaddr'
import { makeGrant } from '../../protocols/vault/grant.js'
import { createLink, readLinkText, type LinkTerms } from '../../protocols/vault/link.js'
import { base32, encodeText, LINK_PREFIX } from '../../protocols/vault/text.js'
import type { DfsNode, OpenLinkOptions, ProgressEvent, SharedFile } from '../../src/api/node.js'
import { openLink } from '../../src/share/open-link.js'
import { FakeClock } from '../network/fake-clock.js'
import { bytesOf, Cluster, collect, failsWith, inside, knows, names, parted, same, secretsOf } from '../node/cluster.js'

const MIB = 1024 ** 2
const HOUR_MS = 3600e3

describe('links', () => {
  const cluster = new Cluster()
  const open: SharedFile[] = []
  let a: DfsNode
  const content = bytesOf('shared', 3 * MIB + 5)
  beforeEach(async () => { a = await cluster.node() })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shared) => shared.close()))
    await cluster.end()
  })

  async function visit (link: string, options: OpenLinkOptions = {}): Promise<SharedFile> {
    const shared = await openLink(link, { libp2p: { transports: [memory()] }, ...options })
    open.push(shared)
    return shared
  }
  const fails = async (link: string, code: string): Promise<Error & { retry?: boolean }> => failsWith(visit(link), code)

  /** The link with other fields, whole as a text. */
  function changed (link: string, fields: Partial<LinkTerms>): string {
    const { grant, ...rest } = readLinkText(link)
    return createLink({ ...rest, grant: grant.encoded, ...fields })
  }

  /** Resolves once the one visitor of this node is gone. */
  async function visitorLeft (node: DfsNode): Promise<void> {
    const [visitor, second] = inside(node).parts.peers.visitors()
    assert.ok(visitor !== undefined && second === undefined)
    if (!visitor.signal.aborted) await new Promise((resolve) => { visitor.signal.addEventListener('abort', resolve, { once: true }) })
  }

  /** Resolves once the node knows where all members can be reached. */
  async function addressed (node: DfsNode): Promise<void> {
    const { memberRecords, sync } = inside(node).parts
    const all = async (): Promise<boolean> => (await node.members()).every(({ peer, self }) => self || memberRecords.records.addressesOf(peer).length > 0)
    const { forwardRecords } = sync
    while (!await all()) {
      await new Promise<void>((resolve) => {
        sync.forwardRecords = (...args) => {
          forwardRecords.apply(sync, args)
          resolve()
        }
        void all().then((done) => { if (done) resolve() })
      })
    }
    sync.forwardRecords = forwardRecords
  }

  it('are read by somebody without a vault, all of it and in ranges, with progress', async () => {
    const { size } = await a.put('photos/cat.jpg', content)
    const shared = await visit(await a.share('photos/cat.jpg', { expires: HOUR_MS }))
    assert.deepEqual([shared.name, shared.size], ['photos/cat.jpg', size])
    assert.ok(Math.abs(shared.expires.getTime() - Date.now() - HOUR_MS) < HOUR_MS / 2)
    const events: ProgressEvent[] = []
    same(await collect(shared.get({ onProgress: (event) => { events.push(event) } })), content)
    assert.deepEqual(events.findLast(({ type }) => type === 'file:get:read'), { type: 'file:get:read', bytes: size, total: size })
    assert.ok(events.some((event) => event.type === 'file:get:fetched' && event.peer === a.peer))
    same(await collect(shared.get({ offset: MIB - 3, length: 10 })), content.subarray(MIB - 3, MIB + 7))
    await failsWith(collect(shared.get({ offset: size + 1 })), 'INVALID_OPTION')
    // nobody saw it come
    const { members, visitors } = await a.status()
    assert.deepEqual([(await a.members()).length, await a.peers(), members.connected, visitors], [1, [], 0, 1])
    await shared.close()
    await failsWith(collect(shared.get()), 'NODE_STOPPED')
  })

  it('of small and empty files, of an older version, for as long as is said', async () => {
    const first = await a.put('x', 'first')
    await a.put('x', 'second')
    await a.put('empty', '')
    const text = async (link: string): Promise<string> => Buffer.from(await collect((await visit(link)).get())).toString()
    assert.equal(await text(await a.share('x')), 'second')
    assert.equal(await text(await a.share('x', { version: first.version })), 'first')
    assert.equal(await text(await a.share('empty')), '')
    const { grant } = readLinkText(await a.share('x'))
    assert.ok(Math.abs(grant.notAfter - Date.now() - 7 * 24 * HOUR_MS) < HOUR_MS)
    const until = new Date(Date.now() + HOUR_MS)
    assert.equal(readLinkText(await a.share('x', { expires: until })).grant.notAfter, until.getTime())
    for (const expires of [0, -1, NaN, new Date(0)]) await failsWith(a.share('x', { expires }), 'INVALID_OPTION')
    await failsWith(a.share('y'), 'FILE_NOT_FOUND')
    await failsWith(a.share('x', { version: 'none-such' }), 'VERSION_NOT_FOUND')
  })

  it('are served by a store member while who made it is stopped, and its address is in them', async () => {
    const store = await cluster.member(a, { role: 'store', label: 'store' })
    const writer = await cluster.member(a, { label: 'writer' })
    const { version } = await a.put('x', content, { durable: 3 })
    await knows(writer, 'x', version)
    await addressed(a)
    const link = await a.share('x')
    const peers = readLinkText(link).addresses.map((bytes) => multiaddr(bytes).toString().split('/p2p/')[1])
    assert.deepEqual(new Set(peers), new Set([a.peer, store.peer, writer.peer]))
    await a.stop()
    await writer.stop()
    same(await collect((await visit(link)).get()), content)
    await failsWith(store.share('x'), 'NOT_ALLOWED')
    await failsWith((await cluster.node()).share('x'), 'FILE_NOT_FOUND')
  })

  it('go on from another machine when one is lost in the middle', async () => {
    const b = await cluster.member(a)
    const large = bytesOf('large', 12 * MIB)
    await a.put('large', large, { durable: 2 })
    const shared = await visit(await a.share('large'))
    const from = new Set<string>()
    const got: Uint8Array[] = []
    for await (const piece of shared.get({ onProgress: (event) => { if (event.type === 'file:get:fetched') from.add(event.peer) } })) {
      got.push(piece.slice())
      if (got.length === 1) await (from.has(a.peer) ? a : b).stop()
    }
    same(new Uint8Array(Buffer.concat(got)), large)
    assert.deepEqual(from, new Set([a.peer, b.peer]))
  })

  it('with one character changed are refused before anybody is dialled', async () => {
    await a.put('x', 'x')
    const link = await a.share('x')
    const at = 200
    const { message, retry } = await fails(link.slice(0, at) + (link[at] === 'a' ? 'b' : 'a') + link.slice(at + 1), 'INVALID_LINK')
    assert.match(message, /mistyped/)
    assert.equal(retry, false)
    for (const text of ['', 'dfs-link1', link.slice(0, -4), await a.invite({ role: 'read' })]) await fails(text, 'INVALID_LINK')
    assert.deepEqual(inside(a).parts.peers.visitors(), [])
  })

  it('for another version or vault than their grant, or with another size or key, are altered', async () => {
    await a.put('x', 'x')
    await a.put('y', 'longer')
    const [x, y] = [await a.share('x'), readLinkText(await a.share('y'))]
    const { grant, ...rest } = readLinkText(x)
    const whole = { v: 1, ...rest, grant: grant.encoded }
    for (const fields of [{ root: y.root, key: y.key }, { vault: bytesOf('vault', 32) }]) await fails(encodeText(LINK_PREFIX, { ...whole, ...fields }), 'LINK_ALTERED')
    await fails(changed(x, { size: 2 }), 'LINK_ALTERED')
    await fails(changed(x, { key: y.key }), 'LINK_ALTERED')
    // a grant by somebody who has no part in the vault
    const forged = makeGrant({ vault: rest.vault, link: grant.link, root: rest.root, notAfter: grant.notAfter, by: bytesOf('nobody', 32) })
    assert.match((await fails(changed(x, { grant: forged }), 'NO_MEMBER_REACHABLE')).message, /does not know yet who made the link/)
    assert.equal(Buffer.from(await collect((await visit(x)).get())).toString(), 'x')
  })

  it('that have expired are refused by the clock of the machine that is asked', async () => {
    await a.put('x', 'x')
    const { grant, ...rest } = readLinkText(await a.share('x'))
    const { writer = bytesOf('none', 32) } = secretsOf(a)
    const ended = createLink({ ...rest, grant: makeGrant({ ...grant, notAfter: Date.now() - 1, by: writer }) })
    await fails(ended, 'LINK_EXPIRED')
    assert.equal((await a.status()).refused.EXPIRED, 1)
    await a.stop()
    await fails(ended, 'LINK_EXPIRED')
  })

  it('end in the middle of a get, by the clock of the machine that serves it, and nothing is served after that', async () => {
    const wall = new FakeClock(Date.now())
    const server = await cluster.node({}, { wall })
    await server.put('large', bytesOf('large', 24 * MIB))
    const shared = await visit(await server.share('large', { expires: HOUR_MS }))
    const { store } = inside(server).folder
    let reads = 0
    const read = store.read.bind(store)
    store.read = async (...args) => {
      reads++
      return read(...args)
    }
    let before = 0
    await failsWith((async () => {
      for await (const piece of shared.get()) {
        if (piece.length === 0 || before > 0) continue
        await wall.advance(2 * HOUR_MS)
        before = reads
      }
    })(), 'LINK_EXPIRED')
    assert.ok(before > 0)
    assert.equal(reads, before)
    assert.deepEqual(inside(server).parts.peers.visitors(), [])
  })

  it('and members end in the middle of a get when they are taken back', async () => {
    const large = bytesOf('large', 24 * MIB)
    const b = await cluster.member(a, { label: 'b', capacity: 0 })
    const { version } = await a.put('large', large)
    await knows(b, 'large', version)
    const link = await a.share('large')
    const shared = await visit(link)
    const { store } = inside(a).folder
    let reads = 0
    const read = store.read.bind(store)
    store.read = async (...args) => {
      reads++
      return read(...args)
    }
    const readers = [[() => shared.get(), () => a.revoke(link), 'LINK_REVOKED'], [() => b.get('large'), () => a.revoke('b'), 'BLOCKS_UNAVAILABLE']] as const
    for (const [get, revoke, code] of readers) {
      let before = 0
      await failsWith((async () => {
        for await (const piece of get()) {
          if (piece.length === 0 || before > 0) continue
          await revoke()
          before = reads
        }
      })(), code)
      assert.ok(before > 0)
      assert.equal(reads, before)
    }
  })

  it('are taken back by their text or id, on all machines, also in the middle', async () => {
    const b = await cluster.member(a, { role: 'store' })
    await a.put('x', content, { durable: 2 })
    const [one, two] = [await a.share('x'), await a.share('x')]
    const visitors = await Promise.all([visit(one), visit(two)])
    for (const shared of visitors) await collect(shared.get())
    const onB = await visit(changed(one, { addresses: b.addresses.map((text) => multiaddr(text).bytes) }))
    const left = visitorLeft(b)

    assert.deepEqual(await a.revoke(one), { kind: 'link', label: 'x' })
    await fails(one, 'LINK_REVOKED')
    await failsWith(collect(visitors[0].get()), 'LINK_REVOKED')
    await left
    await failsWith(collect(onB.get()), 'LINK_REVOKED')
    same(await collect(visitors[1].get()), content)

    assert.deepEqual(await a.revoke(base32(readLinkText(two).grant.link)), { kind: 'link', label: '' })
    await fails(two, 'LINK_REVOKED')
    const entries = (await a.status()).entries
    await a.revoke(two)
    assert.equal((await a.status()).entries, entries)
    await failsWith(b.revoke(two), 'NOT_ALLOWED')
    const other = await cluster.node()
    await failsWith(other.revoke(two), 'WRONG_VAULT')
    await failsWith(a.revoke(two, { since: 'abcdef' }), 'INVALID_OPTION')
  })

  it('of a machine that was revoked are no longer served', async () => {
    const b = await cluster.member(a, { label: 'b' })
    const { version } = await b.put('x', 'x', { durable: 2 })
    await knows(a, 'x', version)
    await addressed(b)
    const link = await b.share('x')
    const shared = await visit(changed(link, { addresses: a.addresses.map((text) => multiaddr(text).bytes) }))
    await a.revoke('b')
    await parted(a, b.peer)
    await b.stop()
    await fails(link, 'LINK_REVOKED')
    await shared.close()
  })

  it('say which machines did not serve them, and why', async () => {
    await a.put('x', 'x')
    const link = await a.share('x')
    const other = await cluster.node()
    const elsewhere = multiaddr(other.addresses[0])
    await a.stop()
    const { message, retry } = await fails(changed(link, { addresses: [elsewhere.bytes, multiaddr(a.addresses[0] ?? `/memory/gone/p2p/${a.peer}`).bytes, bytesOf('no address', 9)] }), 'NO_MEMBER_REACHABLE')
    assert.equal(retry, true)
    assert.match(message, /is a node of another vault now/)
    assert.match(message, /none of the 2 machines/)
    await fails(changed(link, { addresses: [] }), 'NO_MEMBER_REACHABLE')
  })

  it('whose version is not there are no link to anything else', async () => {
    const b = await cluster.member(a)
    const file = await a.put('x', content, { durable: 2 })
    const link = changed(await a.share('x'), { addresses: a.addresses.map((text) => multiaddr(text).bytes) })
    assert.deepEqual(await names(b), ['x'])
    await a.evict(file.name)
    await fails(link, 'BLOCKS_UNAVAILABLE')
  })

  it('end with their signal, and leave no connection', async () => {
    await a.put('x', content)
    const link = await a.share('x')
    await failsWith(visit(link, { signal: AbortSignal.abort(new Error('no')) }), 'ABORTED')
    const shared = await visit(link)
    const controller = new AbortController()
    await failsWith((async () => {
      for await (const _piece of shared.get({ signal: controller.signal })) controller.abort(new Error('enough'))
    })(), 'ABORTED')
    // leaving the loop is no error, and it can be read again
    for await (const _piece of shared.get()) break
    same(await collect(shared.get({ length: 5 })), content.subarray(0, 5))
    const left = visitorLeft(a)
    await shared.close()
    await left
    assert.deepEqual(inside(a).parts.peers.visitors(), [])
  })
})

