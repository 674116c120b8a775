/**
 * What a session of /dfs/sync/1.0.0 needs from the node that runs it, and what it tells. Spec:
 * README.md.
 */
import type { Digest } from './digest.js'
import type { CheckPace } from './check-pace.js'
import type { RoundBudget } from './round-budget.js'

/**
 * The vault kinds (admit, revoke, setting), which say whose other entries are kept; and all other
 * entries.
 */
export type SetName = 'vault' | 'file'
/** Both sets together, which only checked rounds compare. */
export type AnySet = SetName | 'all'

/** The entries of one set whose ids begin with `prefix`. */
export interface ChildDigest extends Digest {
  /** The whole prefix, lower-case hex digits. */
  prefix: string
}

/** Which record of a member one has: the highest (life, n) counts. */
export interface RecordHead {
  /** 38 bytes. */
  subject: Uint8Array
  life: number
  n: number
}

/** Reads of what is committed; each answers for the moment at which it is called. */
export interface SyncSource {
  /**
   * Digests one step below: of '' up to 256 with 2 digits, of any other prefix up to 16 with one
   * digit more. Sorted, empty ones left out.
   */
  children: (set: SetName, prefix: string) => ChildDigest[] | Promise<ChildDigest[]>
  /**
   * Ids that begin with `prefix` ('' or 2 to LONGEST_PREFIX_DIGITS digits), sorted: the first
   * `most` of them.
   */
  ids: (set: SetName, prefix: string, most: number) => Uint8Array[] | Promise<Uint8Array[]>
  /** Those of these ids, of either set, that are not here. */
  missing: (ids: Uint8Array[]) => Uint8Array[] | Promise<Uint8Array[]>
  /**
   * These entries as signed, best in the order in which they came here; unknown ids are left out.
   */
  entries: (ids: Uint8Array[]) => Uint8Array[] | Promise<Uint8Array[]>
  /**
   * All below a prefix as signed, in the order in which they came. Pulled at the speed of the peer:
   * hold no transaction open in between.
   */
  below: (set: SetName, prefix: string) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** Of every record that is kept, any order. */
  records: () => RecordHead[]
  /**
   * All ids, of both sets, that begin with 2 to LONGEST_PREFIX_DIGITS digits: sorted, 32 bytes
   * each, one behind the other.
   */
  idBytes: (prefix: string) => Uint8Array | Promise<Uint8Array>
  /** As signed. */
  record: (subject: Uint8Array) => Uint8Array | undefined
}

/** What one round did, as the side that is told saw it. */
export interface RoundResult {
  /** True when this side led it. */
  led: boolean
  /** Entries that the peer had at its start. */
  theirs: number
  /** Entries that came in it, those too that were known already or not kept. */
  received: number
  /** Entries sent in it. */
  sent: number
  /** True when digests under a fresh key were compared too. */
  checked: boolean
  /**
   * Entries that were given and are not kept by the peer: how many, and the ids of the first
   * MAX_WANTED_IDS. Empty for one that was answered.
   */
  left: { count: number, ids: Uint8Array[] }
  /** Messages of the stream while it ran, both directions. */
  messages: number
  /** Their bytes with length prefixes, both directions. */
  bytes: number
}

/** Time for pauses; tests bring their own. */
export interface SyncClock {
  /** Monotonic milliseconds. */
  now: () => number
  /** Calls once after so many milliseconds; returns what cancels it. */
  after: (ms: number, call: () => void) => () => void
}

export interface SyncLimits {
  /**
   * No byte for this long, while the peer owes something, ends the stream. @default INACTIVITY_MS
   * of the framing
   */
  inactivityMs: number
  /**
   * The side that opened the stream leads a round this often, give or take half. @default
   * ROUND_EVERY_MS
   */
  roundEveryMs: number
}

/**
 * Entries of a page that are not kept: some for lack of room, and so many of kinds that are not
 * known here, of which their writer has enough.
 */
export interface LeftOut { full: boolean, over: number }

export interface SyncInit {
  /** Who opened the stream: that side leads the first round, and one again and again. */
  direction: 'inbound' | 'outbound'
  source: SyncSource
  /**
   * Verifies and commits one page; known entries are dropped silently, those of unknown writers are
   * not kept. Throws a ProtocolError for a bad one, having kept nothing of it: the peer is refused
   * with its code. The arrays are views: copy what is kept. Must not await `ask` of the same
   * session. True, or `full`: some were left out for lack of room.
   */
  receive: (entries: Uint8Array[]) => Promise<boolean | LeftOut>
  /** The same for records. */
  receiveRecords: (records: Uint8Array[]) => Promise<void>
  /** After each round, led or answered. */
  onRound?: (round: RoundResult) => void
  /**
   * The peer has committed these entries, which it was sent as they came here (none, of a page of
   * records), but for those with the ids in `left`. The arrays are views.
   */
  onHeard?: (entries: Uint8Array[], left: Uint8Array[]) => void
  /** @default the system's */
  clock?: SyncClock
  /** From 0 to below 1. @default Math.random */
  random?: () => number
  limits?: Partial<SyncLimits>
  /**
   * How often the peer may begin a round: one for all sessions with one peer bounds them together.
   * @default one of this session
   */
  budget?: RoundBudget
  /**
   * When rounds are checked: one for all sessions with one peer. @default never asked for, granted
   * as any peer is
   */
  checks?: CheckPace
}

export interface SyncStats {
  messagesSent: number
  messagesReceived: number
  bytesSent: number
  bytesReceived: number
  /** Rounds that ended, led or answered. */
  rounds: number
  /** Rounds that the peer asked for too early and was made to wait for. */
  paced: number
  /**
   * Entries that the peer had more than this side at the start of the last round and that have not
   * come since; undefined before the first.
   */
  behindBy?: number
}
