/**
 * A member record states a node's addresses, capacity and last entries. Spec:
 * protocols/vault/README.md, "Records".
 */
import { asBytes, asInt, asList, asMap, asText, decode, encode } from '../block/cbor.js'
import { compareBytes, HASH_BYTES, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { asAddresses } from './addresses.js'
import { peerKey, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, signedBytes, verify } from './ed25519.js'
import { MAX_LABEL_BYTES, MAX_RECORD_ADDRESSES, MAX_RECORD_BYTES, MAX_RECORD_HEADS } from './limits.js'
import { FORMAT_VERSION, packSigned } from './signed.js'
import type { NodeSign } from './member.js'
import type { Signed } from './signed.js'

export interface RecordTerms {
  vault: Uint8Array
  /** The PeerId of the node, 38 bytes. */
  subject: Uint8Array
  /**
   * The number of the node's life, from 1; a life ends when the node's state is lost or restored.
   */
  life: number
  /** The number of the record within its life, from 1. */
  n: number
  /** Milliseconds since 1970 by the node's clock. It is shown to people and orders nothing. */
  time: number
  /** At most 16 binary multiaddrs. Only their lengths are checked. */
  addresses: Uint8Array[]
  /** The number of bytes that the node lends to the vault. */
  capacity: number
  /** True when the node accepts more blocks at present. */
  accepting: boolean
  /** The ids of the last entries of the node's own writer: sorted, at most 16, none twice. */
  heads: Uint8Array[]
  /**
   * The label that the member gives itself, 1 to 64 bytes of UTF-8; missing: the label of its
   * certificate holds.
   */
  label?: string
}

export interface MemberRecord extends RecordTerms, Signed {}

const KEYS = ['v', 'vault', 'subject', 'life', 'n', 'time', 'addresses', 'capacity', 'accepting', 'heads']

/**
 * Returns a record as signed by its node.
 *
 * @throws ProtocolError MALFORMED for terms that the format does not allow, INVALID_DATA when
 *   another key signs
 */
export async function makeRecord ({ nodeSign, vault, subject, life, n, time, addresses, capacity, accepting, heads, label }: RecordTerms & { nodeSign: NodeSign }): Promise<Uint8Array> {
  const body = encode({ v: FORMAT_VERSION, vault, subject, life, n, time, addresses, capacity, accepting, heads, ...(label === undefined ? {} : { label }) })
  const encoded = packSigned(body, [new Uint8Array(await nodeSign(signedBytes('record', sha256(body))))])
  if (!verifyRecord(readRecord(encoded))) throw new ProtocolError('INVALID_DATA', 'The node key does not sign as the subject')
  return encoded
}

/**
 * Reads a record and checks its form; `verifyRecord` checks the signature.
 *
 * @throws ProtocolError MALFORMED
 */
export function readRecord (encoded: Uint8Array): MemberRecord {
  const [first, signature] = asList(decode(encoded, { maxBytes: MAX_RECORD_BYTES }), { min: 2, max: 2 })
  const body = asBytes(first)
  const map = asMap(decode(body, { maxBytes: MAX_RECORD_BYTES }), KEYS, ['label'])
  asInt(map.v, { min: FORMAT_VERSION, max: FORMAT_VERSION })
  const subject = asBytes(map.subject)
  peerKey(subject)
  return {
    vault: asBytes(map.vault, PUBLIC_KEY_BYTES),
    subject,
    life: asInt(map.life, { min: 1 }),
    n: asInt(map.n, { min: 1 }),
    time: asInt(map.time),
    addresses: asAddresses(map.addresses, MAX_RECORD_ADDRESSES),
    capacity: asInt(map.capacity),
    accepting: asBoolean(map.accepting),
    heads: asHeads(map.heads),
    ...(map.label === undefined ? {} : { label: asLabel(map.label) }),
    encoded,
    hash: sha256(body),
    signatures: [asBytes(signature, SIGNATURE_BYTES)]
  }
}

/** Returns true if the node key of the subject signed the record. */
export function verifyRecord (record: MemberRecord): boolean {
  const [signature] = record.signatures
  return signature !== undefined && verify(peerKey(record.subject), 'record', record.hash, signature)
}

/**
 * Orders the records of one subject: positive when `a` is newer, 0 for the same bytes. A node that
 * was cloned, or lies, may sign two records with the same (life, n); every node then keeps the one
 * with the higher hash.
 */
export function compareRecords (a: Pick<MemberRecord, 'life' | 'n' | 'encoded'>, b: Pick<MemberRecord, 'life' | 'n' | 'encoded'>): number {
  if (a.life !== b.life) return a.life - b.life
  if (a.n !== b.n) return a.n - b.n
  return compareBytes(sha256(a.encoded), sha256(b.encoded))
}

function asBoolean (value: unknown): boolean {
  if (typeof value !== 'boolean') throw new ProtocolError('MALFORMED', 'Neither true nor false')
  return value
}

function asLabel (value: unknown): string {
  const label = asText(value, MAX_LABEL_BYTES)
  if (label === '') throw new ProtocolError('MALFORMED', 'An empty label')
  return label
}

function asHeads (value: unknown): Uint8Array[] {
  const heads = asList(value, { max: MAX_RECORD_HEADS }).map((id) => asBytes(id, HASH_BYTES))
  for (const [i, id] of heads.entries()) {
    const before = heads[i - 1]
    if (before !== undefined && compareBytes(before, id) >= 0) throw new ProtocolError('MALFORMED', 'Heads that are not sorted, or twice')
  }
  return heads
}
