import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import type { Connection } from '@libp2p/interface'
import { dialGrant, dialHello, dialJoin } from '../../../protocols/hello/dialer.js'
import { handleHello } from '../../../protocols/hello/handler.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { NotAWitnessError, RevokedError } from '../../../protocols/hello/refusal.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { check, vaultKeys } from '../../../protocols/vault/keys.js'
import { createInvite, readInviteText, type InviteText } from '../../../protocols/vault/invite.js'
import { countEntries } from '../../../src/index/queries/entries.js'
import { sawAddress } from '../../../src/index/queries/members.js'
import { EntryWriter } from '../../../src/vault/entries/entry-writer.js'
import type { SessionFacts, VisitorFacts } from '../../../src/network/peers.js'
import { MemberHandshake } from '../../../src/vault/members/member-handshake.js'
import { peerText } from '../../../src/vault/members/members.js'
import { makeRevoke } from '../../../protocols/vault/make-entry.js'
import { makeGrant } from '../../../protocols/vault/grant.js'
import { certificate, seed } from '../../protocols/hello/cast.js'
import { inlineVersion } from '../../blockstore/fixtures.js'
import { failsWith } from '../../node/cluster.js'
import { node, openLedger, ZEROS, threeAdmits, vault, type Node, type OpenLedger } from '../vaults.js'

const home = vault('greeter')
const HOUR_MS = 3_600_000

