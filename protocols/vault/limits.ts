/** Numbers of the vault's formats. Spec: README.md, "Limits"; a test holds them against it. */

/** An entry as signed. Longer ones are MALFORMED. */
export const MAX_ENTRY_BYTES = 8 * 1024
/** An invite, a member certificate or a grant as signed. */
export const MAX_CERTIFICATE_BYTES = 1024
/** A member record as signed; not all of its addresses can have their full length at once. */
export const MAX_RECORD_BYTES = 8 * 1024
/** Addresses in a member record. */
export const MAX_RECORD_ADDRESSES = 16
/** Ids in a member record. */
export const MAX_RECORD_HEADS = 16
/** A member signs a record at least this often. */
export const RECORD_EVERY_MS = 5 * 60_000
/** In the long run a member signs, and a receiver takes, one record in this time. */
export const RECORD_REST_MS = 1_000
/**
 * Records of one member in a row that are taken in; then one each RECORD_REST_MS, which is the pace
 * of an honest node.
 */
export const MAX_RECORDS_IN_A_ROW = 16
/** The DAG-CBOR inside a recovery code, an invite or a link text. */
export const MAX_TEXT_CBOR_BYTES = 4 * 1024
/** Heads that an entry names; the rest stay heads for the next put. */
export const MAX_AFTER = 16
/** Versions that one forget names. */
export const MAX_FORGET = 128
/** Entries that one revoke keeps of its subject. */
export const MAX_CUT = 128
/** Label and operator of a member or invite, bytes of UTF-8. */
export const MAX_LABEL_BYTES = 64
/** Media type of a version, bytes of UTF-8. */
export const MAX_TYPE_BYTES = 128
/** Label of a version, bytes of UTF-8. */
export const MAX_VERSION_LABEL_BYTES = 256
/** Name of a file, bytes of UTF-8. */
export const MAX_NAME_BYTES = 1024
/** Addresses in an invite or link text. */
export const MAX_ADDRESSES = 4
/** One binary multiaddr. */
export const MAX_ADDRESS_BYTES = 512
/** The private part of an entry is padded to a multiple of this. */
export const ENTRY_PAD_BYTES = 128
/** What a witness allows for clocks that differ. */
export const JOIN_TOLERANCE_MS = 10 * 60_000
/** Of a name: groups of a version start at an order drawn from it. */
export const PLACEMENT_SEED_BYTES = 16
export const LINEAGE_BYTES = 32
/** Id of a link. */
export const LINK_ID_BYTES = 16
/** Copies, or members, that a setting asks for. */
export const MAX_WANTED = 1024
/** Newer versions in the setting `keep`. */
export const MAX_KEEP = 1_000_000
/** The setting `retention`: 100 years of 365 days. */
export const MAX_RETENTION_MS = 36_500 * 86_400_000
/** Entries of kinds, or versions, that a node does not know, of one writer; and their bytes. */
export const MAX_UNKNOWN_ENTRIES = 32_768
export const MAX_UNKNOWN_BYTES = 16_777_216
/** What holds where nothing is set. */
export const DEFAULT_COPIES = 3
export const DEFAULT_KEEP = 10
export const DEFAULT_RETENTION_MS = 30 * 86_400_000
