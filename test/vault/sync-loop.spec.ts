import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'
import { emptyDigest } from '../../protocols/sync/digest.js'
import { SyncSession, type SyncSource } from '../../protocols/sync/session.js'
import type { Session } from '../../src/network/peers.js'
import { SyncLoop } from '../../src/vault/sync-loop.js'

const NOTHING: SyncSource = { digest: () => emptyDigest(), entries: () => [] }
const ENTRY = new Uint8Array(50).fill(7)

/** Peers of which a test opens and closes the sessions; streams are what `opens` gives. */
class FakePeers extends EventTarget {
  opens: (signal: AbortSignal | undefined) => Promise<Stream> = () => Promise.reject(new Error('no stream'))
  handler: ((stream: Stream, session: Session) => Promise<void>) | undefined
  private readonly here = new Map<string, { session: Session, life: AbortController }>()

  handle = async (_protocol: string, handler: (stream: Stream, session: Session) => Promise<void>): Promise<void> => { this.handler = handler }
  sessions = (): Session[] => [...this.here.values()].map(({ session }) => session)
  get = (peer: string): Session | undefined => this.here.get(peer)?.session
  open = async (_peer: string, _protocol: string, options: { signal?: AbortSignal } = {}): Promise<Stream> => this.opens(options.signal)

  come (peer: string, direction: 'inbound' | 'outbound'): Session {
    const life = new AbortController()
    const session = { peer, direction, signal: life.signal } as unknown as Session
    this.here.set(peer, { session, life })
    this.dispatchEvent(new CustomEvent('session:open', { detail: session }))
    return session
  }

  go (peer: string): void {
    this.here.get(peer)?.life.abort(new Error('the connection closed'))
    this.here.delete(peer)
  }
}

/** The other side of a stream: what it was told, and when. */
function remote (stream: Stream): { got: Uint8Array[], first: Promise<void>, session: SyncSession } {
  const first = Promise.withResolvers<void>()
  const got: Uint8Array[] = []
  const session = new SyncSession(stream, {
    direction: 'inbound',
    source: NOTHING,
    receive: async (entries) => {
      got.push(...entries.map((entry) => entry.slice()))
      first.resolve()
    }
  })
  session.run().catch(() => {})
  return { got, first: first.promise, session }
}

describe('sync loop', () => {
  let peers: FakePeers
  let loop: SyncLoop
  let errors: string[]
  const failed: Array<() => void> = []
  beforeEach(async () => {
    peers = new FakePeers()
    errors = []
    loop = new SyncLoop({
      peers: peers,
      source: NOTHING,
      receive: async () => {},
      onError: (peer) => {
        errors.push(peer)
        for (const tell of failed.splice(0)) tell()
      },
      againMs: 1
    })
    await loop.start()
  })
  afterEach(() => loop.stop())

  it('is opened by the side that dialled', async () => {
    let opened = 0
    const done = Promise.withResolvers<void>()
    peers.opens = async () => {
      opened++
      done.resolve()
      return (await streamPair())[0]
    }
    peers.come('inbound', 'inbound')
    assert.equal(opened, 0)
    peers.come('outbound', 'outbound')
    await done.promise
    assert.equal(opened, 1)
  })

  it('is tried again over the same connection after it failed', async () => {
    const [near, far] = await streamPair()
    let tries = 0
    peers.opens = async () => {
      if (++tries < 3) throw new Error('not now')
      return near
    }
    peers.come('a', 'outbound')
    const other = remote(far)
    await loop.ask('a')
    loop.forward([ENTRY])
    await other.first
    assert.deepEqual(other.got, [ENTRY])
    assert.deepEqual(errors, ['a', 'a'])
  })

  it('is not tried again once the connection has closed', async () => {
    let tries = 0
    const told = new Promise<void>((resolve) => { failed.push(resolve) })
    peers.opens = async () => {
      tries++
      peers.go('a')
      throw new Error('gone')
    }
    peers.come('a', 'outbound')
    // the next peer fails after the first one was due again
    peers.opens = async () => { throw new Error('not now') }
    peers.come('b', 'outbound')
    await told
    await loop.stop()
    assert.equal(tries, 1)
    assert.ok(!errors.includes('a'))
  })

  it('asking waits for a sync that is only being opened, and ends with its signal or the connection', async () => {
    const [near, far] = await streamPair()
    const gate = Promise.withResolvers<Stream>()
    peers.opens = () => gate.promise
    peers.come('a', 'outbound')
    const asking = loop.ask('a')
    const impatient = loop.ask('a', { signal: AbortSignal.timeout(1) })
    await assert.rejects(impatient)
    remote(far)
    gate.resolve(near)
    await asking
    peers.come('b', 'inbound')
    const lost = assert.rejects(loop.ask('b'), { message: 'the connection closed' })
    peers.go('b')
    await lost
    await assert.rejects(loop.ask('nobody'))
  })

  it('of two with the same member, the one that is left is used when the other ends', async () => {
    const [first, firstFar] = await streamPair()
    const [second, secondFar] = await streamPair()
    const session = peers.come('a', 'inbound')
    const { handler } = peers
    assert.ok(handler !== undefined)
    const running = [handler(first, session), handler(second, session)]
    running.forEach((work) => { work.catch(() => {}) })
    const [one, other] = [remote(firstFar), remote(secondFar)]
    await loop.ask('a')
    other.session.abort(new Error('this one ends'))
    await assert.rejects(running[1] ?? Promise.resolve())
    await loop.ask('a')
    loop.forward([ENTRY])
    await one.first
    assert.deepEqual([one.got, other.got], [[ENTRY], []])
  })

  it('gives nothing back to who sent it', async () => {
    const [near, far] = await streamPair()
    const session = peers.come('a', 'inbound')
    peers.handler?.(near, session).catch(() => {})
    const other = remote(far)
    await loop.ask('a')
    loop.forward([ENTRY], 'a')
    const second = new Uint8Array(60).fill(8)
    loop.forward([second], 'b')
    await other.first
    assert.deepEqual(other.got, [second])
  })

  it('stop ends what runs and waits for nothing that is being opened', async () => {
    const [near, far] = await streamPair()
    peers.opens = async () => near
    peers.come('a', 'outbound')
    remote(far)
    await loop.ask('a')
    // one whose stream comes in spite of the end
    const late = Promise.withResolvers<Stream>()
    const asked = Promise.withResolvers<void>()
    peers.opens = async (signal) => {
      signal?.addEventListener('abort', () => { void streamPair().then(([stream]) => { late.resolve(stream) }) })
      asked.resolve()
      return late.promise
    }
    peers.come('b', 'outbound')
    await asked.promise
    await loop.stop()
    assert.notEqual(near.status, 'open')
    assert.notEqual((await late.promise).status, 'open')
    assert.deepEqual(errors, [])
  })
})
