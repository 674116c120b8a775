import type { Peers } from '../network/peers.js'
import type { RecordService } from '../vault/members/record-service.js'
import type { Vault } from '../vault/vault.js'
import { andMore } from '../operations/and-more.js'
import { when } from '../operations/when.js'

export interface MemberDirectoryComponents {
  vault: Pick<Vault, 'members' | 'labelOf'>
  peers: Pick<Peers, 'get' | 'wants'>
  memberRecords: Pick<RecordService, 'records' | 'presence'>
}

export interface MemberDirectoryInit {
  /** PeerId of this node. */
  self: string
  /** Milliseconds after its start for which a node waits for a first connection. */
  answerMs: number
}

/** The member directory says which members are away and which accept new blocks. */
export class MemberDirectory {
  private startedAt = performance.now()
  private dials = false

  constructor (private readonly components: MemberDirectoryComponents, private readonly init: MemberDirectoryInit) {}

  /** Call when the node begins to listen and dial. */
  started (): void {
    this.startedAt = performance.now()
    this.dials = true
  }

  /**
   * Before this time, by performance.now(), a missing connection does not mean that no member can
   * be reached.
   */
  get aloneUntil (): number { return this.startedAt + this.init.answerMs }

  /**
   * Returns the milliseconds until `aloneUntil`, or 0 in a vault without other members and for a
   * node that was not started, which dials nobody.
   */
  stillDiallingMs (): number {
    return !this.dials || this.components.vault.members().length < 2 ? 0 : Math.max(0, Math.ceil(this.aloneUntil - performance.now()))
  }

  /**
   * Returns members that may be there but to which this node has no connection and wants none:
   * members that lend space first, otherwise in random order. The list is empty in a vault where
   * every member keeps a connection to every other.
   */
  others (): string[] {
    const { vault, peers, memberRecords: { records, presence } } = this.components
    const away = vault.members().map(({ peer }) => peer)
      .filter((peer) => peer !== this.init.self && !peers.wants(peer) && peers.get(peer) === undefined && presence.present(peer))
    const lends = (peer: string): boolean => (records.get(peer)?.capacity ?? 0) > 0
    const mixed = shuffled(away)
    return [...mixed.filter(lends), ...mixed.filter((peer) => !lends(peer))]
  }

  /** Returns the members of `others` whose records say that they accept new blocks. */
  othersWithRoom (): string[] {
    return this.others().filter((peer) => this.refusal(peer) === undefined && this.components.memberRecords.records.get(peer) !== undefined)
  }

  /**
   * Returns why no new block is sent to a member, by its record and certificate. Undefined means
   * that the member accepts blocks or has no record yet.
   */
  refusal (peer: string): 'lends nothing' | 'takes nothing more' | undefined {
    if (this.lendsNothing(peer)) return 'lends nothing'
    return this.components.memberRecords.records.get(peer)?.accepting === false ? 'takes nothing more' : undefined
  }

  /**
   * Returns true for a member that is no holder (protocols/placement/README.md), whatever blocks it
   * has.
   */
  lendsNothing (peer: string): boolean {
    const { vault, memberRecords: { records } } = this.components
    return records.get(peer)?.capacity === 0 || vault.members().some((member) => member.peer === peer && member.maxCapacity === 0)
  }

  /**
   * Returns the number of members that may hold a copy. This node counts, since its own copy counts
   * for its puts whatever it lends.
   */
  holders (): number {
    return this.components.vault.members().filter(({ peer }) => peer === this.init.self || !this.lendsNothing(peer)).length
  }

  labelOf (peer: string): string { return this.components.vault.labelOf(peer) }

  /** Returns text that names the members that are away, and since when. Empty when none is. */
  awayText (): string {
    const { vault, peers, memberRecords: { presence } } = this.components
    // records that others forward show whether a member without a connection is there
    const isThere = (who: string): boolean => peers.get(who) !== undefined || (!peers.wants(who) && presence.present(who))
    const away = vault.members().filter((member) => member.peer !== this.init.self && !isThere(member.peer))
    return andMore(away.map((member) => `${vault.labelOf(member.peer)} ${member.seen === undefined ? 'was never met' : `has been away since ${when(member.seen)}`}`))
  }
}

function shuffled (peers: string[]): string[] {
  return peers.map((peer) => ({ peer, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ peer }) => peer)
}
