/**
 * This file holds the defaults and bounds of this implementation, each with its unit in its name.
 * The bounds of the wire are in protocols/.
 */

export const DEFAULT_PORT = 14040
/** The HTTP API listens here unless another port is named. */
export const DEFAULT_HTTP_PORT = 14080
/**
 * Systems give ports from here up to outgoing connections, so such a port may be taken after a
 * restart.
 */
export const FALLBACK_PORT_BELOW = 32768
export const DEFAULT_INVITE_MS = 24 * 3600e3
export const DEFAULT_LINK_MS = 7 * 86400e3
/** No Date is later than this; the formats allow later times. */
export const MAX_DATE_MS = 8.64e15
export const DEFAULT_DURABLE = 2
/** A put without `durable` waits this long for a holder to answer before it continues alone. */
export const DURABLE_ANSWER_MS = 5_000
/** A put with `durable` waits this long without progress of any holder. */
export const DURABLE_PROGRESS_MS = 30_000
export const MEMORY_CAPACITY_BYTES = 1024 ** 3
/** The reserve is the larger of this and RESERVE_SHARE of the file system. */
export const RESERVE_BYTES = 1024 ** 3
export const RESERVE_SHARE = 0.02
/**
 * Entries of other members are refused when less than the smaller of this and INDEX_RESERVE_SHARE
 * of the file system is free. Unknown and void entries are refused when less than twice that is
 * free.
 */
export const INDEX_RESERVE_BYTES = 64 * 1024 ** 2
export const INDEX_RESERVE_SHARE = 0.25
/** Blocks below this size lie in the database; each larger block is a file. */
export const SMALL_BLOCK_BYTES = 64 * 1024
/** At most this many units of work share one commit. */
export const COMMIT_BLOCKS = 64
export const UNKNOWN_UPLOAD_RESERVE_BYTES = 64 * 1024 ** 2
export const PIN_MS = 7 * 86400e3
export const ABORTED_PIN_MS = 3600e3
/** Blocks that were found without a row are kept this long, in case an entry names them. */
export const UNKNOWN_MS = 30 * 86400e3
/** A transfer without a byte of progress for this long ends and continues from another holder. */
export const INACTIVITY_MS = 10_000
/** Asking connected members about an unknown name takes at most this long. */
export const ASK_MS = 5_000
/**
 * A node that recovers a vault searches this long for members whose addresses it was not told: mDNS
 * asks every 10 s.
 */
export const SEEK_MS = 25_000
export const STOP_DRAIN_MS = 5_000
export const MAX_CONNECTIONS = 128
export const MAX_CONNECTIONS_PER_PEER = 2
export const MAX_CONNECTIONS_WITHOUT_HELLO = 32
export const MAX_CONNECTIONS_WITHOUT_HELLO_PER_IP = 4
/**
 * One network of addresses (a /24, or a /48 of IPv6) has at most this many connections without
 * hello.
 */
export const MAX_CONNECTIONS_WITHOUT_HELLO_PER_NETWORK = 16
export const HELLO_MS = 10_000
/**
 * At most this many proved connections wait, unread, while all places for connections without
 * hello, or those of their address or network, are taken.
 */
export const MAX_CONNECTIONS_IN_LINE = 32
/** A connection waits this long for such a place. */
export const LINE_MS = 5_000
/**
 * A stranger without hello keeps its place this long; then it makes room when another connection
 * waits.
 */
export const STRANGER_PLACE_MS = 2_000
/**
 * At most this many connections have an unproved peer; beyond it the oldest connection of the
 * network with the most is closed.
 */
export const MAX_UNPROVED_CONNECTIONS = 256
/** This many of them are reserved for addresses from which a member connected before. */
export const UNPROVED_CONNECTIONS_FOR_MEMBERS = 64
/**
 * While a quarter of the places is taken, a peer must be proved within this time; a handshake takes
 * three round trips.
 */
export const UNPROVED_MS = 2_000
/**
 * A connection may send this many bytes until its peer is proved: a handshake is less than 1 KiB,
 * and some peers send their first streams right behind it.
 */
export const MAX_UNPROVED_BYTES = 64 * 1024
/**
 * An unproved connection gets at most this many answers: a handshake takes four messages, and each
 * further protocol that the peer tries first takes one more.
 */
export const MAX_UNPROVED_ANSWERS = 12
/**
 * After a refused hello the peer and its address are kept out this long; after one that proves ill
 * will, for FORGED_MS.
 */
export const REFUSED_MS = 60_000
export const FORGED_MS = 3600e3
/** A stream waits this long for the hello of its connection. */
export const HELLO_WAIT_MS = 5_000
/**
 * At most this many streams of one connection wait for a hello (MAX_WAITING_STREAMS in all): each
 * can hold 4 MiB of unread bytes.
 */
export const MAX_WAITING_STREAMS_PER_CONNECTION = 4
export const MAX_WAITING_STREAMS = 64
export const RECONNECT_MIN_MS = 1_000
export const RECONNECT_MAX_MS = 60_000
/** A put stores this many chunks at once. */
export const WRITE_IN_FLIGHT_CHUNKS = 4
/** A get has this many chunks that are being fetched or wait for the reader. */
export const READ_AHEAD_CHUNKS = 4
/**
 * Each block is hashed again at least this often; an older one is hashed before this node answers
 * that it holds the block.
 */
export const SCRUB_MS = 14 * 86400e3
/**
 * The ballast is released step by step when the disk is so full that the index cannot note a
 * deletion, and filled again afterwards.
 */
export const BALLAST_BYTES = 8 * 1024 ** 2
export const BALLAST_STEP_BYTES = 1024 ** 2
/**
 * This much is left free for the index before the ballast is used: its log and the shared memory of
 * its connections lie on the same disk.
 */
export const INDEX_ROOM_BYTES = 4 * 1024 ** 2
/**
 * Every node keeps the blocks of a version this long after it first knew that the version is dead.
 */
export const GUARD_MS = 7 * 86400e3
/** Collected blocks wait this long in the trash. */
export const TRASH_MS = 86400e3

/** A member may be silent this long before it counts as absent. */
export const OFFLINE_GRACE_MS = 3600e3
