import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { equal } from '../../../protocols/block/hash.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { verifyAdmits } from '../../../protocols/hello/admits.js'
import { HELLO_PROTOCOL } from '../../../protocols/hello/constants.js'
import { dialHello } from '../../../protocols/hello/dialer.js'
import { handleHello, type JoinRequest } from '../../../protocols/hello/handler.js'
import type { Keys } from '../../../protocols/hello/joining.js'
import { checkVisit } from '../../../protocols/hello/visiting.js'
import { RevokedError, type Writer } from '../../../protocols/hello/refusal.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { readInvite } from '../../../protocols/vault/invite.js'
import { makeAdmit } from '../../../protocols/vault/make-entry.js'
import { checkJoin } from '../../../protocols/vault/member.js'
import { entryById, hasEntry } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { knownAddresses } from '../../index/queries/members.js'
import type { Role } from '../../api/node.js'
import type { Handshake, SessionFacts, Visitor, VisitorFacts } from '../../network/peers.js'
import type { EntryWriter } from '../entries/entry-writer.js'
import type { Secrets } from '../keys/keyring.js'
import type { EntryLog } from '../entries/entry-log.js'
import { MAX_DATE_MS } from '../../defaults.js'
import { KeyedLock } from '../../async/keyed-lock.js'
import { peerText } from './members.js'
import { readStored } from '../entries/entry-rows.js'

export interface MemberHandshakeParts {
  db: IndexDb
  entries: EntryLog
  secrets: Secrets
  /** Missing for roles that write no entries. */
  author: EntryWriter | undefined
  /** PeerId of this node, 38 bytes. */
  self: Uint8Array
  /** Milliseconds since 1970. @default the clock of this machine */
  now?: () => number
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A refused joiner is told of at most this many members. */
const MAX_WRITERS = 8
const MAX_ADDRESSES = 4
const MAX_CHAIN = 32

/**
 * The member handshake speaks hello for this node: it shows the node's chain of admits, checks the
 * chains of others, and admits joiners where it may.
 */
export class MemberHandshake implements Handshake {
  readonly protocol = HELLO_PROTOCOL
  private readonly joins = new KeyedLock()
  /** PeerIds of members whose last answer to a dial was that this node is revoked. */
  readonly revokedBy = new Set<string>()

  constructor (private readonly parts: MemberHandshakeParts) {}

  async dial (connection: Connection, { signal }: { signal: AbortSignal }): Promise<SessionFacts> {
    const stream = await connection.newStream(HELLO_PROTOCOL, { signal })
    const peer = connection.remotePeer.toString()
    try {
      const facts = await dialHello(stream, { ...this.ends(connection), signal })
      this.revokedBy.delete(peer)
      return facts
    } catch (error) {
      if (error instanceof RevokedError) await this.believe(error.revoke)
      if (error instanceof ProtocolError && error.code === 'REVOKED') this.revokedBy.add(peer)
      throw error
    }
  }

  async handle (stream: Stream, connection: Connection, { signal }: { signal: AbortSignal }): Promise<SessionFacts | VisitorFacts> {
    return handleHello<SessionFacts | VisitorFacts>(stream, {
      ...this.ends(connection),
      signal,
      ...(this.parts.author === undefined ? {} : { admit: (join) => this.admit(join) }),
      writers: () => this.writers(),
      visit: (shown) => this.visit(shown, connection.remotePeer.toString())
    })
  }

  /**
   * Takes in a revoke that a member showed. The entry proves itself: an owner signed that this node
   * is out. Else it is dropped.
   */
  private async believe (revoke: Uint8Array): Promise<void> {
    const { entries, self, secrets } = this.parts
    try {
      const entry = entries.read(revoke)
      if (entry.kind === 'revoke' && 'subject' in entry.revoked && equal(entry.revoked.subject, self) && equal(entry.writer, secrets.vault)) await entries.take(entry)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error // a revoke that is not valid is ignored
    }
  }

  /** Returns false once the link of a visitor, or the writer that made it, was revoked. */
  serves ({ visits: { link, by } }: Pick<Visitor, 'visits'>): boolean {
    const { entries: { revocations }, secrets: { vault } } = this.parts
    const writer = unhex(by)
    return !revocations.isLinkRevoked(unhex(link)) && (equal(writer, vault) || revocations.standingOf(writer) === 'counts')
  }

  private now (): number { return this.parts.now?.() ?? Date.now() }

  private visit (shown: { vault: Uint8Array, grant: Uint8Array }, peer: string): VisitorFacts {
    const { entries: { revocations }, secrets } = this.parts
    const { link, by, root, notAfter } = checkVisit(shown, {
      vaultId: secrets.vault, now: this.now(), standing: (writer) => revocations.standingOf(writer), revoked: (id) => revocations.isLinkRevoked(id)
    })
    return { peer, visits: { link: hex(link), by: hex(by), root: root.toString() }, expires: new Date(Math.min(notAfter, MAX_DATE_MS)) }
  }

  /**
   * Returns this node's admit and the admits of the writers that lead to the vault key, or none
   * when it is no member.
   */
  admits (): Uint8Array[] { return this.chain(this.parts.self) }

