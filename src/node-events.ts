import type { Libp2p, Logger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { ForgetEntry } from '../protocols/vault/entry.js'
import { base32 } from '../protocols/vault/text.js'
import type { MemberRecord } from '../protocols/vault/record.js'
import type { RoundResult } from '../protocols/sync/session.js'
import { IndexDamagedError } from './errors.js'
import type { IndexDb } from './index-db/index-db.js'
import { knownAddresses, sawAddress } from './index-db/members.js'
import type { CopiesStatus, GcResult } from './interface.js'
import type { Session } from './network/session.js'
import type { Node } from './node.js'
import type { CorruptBlock } from './store/interface.js'
import { memberInfo } from './verbs/status.js'
import type { Parts } from './verbs/parts.js'
import { Compared } from './vault/chains.js'
import type { Change } from './vault/ledger.js'
import { infoOfRow } from './vault/names.js'
import { peerText, type Member } from './vault/members.js'

/** Of the addresses that a member names as its own. */
const ADDRESSES_KEPT = 4

/** A node without room says so no more often. */
const TOLD_FULL_MS = 600e3

/** Turns what happens inside into the node's events, and remembers where members were reached. */
export class NodeEvents {
  private places = new Map<string, Array<{ peer: string, address: string }>>()
  private toldFull = -Infinity
  private compared: Compared | undefined
  private attached: { node: Node, parts: Parts, db: IndexDb, log: Logger } | undefined

  attach (node: Node, parts: Parts, db: IndexDb, host: Libp2p): void {
    this.attached = { node, parts, db, log: host.logger.forComponent('dfs') }
    this.compared = new Compared(db)
    parts.peers.addEventListener('session:open', (event) => { this.connected(event.detail) })
    parts.peers.addEventListener('session:close', (event) => { this.disconnected(event.detail) })
    host.addEventListener('peer:identify', ({ detail: { peerId, listenAddrs } }) => {
      if (parts.vault.ledger.members.get(peerId.toString()) === undefined) return
      this.background(this.remember(db, listenAddrs.slice(0, ADDRESSES_KEPT).map((address) => ({ peer: peerId.toString(), address: address.toString() }))))
    })
  }

  /** Keeps where peers were reached, for the next start. */
  async remember (db: IndexDb, addresses: Array<{ peer: string, address: string }>): Promise<void> {
    if (addresses.length > 0) await db.write(addresses.flatMap(({ peer, address }) => sawAddress(peer, address, Date.now())))
    this.places = Map.groupBy(knownAddresses(db), ({ peer }) => peer)
  }

  /** Multiaddrs at which the peer was reached, the newest first. */
  reached (peer: string): string[] {
    return (this.places.get(peer) ?? []).map(({ address }) => address)
  }

  /** A newly committed entry; `from` is the member that sent it. */
  changed (change: Change, encoded: Uint8Array, from?: string): void {
    if (this.attached === undefined) return
    const { node, parts } = this.attached
    parts.levels.added()
    parts.rebuilt.news()
    if (change.kind !== 'file' && change.kind !== 'other') parts.admits.changed()
    parts.sync.forward([encoded], from)
    const local = 'entry' in change && parts.vault.wrote(change.entry)
    if (local) parts.keeping.wrote()
    parts.versions.changed(change)
    parts.catchUp.wake(change.kind === 'file' ? change.entry.root.bytes : undefined)
    parts.copies.changed(change)
    if ('entry' in change && change.entry.kind === 'setting') node.safeDispatchEvent('vault:settings', { detail: { ...parts.vault.settings.now, local: from === undefined } })
    if ('entry' in change && change.entry.kind === 'forget') this.forgotten(node, parts, change.entry, local)
    const come = [...(change.kind === 'member' ? [change.member] : []), ...change.come ?? []]
    for (const member of come) node.safeDispatchEvent('member:join', { detail: memberInfo(parts, member) })
    for (const member of change.gone ?? []) this.background(this.leaves(member))
    if (change.kind === 'revoke') parts.peers.expelVisitors((visitor) => !parts.serves(visitor))
    if (come.length > 0) parts.peers.wake()
    if (change.kind === 'file' || change.kind === 'delete') this.file(node, parts, change, local)
  }

  private forgotten (node: Node, { vault }: Parts, entry: ForgetEntry, local: boolean): void {
    // what a revoked writer forgets later counts for nothing
    if (!vault.ledger.voids.plain(entry.writer)) return
    const name = vault.nameIn(entry)
    node.safeDispatchEvent('file:forget', { detail: { ...(name === undefined ? {} : { name }), versions: entry.versions.map(base32), local } })
  }

  private file (node: Node, { vault }: Parts, change: Extract<Change, { kind: 'file' | 'delete' }>, local: boolean): void {
    const detail = change.name === undefined ? undefined : { ...infoOfRow(change.name), local }
    if (change.kind === 'file' && detail !== undefined) node.safeDispatchEvent('file:put', { detail })
    if (change.kind === 'delete' && change.over) {
      const { id, time } = change.entry
      const name = vault.nameIn(change.entry)
      if (name !== undefined) node.safeDispatchEvent('file:delete', { detail: { name, version: base32(id), time: new Date(time), local } })
    }
    if (change.conflict && detail !== undefined) node.safeDispatchEvent('file:conflict', { detail })
  }

  /** Whoever was revoked is listened to no longer, at once. */
  private async leaves (member: Member): Promise<void> {
    if (this.attached === undefined) return
    const { node, parts } = this.attached
    node.safeDispatchEvent('member:revoke', { detail: { peer: member.peer, label: member.label } })
    parts.peers.expel(member.peer)
    await parts.keeping.drop(member)
    parts.copies.membersChanged()
    parts.peers.wake()
  }

  /** A version that another member put is whole here. */
  held ({ entry, root, bytes }: { entry: Uint8Array, root: CID, bytes: number }): void {
    this.attached?.node.safeDispatchEvent('file:held', { detail: { version: base32(entry), cid: root.toString(), bytes } })
  }

  /** A newly committed record; `from` is the member that sent it, missing for this node's own. */
  record ({ encoded, subject }: MemberRecord, from?: string): void {
    if (this.attached === undefined) return
    const { sync, peers, copies } = this.attached.parts
    copies.membersChanged()
    sync.forwardRecords([encoded], from)
    if (from !== undefined) peers.seen(peerText(subject))
  }

  /** A comparison with a member ended: both have now what either had. */
  round (peer: string, { received, sent, theirs }: RoundResult): void {
    if (this.attached === undefined) return
    const { parts } = this.attached
    parts.catchUp.again()
    parts.levels.equal(peer)
    this.background(this.compared?.round(peer, !parts.vault.ledger.full))
    this.background(parts.rebuilt.round(theirs))
    parts.versions.compared()
    if (parts.peers.get(peer) !== undefined) parts.keeping.presence.synced(peer)
    this.attached.node.safeDispatchEvent('sync:round', { detail: { peer, received, sent } })
  }

  /** Room was asked for that is not there. Every put of a full node asks. */
  full (): void {
    if (this.attached === undefined) return
    const { node, parts } = this.attached
    parts.clean.nudge()
    const now = performance.now()
    if (now - this.toldFull < TOLD_FULL_MS) return
    this.toldFull = now
    const { capacity, used, free, reserve } = parts.store.usage()
    node.safeDispatchEvent('space:low', { detail: { capacity, used, free, reserve } })
  }

  /** Something was collected: there is room for what is to be brought. */
  collected (result: GcResult): void {
    this.attached?.parts.catchUp.again()
    // there may be room again for what was left out
    if (this.attached?.parts.vault.ledger.full === true) this.attached.parts.sync.again()
    this.attached?.node.safeDispatchEvent('garbage:collected', { detail: result })
  }

  corrupt ({ cid, reason }: CorruptBlock): void {
    this.attached?.parts.mender.look()
    this.attached?.node.safeDispatchEvent('block:corrupt', { detail: { cid: cid.toString(), reason } })
  }

  /** A block that was damaged or gone is here again, from another member. */
  mended (cid: CID): void {
    this.attached?.node.safeDispatchEvent('block:mended', { detail: { cid: cid.toString() } })
  }

  /** Versions have fewer copies than wanted for a while, or none any more. */
  copies (copies: CopiesStatus, ok: boolean): void {
    this.attached?.node.safeDispatchEvent(ok ? 'copies:ok' : 'copies:low', { detail: copies })
  }

  /** The index takes no more writes. */
  failed (error: Error): void {
    this.attached?.log('the index failed: %e', error)
    this.attached?.node.safeDispatchEvent('index:failed', { detail: { message: error.message, damaged: error instanceof IndexDamagedError } })
  }

  /** What went wrong with one peer and is no failure of this node. */
  trouble (area: string, peer: string, error: unknown): void {
    this.attached?.log('%s with %s: %e', area, peer, error)
  }

  private connected (session: Session): void {
    if (this.attached === undefined) return
    const { node, parts, db } = this.attached
    const { peer, label, role } = session
    this.met(peer)
    this.compared?.met(peer)
    parts.rebuilt.met()
    parts.mender.met()
    if (session.direction === 'outbound') this.background(this.remember(db, [{ peer, address: session.address }]))
    node.safeDispatchEvent('peer:connect', { detail: { peer, label: label === '' ? parts.vault.labelOf(peer) : label, role } })
  }

  private disconnected (session: Session): void {
    const { parts } = this.attached ?? {}
    const { peer } = session
    // what was committed here while it had a link went out to it
    if (parts?.sync.carries(session) === true && parts.levels.behind(peer) !== undefined) parts.levels.equal(peer)
    if (parts?.peers.get(peer) === undefined) {
      parts?.keeping.presence.closed(peer)
      this.compared?.gone(peer)
    }
    this.met(peer)
    this.attached?.node.safeDispatchEvent('peer:disconnect', { detail: { peer } })
  }

  private met (peer: string): void {
    const member = this.attached?.parts.vault.ledger.members.get(peer)
    if (member !== undefined) this.background(this.attached?.parts.vault.saw(member))
  }

  /** Notes that nobody waits for; that one was not written because the node stops is no trouble. */
  private background (work: Promise<unknown> | undefined): void {
    work?.catch((error: unknown) => { this.attached?.log('note not kept: %e', error) })
  }
}
