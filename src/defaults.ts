/** Defaults and bounds of this implementation, each with its unit in its name. Those of the wire are in protocols/. */

export const DEFAULT_PORT = 14040
/** Ports above are handed out by systems to outgoing connections, and so may be taken after a restart. */
export const FALLBACK_PORT_BELOW = 32768
export const DEFAULT_INVITE_MS = 24 * 3600e3
export const DEFAULT_LINK_MS = 7 * 86400e3
/** Beyond it a Date is none; the formats carry later times. */
export const MAX_DATE_MS = 8.64e15
export const DEFAULT_DURABLE = 2
/** How long a put without `durable` waits for a holder to answer before it goes on alone. */
export const DURABLE_ANSWER_MS = 5_000
/** How long a put with `durable` waits without progress of any holder. */
export const DURABLE_PROGRESS_MS = 30_000
export const MEMORY_CAPACITY_BYTES = 1024 ** 3
/** The reserve is the larger of this and RESERVE_SHARE of the file system. */
export const RESERVE_BYTES = 1024 ** 3
export const RESERVE_SHARE = 0.02
/** Entries of others are refused where less than the smaller of this and INDEX_RESERVE_SHARE of the file system is free; what is not understood, or void, where less than twice that is. */
export const INDEX_RESERVE_BYTES = 64 * 1024 ** 2
export const INDEX_RESERVE_SHARE = 0.25
/** Blocks below this size lie in the database, others are a file each. */
export const SMALL_BLOCK_BYTES = 64 * 1024
/** Units of work that share one commit at the most. */
export const COMMIT_BLOCKS = 64
export const UNKNOWN_UPLOAD_RESERVE_BYTES = 64 * 1024 ** 2
export const PIN_MS = 7 * 86400e3
export const ABORTED_PIN_MS = 3600e3
/** Blocks that were found without a row are kept for this long, for an entry that names them. */
export const UNKNOWN_MS = 30 * 86400e3
/** No byte of progress for this long ends a transfer, which goes on from another holder. */
export const INACTIVITY_MS = 10_000
/** One round of asking connected members about an unknown name. */
export const ASK_MS = 5_000
/** How long a node that recovers a vault looks for members of it whose addresses it was not told: mDNS asks every 10 s. */
export const SEEK_MS = 25_000
export const STOP_DRAIN_MS = 5_000
export const MAX_CONNECTIONS = 128
export const MAX_CONNECTIONS_PER_PEER = 2
export const MAX_CONNECTIONS_WITHOUT_HELLO = 32
export const MAX_CONNECTIONS_WITHOUT_HELLO_PER_IP = 4
/** And a network of addresses: a /24, a /48 of version 6. */
export const MAX_CONNECTIONS_WITHOUT_HELLO_PER_NETWORK = 16
export const HELLO_MS = 10_000
/** Proved connections wait here, unread, when those without hello have all their places, or their address or network has. */
export const MAX_CONNECTIONS_IN_LINE = 32
/** How long a connection waits there. */
export const LINE_MS = 5_000
/** A stranger without hello has its place for so long; then it makes room when somebody waits. */
export const STRANGER_PLACE_MS = 2_000
/** Connections whose peer is not proved yet; beyond it the oldest of the network that has most goes. */
export const MAX_UNPROVED_CONNECTIONS = 256
/** Of them these are for addresses that a member came from. */
export const UNPROVED_CONNECTIONS_FOR_MEMBERS = 64
/** While a quarter of the places is taken, a peer must be proved within this; a handshake is three round trips. */
export const UNPROVED_MS = 2_000
/** What a connection may send until it is let in: a handshake is less than 1 KiB, and some send their first streams right behind it. */
export const MAX_UNPROVED_BYTES = 64 * 1024
/** What it is answered until then: a handshake takes four messages, and each word that the other side tries first one more. */
export const MAX_UNPROVED_ANSWERS = 12
/** A refused hello keeps the peer and its address out for this long, one that proves ill will for longer. */
export const REFUSED_MS = 60_000
export const FORGED_MS = 3600e3
/** How long another stream waits for the hello of its connection. */
export const HELLO_WAIT_MS = 5_000
/** Streams that wait so, a connection and in all: each can hold 4 MiB of what came before anybody reads it. */
export const MAX_WAITING_STREAMS_PER_CONNECTION = 4
export const MAX_WAITING_STREAMS = 64
export const RECONNECT_MIN_MS = 1_000
export const RECONNECT_MAX_MS = 60_000
/** Chunks of a put that are being stored at once. */
export const WRITE_IN_FLIGHT_CHUNKS = 4
/** Chunks of a get that are being fetched, or wait for the reader. */
export const READ_AHEAD_CHUNKS = 4
/** A block is hashed again at least this often; one that was not is hashed before "I have it" is answered. */
export const SCRUB_MS = 14 * 86400e3
/** Given up, a step at a time, when the disk is so full that the index cannot note a deletion; filled up again afterwards. */
export const BALLAST_BYTES = 8 * 1024 ** 2
export const BALLAST_STEP_BYTES = 1024 ** 2
/** Left free for the index, before the ballast: its log and the memory that its connections share lie on the same disk. */
export const INDEX_ROOM_BYTES = 4 * 1024 ** 2
/** Every node keeps the blocks of a version this long after it first knew that the version is dead. */
export const GUARD_MS = 7 * 86400e3
/** What was collected waits this long in the trash. */
export const TRASH_MS = 86400e3

/** How long a member may be silent before it counts as absent. */
export const OFFLINE_GRACE_MS = 3600e3
