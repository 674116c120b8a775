import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p, PeerId, PeerInfo } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { ANNOUNCE_MS, Discovery, discoveryOf, EMPTY_MS, SEARCH_CONNECTED_MS, SEARCH_MAX_MS, SEARCH_MIN_MS, UNKNOWN_AT_MOST, UNKNOWN_MS, type DiscoveryInit } from '../../src/network/discovery.js'
import { newIdentity } from '../../src/network/identity.js'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { FakeClock, settle } from './fake-clock.js'

const peer = async (): Promise<PeerId> => peerIdFromPrivateKey(await newIdentity())
const at = (id: PeerId, ...ports: number[]): PeerInfo => ({ id, multiaddrs: ports.map((port) => multiaddr(`/ip4/127.0.0.1/tcp/${port}`)) })

/** A DHT that says what a test tells it to. */
class Dht {
  provided: CID[] = []
  searched: CID[] = []
  found: PeerInfo[] = []
  fails = false
  readonly table = { size: 1 }

  readonly contentRouting = {
    provide: async (cid: CID) => {
      this.provided.push(cid)
      if (this.fails) throw new Error('nobody is there')
    },
    findProviders: (cid: CID) => this.providers(cid)
  }

  async * providers (cid: CID): AsyncGenerator<PeerInfo> {
    this.searched.push(cid)
    yield * this.found
  }
}

describe('network: discovery', () => {
  let dht: Dht
  let clock: FakeClock
  let members: Set<string>
  let told: string[]
  let greeted: string[][]
  let lacks: boolean
  let discovery: Discovery

  beforeEach(async () => {
    dht = new Dht()
    clock = new FakeClock()
    members = new Set()
    told = []
    greeted = []
    lacks = true
    const services = { dht: { routingTable: dht.table } }
    discovery = make({ host: { contentRouting: dht.contentRouting, peerId: await peer(), services } as unknown as Libp2p })
  })
  afterEach(() => discovery.stop())

  function make (init: Partial<DiscoveryInit> & Pick<DiscoveryInit, 'host'>): Discovery {
    return new Discovery({
      topic: new Uint8Array(32).fill(7), announce: true, isMember: (who) => members.has(who), lacks: () => lacks, onMember: (who) => { told.push(who) },
      greet: async (addresses) => { greeted.push(addresses) }, onError: () => {}, clock, random: () => 0, ...init
    })
  }

  it('is on where others can reach the node, and as it was asked', () => {
    assert.deepEqual(discoveryOf(undefined, ['/ip4/0.0.0.0/tcp/14040']), { mdns: true, dht: true })
    assert.deepEqual(discoveryOf(undefined, ['/ip6/::/tcp/14040', '/ip4/127.0.0.1/tcp/1']), { mdns: true, dht: true })
    assert.deepEqual(discoveryOf(undefined, ['/ip4/127.0.0.1/tcp/1', '/ip6/::1/tcp/1']), { mdns: false, dht: false })
    assert.deepEqual(discoveryOf({ dht: true }, ['/ip4/127.0.0.1/tcp/1']), { mdns: false, dht: true })
    assert.deepEqual(discoveryOf({ mdns: false }, ['/ip4/0.0.0.0/tcp/1']), { mdns: false, dht: true })
  })

  it('announces under the key of the vault, again after a failure and from time to time', async () => {
    dht.fails = true
    discovery.start()
    await settle()
    assert.deepEqual(dht.provided.map((cid) => Buffer.from(cid.multihash.digest).toString('hex')), ['07'.repeat(32)])
    dht.fails = false
    await clock.advance(ANNOUNCE_MS / 2)
    assert.equal(dht.provided.length, 2)
    await clock.advance(ANNOUNCE_MS)
    assert.equal(dht.provided.length, 3)
  })

  it('waits for somebody to be in the DHT, without giving up or slowing down', async () => {
    dht.table.size = 0
    discovery.start()
    for (let n = 0; n < 100; n++) await clock.advance(EMPTY_MS)
    assert.deepEqual([dht.provided.length, dht.searched.length], [0, 0])
    dht.table.size = 1
    await clock.advance(EMPTY_MS)
    assert.deepEqual([dht.provided.length, dht.searched.length], [1, 1])
  })

  it('looks for members: often while some are away, then seldom', async () => {
    discovery.start()
    await settle()
    assert.equal(dht.searched.length, 1)
    await clock.advance(SEARCH_MIN_MS)
    assert.equal(dht.searched.length, 2)
    await clock.advance(SEARCH_MIN_MS)
    assert.equal(dht.searched.length, 2)
    await clock.advance(SEARCH_MIN_MS)
    assert.equal(dht.searched.length, 3)
    await clock.advance(20 * SEARCH_MAX_MS)
    const before: number = dht.searched.length
    lacks = false
    await clock.advance(SEARCH_MAX_MS)
    await clock.advance(SEARCH_CONNECTED_MS - 1)
    // alone it would have been four times
    assert.ok(dht.searched.length <= before + 2)
    // and soon when it is told that it is alone
    const then: number = dht.searched.length
    discovery.wake()
    await clock.advance(SEARCH_MIN_MS)
    assert.equal(dht.searched.length, then + 1)
  })

  it('remembers where a member was found, and tells of it when that is news', async () => {
    const id = await peer()
    members.add(id.toString())
    dht.found = [at(id, 1, 2)]
    discovery.start()
    await settle()
    assert.deepEqual(discovery.addressesOf(id.toString()), [1, 2].map((port) => `/ip4/127.0.0.1/tcp/${port}/p2p/${id.toString()}`))
    assert.deepEqual(told, [id.toString()])
    discovery.found(at(id, 2, 1))
    assert.equal(told.length, 1)
    discovery.found(at(id, 3))
    assert.equal(told.length, 2)
    assert.deepEqual(greeted, [])
  })

  it('greets who may be a member that is not known here yet: each once an hour, and not many', async () => {
    const [first] = await Promise.all([peer()])
    discovery.found(at(first, 9))
    discovery.found(at(first, 9))
    assert.deepEqual(greeted, [[`/ip4/127.0.0.1/tcp/9/p2p/${first.toString()}`]])
    for (let n = 0; n < 2 * UNKNOWN_AT_MOST; n++) discovery.found(at(await peer(), 9))
    assert.equal(greeted.length, UNKNOWN_AT_MOST)
    clock.advanceBy(UNKNOWN_MS)
    discovery.found(at(first, 9))
    assert.equal(greeted.length, UNKNOWN_AT_MOST + 1)
  })

  it('passes over itself and who has no address, and does nothing once it was stopped', async () => {
    discovery.found({ id: await peer(), multiaddrs: [] })
    await discovery.stop()
    discovery.found(at(await peer(), 9))
    discovery.start()
    await settle()
    assert.deepEqual([greeted.length, dht.searched.length, dht.provided.length], [0, 0, 0])
  })
})
