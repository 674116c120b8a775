import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { groupOf, isLoopback, networksOf, parseAddress, peerOf } from '../../src/network/addresses.js'

const PEER = '12D3KooWHHzSeKaY8xuZVzkLbKFfvNgPPeKhFBGrMbNzbm5akpqu'

describe('addresses', () => {
  it('groups by IPv4 address and by IPv6 network', () => {
    const groups: Array<[string, string | undefined]> = [
      ['/ip4/192.0.2.1/tcp/1', '192.0.2.1'],
      ['/ip6/2001:db8::1/tcp/1', '2001:db8:0:0::/64'],
      ['/ip6/2001:db8:0:0:ffff::2/tcp/9', '2001:db8:0:0::/64'],
      ['/ip6/2001:0db8:0000:0001::1/tcp/1', '2001:db8:0:1::/64'],
      ['/ip6/::1/tcp/1', '0:0:0:0::/64'],
      ['/ip6/fe80:1:2:3:4:5:6:7/tcp/1', 'fe80:1:2:3::/64'],
      ['/memory/a', undefined],
      ['/dns4/example.net/tcp/1', undefined]
    ]
    for (const [address, group] of groups) assert.equal(groupOf(multiaddr(address)), group, address)
  })

  it('knows what networks a group lies in, from the widest on', () => {
    assert.deepEqual(networksOf('192.0.2.1'), ['192.0', '192.0.2', '192.0.2.1'])
    assert.deepEqual(networksOf('2001:db8:0:1::/64'), ['2001:db8', '2001:db8:0', '2001:db8:0:1::/64'])
  })

  it('knows this machine', () => {
    assert.deepEqual(['127.0.0.1', '127.9.9.9', '0:0:0:0::/64', '128.0.0.1', '2001:db8:0:0::/64'].map(isLoopback), [true, true, true, false, false])
  })

  it('finds the peer', () => {
    assert.equal(peerOf(multiaddr(`/ip4/192.0.2.1/tcp/1/p2p/${PEER}`)), PEER)
    assert.equal(peerOf(multiaddr('/ip4/192.0.2.1/tcp/1')), undefined)
  })

  it('names the field of what is no address', () => {
    assert.equal(parseAddress('listen', '/ip4/127.0.0.1/tcp/0').toString(), '/ip4/127.0.0.1/tcp/0')
    for (const text of ['', '/', 'localhost:14040', '/ip4/300.0.0.1/tcp/1', '/ip4/192.0.2.1/tcp/70000', '/nothing/1']) {
      assert.throws(() => parseAddress('announce', text), { code: 'INVALID_OPTION', field: 'announce' }, text)
    }
    assert.throws(() => parseAddress('bootstrap', '/ip4/192.0.2.1/tcp/1', { peer: 'required' }), { code: 'INVALID_OPTION', field: 'bootstrap' })
  })
})
