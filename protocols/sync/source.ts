/**
 * A session of /dfs/sync/1.0.0 needs these parts of its node and reports through them. Spec:
 * protocols/sync/README.md.
 */
import type { Digest } from './digest.js'
import type { CheckPace } from './check-pace.js'
import type { RoundBudget } from './round-budget.js'

/**
 * `vault` holds the vault kinds (admit, revoke, setting), which decide whose other entries are
 * kept; `file` holds all other entries.
 */
export type SetName = 'vault' | 'file'
/** `all` is both sets together, which only checked rounds compare. */
export type AnySet = SetName | 'all'

/** The digest of the entries of one set whose ids begin with `prefix`. */
export interface ChildDigest extends Digest {
  /** The whole prefix, in lower-case hex digits. */
  prefix: string
}

/** A record head names the version of a member's record: the highest (life, n) counts. */
export interface RecordHead {
  /** 38 bytes. */
  subject: Uint8Array
  life: number
  n: number
}

/** These functions read committed data; each answers for the moment of its call. */
export interface SyncSource {
  /**
   * Returns the digests one step below a prefix: of '' up to 256 with 2 digits, of any other prefix
   * up to 16 with one digit more. They are sorted; empty ones are left out.
   */
  children: (set: SetName, prefix: string) => ChildDigest[] | Promise<ChildDigest[]>
  /**
   * Returns the ids that begin with `prefix` ('' or 2 to LONGEST_PREFIX_DIGITS digits), sorted, at
   * most the first `most`.
   */
  ids: (set: SetName, prefix: string, most: number) => Uint8Array[] | Promise<Uint8Array[]>
  /** Returns the ids, of either set, that are not here. */
  missing: (ids: Uint8Array[]) => Uint8Array[] | Promise<Uint8Array[]>
  /**
   * Returns these entries as signed, preferably in the order of their arrival here; unknown ids are
   * left out.
   */
  entries: (ids: Uint8Array[]) => Uint8Array[] | Promise<Uint8Array[]>
  /**
   * Yields all entries below a prefix as signed, in the order of their arrival. The peer's speed
   * sets the pace, so no transaction may stay open in between.
   */
  below: (set: SetName, prefix: string) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** Returns the head of every kept record, in any order. */
  records: () => RecordHead[]
  /**
   * Returns all ids of both sets that begin with 2 to LONGEST_PREFIX_DIGITS digits: sorted, 32
   * bytes each, joined.
   */
  idBytes: (prefix: string) => Uint8Array | Promise<Uint8Array>
  /** Returns the record of a member as signed. */
  record: (subject: Uint8Array) => Uint8Array | undefined
}

/** The result of one round, as this side saw it. */
export interface RoundResult {
  /** True when this side led the round. */
  led: boolean
  /** The number of entries that the peer had at the start of the round. */
  theirs: number
  /**
   * The number of entries that arrived in the round, including known ones and ones that were not
   * kept.
   */
  received: number
  /** The number of entries sent in the round. */
  sent: number
  /** True when digests under a fresh key were compared too. */
  checked: boolean
  /**
   * The entries that were given and that the peer does not keep: their number, and the ids of the
   * first MAX_WANTED_IDS. Empty for an answered round.
   */
  left: { count: number, ids: Uint8Array[] }
  /** The number of messages on the stream during the round, in both directions. */
  messages: number
  /** The bytes of these messages with length prefixes, in both directions. */
  bytes: number
}

/** Tests replace this clock for pauses. */
export interface SyncClock {
  /** Returns monotonic milliseconds. */
  now: () => number
  /** Calls `call` once after `ms` milliseconds; the returned function cancels it. */
  after: (ms: number, call: () => void) => () => void
}

export interface SyncLimits {
  /**
   * The stream ends after this time without a byte while the peer owes something.
   * @default INACTIVITY_MS of the framing
   */
  inactivityMs: number
  /**
   * The side that opened the stream leads a round at this interval, plus or minus half of it.
   * @default ROUND_EVERY_MS
   */
  roundEveryMs: number
}

/**
 * Entries of a page that were not kept. `full`: some for lack of room. `over`: the number of
 * unknown entries left out, because this node keeps enough of their writer.
 */
export interface LeftOut { full: boolean, over: number }

export interface SyncInit {
  /**
   * The side that opened the stream is `outbound`; it leads the first round, and one at each
   * interval.
   */
  direction: 'inbound' | 'outbound'
  source: SyncSource
  /**
   * Verifies and commits one page. Known entries are dropped silently and those of unknown writers
   * are not kept. For a bad entry it throws a ProtocolError and keeps nothing of the page; the peer
   * is refused with that code. The arrays are views, so copy what is kept. It must not await `ask`
   * of the same session. True, or `full`, means that some were left out for lack of room.
   */
  receive: (entries: Uint8Array[]) => Promise<boolean | LeftOut>
  /** Verifies and keeps records, by the rules of `receive`. */
  receiveRecords: (records: Uint8Array[]) => Promise<void>
  /** Called after each round, led or answered. */
  onRound?: (round: RoundResult) => void
  /**
   * Called when the peer has committed these entries, which were sent as they arrived here (none,
   * for a page of records), except those with the ids in `left`. The arrays are views.
   */
  onHeard?: (entries: Uint8Array[], left: Uint8Array[]) => void
  /** @default the system's clock */
  clock?: SyncClock
  /**
   * Returns a number from 0 to below 1.
   * @default Math.random
   */
  random?: () => number
  limits?: Partial<SyncLimits>
  /**
   * Bounds how often the peer may begin a round; one budget for all sessions with a peer bounds
   * them together.
   * @default a budget of this session
   */
  budget?: RoundBudget
  /**
   * Decides when rounds are checked; one object serves all sessions with a peer.
   * @default this side never asks for a checked round, and grants them as to any peer
   */
  checks?: CheckPace
}

export interface SyncStats {
  messagesSent: number
  messagesReceived: number
  bytesSent: number
  bytesReceived: number
  /** The number of rounds that ended, led or answered. */
  rounds: number
  /** The number of rounds that the peer asked for too early and had to wait for. */
  paced: number
  /**
   * The number of entries that the peer had and this side lacked at the start of the last round,
   * less those that have arrived since; undefined before the first round.
   */
  behindBy?: number
}
