import assert from 'node:assert/strict'
import type { CID } from 'multiformats/cid'
import { ClientPool, LINK_IDLE_MS } from '../../src/replication/protocol-clients.js'
import { LivePush, type LivePushOptions } from '../../src/replication/push/live-push.js'
import { LATE_FROM_MS, PushPace } from '../../src/replication/push/push-pace.js'
import { pushVersion } from '../../src/replication/push/push-version.js'
import { FakeClock, settle } from '../network/fake-clock.js'
import { failsWith } from '../node/cluster.js'
import { chunkedVersion, inlineVersion, type TestBlock } from '../blockstore/fixtures.js'
import { block, ENTRY_ID, FakeStores, refusal, type Behaviour } from './fakes.js'

const ENTRY = new Uint8Array(10)
/** Nobody could take the place of who is late. */
const alone = (): LivePushOptions => ({ pace: new PushPace(new FakeClock()), another: () => false })
const codes = (failures: Map<string, unknown>): Array<[string, string]> => [...failures].map(([peer, error]) => [peer, (error as { code: string }).code])

describe('live push', () => {
  it('feeds all members while the blocks are made, and gathers their receipts', async () => {
    const stores = new FakeStores()
    const progress: unknown[] = []
    const push = new LivePush(stores.links, ['a', 'b'], 500, { ...alone(), onProgress: (peer, bytes) => { progress.push([peer, bytes]) } })
    const blocks = ['one', 'two', 'three'].map(block)
    for (const { cid, bytes } of blocks) await push.send(cid, bytes)
    const { receipts, failures } = await push.done(ENTRY, ENTRY_ID)
    assert.deepEqual(receipts.sort((x, y) => x.peer.localeCompare(y.peer)), [{ peer: 'a', blocks: 3, bytes: 11 }, { peer: 'b', blocks: 3, bytes: 11 }])
    assert.equal(failures.size, 0)
    for (const peer of ['a', 'b']) {
      const seen = stores.of(peer)
      assert.equal(seen?.expected, 500)
      assert.deepEqual(seen.sent, blocks.map(({ cid }) => cid.toString()))
      assert.deepEqual(seen.entries, [ENTRY])
    }
    assert.equal(progress.length, 6)
  })

  it('says the size of a version that is one block', async () => {
    const stores = new FakeStores()
    const root = inlineVersion('x')
    const push = new LivePush(stores.links, ['a'], 3, alone())
    await push.send(root.cid, root.bytes)
    assert.equal(stores.of('a')?.expected, root.bytes.length)
  })

  it('goes on without a member that refuses, fails on the way, or gives no receipt', async () => {
    let sent = 0
    const stores = new FakeStores({
      full: { open: () => { throw refusal('NO_SPACE') } },
      dies: { send: () => { if (++sent === 2) throw refusal('CLOSED') } },
      forgets: { done: () => { throw refusal('INCOMPLETE') } }
    })
    const push = new LivePush(stores.links, ['full', 'dies', 'forgets', 'good'], 0, alone())
    for (const text of ['one', 'two', 'three']) {
      const { cid, bytes } = block(text)
      await push.send(cid, bytes)
    }
    const { receipts, failures } = await push.done(ENTRY, ENTRY_ID)
    assert.deepEqual(receipts.map(({ peer }) => peer), ['good'])
    assert.deepEqual(codes(failures).sort(), [['dies', 'CLOSED'], ['forgets', 'INCOMPLETE'], ['full', 'NO_SPACE']])
    assert.equal(stores.of('dies')?.sent.length, 1)
    assert.deepEqual(stores.of('full')?.sent, [])
  })

  it('waits for the slowest member that takes part', async () => {
    const gate = Promise.withResolvers<void>()
    const stores = new FakeStores({ slow: { send: () => gate.promise } })
    const push = new LivePush(stores.links, ['slow', 'fast'], 0, alone())
    const { cid, bytes } = block('x')
    let over = false
    const work = push.send(cid, bytes).then(() => { over = true })
    await new Promise<void>((resolve) => { setImmediate(resolve) })
    assert.equal(stores.of('fast')?.sent.length, 1)
    assert.equal(over, false)
    gate.resolve()
    await work
  })

  describe('a member that is late', () => {
    const late = (another: boolean, behaviour: Behaviour): { clock: FakeClock, stores: FakeStores, push: LivePush } => {
      const clock = new FakeClock()
      const stores = new FakeStores({ hangs: behaviour })
      return { clock, stores, push: new LivePush(stores.links, ['hangs', 'good'], 0, { pace: new PushPace(clock), another: () => another }) }
    }
    const never = (): Promise<void> => new Promise(() => {})
    const { cid, bytes } = block('x')

    it('is left out from then on where another can take its place, and told to drop what it got', async () => {
      const { clock, stores, push } = late(true, { send: never })
      const work = push.send(cid, bytes)
      await clock.advance(LATE_FROM_MS)
      await work
      await push.send(block('y').cid, block('y').bytes)
      const { receipts, failures, running } = await push.done(ENTRY, ENTRY_ID)
      assert.deepEqual(receipts.map(({ peer, blocks }) => [peer, blocks]), [['good', 2]])
      assert.deepEqual(codes(failures), [['hangs', 'TIMEOUT']])
      assert.equal(running.size, 0)
      await settle()
      assert.equal(stores.of('hangs')?.aborted, true)
    })

    it('is waited for where there is no other', async () => {
      const gate = Promise.withResolvers<void>()
      const { clock, push } = late(false, { send: () => gate.promise })
      let over = false
      const work = push.send(cid, bytes).then(() => { over = true })
      await clock.advance(30 * LATE_FROM_MS)
      assert.equal(over, false)
      gate.resolve()
      await work
      assert.equal((await push.done(ENTRY, ENTRY_ID)).receipts.length, 2)
    })

    it('with its word is handed on as one that is under way', async () => {
      const gate = Promise.withResolvers<void>()
      const { clock, push } = late(true, { done: () => gate.promise })
      await push.send(cid, bytes)
      const work = push.done(ENTRY, ENTRY_ID)
      await clock.advance(LATE_FROM_MS)
      const { receipts, failures, running } = await work
      assert.deepEqual([receipts.map(({ peer }) => peer), failures.size], [['good'], 0])
      gate.resolve()
      assert.deepEqual(await running.get('hangs'), { peer: 'hangs', blocks: 1, bytes: bytes.length })
    })

    it('is not for the time in which nothing is asked of it', async () => {
      const { clock, push } = late(true, {})
      await push.send(cid, bytes)
      await clock.advance(60 * LATE_FROM_MS)
      await push.send(block('y').cid, block('y').bytes)
      assert.equal((await push.done(ENTRY, ENTRY_ID)).receipts.length, 2)
    })
  })

  it('tells everybody to drop what they got', async () => {
    const stores = new FakeStores({ refuses: { open: () => { throw refusal('READ_ONLY') } } })
    const push = new LivePush(stores.links, ['a', 'refuses', 'b'], 0, alone())
    const { cid, bytes } = block('x')
    await push.send(cid, bytes)
    push.abort()
    await new Promise<void>((resolve) => { setImmediate(resolve) })
    assert.deepEqual(['a', 'b'].map((peer) => stores.of(peer)?.aborted), [true, true])
  })

  it('takes the receipt of another entry for a failure of that member', async () => {
    const stores = new FakeStores({ lies: { receipt: ENTRY_ID.with(31, 0) } })
    const push = new LivePush(stores.links, ['lies', 'good'], 0, alone())
    await push.send(block('x').cid, block('x').bytes)
    const { receipts, failures } = await push.done(ENTRY, ENTRY_ID)
    assert.deepEqual(receipts.map(({ peer }) => peer), ['good'])
    assert.deepEqual(codes(failures), [['lies', 'MALFORMED']])
  })

  it('with nobody to feed does nothing', async () => {
    const stores = new FakeStores()
    const push = new LivePush(stores.links, [], 0, alone())
    await push.send(block('x').cid, block('x').bytes)
    assert.deepEqual(await push.done(ENTRY, ENTRY_ID), { receipts: [], failures: new Map(), running: new Map() })
    push.abort()
    assert.equal(stores.seen.length, 0)
  })

  it('throws for its own signal, not for a member', async () => {
    const stop = new AbortController()
    const stores = new FakeStores({ a: { send: () => { stop.abort(new Error('enough')) } } })
    const push = new LivePush(stores.links, ['a'], 0, { ...alone(), signal: stop.signal })
    await assert.rejects(push.send(block('x').cid, block('x').bytes), { message: 'enough' })
  })
})

