import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ProtocolError } from '../../protocols/errors.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { handleHello } from '../../protocols/hello/handler.js'
import { NotAWitnessError } from '../../protocols/hello/refusal.js'
import { base32, unbase32, INVITE_PREFIX } from '../../protocols/vault/text.js'
import { createInvite } from '../../protocols/vault/invite.js'
import { check, vaultKeys } from '../../protocols/vault/keys.js'
import { multiaddr } from '@multiformats/multiaddr'
import type { DfsNode, Role } from '../../src/api/node.js'
import { bytesOf, Cluster, connected, failsWith, inside, next, secretsOf } from './cluster.js'

describe('node: joining', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('warns of no fork because entries of others are still to come', async () => {
    const a = await cluster.node({ label: 'a' })
    for (const name of ['x', 'y']) await a.put(name, name)
    const invite = await a.invite({ role: 'write' })
    const b = await cluster.node({ invite, start: false })
    assert.deepEqual((await b.status()).forks, [])
    await b.start()
    await connected(a, b)
    assert.deepEqual((await b.status()).forks, [])
  })

  it('makes a member that both know, with role, label and operator of the invite', async () => {
    const a = await cluster.node({ label: 'a', operator: 'ana' })
    const joined = next(a, 'member:join')
    const b = await cluster.node({ invite: await a.invite({ role: 'read', label: 'b', operator: 'bob' }) })
    const { peer, role, label, operator, self } = await joined
    assert.deepEqual({ peer, role, label, operator, self }, { peer: b.peer, role: 'read', label: 'b', operator: 'bob', self: false })
    assert.equal(b.vault, a.vault)
    assert.equal(b.role, 'read')
    await connected(a, b)
    for (const node of [a, b]) {
      const members = await node.members()
      assert.deepEqual(members.map((member) => [member.peer, member.role, member.label, member.operator, member.self, member.connected]), [
        [a.peer, 'owner', 'a', 'ana', node === a, node === b],
        [b.peer, 'read', 'b', 'bob', node === b, node === a]
      ])
      assert.deepEqual((await node.status()).members, { total: 2, connected: 1 })
    }
    assert.deepEqual((await a.peers()).map((other) => [other.peer, other.role, other.label]), [[b.peer, 'read', 'b']])
  })

  it('takes an invite in any case and with line breaks', async () => {
    const a = await cluster.node()
    const text = (await a.invite({ role: 'write' })).toUpperCase().replace(/(.{20})/g, '$1\n ')
    const b = await cluster.node({ invite: text })
    assert.equal(b.vault, a.vault)
  })

  it('an owner that joined invites others, and the first owner knows them', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a, { role: 'owner' })
    const joined = next(a, 'member:join')
    const c = await cluster.member(b)
    assert.equal((await joined).peer, c.peer)
    assert.equal(await b.recoveryCode(), await a.recoveryCode())
  })

  const broken: Array<[what: string, alter: (text: string) => string]> = [
    ['nothing', () => ''],
    ['some other text', () => 'hello'],
    ['another kind of text', (text) => text.replace(INVITE_PREFIX, 'dfs-recovery1')],
    ['cut off', (text) => text.slice(0, -1)],
    ['a character that base32 lacks', (text) => `${text.slice(0, -1)}1`],
    ['one character too many', (text) => `${text}a`]
  ]
  for (const [what, alter] of broken) {
    it(`refuses an invite that is broken: ${what}`, async () => {
      const a = await cluster.node()
      await failsWith(cluster.node({ invite: alter(await a.invite({ role: 'write' })) }), 'INVALID_INVITE')
      assert.equal((await a.members()).length, 1)
    })
  }

  it('refuses an invite with any one character altered', async () => {
    const a = await cluster.node()
    const text = await a.invite({ role: 'write' })
    for (let at = INVITE_PREFIX.length; at < text.length; at += 37) {
      const other = text[at] === 'q' ? 'r' : 'q'
      await failsWith(cluster.node({ invite: text.slice(0, at) + other + text.slice(at + 1) }), 'INVALID_INVITE')
    }
  })

  it('refuses an invite whose bytes were altered and whose checksum was made good', async () => {
    const a = await cluster.node()
    const { createHash } = await import('node:crypto')
    const bytes = unbase32((await a.invite({ role: 'read' })).slice(INVITE_PREFIX.length))
    const cbor = Buffer.from(bytes.subarray(0, -4))
    const at = cbor.indexOf('read')
    assert.ok(at > 0)
    // of the same length, and worth more
    cbor.write('owne', at)
    const sum = createHash('sha256').update(`dfs/1/text\0${INVITE_PREFIX}\0`).update(cbor).digest().subarray(0, 4)
    await failsWith(cluster.node({ invite: INVITE_PREFIX + base32(Buffer.concat([cbor, sum])) }), 'INVALID_INVITE')
  })

  it('refuses one that has expired, and the witness does too', async () => {
    const a = await cluster.node()
    const text = inviteOf(a, { joinBy: Date.now() - 3_600_000 })
    await failsWith(cluster.node({ invite: text }), 'INVITE_EXPIRED')
    assert.equal((await a.members()).length, 1)
  })

  it('refuses one that was used up, and admits the same node again', async () => {
    const a = await cluster.node()
    const text = await a.invite({ role: 'write', uses: 2 })
    await cluster.node({ invite: text })
    await cluster.node({ invite: text })
    await failsWith(cluster.node({ invite: text }), 'INVITE_USED')
    assert.equal((await a.members()).length, 3)
  })

  it('gives the last use to one of two that come at once', async () => {
    const a = await cluster.node()
    const text = await a.invite({ role: 'write' })
    const results = await Promise.allSettled([cluster.node({ invite: text }), cluster.node({ invite: text }), cluster.node({ invite: text })])
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const result of results) if (result.status === 'rejected') assert.equal((result.reason as { code: string }).code, 'INVITE_USED')
    assert.equal((await a.members()).length, 2)
  })

  it('an invite signed by the key of another vault is refused by the witness', async () => {
    const a = await cluster.node()
    const b = await cluster.node()
    // of b's vault, with what only members of a's vault know
    const text = inviteOf(b, { joinBy: Date.now() + 60_000, meet: secretsOf(a).meet, at: a })
    await failsWith(cluster.node({ invite: text }), 'WRONG_VAULT')
    assert.equal((await a.members()).length, 1)
  })

  it('an invite that leads to a node of another vault is JoinRefusedError', async () => {
    const a = await cluster.node()
    const b = await cluster.node()
    await failsWith(cluster.node({ invite: inviteOf(b, { joinBy: Date.now() + 60_000, at: a }) }), 'JOIN_REFUSED')
  })

  it('says that only store members were reached, and joins once one of them names a writer', async () => {
    const a = await cluster.node()
    const invite = await a.invite({ role: 'write' })
    const s = await cluster.member(a, { role: 'store' })
    const gone = next(s, 'peer:disconnect')
    const viaStore = inviteOf(a, { joinBy: Date.now() + 60_000, at: s })
    // the store member knows where the owner is
    const b = await cluster.node({ invite: viaStore })
    assert.equal(b.vault, a.vault)
    await b.stop()
    await a.stop()
    await gone
    await failsWith(cluster.node({ invite: viaStore }), 'NO_WITNESS')
    await failsWith(cluster.node({ invite }), 'NO_MEMBER_REACHABLE')
  })

  it('goes on with the next address when one is of a node that refuses, and says what that one said when there is no other', async () => {
    const a = await cluster.node()
    const stranger = await cluster.node()
    const gone = await cluster.node()
    const dead = [...gone.addresses]
    await gone.stop()
    const joinBy = Date.now() + 60_000
    await failsWith(cluster.node({ invite: inviteOf(a, { joinBy, addresses: [...stranger.addresses, ...dead].map(binary) }) }), 'JOIN_REFUSED')
    const b = await cluster.node({ invite: inviteOf(a, { joinBy, addresses: [...stranger.addresses, ...a.addresses].map(binary) }) })
    assert.equal(b.vault, a.vault)
  })

  for (const code of ['REFUSED', 'INVALID_DATA'] as const) {
    it(`goes on with the next address after ${code}`, async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      await answerJoins(b, new ProtocolError(code, 'no'))
      const joinBy = Date.now() + 60_000
      const c = await cluster.node({ invite: inviteOf(a, { joinBy, addresses: [...b.addresses, ...a.addresses].map(binary) }) })
      assert.equal(c.vault, a.vault)
      await failsWith(cluster.node({ invite: inviteOf(a, { joinBy, at: b }) }), code === 'REFUSED' ? 'JOIN_REFUSED' : 'INVALID_INVITE')
    })
  }

  it('skips what is no address, in the invite and in what a member says', async () => {
    const a = await cluster.node()
    const s = await cluster.member(a, { role: 'store' })
    const joinBy = Date.now() + 60_000
    const junk = [Uint8Array.of(4, 1), Uint8Array.of(0xff, 0xff, 0xff), Uint8Array.of(0x00)]
    const b = await cluster.node({ invite: inviteOf(a, { joinBy, addresses: [...junk, ...a.addresses.map(binary)] }) })
    assert.equal(b.vault, a.vault)
    await failsWith(cluster.node({ invite: inviteOf(a, { joinBy, addresses: junk }) }), 'NO_MEMBER_REACHABLE')
    const own = a.addresses.map((text) => binary(text.replace(/\/p2p\/.*/, '')))
    const peer = inside(a).host.peerId.toMultihash().bytes
    await answerJoins(s, new NotAWitnessError([
      { peer: bytesOf('no peer', 38), addresses: own, label: '' },
      { peer, addresses: junk, label: '' },
      { peer, addresses: own, label: '' }
    ]))
    const c = await cluster.node({ invite: inviteOf(a, { joinBy, at: s }) })
    assert.equal(c.vault, a.vault)
  })

  it('says of each address, as host and port, why nobody was reached, and until when the invite is good', async () => {
    const a = await cluster.node()
    const joinBy = new Date(new Date().getFullYear() + 1, 10, 1, 9, 7).getTime()
    const addresses = ['/ip4/127.0.0.1/tcp/1', '/ip6/::1/tcp/10'].map(binary)
    const { message } = await failsWith(cluster.node({ invite: inviteOf(a, { joinBy, addresses }), libp2p: {}, listen: ['/ip4/127.0.0.1/tcp/0'] }), 'NO_MEMBER_REACHABLE')
    const [first = '', ...lines] = message.split('\n')
    assert.match(first, /\b2\b/)
    assert.deepEqual(lines.slice(0, 2).map((line) => [line.slice(0, 15), line.slice(15).search(/\S/)]), [['  127.0.0.1:1  ', 0], ['  [::1]:10     ', 0]])
    assert.ok(lines.at(-1)?.includes(`1 Nov ${new Date(joinBy).getFullYear()} 09:07`))
  })

  it('says that nobody was reached, and leaves nothing behind', async () => {
    const a = await cluster.node()
    const text = await a.invite({ role: 'write' })
    await a.stop()
    const dir = await cluster.dir()
    const error = await failsWith<Error & { code: string, retry: boolean }>(cluster.node({ dir: join(dir, 'new'), invite: text }), 'NO_MEMBER_REACHABLE')
    assert.equal(error.retry, true)
    assert.deepEqual(await readdir(dir), [])
  })

  it('ends with the signal', async () => {
    const a = await cluster.node()
    await failsWith(cluster.node({ invite: await a.invite({ role: 'write' }), signal: AbortSignal.abort() }), 'ABORTED')
    assert.equal((await a.members()).length, 1)
  })

  it('a folder that is in the vault already ignores the invite, and one that is in another refuses it', async () => {
    const a = await cluster.node()
    const other = await cluster.node()
    const dir = await cluster.dir()
    const invite = await a.invite({ role: 'write' })
    const b = await cluster.node({ dir, invite })
    const { peer } = b
    await b.stop()
    const again = await cluster.node({ dir, invite })
    assert.equal(again.peer, peer)
    await again.stop()
    await failsWith(cluster.node({ dir, invite: await other.invite({ role: 'write' }) }), 'WRONG_VAULT')
    assert.equal((await a.members()).length, 2)
  })

  it('only owners invite', async () => {
    const a = await cluster.node()
    for (const role of ['write', 'read', 'store'] as const) {
      const b = await cluster.member(a, { role })
      await failsWith(b.invite({ role: 'store' }), 'NOT_ALLOWED')
      await failsWith(b.recoveryCode(), 'NOT_ALLOWED')
      await failsWith(b.checkRecoveryCode('x'), 'NOT_ALLOWED')
    }
  })

  it('checks the recovery code', async () => {
    const a = await cluster.node()
    const b = await cluster.node()
    const code = await a.recoveryCode()
    assert.notEqual((await a.status()).notes.length, 0)
    assert.equal(await a.checkRecoveryCode(await b.recoveryCode()), false)
    assert.notEqual((await a.status()).notes.length, 0)
    await failsWith(a.checkRecoveryCode('dfs-invite1abc'), 'INVALID_RECOVERY_CODE')
    await failsWith(a.checkRecoveryCode(code.slice(0, -1)), 'INVALID_RECOVERY_CODE')
    assert.equal(await a.checkRecoveryCode(` ${code.toUpperCase()}\n`), true)
    assert.deepEqual((await a.status()).notes, [])
  })

  it('a port that is taken, an address that this machine lacks', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    try {
      const { port } = server.address() as AddressInfo
      await failsWith(cluster.node({ listen: [`/ip4/127.0.0.1/tcp/${port}`], libp2p: {} }), 'PORT_IN_USE')
      await failsWith(cluster.node({ listen: ['/ip4/192.0.2.1/tcp/0'], libp2p: {} }), 'ADDRESS_UNAVAILABLE')
      await failsWith(cluster.node({ listen: ['/memory/no-such-transport'], libp2p: {} }), 'INVALID_OPTION')
    } finally {
      await new Promise((resolve) => { server.close(resolve) })
    }
  })

  it('over TCP', async () => {
    const tcp = { listen: ['/ip4/127.0.0.1/tcp/0'], libp2p: {} }
    const a = await cluster.node(tcp)
    const b = await cluster.member(a, tcp)
    const file = await b.put('x', 'over the wire', { durable: 2 })
    assert.deepEqual(new Set(file.copies.map(({ peer }) => peer)), new Set([a.peer, b.peer]))
    const [peer] = await b.peers()
    assert.ok((peer?.bytesSent ?? 0) > 0)
    assert.ok((peer?.bytesReceived ?? 0) > 0)
  })
})