describe('greeter', () => {
  let open: OpenLedger
  let founder: Node
  let admits: Uint8Array[]
  let greeter: MemberHandshake
  let revokes: Uint8Array[]

  beforeEach(async () => {
    open = await openLedger(home)
    const three = await threeAdmits(home)
    admits = three.admits
    ;[founder] = three.people
    for (const bytes of admits) await open.ledger.receive([bytes])
    revokes = []
    greeter = greeterOf(founder, true)
  })
  afterEach(() => open.close())

  function greeterOf (self: Node, writes: boolean): MemberHandshake {
    return new MemberHandshake({
      db: open.db,
      entries: open.ledger,
      secrets: { vault: home.id, role: self === founder ? 'owner' : 'write', meet: home.meet, reads: [home.read], box: self.box, recoveryChecked: true, ...(self === founder ? { secret: home.secret } : {}) },
      author: writes ? new EntryWriter(open.db, home.id, 0, self.writer) : undefined,
      self: self.peer
    })
  }

  function invite (options: { role?: 'owner' | 'write' | 'read' | 'store', uses?: number, joinBy?: number, of?: typeof home } = {}): InviteText {
    const { role = 'write', uses = 1, joinBy = Date.now() + HOUR_MS, of = home } = options
    return readInviteText(createInvite({ vaultSign: vaultKeys(of.secret).sign, role, uses, joinBy, label: 'l', operator: 'o', check: check(of.read), meet: home.meet, epoch: 0, addresses: [] }))
  }

  const connection = (peer: Uint8Array): Connection => ({ encryption: '/noise', remotePeer: { toMultihash: () => ({ bytes: peer }), toString: () => peerText(peer) } }) as unknown as Connection

  /** One joiner over an in-memory stream. */
  async function join (who: Node, text: InviteText, given?: Uint8Array, witness = greeter, local = founder): Promise<Awaited<ReturnType<typeof dialJoin>>> {
    const [out, inbound] = await streamPair()
    const handled = witness.handle(inbound, connection(who.peer), { signal: new AbortController().signal })
    handled.catch(() => {})
    const joined = await dialJoin(out, { local: who.peer, remote: local.peer, encryption: '/noise', invite: text, certificate: given ?? await certificate(text, who) })
    assert.equal((await handled).peer, peerText(who.peer))
    return joined
  }

  async function revoke (revoked: { subject: Uint8Array, cut: Uint8Array[] } | { invite: Uint8Array } | { link: Uint8Array }): Promise<void> {
    const made = makeRevoke({ vault: home.id, epoch: 0, writer: home.sign, seq: revokes.length + 1, prev: revokes.at(-1) ?? ZEROS, time: 5, revoked })
    revokes.push(made.id)
    await open.ledger.receive([made.bytes])
  }

  it('serves a visitor of a writer that counts until its link, or the writer, is revoked; whatever its cut keeps', async () => {
    const [second, writer] = [node('second'), node('writer')]
    const root = inlineVersion('shared').cid
    const visit = async (by: Uint8Array, link = 'one', notAfter = Date.now() + HOUR_MS): Promise<VisitorFacts> => {
      const [out, inbound] = await streamPair()
      const handled = greeter.handle(inbound, connection(node('visitor').peer), { signal: new AbortController().signal })
      handled.catch(() => {})
      await dialGrant(out, { encryption: '/noise', vault: home.id, grant: makeGrant({ vault: home.id, link: seed(link).subarray(0, 16), root, notAfter, by }) })
      return await handled as VisitorFacts
    }
    const served = await Promise.all([home.sign, writer.writer, second.writer].map((by) => visit(by)))
    for (const { peer, visits } of served) assert.deepEqual([peer, visits.root, greeter.serves({ visits })], [peerText(node('visitor').peer), root.toString(), true])
    assert.equal((await visit(home.sign, 'for ever', Number.MAX_SAFE_INTEGER)).expires.getTime(), 8.64e15)
    await failsWith(visit(writer.writer, 'one', Date.now() - 1), 'EXPIRED')
    await failsWith(visit(node('nobody').writer), 'UNKNOWN_WRITER')

    const other = await visit(writer.writer, 'two')
    await revoke({ link: seed('one').subarray(0, 16) })
    assert.deepEqual(served.map(({ visits }) => greeter.serves({ visits })), [false, false, false])
    assert.equal(greeter.serves(other), true)
    await failsWith(visit(writer.writer), 'REVOKED')

    await revoke({ subject: writer.peer, cut: [readEntry(admits[2] ?? ZEROS).id] })
    assert.equal(greeter.serves(other), false)
    await failsWith(visit(writer.writer, 'three'), 'REVOKED')
    // whom it had admitted before stays, and makes links
    await visit(second.writer, 'three')
    await revoke({ subject: writer.peer, cut: [] })
    await failsWith(visit(second.writer, 'three'), 'REVOKED')
    await visit(home.sign, 'three')
  })

  it('gives each role what it holds, and no more', async () => {
    for (const role of ['owner', 'write', 'read', 'store'] as const) {
      const { meet, reads, vaultSecret, own, witness } = await join(node(`joins as ${role}`), invite({ role }))
      assert.deepEqual(meet, home.meet)
      assert.deepEqual(reads, role === 'store' ? [] : [home.read])
      assert.deepEqual(vaultSecret, role === 'owner' ? home.secret : undefined)
      assert.deepEqual([own.role, witness.role], [role, 'owner'])
    }
  })

  it('answers the same certificate with the same admit, and counts one use', async () => {
    const text = invite({ uses: 2 })
    const who = node('comes twice')
    const mine = await certificate(text, who)
    const first = await join(who, text, mine)
    const count = countEntries(open.db)
    const second = await join(who, text, mine)
    assert.deepEqual(second.admits, first.admits)
    assert.equal(countEntries(open.db), count)
    await join(node('the second'), text)
    await failsWith(join(node('the third'), text), 'USED_UP')
    // even then
    assert.deepEqual((await join(who, text, mine)).admits, first.admits)
  })

  it('gives the last use to one of many that come at once', async () => {
    const text = invite({ uses: 2 })
    const results = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => join(node(`racer ${n}`), text)))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2)
    for (const result of results) if (result.status === 'rejected') assert.equal((result.reason as { code: string }).code, 'USED_UP')
    assert.equal(open.ledger.members.all().length, 5)
  })

  it('refuses what has expired, was taken back, or is of another vault, and writes nothing', async () => {
    const back = invite()
    await revoke({ invite: back.invite.key })
    const before = countEntries(open.db)
    const late = invite({ joinBy: Date.now() - HOUR_MS })
    await failsWith(join(node('late'), late), 'EXPIRED')
    await failsWith(join(node('taken back'), back), 'REVOKED')
    await failsWith(join(node('elsewhere'), invite({ of: { ...vault('elsewhere'), meet: home.meet } })), 'WRONG_VAULT')
    assert.equal(countEntries(open.db), before)
    assert.deepEqual(open.ledger.members.all().length, 3)
  })

  it('refuses a revoked node, with any invite, and the invite that it used', async () => {
    const text = invite({ uses: 9 })
    const gone = node('gone')
    const mine = await certificate(text, gone)
    await join(gone, text, mine)
    await revoke({ subject: gone.peer, cut: [] })
    const before = countEntries(open.db)
    await failsWith(join(gone, text, mine), 'REVOKED')
    await failsWith(join(gone, invite()), 'REVOKED')
    await failsWith(join(node('a friend of it'), text), 'REVOKED')
    await join(node('another'), invite())
    assert.equal(countEntries(open.db), before + 1)
  })

  it('greets no revoked member, and none whom only a void admit lets in; those whom it had admitted before stay', async () => {
    const greets = async (who: Node, chain: Uint8Array[]): Promise<string> => {
      const [out, inbound] = await streamPair()
      const handled = greeter.handle(inbound, connection(who.peer), { signal: new AbortController().signal })
      handled.catch(() => {})
      const dialled = dialHello(out, { local: who.peer, remote: founder.peer, encryption: '/noise', meet: home.meet, admits: chain, verify: () => true })
      return dialled.then(async () => (await handled as SessionFacts).role, (error: unknown) => (error as { code: string }).code)
    }
    const chain = admits.toReversed()
    const [second, writer] = [node('second'), node('writer')]
    const admitOfSecond = readEntry(admits[2] ?? ZEROS).id
    await revoke({ subject: writer.peer, cut: [admitOfSecond] })
    assert.equal(await greets(writer, chain.slice(1)), 'REVOKED')
    assert.equal(await greets(second, chain), 'write')
    await revoke({ subject: writer.peer, cut: [] })
    assert.equal(await greets(second, chain), 'REVOKED')
    assert.deepEqual(open.ledger.members.all().map(({ label }) => label), ['founder'])
  })

  it('believes that it was revoked when an owner signed that, and not because a member says so', async () => {
    const made = (revoked: Parameters<typeof makeRevoke>[0]['revoked'], writer = home.sign): Uint8Array => makeRevoke({ vault: home.id, epoch: 0, writer, seq: 1, prev: ZEROS, time: 5, revoked }).bytes
    const proof = made({ subject: founder.peer, cut: [] })
    const flipped = proof.slice()
    flipped[flipped.length - 1]! ^= 1
    const second = node('second')
    const refusedWith = async (error: Error): Promise<boolean> => {
      const [out, inbound] = await streamPair()
      const handled = handleHello(inbound, { local: second.peer, remote: founder.peer, encryption: '/noise', meet: home.meet, admits, verify: () => { throw error } })
      handled.catch(() => {})
      const connection = { encryption: '/noise', newStream: async () => out, remotePeer: { toMultihash: () => ({ bytes: second.peer }), toString: () => peerText(second.peer) } } as unknown as Connection
      await failsWith(greeter.dial(connection, { signal: new AbortController().signal }), 'REVOKED')
      return open.ledger.revocations.isRevoked(founder.peer)
    }
    const elsewhere = vault('elsewhere')
    const lies = [
      made({ subject: second.peer, cut: [] }), made({ link: seed('one').subarray(0, 16) }), flipped, new Uint8Array(9), admits[1] ?? ZEROS,
      makeRevoke({ vault: elsewhere.id, epoch: 0, writer: elsewhere.sign, seq: 1, prev: ZEROS, time: 5, revoked: { subject: founder.peer, cut: [] } }).bytes
    ]
    const before = countEntries(open.db)
    for (const error of [new ProtocolError('REVOKED', 'because'), ...lies.map((bytes) => new RevokedError(bytes))]) assert.equal(await refusedWith(error), false)
    assert.deepEqual([countEntries(open.db), [...greeter.revokedBy]], [before, [peerText(second.peer)]])
    assert.equal(await refusedWith(new RevokedError(proof)), true)
    assert.equal(countEntries(open.db), before + 1)
    // it shows what it was, so that others can tell it again
    assert.equal(greeter.admits().length, 1)
  })

  it('a witness that was revoked admits nobody', async () => {
    const writer = node('writer')
    await revoke({ subject: writer.peer, cut: [] })
    await failsWith(join(node('too late'), invite({ role: 'read' }), undefined, greeterOf(writer, true), writer), 'NOT_A_WITNESS')
  })

  it('an invite that ended a minute ago is still good: clocks differ', async () => {
    await join(node('a minute late'), invite({ joinBy: Date.now() - 60_000 }))
  })

  it('refuses a certificate of another node, or for another invite', async () => {
    const before = countEntries(open.db)
    const text = invite()
    const who = node('honest')
    await failsWith(join(who, text, await certificate(text, node('somebody else'))), 'INVALID_DATA')
    await failsWith(join(who, text, await certificate(invite(), who)), 'INVALID_DATA')
    assert.equal(countEntries(open.db), before)
  })

  it('a write member admits all but owners', async () => {
    const writer = node('writer')
    const witness = greeterOf(writer, true)
    const { own, admits: chain } = await join(node('via writer'), invite({ role: 'read' }), undefined, witness, writer)
    assert.equal(own.role, 'read')
    assert.deepEqual(chain.map((bytes) => readEntry(bytes).kind), ['admit', 'admit', 'admit'])
    await failsWith(join(node('wants all'), invite({ role: 'owner' }), undefined, witness, writer), 'NOT_A_WITNESS')
  })

  it('who cannot admit names who can, those with addresses first', async () => {
    const reader = node('a reader')
    await join(reader, invite({ role: 'read' }))
    await open.db.write(sawAddress(peerText(node('second').peer), '/ip4/127.0.0.1/tcp/4001', 5))
    const error = await join(node('asks the reader'), invite(), undefined, greeterOf(reader, false), reader).then(() => undefined, (reason: unknown) => reason)
    assert.ok(error instanceof NotAWitnessError)
    assert.deepEqual(error.writers.map(({ peer }) => peerText(peer)).sort(), [founder, node('writer'), node('second')].map(({ peer }) => peerText(peer)).sort())
    assert.deepEqual(error.writers[0]?.peer, node('second').peer)
    assert.equal(error.writers[0]?.addresses.length, 1)
  })

  it('greets a member by its chain, and takes in what of it was not known', async () => {
    const fresh = await openLedger(home)
    try {
      const [first] = admits
      assert.ok(first !== undefined)
      await fresh.ledger.receive([first])
      const alone = new MemberHandshake({
        db: fresh.db, entries: fresh.ledger, secrets: { vault: home.id, role: 'owner', meet: home.meet, reads: [home.read], box: founder.box, recoveryChecked: true }, author: undefined, self: founder.peer
      })
      const [out, inbound] = await streamPair()
      const second = node('second')
      const handled = alone.handle(inbound, connection(second.peer), { signal: new AbortController().signal })
      await dialHello(out, { local: second.peer, remote: founder.peer, encryption: '/noise', meet: home.meet, admits: admits.toReversed(), verify: () => true })
      assert.deepEqual(await handled, { peer: peerText(second.peer), role: 'write', label: 'second' })
      assert.equal(countEntries(fresh.db), 3)
    } finally {
      await fresh.close()
    }
  })

  it('refuses a chain that does not lead to the vault key, or is of somebody else', async () => {
    const fresh = await openLedger(home)
    try {
      const alone = new MemberHandshake({
        db: fresh.db, entries: fresh.ledger, secrets: { vault: home.id, role: 'owner', meet: home.meet, reads: [home.read], box: founder.box, recoveryChecked: true }, author: undefined, self: founder.peer
      })
      const [first, second, third] = admits
      assert.ok(first !== undefined && second !== undefined && third !== undefined)
      for (const [who, shown] of [[node('second'), [third, second]], [node('second'), [third]], [node('stranger'), [third, second, first]]] as const) {
        const [out, inbound] = await streamPair()
        const handled = alone.handle(inbound, connection(who.peer), { signal: new AbortController().signal })
        handled.catch(() => {})
        await assert.rejects(dialHello(out, { local: who.peer, remote: founder.peer, encryption: '/noise', meet: home.meet, admits: [...shown], verify: () => true }))
        await assert.rejects(handled)
      }
      assert.equal(countEntries(fresh.db), 0)
    } finally {
      await fresh.close()
    }
  })
})
