/** This file holds the numbers of protocols/vault/README.md, "Limits"; a test compares the two. */

/** An entry has at most this many bytes as signed. A longer one is MALFORMED. */
export const MAX_ENTRY_BYTES = 8 * 1024
/** An invite, a member certificate or a grant has at most this many bytes as signed. */
export const MAX_CERTIFICATE_BYTES = 1024
/**
 * A member record has at most this many bytes as signed, so not all of its addresses can have their
 * full length.
 */
export const MAX_RECORD_BYTES = 8 * 1024
/** A member record has at most this many addresses. */
export const MAX_RECORD_ADDRESSES = 16
/** A member record has at most this many ids. */
export const MAX_RECORD_HEADS = 16
/** A member signs a record at least this often. */
export const RECORD_EVERY_MS = 5 * 60_000
/** In the long run a member signs, and a receiver accepts, one record in this time. */
export const RECORD_REST_MS = 1_000
/**
 * A receiver accepts this many records of one member in a row, then one each RECORD_REST_MS, which
 * is the pace of an honest node.
 */
export const MAX_RECORDS_IN_A_ROW = 16
/** The DAG-CBOR inside a recovery code, an invite or a link text has at most this many bytes. */
export const MAX_TEXT_CBOR_BYTES = 4 * 1024
/** An entry names at most this many heads; the other heads are left for the next put. */
export const MAX_AFTER = 16
/** One forget names at most this many versions. */
export const MAX_FORGET = 128
/** One revoke keeps at most this many entries of its subject. */
export const MAX_CUT = 128
/** The label and the operator of a member or invite have at most this many bytes of UTF-8. */
export const MAX_LABEL_BYTES = 64
/** The media type of a version has at most this many bytes of UTF-8. */
export const MAX_TYPE_BYTES = 128
/** The label of a version has at most this many bytes of UTF-8. */
export const MAX_VERSION_LABEL_BYTES = 256
/** The keys and values of `props` have at most this many bytes of UTF-8 together. */
export const MAX_PROPS_BYTES = 2048
/** `props` has at most this many keys. */
export const MAX_PROPS = 64
/** The name of a file has at most this many bytes of UTF-8. */
export const MAX_NAME_BYTES = 1024
/** An invite or link text has at most this many addresses. */
export const MAX_ADDRESSES = 4
/** A binary multiaddr has at most this many bytes. */
export const MAX_ADDRESS_BYTES = 512
/** The private part of an entry is padded to a multiple of this. */
export const ENTRY_PAD_BYTES = 128
/** A witness accepts an invite this long after its end, because clocks differ. */
export const JOIN_TOLERANCE_MS = 10 * 60_000
/** The placement seed of a name has this many bytes; it decides the slots of the groups. */
export const PLACEMENT_SEED_BYTES = 16
export const LINEAGE_BYTES = 32
/** The id of a link has this many bytes. */
export const LINK_ID_BYTES = 16
/** A setting asks for at most this many copies or members. */
export const MAX_WANTED = 1024
/** The setting `keep` asks for at most this many newer versions. */
export const MAX_KEEP = 1_000_000
/** The setting `retention` is at most 100 years of 365 days. */
export const MAX_RETENTION_MS = 36_500 * 86_400_000
/**
 * A node keeps at most this many unknown entries of one writer (MAX_UNKNOWN_ENTRIES), of at most
 * this many bytes (MAX_UNKNOWN_BYTES). An entry is unknown when the node does not know its kind or
 * format version.
 */
export const MAX_UNKNOWN_ENTRIES = 32_768
export const MAX_UNKNOWN_BYTES = 16_777_216
/** These values hold where the vault has no setting. */
export const DEFAULT_COPIES = 3
export const DEFAULT_KEEP = 10
export const DEFAULT_RETENTION_MS = 30 * 86_400_000
