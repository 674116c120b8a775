/** What one message of the DHT makes a node do, counted, while its store is as full as it may be. */
import assert from 'node:assert/strict'
import { base32 } from 'multiformats/bases/base32'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p, Stream } from '@libp2p/interface'
import { discoveryParts } from '../../src/network/discovery.js'
import { createHost } from '../../src/network/host.js'
import type { Datastore, HostStore } from '../../src/network/host-store.js'
import { newIdentity } from '../../src/network/identity.js'
import { MAX_KEYS_PER_PROVIDER, MAX_PROVIDERS, MAX_PROVIDERS_PER_KEY } from '../../src/network/provider-book.js'
import { addProvider, DHT, getProviders, KAD, message, newKey } from '../hostile/attack/kad.js'
import { connected, peer } from '../hostile/attack/peer.js'
import { targetOf } from '../hostile/attack/target.js'
import { framed } from '../hostile/attack/wire.js'
import { TCP } from './hosts.js'

type Key = Parameters<Datastore['put']>[0]
const key = (name: string): Key => ({ toString: () => name }) as unknown as Key
/** Of one answer: peers that are closer, and providers, each looked up twice, and the peer that asked. */
const CLOSER = 20
const MOST_LOOKED_UP = 2 * (CLOSER + MAX_PROVIDERS_PER_KEY) + 4
/** The one that ends a look at what is too old. */
const MOST_RECORDS = MAX_PROVIDERS_PER_KEY + 2

describe('work of a message of the DHT', () => {
  let life: AbortController
  let host: Libp2p
  let store: HostStore
  let stream: Stream
  let self: Uint8Array
  let popular: Uint8Array

  beforeEach(async () => {
    life = new AbortController()
    host = await createHost({ privateKey: await newIdentity(), listen: TCP, discovery: discoveryParts({ mdns: false, dht: true }, true, () => {}) })
    store = (host as unknown as { components: { datastore: HostStore } }).components.datastore
    popular = newKey()
    await fill()
    const attacker = await peer(life.signal)
    self = attacker.peerId.toMultihash().bytes
    stream = await (await connected(targetOf(host.getMultiaddrs()[0]?.toString() ?? ''), life.signal, attacker)).newStream(DHT)
  })
  afterEach(async () => {
    life.abort()
    await host.stop()
  })

  /** As many keys, each with as many providers, as are kept; `popular` is one of them. */
  async function fill (): Promise<void> {
    const names = [popular, ...Array.from({ length: MAX_PROVIDERS / MAX_PROVIDERS_PER_KEY - 1 }, newKey)].map((one) => base32.encode(one).slice(1))
    const providers = await Promise.all(Array.from({ length: MAX_PROVIDERS / MAX_KEYS_PER_PROVIDER }, async () => peerIdFromPrivateKey(await newIdentity())))
    for (const provider of providers) await host.peerStore.save(provider, { multiaddrs: [multiaddr('/ip4/192.0.2.1/tcp/4001')] })
    for (let n = 0; n < MAX_PROVIDERS; n++) store.put(key(`/dht/provider/${names[n % names.length] ?? ''}/${providers[Math.floor(n / MAX_KEYS_PER_PROVIDER)]?.toString() ?? ''}`), Uint8Array.of(1))
    assert.equal(store.sizes.providers, MAX_PROVIDERS)
  }

  /** Records and entries of peers that are looked at until the node has answered the message and a ping behind it. */
  async function work (bytes: Uint8Array, answers: number): Promise<{ records: number, peers: number }> {
    let peers = 0
    const get = store.get.bind(store)
    store.get = (name) => {
      peers++
      return get(name)
    }
    const before = store.looked
    const answered = new Promise<void>((resolve) => {
      let left = answers
      stream.addEventListener('message', () => { if (--left === 0) resolve() })
    })
    stream.send(framed(bytes))
    stream.send(framed(message(KAD.ping, {})))
    await answered
    store.get = get
    return { records: store.looked - before, peers }
  }

  const messages: Array<[what: string, answers: number, make: () => Uint8Array]> = [
    ['who provides what many provide', 2, () => getProviders(popular)],
    ['who provides what nobody provides', 2, () => getProviders(newKey())],
    ['to provide something', 1, () => addProvider(newKey(), self)],
    ['who is close', 2, () => message(KAD.findNode, { key: newKey() })],
    ['what stands under a key', 2, () => message(KAD.getValue, { key: newKey() })]
  ]
  for (const [what, answers, make] of messages) {
    it(`${what}: looks at no more than one key has`, async () => {
      const before = process.threadCpuUsage()
      const { records, peers } = await work(make(), answers)
      const { user, system } = process.threadCpuUsage(before)
      // of both sides, the answer's way back too
      console.log(`        ${records} records, ${peers} entries of peers, ${((user + system) / 1000).toFixed(1)} ms of processor time`)
      assert.ok(records <= MOST_RECORDS, `${records} records of ${MAX_PROVIDERS}`)
      assert.ok(peers <= MOST_LOOKED_UP, `${peers} entries of peers`)
    })
  }

  it('counts what it looks at', async () => {
    assert.ok((await work(getProviders(popular), 2)).records >= MAX_PROVIDERS_PER_KEY)
    const before = store.looked
    assert.equal([...store.queryKeys({ prefix: '/dht/provider/' })].length, MAX_PROVIDERS)
    assert.ok(store.looked - before >= MAX_PROVIDERS)
  })
})