describe('push version', () => {
  const version = chunkedVersion('push', 3)
  const [root] = version
  const held = (blocks: TestBlock[]) => ({ read: async (cid: CID) => blocks.find((one) => one.cid.equals(cid))?.bytes })
  const terms = { root: root?.cid ?? block('').cid, bytes: 4_000_000, entry: ENTRY, id: ENTRY_ID }

  it('offers all, sends only what is wanted, then the entry', async () => {
    const wanted = version.slice(2).map(({ cid }) => cid.toString())
    const stores = new FakeStores({ a: { want: (cid) => wanted.includes(cid.toString()) } })
    const progress: number[] = []
    const receipt = await pushVersion(stores.links, held(version), 'a', terms, { onProgress: (_peer, bytes) => { progress.push(bytes) } })
    const seen = stores.of('a')
    assert.deepEqual(seen?.offered.flat(), version.map(({ cid }) => cid.toString()))
    assert.deepEqual(seen.sent, wanted)
    assert.deepEqual(seen.entries, [ENTRY])
    assert.equal(seen.expected, terms.bytes)
    assert.equal(seen.aborted, false)
    const bytes = version.slice(2).reduce((sum, one) => sum + one.bytes.length, 0)
    assert.deepEqual(receipt, { peer: 'a', blocks: 2, bytes })
    assert.equal(progress.reduce((sum, count) => sum + count, 0), bytes)
  })

  it('sends nothing but the entry to who has everything', async () => {
    const stores = new FakeStores({ a: { want: () => false } })
    assert.deepEqual(await pushVersion(stores.links, held(version), 'a', terms), { peer: 'a', blocks: 0, bytes: 0 })
    assert.deepEqual(stores.of('a')?.entries, [ENTRY])
  })

  it('sends a small version without asking', async () => {
    const small = inlineVersion('small')
    const stores = new FakeStores()
    await pushVersion(stores.links, held([small]), 'a', { root: small.cid, bytes: small.bytes.length, entry: ENTRY, id: ENTRY_ID })
    assert.deepEqual([stores.of('a')?.offered, stores.of('a')?.sent], [[], [small.cid.toString()]])
  })

  it('offers a block that repeats once', async () => {
    const [, one] = chunkedVersion('repeats', 3)
    assert.ok(one !== undefined)
    const repeats = chunkedVersion('repeats', 4, (index) => index < 3 ? one : (version[3] ?? one))
    const stores = new FakeStores()
    await pushVersion(stores.links, held(repeats), 'a', { ...terms, root: repeats[0]?.cid ?? terms.root })
    const offered = stores.of('a')?.offered.flat() ?? []
    assert.equal(new Set(offered).size, offered.length)
    assert.equal(offered.length, 3)
  })

  it('without a block of its own ends with a typed error, and the peer drops what it got', async () => {
    const stores = new FakeStores()
    await failsWith(pushVersion(stores.links, held(version.slice(0, 3)), 'a', terms), 'BLOCKS_UNAVAILABLE')
    assert.deepEqual([stores.of('a')?.aborted, stores.of('a')?.entries], [true, []])
    await failsWith(pushVersion(new FakeStores().links, held([]), 'a', terms), 'BLOCKS_UNAVAILABLE')
  })

  it('takes the receipt of another entry for none', async () => {
    const stores = new FakeStores({ a: { receipt: ENTRY_ID.with(0, 0) } })
    await failsWith(pushVersion(stores.links, held(version), 'a', terms), 'MALFORMED')
  })

  it('does not wait for an answer to an offer once its signal aborts', async () => {
    const stop = new AbortController()
    const stores = new FakeStores({ a: { offer: () => { stop.abort(new Error('enough')) } } })
    await assert.rejects(pushVersion(stores.links, held(version), 'a', terms, { signal: stop.signal }), { message: 'enough' })
    assert.equal(stores.of('a')?.aborted, true)
  })

  it('gives on what the peer refused with', async () => {
    for (const at of ['open', 'send', 'done'] as const) {
      const stores = new FakeStores({ a: { [at]: () => { throw refusal('NO_SPACE') } } })
      await failsWith(pushVersion(stores.links, held(version), 'a', terms), 'NO_SPACE')
      assert.equal(stores.of('a')?.aborted, at !== 'open')
    }
  })
})

