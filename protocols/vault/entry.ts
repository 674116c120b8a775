/**
 * An entry is a signed, immutable line of the vault. Spec: protocols/vault/README.md, "Entries".
 * The validity of an entry depends on its bytes alone, so it is the same on every node for ever;
 * the standing of its writer and its effect are decided elsewhere.
 */
import { asBytes, asInt, asList, asMap, asText, asCid, decode, isMap } from '../block/cbor.js'
import { DAG_CBOR } from '../block/cid.js'
import { compareBytes, equal, HASH_BYTES, label, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { readAdmitBody, verifyAdmitBody } from './admit.js'
import { peerKey, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify } from './ed25519.js'
import { LINK_ID_BYTES, MAX_AFTER, MAX_CUT, MAX_ENTRY_BYTES, MAX_FORGET, PLACEMENT_SEED_BYTES } from './limits.js'
import { FORMAT_VERSION } from './signed.js'
import type { CID } from 'multiformats/cid'
import type { AdmitFacts } from './admit.js'

const ENTRY_LABEL = label('entry')
const ZEROS = new Uint8Array(HASH_BYTES)

/** Every entry has these parts, also an entry of an unknown kind. */
export interface EntryParts {
  /** 32 bytes. */
  id: Uint8Array
  /** The bytes as signed. They are sent and stored as they are, never encoded again. */
  encoded: Uint8Array
  publicBytes: Uint8Array
  sealed: Uint8Array
  vault: Uint8Array
  /** The public key of the writer. */
  writer: Uint8Array
}

interface Known extends EntryParts {
  /** The epoch of the keys that open the sealed part. */
  epoch: number
  /** The number of the entry in its writer's chain, from 1. */
  seq: number
  /** The id of the writer's previous entry; zeros exactly at seq 1. */
  prev: Uint8Array
  /** Milliseconds since 1970 by the writer's clock. It is shown to people and orders nothing. */
  time: number
}

/** An entry with a place in the history of its name. */
interface Placed extends Known {
  tag: Uint8Array
  /** 1 + the highest clock among `after`, or 1 when `after` is empty. */
  clock: number
  /** The ids of the heads that the writer knew. */
  after: Uint8Array[]
  /** The placement seed of the name, 16 bytes; it decides the slots of the groups. */
  seed: Uint8Array
}

export interface PutEntry extends Placed {
  kind: 'put' | 'restore'
  root: CID
  /** The stored bytes of the version: the root block and all blocks below it. */
  bytes: number
  /** The number of wanted copies, 0 for all members; missing: the vault's setting. */
  copies?: number
}
export interface DeleteEntry extends Placed { kind: 'delete' }
export interface ForgetEntry extends Known { kind: 'forget', tag: Uint8Array, versions: Uint8Array[] }
export interface AdmitEntry extends Known { kind: 'admit', admit: AdmitFacts }
export interface RevokeEntry extends Known {
  kind: 'revoke'
  revoked: { subject: Uint8Array, cut: Uint8Array[] } | { invite: Uint8Array } | { link: Uint8Array }
}
export interface SettingEntry extends Known { kind: 'setting', settings: Record<string, unknown> }
/**
 * An entry of an unknown format version or kind: it is kept and relayed with the file kinds, and
 * not applied.
 */
export interface UnknownEntry extends EntryParts { kind: 'unknown', v: number, name: string }

/** The sealed part of these entries opens with the read keys of their epoch. */
export type FileEntry = PutEntry | DeleteEntry | ForgetEntry
/** These entries are received before all others. */
export type VaultEntry = AdmitEntry | RevokeEntry | SettingEntry
export type Entry = FileEntry | VaultEntry | UnknownEntry

/**
 * Returns true for the kinds that are received first, because they decide whose other entries are
 * kept.
 */
export const isVaultEntry = (entry: Entry): entry is VaultEntry => entry.kind === 'admit' || entry.kind === 'revoke' || entry.kind === 'setting'

/** Returns the id of an entry, H(L("entry") ‖ H(public) ‖ H(sealed)). */
export const entryId = (publicBytes: Uint8Array, sealed: Uint8Array): Uint8Array => sha256(ENTRY_LABEL, sha256(publicBytes), sha256(sealed))

/** Returns the message that the writer signs with purpose "entry": H(public) ‖ H(sealed). */
export function entryDigest (publicBytes: Uint8Array, sealed: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([sha256(publicBytes), sha256(sealed)]))
}

/**
 * Returns the entry of these bytes. Its signature is verified, and for an admit those of its
 * certificates; its writer may be unknown or of another vault.
 *
 * @throws ProtocolError MALFORMED when the bytes are no entry, INVALID_DATA for an invalid
 *   signature
 */
export function readEntry (encoded: Uint8Array): Entry {
  const [first, second, third] = asList(decode(encoded, { maxBytes: MAX_ENTRY_BYTES }), { min: 3, max: 3 })
  const [publicBytes, sealed, signature] = [asBytes(first), asBytes(second), asBytes(third, SIGNATURE_BYTES)]
  const entry = readPublic(encoded, publicBytes, sealed)
  if (!verify(entry.writer, 'entry', entryDigest(publicBytes, sealed), signature)) throw new ProtocolError('INVALID_DATA', 'The signature of the entry does not hold')
  if (entry.kind === 'admit') verifyAdmitBody(entry.vault, entry.admit)
  return entry
}

