import type { Peers } from '../network/peers.js'
import type { RecordService } from '../vault/members/record-service.js'
import type { Vault } from '../vault/vault.js'
import { when } from '../operations/when.js'

export interface MemberDirectoryComponents {
  vault: Pick<Vault, 'members' | 'labelOf'>
  peers: Pick<Peers, 'get' | 'wants'>
  memberRecords: Pick<RecordService, 'records' | 'presence'>
}

export interface MemberDirectoryInit {
  /** This node's PeerId. */
  self: string
  /** How long after its start a node waits for somebody to be connected, milliseconds. */
  answerMs: number
}

/** Members that an error names. */
const NAMED = 5

/** Which members there are, who of them is away, and who takes new blocks. */
export class MemberDirectory {
  private startedAt = performance.now()

  constructor (private readonly components: MemberDirectoryComponents, private readonly init: MemberDirectoryInit) {}

  /** The node listens and dials from now on. */
  started (): void {
    this.startedAt = performance.now()
  }

  /** Until then, by performance.now(), that nobody is connected does not mean that nobody will be. */
  get aloneUntil (): number { return this.startedAt + this.init.answerMs }

  /** Milliseconds until then; 0 where the vault has no other member, and there is nothing to wait for. */
  stillDiallingMs (): number {
    return this.components.vault.members().length < 2 ? 0 : Math.max(0, Math.ceil(this.aloneUntil - performance.now()))
  }

  /**
   * Members that this node has no connection with and wants no link to, and that may be there: those that lend space
   * first, otherwise in an order of chance. None in a vault where everybody has a link to everybody.
   */
  others (): string[] {
    const { vault, peers, memberRecords: { records, presence } } = this.components
    const away = vault.members().map(({ peer }) => peer)
      .filter((peer) => peer !== this.init.self && !peers.wants(peer) && peers.get(peer) === undefined && presence.present(peer))
    const lends = (peer: string): boolean => (records.get(peer)?.capacity ?? 0) > 0
    const mixed = shuffled(away)
    return [...mixed.filter(lends), ...mixed.filter((peer) => !lends(peer))]
  }

  /** Those of `others` that take new blocks, by what they say. */
  othersWithRoom (): string[] {
    return this.others().filter((peer) => this.refusal(peer) === undefined && this.components.memberRecords.records.get(peer) !== undefined)
  }

  /** Why nothing new is brought to a member, by its record and certificate; undefined: it takes blocks, or has not said yet. */
  refusal (peer: string): 'lends nothing' | 'takes nothing more' | undefined {
    if (this.lendsNothing(peer)) return 'lends nothing'
    return this.components.memberRecords.records.get(peer)?.accepting === false ? 'takes nothing more' : undefined
  }

  /** It holds nothing and counts nowhere (protocols/placement), whatever lies there. */
  lendsNothing (peer: string): boolean {
    const { vault, memberRecords: { records } } = this.components
    return records.get(peer)?.capacity === 0 || vault.members().some((member) => member.peer === peer && member.maxCapacity === 0)
  }

  /** Members that may hold a copy, this one included: its own counts for its put, whatever it lends. */
  holders (): number {
    return this.components.vault.members().filter(({ peer }) => peer === this.init.self || !this.lendsNothing(peer)).length
  }

  labelOf (peer: string): string { return this.components.vault.labelOf(peer) }

  /** In words: which members are away, and since when. Empty when none is. */
  awayText (): string {
    const { vault, peers, memberRecords: { presence } } = this.components
    // without a link to it, others tell whether a member is there
    const isThere = (who: string): boolean => peers.get(who) !== undefined || (!peers.wants(who) && presence.present(who))
    const away = vault.members().filter((member) => member.peer !== this.init.self && !isThere(member.peer))
    if (away.length === 0) return ''
    const named = away.slice(0, NAMED).map((member) => `${vault.labelOf(member.peer)} ${member.seen === undefined ? 'was never met' : `has been away since ${when(member.seen)}`}`)
    const rest = away.length - named.length
    return `${named.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`
  }
}

function shuffled (peers: string[]): string[] {
  return peers.map((peer) => ({ peer, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ peer }) => peer)
}
