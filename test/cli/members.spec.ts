import assert from 'node:assert/strict'
import { describe as lines } from '../../src/cli/commands/members.js'
import { isHere, link, presence, standing } from '../../src/cli/member-words.js'
import type { MemberInfo, MembersOptions, PeerInfo } from '../../src/api/node.js'
import { TestWorld } from './harness.js'
import { member } from './member.js'

const NOW = new Date(2026, 10, 20, 12, 0)
const EARLIER = new Date(2026, 10, 20, 9, 12)

const peer = (more: Partial<PeerInfo> = {}): PeerInfo =>
  ({ peer: '12D3KooWnas', label: 'nas', role: 'write', direction: 'inbound', address: '/ip4/127.0.0.1/tcp/1', since: EARLIER, bytesReceived: 1_200_000, bytesSent: 300, protocols: [], ...more })

describe('words for members', () => {
  it('say whether a member is here', () => {
    const seen = { running: true, total: 3, now: NOW }
    const cases: Array<[MemberInfo, string]> = [
      [member({ self: true, connected: false }), 'this machine'],
      [member({ connected: true, present: true, lastSeen: EARLIER }), 'here'],
      [member({ present: true, lastSeen: EARLIER }), 'away since 09:12'],
      [member({ lastSeen: EARLIER }), 'away since 09:12'],
      [member(), 'away'],
      [member({ connected: true, revoked: EARLIER }), 'revoked 09:12']
    ]
    for (const [one, words] of cases) assert.equal(presence(one, seen), words)
    assert.equal(presence(member({ self: true }), { ...seen, running: false }), 'this machine, not running')
    // a node that was opened for a command has met nobody, which says nothing of them
    assert.equal(presence(member({ lastSeen: EARLIER }), { ...seen, running: false }), 'last seen 09:12')
    assert.equal(presence(member(), { ...seen, running: false }), 'never seen')
  })

  it('count a member without a link as here only where not everybody has one', () => {
    const heard = member({ present: true, lastSeen: EARLIER })
    assert.equal(isHere(heard, 32), false)
    assert.equal(isHere(heard, 33), true)
    assert.equal(isHere(member({ lastSeen: EARLIER }), 33), false)
    assert.equal(presence(heard, { running: true, total: 33, now: NOW }), 'here, through others')
  })

  it('say how far it is', () => {
    const cases: Array<[Partial<MemberInfo>, string]> = [
      [{}, ''],
      [{ self: true, behind: 0, ahead: 0 }, ''],
      [{ behind: 0, ahead: 0 }, 'in sync'],
      [{ behind: 1, ahead: 0 }, '1 entry behind'],
      [{ ahead: 1_200 }, '1,200 entries ahead'],
      [{ behind: 3, ahead: 2 }, '3 entries behind, 2 entries ahead']
    ]
    for (const [more, words] of cases) assert.equal(standing(member(more)), words)
  })

  it('say what a link is', () => {
    assert.equal(link(peer()), 'it dialled · 1.2 MB in, 300 B out')
    assert.equal(link(peer({ direction: 'outbound', latency: 0.3, protocols: ['/dfs/sync/1.0.0', '/dfs/get/1.0.0', '/dfs/get/1.0.0'] })), 'we dialled · <1 ms · 1.2 MB in, 300 B out · get sync')
    assert.match(link(peer({ latency: 12.4 })), / 12 ms /)
    assert.match(link(peer({ latency: 1_240 })), / 1\.2 s /)
  })

  it('stand in columns, without those that are empty', () => {
    const seen = { running: true, total: 2, now: NOW }
    const self = member({ peer: '12D3KooWown', label: 'laptop', role: 'owner', self: true })
    assert.deepEqual(lines([self, member({ lastSeen: EARLIER })], new Map(), seen), [
      'laptop  owner  since 3 Oct  this machine      12D3KooWown',
      'nas     write  since 3 Oct  away since 09:12  12D3KooWnas'
    ])
    assert.deepEqual(lines([self, member({ operator: 'ana\u001b', connected: true, behind: 0, since: new Date(2025, 9, 3) })], new Map([['12D3KooWnas', peer()]]), seen), [
      'laptop  owner        since 3 Oct       this machine                                              12D3KooWown',
      'nas     write  ana�  since 3 Oct 2025  here          in sync  it dialled · 1.2 MB in, 300 B out  12D3KooWnas'
    ])
    const invited = { invite: 'aaaa', uses: 1, members: 2 }
    assert.deepEqual(lines([self, member({ invited, admittedBy: self.peer }), member({ peer: '12D3KooWpi', label: 'pi', invited, admittedBy: '12D3KooWnas' })], new Map(), seen), [
      'laptop  owner  since 3 Oct                                                 this machine  12D3KooWown',
      'nas     write  since 3 Oct  let in by laptop, 2 came with an invite for 1  away          12D3KooWnas',
      'pi      write  since 3 Oct  let in by nas, 2 came with an invite for 1     away          12D3KooWpi'
    ])
  })
})

describe('dfs members', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('gives each with its link, and revoked ones when they are asked for', async () => {
    const asked: unknown[] = []
    Object.assign(world.node, {
      members: async ({ all }: MembersOptions) => {
        asked.push(all)
        return [member({ connected: true })]
      },
      peers: async () => [peer({ latency: 5 })]
    })
    const [one] = (await world.run('members', '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line) as { label: string, link: Record<string, unknown> })
    assert.equal(one?.label, 'nas')
    assert.deepEqual(one.link, { direction: 'inbound', address: '/ip4/127.0.0.1/tcp/1', since: EARLIER.toISOString(), latency: 5, bytesReceived: 1_200_000, bytesSent: 300, protocols: [] })
    await world.run('members', '--all')
    assert.deepEqual(asked, [false, true])
  })
})