/** Members write these kinds, never the vault key. */
const MEMBER_KINDS = ['put', 'restore', 'delete', 'forget', 'admit']
const KNOWN = ['v', 'vault', 'epoch', 'writer', 'seq', 'prev', 'time', 'kind']
const PLACED = ['tag', 'clock', 'after', 'seed']

/**
 * Reads an entry and checks its form; no signature of the entry is checked.
 *
 * @throws ProtocolError MALFORMED
 */
export function readPublic (encoded: Uint8Array, publicBytes: Uint8Array, sealed: Uint8Array): Entry {
  const map = decode(publicBytes, { maxBytes: MAX_ENTRY_BYTES })
  if (!isMap(map)) throw new ProtocolError('MALFORMED', 'The public part of an entry is a map')
  const v = asInt(field(map, 'v'))
  const kind = asText(field(map, 'kind'))
  const parts: EntryParts = {
    id: entryId(publicBytes, sealed), encoded, publicBytes, sealed,
    vault: asBytes(field(map, 'vault'), PUBLIC_KEY_BYTES), writer: asBytes(field(map, 'writer'), PUBLIC_KEY_BYTES)
  }
  if (v !== FORMAT_VERSION) return { ...parts, kind: 'unknown', v, name: kind }
  if (MEMBER_KINDS.includes(kind) && equal(parts.writer, parts.vault)) throw new ProtocolError('MALFORMED', 'The vault key writes revokes and settings only')
  switch (kind) {
    case 'put':
    case 'restore': {
      asMap(map, [...KNOWN, ...PLACED, 'root', 'bytes'], ['copies'])
      const entry: PutEntry = { ...known(parts, map), ...placed(map), kind, root: asCid(map.root, DAG_CBOR), bytes: asInt(map.bytes) }
      if (map.copies !== undefined) entry.copies = asInt(map.copies)
      return entry
    }
    case 'delete':
      asMap(map, [...KNOWN, ...PLACED])
      return { ...known(parts, map), ...placed(map), kind }
    case 'forget':
      asMap(map, [...KNOWN, 'tag', 'versions'])
      return { ...known(parts, map), kind, tag: asBytes(map.tag, HASH_BYTES), versions: asIds(map.versions, 1, MAX_FORGET) }
    case 'admit':
    case 'revoke':
    case 'setting':
      asMap(map, [...KNOWN, 'body'])
      if (sealed.length !== 0) throw new ProtocolError('MALFORMED', 'Entries of the vault kinds have no sealed part')
      return vaultEntry(known(parts, map), kind, map.body)
    default:
      return { ...parts, kind: 'unknown', v, name: kind }
  }
}

function vaultEntry (entry: Known, kind: VaultEntry['kind'], body: unknown): VaultEntry {
  if (kind === 'admit') return { ...entry, kind, admit: readAdmitBody(entry, body) }
  if (!equal(entry.writer, entry.vault)) throw new ProtocolError('MALFORMED', 'Only the vault key writes revokes and settings')
  return kind === 'revoke' ? { ...entry, kind, revoked: readRevoked(body) } : { ...entry, kind, settings: readSettings(body) }
}

function readRevoked (body: unknown): RevokeEntry['revoked'] {
  const map = asMap(body, [], ['subject', 'invite', 'link', 'cut'])
  if (map.subject !== undefined) {
    asMap(map, ['subject', 'cut'])
    const subject = asBytes(map.subject)
    peerKey(subject)
    return { subject, cut: asIds(map.cut, 0, MAX_CUT) }
  }
  if (map.invite !== undefined) return { invite: asBytes(asMap(map, ['invite']).invite, PUBLIC_KEY_BYTES) }
  return { link: asBytes(asMap(map, ['link']).link, LINK_ID_BYTES) }
}

/**
 * Accepts any map: the known keys and the defaults are applied by `readSettings` of settings.ts.
 */
function readSettings (body: unknown): Record<string, unknown> {
  if (!isMap(body)) throw new ProtocolError('MALFORMED', 'Settings are a map')
  return body
}

function known (parts: EntryParts, map: Record<string, unknown>): Known {
  const seq = asInt(map.seq, { min: 1 })
  const prev = asBytes(map.prev, HASH_BYTES)
  if (equal(prev, ZEROS) !== (seq === 1)) throw new ProtocolError('MALFORMED', 'prev is zeros at seq 1, and only there')
  return { ...parts, epoch: asInt(map.epoch), seq, prev, time: asInt(map.time) }
}

function placed (map: Record<string, unknown>): Pick<Placed, 'tag' | 'clock' | 'after' | 'seed'> {
  return {
    tag: asBytes(map.tag, HASH_BYTES), clock: asInt(map.clock, { min: 1 }), after: asIds(map.after, 0, MAX_AFTER), seed: asBytes(map.seed, PLACEMENT_SEED_BYTES)
  }
}

/**
 * Returns ids that are sorted by their bytes, none twice.
 *
 * @throws ProtocolError MALFORMED
 */
function asIds (value: unknown, min: number, max: number): Uint8Array[] {
  const ids = asList(value, { min, max }).map((id) => asBytes(id, HASH_BYTES))
  for (const [i, id] of ids.entries()) {
    const before = ids[i - 1]
    if (before !== undefined && compareBytes(before, id) >= 0) throw new ProtocolError('MALFORMED', 'Ids that are not sorted, or twice')
  }
  return ids
}

function field (map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}