/** An invite as an owner makes it, with what no owner would write into one. */
function inviteOf (owner: DfsNode, { joinBy, meet, at = owner, role = 'write', addresses = at.addresses.map(binary) }: { joinBy: number, meet?: Uint8Array, at?: DfsNode, role?: Role, addresses?: Uint8Array[] }): string {
  const { secret, reads, meet: own } = secretsOf(owner)
  const [read] = reads
  assert.ok(read !== undefined && secret !== undefined)
  return createInvite({
    vaultSign: vaultKeys(secret).sign, role, uses: 1, label: '', operator: '', joinBy, check: check(read), meet: meet ?? own, epoch: 0, addresses
  })
}

function binary (text: string): Uint8Array {
  return multiaddr(text).bytes
}

/** Makes `node` answer everyone who wants to join with this. */
async function answerJoins (node: DfsNode, error: ProtocolError): Promise<void> {
  const { host } = inside(node)
  await host.unhandle(HELLO_PROTOCOL)
  await host.handle(HELLO_PROTOCOL, async (stream, connection) => {
    await handleHello(stream, {
      local: host.peerId.toMultihash().bytes,
      remote: connection.remotePeer.toMultihash().bytes,
      encryption: connection.encryption,
      meet: secretsOf(node).meet,
      admits: [],
      verify: () => { throw error },
      admit: () => { throw error },
      writers: () => error instanceof NotAWitnessError ? error.writers : []
    }).catch(() => {})
  })
}
