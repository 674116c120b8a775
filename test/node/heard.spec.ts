/** Writes of which other members have heard when they resolve, and waiting for what others know. */
import assert from 'node:assert/strict'
import { InvalidOptionError, NotDurableError } from '../../src/errors.js'
import type { DfsNode } from '../../src/api/node.js'
import { bytesOf, Cluster, connected, inside, next } from './cluster.js'

describe('node: what others have heard', () => {
  const cluster = new Cluster()
  let a: DfsNode
  let b: DfsNode
  let c: DfsNode

  beforeEach(async () => {
    a = await cluster.node()
    b = await cluster.member(a)
    c = await cluster.member(a)
    await connected(b, c)
    await a.put('x', bytesOf('x', 1000), { durable: 3 })
  })
  afterEach(() => cluster.end())

  /** What a node knows by itself, without asking anybody. */
  const means = (node: DfsNode, name: string): string | undefined => inside(node).parts.vault.lookup(name)?.info.version
  const count = async (node: DfsNode): Promise<number> => (await node.status()).entries

  it('a delete with durable is known there when it resolves', async () => {
    for (let n = 0; n < 10; n++) {
      await b.put(`y ${n}`, 'y', { durable: 3 })
      await b.delete(`y ${n}`, { durable: 3 })
      assert.deepEqual([a, b, c].map((node) => means(node, `y ${n}`)), [undefined, undefined, undefined])
      assert.deepEqual([await count(a), await count(c)], [await count(b), await count(b)])
    }
  })

  it('a move and a restore too', async () => {
    const { version } = await b.mv('x', 'z', { durable: 3 })
    assert.deepEqual([a, c].map((node) => [means(node, 'x'), means(node, 'z')]), [[undefined, version], [undefined, version]])
    const back = await c.restore('x', undefined, { durable: 3 })
    assert.deepEqual([a, b].map((node) => means(node, 'x')), [back.version, back.version])
  })

  it('what writes nothing anew is known as well', async () => {
    const { version } = await b.stat('x')
    const before = await count(b)
    assert.equal((await b.restore('x', version, { durable: 3 })).version, version)
    assert.equal(await count(b), before)
  })

  it('many at once do not wait for each other', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `many ${n}`)
    // nothing is to be judged by how busy this machine is
    const d = await cluster.member(a, {}, { progressMs: 30_000 })
    await connected(c, d)
    await Promise.all(names.map((name) => d.put(name, 'same')))
    await Promise.all(names.map((name) => d.delete(name, { durable: 3 })))
    await d.synced()
    for (const node of [a, c]) assert.deepEqual(names.filter((name) => means(node, name) !== undefined), [])
  })

  it('a member that lends nothing has heard like any other', async () => {
    const d = await cluster.member(a, { role: 'store', capacity: 0 })
    await connected(b, d)
    const entries = await count(b)
    await b.delete('x', { durable: 4 })
    assert.equal(await count(d), entries + 1)
  })

  it('one that is away is missed by name, and what was written stands', async () => {
    await c.stop()
    const error = await b.delete('x', { durable: 3 }).then(() => undefined, (error: unknown) => error)
    assert.ok(error instanceof NotDurableError)
    assert.deepEqual([error.code, error.reached, error.wanted, error.file], ['NOT_DURABLE', 2, 3, undefined])
    assert.match(error.message, /^The delete of "x" is on this machine, and known on 2 of 3: .*away/)
    assert.deepEqual([a, b].map((node) => means(node, 'x')), [undefined, undefined])
  })

  it('one that does not keep it is not counted', async () => {
    const { entries } = inside(c).parts.vault
    entries.receive = async () => false
    await assert.rejects(b.delete('x', { durable: 3 }), (error: unknown) => error instanceof NotDurableError && error.reached === 2 && error.message.includes('does not keep all of it'))
    assert.notEqual(means(c, 'x'), undefined)
  })

  it('one that was not sent it as it was written is found by comparing', async () => {
    const { sync } = inside(b).parts
    sync.forward = (entries, from) => { if (from === undefined) sync.watches.wrote(entries) }
    await b.delete('x', { durable: 3 })
    assert.deepEqual([a, c].map((node) => means(node, 'x')), [undefined, undefined])
  })

  it('more members than there are, and what is no number, is refused before anything', async () => {
    await assert.rejects(b.delete('x', { durable: 4 }), (error: unknown) => error instanceof NotDurableError && error.reached === 0)
    await assert.rejects(b.mv('x', 'z', { durable: 0 }), { code: 'INVALID_OPTION', field: 'durable' })
    await assert.rejects(b.restore('x', undefined, { durable: 1.5 }), { code: 'INVALID_OPTION', field: 'durable' })
    assert.equal(means(b, 'z'), undefined)
    assert.notEqual(means(b, 'x'), undefined)
  })

  it('an aborted wait says what was reached', async () => {
    const { entries } = inside(c).parts.vault
    const stop = new AbortController()
    const come = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    entries.receive = async () => {
      come.resolve()
      await go.promise
      return false
    }
    const deleted = b.delete('x', { durable: 3, signal: stop.signal })
    deleted.catch(() => {})
    await come.promise
    stop.abort()
    await assert.rejects(deleted, (error: unknown) => error instanceof NotDurableError && error.reached >= 1 && error.message.includes('the waiting was ended'))
    go.resolve()
    assert.equal(means(b, 'x'), undefined)
  })

  it('synced: the others have all that this node has', async () => {
    for (let n = 0; n < 30; n++) await b.put(`more ${n}`, `content ${n}`)
    await b.delete('x')
    await b.synced()
    assert.deepEqual([await count(a), await count(c)], [await count(b), await count(b)])
    assert.deepEqual([a, c].map((node) => means(node, 'x')), [undefined, undefined])
  })

  it('synced waits for one that is away until it has heard, or the signal ends it', async () => {
    const dir = await cluster.dir()
    let d = await cluster.member(a, { dir })
    const listen = d.addresses.map((address) => address.replace(/\/p2p\/.*/, ''))
    await connected(b, d)
    await d.stop()
    await b.delete('x')
    const stop = new AbortController()
    const ended = b.synced({ members: [d.peer], signal: stop.signal })
    stop.abort()
    await assert.rejects(ended, { name: 'AbortError' })
    await b.synced({ members: 3 })
    await b.synced({ members: [a.peer, b.peer, c.peer] })
    const all = b.synced()
    d = await cluster.node({ dir, listen })
    await all
    assert.equal(await count(d), await count(b))
    assert.equal(means(d, 'x'), undefined)
  })

  it('synced is not told by one that does not keep all, until it does', async () => {
    const { entries } = inside(c).parts.vault
    const receive = entries.receive.bind(entries)
    entries.receive = async () => false
    await b.delete('x')
    let done = false
    const all = b.synced().then(() => { done = true })
    await next(b, 'sync:round', ({ peer, sent }) => peer === c.peer && sent > 0)
    assert.equal(done, false)
    entries.receive = receive
    await all
    assert.equal(means(c, 'x'), undefined)
  })

  it('synced: whom it does not know, and numbers that are none', async () => {
    for (const members of [0, 4, 1.5, ['nobody']]) await assert.rejects(b.synced({ members }), InvalidOptionError)
  })
})
