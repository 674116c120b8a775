import assert from 'node:assert/strict'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import type { Connection, Libp2p } from '@libp2p/interface'
import { createHost, startHost } from '../../src/network/host.js'
import { DHT_PROTOCOL } from '../../src/network/kad.js'
import { ConnectionGater } from '../../src/network/connection-gater.js'
import { newIdentity } from '../../src/network/identity.js'
import { Peers } from '../../src/network/peers.js'
import { STRANGER_IDLE_MS, STRANGER_MS } from '../../src/network/dht-only-peers.js'
import { FakeClock } from './fake-clock.js'
import { bare, closed, stopAll, TCP, TestGreeter, type Side } from './hosts.js'

const stops: Array<() => Promise<void>> = []

/** A host in the DHT, with Peers unless it knows nothing of us. */
async function inDht (init: { clock?: FakeClock, members?: Set<string> } = {}): Promise<Side> {
  const gate = new ConnectionGater({ isMember: (peer) => init.members?.has(peer) === true, ...(init.clock === undefined ? {} : { clock: init.clock }) })
  const dht = { dht: kadDHT({ protocol: DHT_PROTOCOL, clientMode: false, peerInfoMapper: passthroughMapper, allowQueryWithZeroPeers: true }) }
  const host: Libp2p = await createHost({ privateKey: await newIdentity(), listen: TCP, start: false, gate, discovery: { peerDiscovery: [], services: dht as never } })
  const greeter = new TestGreeter()
  const peers = new Peers(host, greeter, { gate, dht: DHT_PROTOCOL, ...(init.clock === undefined ? {} : { clock: init.clock }) })
  stops.push(() => peers.stop(), async () => { await host.stop() })
  await startHost(host, TCP)
  return { host, peers, gate, greeter, id: host.peerId.toString(), addresses: host.getMultiaddrs().map(String) }
}

const connectionsOf = (host: Libp2p, other: { id: string }): Connection[] => host.getConnections().filter(({ remotePeer }) => remotePeer.toString() === other.id)

describe('network: peers that only use the DHT', () => {
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
    await stopAll()
  })

  it('one whose hello was refused stays connected without a session, is not greeted again for an hour, and goes when the DHT is idle', async () => {
    const clock = new FakeClock()
    const [one, other] = [await inDht({ clock }), await inDht({ clock })]
    other.greeter.refuse = 'REFUSED'
    await assert.rejects(one.peers.connect(other.addresses), { code: 'REFUSED' })
    assert.equal(connectionsOf(one.host, other).length, 1)
    assert.deepEqual([one.peers.sessions(), other.peers.sessions()], [[], []])
    await assert.rejects(one.peers.connect(other.addresses), { code: 'REFUSED' })
    assert.equal(one.greeter.dialled, 1)
    // none of our protocols is for it
    await one.peers.handle('/test/served/1.0.0', async () => { assert.fail('served a stranger') }, { maxInbound: 2 })
    const [connection] = connectionsOf(one.host, other)
    assert.ok(connection !== undefined)
    const end = closed(connection)
    for (let ms = 0; ms < 2 * STRANGER_IDLE_MS && connection.status === 'open'; ms += STRANGER_IDLE_MS / 4) await clock.advance(STRANGER_IDLE_MS / 4)
    await end
    other.greeter.refuse = undefined
    clock.advanceBy(STRANGER_MS)
    await one.peers.connect(other.addresses)
    assert.equal(one.greeter.dialled, 2)
    assert.deepEqual(one.peers.sessions().map(({ peer }) => peer), [other.id])
  })

  it('what the DHT dialled is greeted when it is a member, and let be when it is none', async () => {
    const members = new Set<string>()
    const [one, member, stranger] = [await inDht({ members }), await inDht(), await inDht()]
    members.add(member.id)
    for (const { host } of [member, stranger]) await one.host.dial(host.getMultiaddrs())
    const seen = new Promise<void>((resolve) => { if (one.peers.get(member.id) !== undefined) resolve(); else one.peers.addEventListener('session:open', () => { resolve() }, { once: true }) })
    await seen
    assert.deepEqual(one.peers.sessions().map(({ peer }) => peer), [member.id])
    assert.equal(one.greeter.dialled, 1)
    assert.equal(connectionsOf(one.host, stranger).length, 1)
    // and it is greeted when somebody asks for it
    await one.peers.connect(stranger.addresses)
    assert.equal(one.greeter.dialled, 2)
  })

  it('one that knows no hello, and is not in the DHT, is closed', async () => {
    const one = await inDht()
    const other = await bare()
    await assert.rejects(one.peers.connect(other.getMultiaddrs()))
    for (const connection of connectionsOf(one.host, { id: other.peerId.toString() })) await closed(connection)
  })
})
