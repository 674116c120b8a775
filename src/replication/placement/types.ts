/**
 * What the decisions about copies know of the world. They open no stream, read no disk and ask no clock of the system:
 * the node and the simulation (test/sim) run the same code.
 */
import type { NoProof, PromiseAnswer } from '../../../protocols/audit/constants.js'
import type { GroupState } from '../../../protocols/audit/groups.js'

/**
 * Milliseconds that never go back and go on **while the machine sleeps**: a promise that was got before the lid closed
 * is old afterwards. Their origin means nothing and changes with each start.
 */
export type { Clock } from '../../async/clock.js'

/** A group of a live version, as this node's index has it. */
export interface PlacedVersion {
  /** This node's own number for it: from 1, without large gaps. */
  readonly id: number
  readonly slot: number
  /** Wanted copies; 0: everybody. */
  readonly copies: number
  /** Stored bytes of its blocks, about. */
  readonly bytes: number
}

/** The members that count, this node's view of them. */
export interface MemberView {
  /** This node's peer. */
  readonly self: string
  /** Members in the orders: those with a capacity. */
  readonly size: number
  /** A slot's order (protocols/placement), from its head: at least `least` members, or all. @default all */
  order: (slot: number, least?: number) => readonly string[]
  operator: (peer: string) => string
  /** A newer record of it arrived within offlineGrace; on an island everybody is present. */
  present: (peer: string) => boolean
  /** It said that it takes more. */
  accepting: (peer: string) => boolean
  /** This node is cut off from most of its vault: it neither repairs nor lets go. */
  readonly island: boolean
}

/** What is asked of other members. Every call throws when there is no answer: not reached, too slow, busy, refused. */
export interface AuditPort {
  /** One state a group, in order. At most MAX_GROUPS of them. */
  have: (peer: string, groups: readonly PlacedVersion[]) => Promise<GroupState[]>
  keep: (peer: string, group: PlacedVersion) => Promise<PromiseAnswer>
  /**
   * Has it prove ranges drawn at random from `count` blocks of the group, or from each block of it and of the manifests
   * above. This node's own blocks are hashed before. Undefined: this node has no good copy to compare with.
   */
  prove: (peer: string, group: PlacedVersion, count: number | 'all') => Promise<Proof[] | undefined>
  /** Fetches a block that a proof was about, from this peer: whether its bytes are those of its CID. */
  look: (peer: string, proof: Proof) => Promise<'good' | 'bad' | 'missing'>
}

/** What came of one range. */
export interface Proof {
  /** Names the block for `look`. */
  readonly block: unknown
  readonly verdict: 'PROVED' | 'DIFFERENT' | NoProof
}

/** Writes a line about a group into the log; `format` as of util.format. Costs nothing when nobody reads it. */
export type Tell = (group: PlacedVersion, format: string, ...args: unknown[]) => void

/** From 0 to 1, not 1. */
export type Random = () => number
