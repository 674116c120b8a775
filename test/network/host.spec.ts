import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { memory } from '@libp2p/memory'
import type { Libp2p } from '@libp2p/interface'
import type { HostInit } from '../../src/network/host.js'
import { createHost, startHost } from '../../src/network/host.js'
import { newIdentity } from '../../src/network/identity.js'

describe('host', () => {
  const hosts: Libp2p[] = []
  afterEach(async () => { await Promise.all(hosts.splice(0).map(async (host) => host.stop())) })

  async function make (init: Partial<HostInit> = {}): Promise<Libp2p> {
    const host = await createHost({ privateKey: await newIdentity(), listen: [], ...init })
    hosts.push(host)
    return host
  }

  /** A port of 127.0.0.1 that is taken for the length of the test. */
  async function taken (): Promise<string> {
    const host = await make({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    return String(host.getMultiaddrs()[0]).replace(/\/p2p\/.*/, '')
  }

  it('says which field holds no address', async () => {
    for (const field of ['listen', 'announce', 'bootstrap'] as const) {
      await assert.rejects(make({ [field]: ['localhost:14040'] }), { code: 'INVALID_OPTION', field })
    }
    await assert.rejects(make({ bootstrap: ['/ip4/127.0.0.1/tcp/14040'] }), { code: 'INVALID_OPTION', field: 'bootstrap' })
    await assert.rejects(make({ encryption: 'none' as 'noise' }), { code: 'INVALID_OPTION', field: 'encryption' })
  })

  it('tells a taken port, an address of another machine and a foreign transport apart', async () => {
    await assert.rejects(make({ listen: [await taken()] }), { name: 'PortInUseError', code: 'PORT_IN_USE' })
    await assert.rejects(make({ listen: ['/ip4/192.0.2.1/tcp/0'] }), { name: 'AddressUnavailableError', code: 'ADDRESS_UNAVAILABLE' })
    await assert.rejects(make({ listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] }), { code: 'INVALID_OPTION', field: 'listen' })
  })

  it('tells a taken memory address', async () => {
    const libp2p = { transports: [memory()] }
    await make({ listen: ['/memory/host-a'], libp2p })
    await assert.rejects(make({ listen: ['/memory/host-a'], libp2p }), { name: 'PortInUseError' })
  })

  it('listens on nothing before it is started', async () => {
    const listen = [await taken()]
    const host = await make({ listen, start: false })
    assert.equal(host.status, 'stopped')
    await assert.rejects(startHost(host, listen), { name: 'PortInUseError' })
  })

  it('announces beside what it listens on', async () => {
    const host = await make({ listen: ['/ip4/127.0.0.1/tcp/0'], announce: ['/dns4/home.example.net/tcp/14040'] })
    const addresses = host.getMultiaddrs().map(String)
    assert.equal(addresses.length, 2)
    assert.ok(addresses.some((address) => address.startsWith('/ip4/127.0.0.1/tcp/')))
    assert.ok(addresses.includes(`/dns4/home.example.net/tcp/14040/p2p/${host.peerId.toString()}`))
  })

  it('connects to its bootstrap list by itself, and tells no version', async () => {
    const a = await make({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    const agent = new Promise<string | undefined>((resolve) => {
      a.addEventListener('peer:identify', (event) => { resolve(event.detail.agentVersion) }, { once: true })
    })
    await make({ bootstrap: a.getMultiaddrs().map(String) })
    assert.equal(await agent, 'dfs/1')
  })

  it('speaks what protocols/README.md makes every node speak, and nothing beside it', async () => {
    const a = await make({ listen: ['/ip4/127.0.0.1/tcp/0', '/ip6/::1/tcp/0'] })
    const b = await make()
    for (const address of a.getMultiaddrs()) {
      const { encryption, multiplexer } = await b.dial(address)
      const spec = await readFile('protocols/README.md', 'utf8')
      assert.deepEqual([encryption, multiplexer], ['/noise', '/yamux/1.0.0'])
      for (const id of ['/multistream/1.0.0', encryption, multiplexer]) assert.ok(spec.includes(`\`${String(id)}\``), id)
      await b.hangUp(a.peerId)
    }
  })

  it('asks both gates', async () => {
    const a = await make({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    const asked: string[] = []
    const gate = { denyOutboundConnection: () => { asked.push('ours'); return false } }
    const other = { denyOutboundConnection: () => { asked.push('theirs'); return true } }
    const b = await make({ gate, libp2p: { connectionGater: other } })
    await assert.rejects(b.dial(a.getMultiaddrs()))
    assert.deepEqual(asked, ['ours', 'theirs'])
    assert.equal(b.getConnections().length, 0)
  })
})