describe('kept streams', () => {
  interface Client { closed: boolean, idle: boolean, close: () => Promise<void>, abort: (error: Error) => void, aborted?: Error }
  const client = (): Client => ({
    closed: false,
    idle: true,
    async close () { this.closed = true },
    abort (error) {
      this.aborted = error
      this.closed = true
    }
  })
  let clock: FakeClock
  beforeEach(() => { clock = new FakeClock() })
  const keep = (open: (peer: string, options: { signal: AbortSignal }) => Promise<Client>): ClientPool<Client> => new ClientPool(open, clock)

  it('are opened once a peer, used by all, and opened anew when they have ended', async () => {
    const opened: string[] = []
    const kept = keep(async (peer) => {
      opened.push(peer)
      return client()
    })
    const [one, same, other] = await Promise.all([kept.to('a'), kept.to('a'), kept.to('b')])
    assert.equal(one, same)
    assert.notEqual(one, other)
    one.closed = true
    const again = await Promise.all([kept.to('a'), kept.to('a')])
    assert.equal(again[0], again[1])
    assert.deepEqual(opened, ['a', 'b', 'a'])
  })

  it('that could not be opened are tried again', async () => {
    let tries = 0
    const kept = keep(async () => {
      if (++tries === 1) throw refusal('CLOSED')
      return client()
    })
    await failsWith(kept.to('a'), 'CLOSED')
    assert.equal((await kept.to('a')).closed, false)
  })

  it('one who gives up waiting leaves the opening to the others', async () => {
    const gate = Promise.withResolvers<Client>()
    const kept = keep(() => gate.promise)
    const stop = new AbortController()
    const [one, other] = [kept.to('a', { signal: stop.signal }), kept.to('a')]
    stop.abort(new Error('enough'))
    await assert.rejects(one, { message: 'enough' })
    const given = client()
    gate.resolve(given)
    assert.equal(await other, given)
  })

  it('stop waits for no opening that ignores its signal, and ends what opens late', async () => {
    const gate = Promise.withResolvers<Client>()
    const kept = keep(() => gate.promise)
    const pending = kept.to('a')
    await kept.stop(new Error('the node stops'))
    const late = client()
    gate.resolve(late)
    await pending
    assert.equal(late.closed, true)
  })

  it('are ended by stop, also those that are being opened', async () => {
    const reason = new Error('the node stops')
    const open = client()
    const kept = keep(async (peer, { signal }: { signal: AbortSignal }) => {
      if (peer === 'open') return open
      return new Promise<Client>((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error) }) })
    })
    await kept.to('open')
    const pending = kept.to('pending')
    pending.catch(() => {})
    await kept.stop(reason)
    assert.equal(open.aborted, reason)
    await assert.rejects(pending, reason)
    await assert.rejects(kept.to('later'), reason)
  })

  it('are ended when nobody used them for a while, and opened anew', async () => {
    const made: Client[] = []
    const kept = keep(async () => {
      made.push(client())
      return made[made.length - 1] as Client
    })
    const first = await kept.to('a')
    await clock.advance(LINK_IDLE_MS / 2)
    await kept.to('a')
    await clock.advance(LINK_IDLE_MS - 1)
    assert.deepEqual([first.closed, made.length], [false, 1])
    await clock.advance(LINK_IDLE_MS)
    assert.deepEqual([first.closed, first.aborted], [true, undefined])
    assert.equal((await kept.to('a')).closed, false)
    assert.equal(made.length, 2)
    await kept.stop(new Error('the node stops'))
  })

  it('live while something is under way, and for the whole time after it', async () => {
    const one = { ...client(), idle: false }
    const kept = keep(async () => one)
    await kept.to('a')
    await clock.advance(10 * LINK_IDLE_MS)
    assert.equal(one.closed, false)
    one.idle = true
    await clock.advance(LINK_IDLE_MS - 1)
    assert.equal(one.closed, false)
    await clock.advance(LINK_IDLE_MS)
    assert.equal(one.closed, true)
  })

  it('are aborted when their end fails, and not looked at any more after stop', async () => {
    const lost = new Error('the other side says nothing')
    const one = { ...client(), close: () => Promise.reject(lost) }
    const kept = keep(async () => one)
    await kept.to('a')
    await clock.advance(2 * LINK_IDLE_MS)
    assert.equal(one.aborted, lost)
    await kept.to('b')
    await kept.stop(new Error('the node stops'))
    await clock.advance(2 * LINK_IDLE_MS)
    assert.notEqual(one.aborted, lost)
  })
})