  private ends (connection: Connection) {
    const { secrets, self } = this.parts
    return {
      local: self,
      remote: connection.remotePeer.toMultihash().bytes,
      encryption: connection.encryption,
      meet: secrets.meet,
      admits: this.chain(self),
      verify: (admits: Uint8Array[], peer: Uint8Array) => this.verify(admits, peer)
    }
  }

  /** Returns a member's admit and the known admits of the writers that lead to the vault key. */
  private chain (subject: Uint8Array): Uint8Array[] {
    const { db, entries } = this.parts
    const chain: Uint8Array[] = []
    for (let next = entries.members.get(peerText(subject))?.admit ?? entries.revocations.admitOf(subject); next !== undefined && chain.length < MAX_CHAIN;) {
      const row = entryById(db, next)
      if (row === undefined) break
      chain.push(row.entry)
      const by = entries.revocations.countsBy(row.writer) ?? entries.members.ofWriter(row.writer)?.admit
      // the founder writes its own admit
      if (by === undefined || equal(by, next)) break
      next = by
    }
    return chain
  }

  private async verify (admits: Uint8Array[], peer: Uint8Array): Promise<SessionFacts> {
    const { entries, secrets } = this.parts
    const id = entries.revocations.revokeOf(peer)
    const revoke = id === undefined ? undefined : entryById(this.parts.db, id)?.entry
    verifyAdmits({
      admits,
      peer,
      vault: secrets.vault,
      knows: (writer) => entries.members.ofWriter(writer) !== undefined,
      // a revoked witness above is no reason to refuse: the entry log decides which of its admits
      // count
      revoked: ({ member }) => {
        if (revoke === undefined || !equal(member.subject, peer)) return false
        throw new RevokedError(revoke)
      }
    })
    // the founder's end comes first, so that the writer of each admit is known when the admit is
    // taken in
    for (const bytes of admits.toReversed()) await entries.receive([bytes])
    const member = entries.members.get(peerText(peer))
    if (member === undefined) {
      const all = admits.every((bytes) => hasEntry(this.parts.db, readEntry(bytes).id))
      throw all ? new ProtocolError('REVOKED', 'The admit of the member is void') : new ProtocolError('UNKNOWN_WRITER', 'The chain of admits does not lead to the vault key')
    }
    return { peer: member.peer, role: member.role, label: member.label }
  }

  /**
   * Writes the admit of a joiner and returns the keys of its role. A second call with the same
   * certificate returns the same.
   */
  private async admit ({ invite, certificate, peer }: JoinRequest): Promise<Keys & { admits: Uint8Array[] }> {
    return this.joins.run('join', async () => {
      const { entries, author, secrets } = this.parts
      if (author === undefined || !entries.revocations.plain(author.key)) throw new ProtocolError('NOT_A_WITNESS', 'This member cannot admit')
      const known = this.admitted(certificate, peer)
      if (!known) {
        // the remaining uses are counted under this lock, so two joiners at once cannot both take
        // the last one
        const { key, role } = readInvite(invite)
        if (role === 'owner' && secrets.secret === undefined) throw new ProtocolError('NOT_A_WITNESS', 'Only an owner can admit an owner')
        const joining = checkJoin({
          invite, certificate, peer, vaultId: secrets.vault, now: this.now(), uses: entries.revocations.uses(key, peer), revoked: entries.revocations.isClosed(key) || entries.revocations.isRevoked(peer)
        })
        await author.write(
          (terms) => makeAdmit({ ...terms, invite: joining.invite.encoded.slice(), member: joining.member.encoded.slice() }),
          async ({ bytes }) => { await entries.take(entries.read(bytes)) }
        )
      }
      const member = entries.members.get(peerText(peer))
      if (member === undefined) throw new ProtocolError('INTERNAL', 'The admit was not kept')
      return { ...held(secrets, member.role), admits: this.chain(peer) }
    })
  }

  private admitted (certificate: Uint8Array, peer: Uint8Array): boolean {
    const known = this.parts.entries.members.get(peerText(peer))
    const row = known === undefined ? undefined : entryById(this.parts.db, known.admit)
    const entry = row === undefined ? undefined : readStored(row.entry)
    return entry?.kind === 'admit' && equal(entry.admit.member.encoded, certificate)
  }

  private writers (): Writer[] {
    const addresses = Map.groupBy(knownAddresses(this.parts.db), ({ peer }) => peer)
    return this.parts.entries.members.all()
      .filter(({ role, bytes }) => (role === 'owner' || role === 'write') && !equal(bytes, this.parts.self))
      .map(({ peer, bytes, label }) => ({ peer: bytes, label, addresses: (addresses.get(peer) ?? []).slice(0, MAX_ADDRESSES).map(({ address }) => multiaddr(address).bytes) }))
      .sort((a, b) => b.addresses.length - a.addresses.length)
      .slice(0, MAX_WRITERS)
  }
}

/** Returns the keys of a role, out of the keys of this node. */
function held ({ meet, reads, secret }: Secrets, role: Role): Keys {
  const epoch = Math.max(0, reads.length - 1)
  if (role === 'store') return { meet, epoch, reads: [] }
  if (role !== 'owner') return { meet, epoch, reads }
  return { meet, epoch, reads, ...(secret === undefined ? {} : { vaultSecret: secret }) }
}
