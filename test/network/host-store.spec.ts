import assert from 'node:assert/strict'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '@libp2p/interface'
import { HostStore, MAX_PEER_BYTES, MAX_PEERS, MAX_PEERS_BYTES, peerKey, type Datastore } from '../../src/network/host-store.js'
import { newIdentity } from '../../src/network/identity.js'
import { forgetStrangers, LEAVE_MS, type LeavingInit } from '../../src/network/leaving.js'
import { MAX_KEYS_PER_PROVIDER, MAX_PROVIDERS, MAX_PROVIDERS_PER_KEY, PROVIDER_MS } from '../../src/network/provider-book.js'
import { FakeClock } from './fake-clock.js'
import { bare, stopAll } from './hosts.js'

type Key = Parameters<Datastore['put']>[0]
const key = (name: string): Key => ({ toString: () => name }) as unknown as Key
const newPeer = async (): Promise<string> => peerIdFromPrivateKey(await newIdentity()).toString()
const record = (what: string, peer: string): Key => key(`/dht/provider/${what}/${peer}`)
const TIME = Uint8Array.of(1)

describe('host store', () => {
  let self: string
  let store: HostStore
  let members: Set<string>
  let clock: FakeClock
  beforeEach(async () => {
    self = await newPeer()
    members = new Set()
    clock = new FakeClock()
    store = new HostStore({ self, isMember: (peer) => members.has(peer), clock })
    store.put(key(peerKey(self)), new Uint8Array(100))
  })
  afterEach(stopAll)

  const providersOf = (what: string): string[] => [...store.query({ prefix: `/dht/provider/${what}` })].map(({ key: name }) => name.toString().split('/').at(-1) ?? '')

  /** A peer that libp2p knows. */
  async function known (): Promise<string> {
    const peer = await newPeer()
    store.put(key(peerKey(peer)), new Uint8Array(10))
    return peer
  }

  it('gives back what was put, says what it does not have, and deletes', async () => {
    const peer = key(peerKey(await newPeer()))
    assert.throws(() => store.get(peer), { name: 'NotFoundError' })
    store.put(peer, Uint8Array.of(1))
    store.put(peer, Uint8Array.of(2, 3))
    assert.deepEqual([[...store.get(peer)], store.has(peer), store.sizes.bytes], [[2, 3], true, 102])
    assert.deepEqual([...store.query({ prefix: '/peers/' })].map(({ value }) => value.length).sort(), [100, 2])
    store.delete(peer)
    assert.deepEqual([store.has(peer), store.sizes], [false, { peers: 1, bytes: 100, providers: 0 }])
  })

  it('keeps so many peers, those that were used last, and itself', () => {
    const names = Array.from({ length: MAX_PEERS }, (_, n) => key(`/peers/${n}`))
    for (const name of names) {
      store.put(name, Uint8Array.of(1))
      store.get(names[0] as Key)
    }
    assert.equal(store.sizes.peers, MAX_PEERS)
    assert.deepEqual([names[0], names[1], names[2], key(peerKey(self))].map((name) => store.has(name as Key)), [true, false, true, true])
  })

  it('keeps so many bytes of peers, and of one', () => {
    assert.throws(() => store.put(key('/peers/big'), new Uint8Array(MAX_PEER_BYTES + 1)))
    for (let n = 0; n <= MAX_PEERS_BYTES / MAX_PEER_BYTES; n++) store.put(key(`/peers/${n}`), new Uint8Array(MAX_PEER_BYTES))
    assert.ok(store.sizes.bytes <= MAX_PEERS_BYTES && store.sizes.bytes > MAX_PEERS_BYTES - 2 * MAX_PEER_BYTES)
    assert.ok(store.has(key(peerKey(self))))
  })

  it('keeps of the DHT who provides what, and no values', async () => {
    const peer = await known()
    store.put(record('abc', peer), TIME)
    assert.deepEqual([...store.get(record('abc', peer))], [1])
    assert.deepEqual(providersOf('abc'), [peer])
    assert.ok(store.isProvider(peer))
    assert.throws(() => store.put(key('/dht/record/abc'), TIME), { code: 'LIMIT' })
    assert.throws(() => store.put(record('abc', peer), new Uint8Array(17)), { code: 'LIMIT' })
    assert.throws(() => store.put(record('a'.repeat(300), peer), TIME), { code: 'LIMIT' })
    store.delete(record('abc', peer))
    assert.deepEqual([providersOf('abc'), store.isProvider(peer)], [[], false])
  })

  it('passes over a provider of whom nothing is known: libp2p fails the whole question for it', async () => {
    const [peer, gone] = [await known(), await newPeer()]
    for (const one of [peer, gone]) store.put(record('abc', one), TIME)
    assert.deepEqual(providersOf('abc'), [peer])
  })

  it('keeps a few keys a provider, a few providers a key: the oldest goes, members last', async () => {
    const peer = await known()
    const keys = Array.from({ length: MAX_KEYS_PER_PROVIDER + 2 }, (_, n) => `k${String.fromCharCode(97 + n)}`)
    for (const one of keys) store.put(record(one, peer), TIME)
    assert.deepEqual(keys.map((one) => providersOf(one).length), [0, 0, 1, 1, 1, 1])
    const peers = await Promise.all(Array.from({ length: MAX_PROVIDERS_PER_KEY + 2 }, known))
    members.add(peers[0] ?? '')
    for (const one of peers) store.put(record('many', one), TIME)
    const left = providersOf('many')
    assert.equal(left.length, MAX_PROVIDERS_PER_KEY)
    assert.deepEqual(peers.slice(0, 4).map((one) => left.includes(one)), [true, false, false, true])
  })

  it('keeps so many records in all, and each for a day', async () => {
    const peers = await Promise.all(Array.from({ length: MAX_PROVIDERS / MAX_KEYS_PER_PROVIDER + 5 }, newPeer))
    members.add(peers[0] ?? '')
    for (const [n, peer] of peers.entries()) for (let k = 0; k < MAX_KEYS_PER_PROVIDER; k++) store.put(record(`x${(n * MAX_KEYS_PER_PROVIDER + k).toString(32).replace(/[0189]/g, 'z')}${'abcd'[k] ?? ''}`, peer), TIME)
    assert.ok(store.sizes.providers <= MAX_PROVIDERS)
    assert.ok(store.isProvider(peers[0] ?? '') && !store.isProvider(peers[1] ?? ''))
    clock.advanceBy(PROVIDER_MS)
    assert.deepEqual(providersOf('none'), [])
    assert.equal(store.sizes.providers, 0)
  })

  it('a stranger leaves what libp2p keeps of peers when it has hung up, whoever stays does not, and one that came back neither', async () => {
    const host = new EventTarget()
    const deleted: string[] = []
    const here = new Set<string>()
    const [stranger, member, back] = await Promise.all([newPeer(), newPeer(), newPeer()])
    forgetStrangers({
      host: Object.assign(host, { getConnections: (peer: PeerId) => here.has(peer.toString()) ? [peer] : [], peerStore: { delete: async (peer: PeerId) => { deleted.push(peer.toString()) } } }) as unknown as LeavingInit['host'],
      clock,
      stays: (peer) => peer === member,
      onError: (error) => { assert.fail(String(error)) }
    })
    for (const peer of [stranger, member, back]) host.dispatchEvent(new CustomEvent('peer:disconnect', { detail: peerIdFromString(peer) }))
    here.add(back)
    await clock.advance(LEAVE_MS - 1)
    assert.deepEqual(deleted, [])
    await clock.advance(1)
    assert.deepEqual(deleted, [stranger])
  })

  it('of a host: who hung up is not known any more', async () => {
    const [one, other] = [await bare(), await bare()]
    const identified = new Promise((resolve) => { one.addEventListener('peer:identify', resolve, { once: true }) })
    const connection = await other.dial(one.getMultiaddrs())
    await identified
    assert.ok(await one.peerStore.has(other.peerId))
    const gone = new Promise<void>((resolve) => {
      const { peerStore } = one
      const { delete: original } = peerStore
      peerStore.delete = async (peer) => {
        await original.call(peerStore, peer)
        resolve()
      }
    })
    await connection.close()
    await gone
    assert.equal(await one.peerStore.has(other.peerId), false)
  })
})
