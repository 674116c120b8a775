/**
 * Entries: the signed, immutable lines of the vault's index. Spec: README.md, "Entries". Whether an
 * entry is valid is a function of its bytes alone, the same on every node and for ever; who its
 * writer is and what it changes come later.
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

/** What every entry has, of kinds not known here too. */
export interface EntryParts {
  /** 32 bytes. */
  id: Uint8Array
  /** As signed: what travels and is kept, never encoded again. */
  encoded: Uint8Array
  publicBytes: Uint8Array
  sealed: Uint8Array
  vault: Uint8Array
  /** Public key of its writer. */
  writer: Uint8Array
}

interface Known extends EntryParts {
  /** Of the keys that open its sealed part. */
  epoch: number
  /** Counts the writer's entries from 1. */
  seq: number
  /** Id of the writer's previous entry, zeros exactly at seq 1. */
  prev: Uint8Array
  /** Milliseconds since 1970 by the writer; for people, orders nothing. */
  time: number
}

/** A file's entry that has a place in its history. */
interface Placed extends Known {
  tag: Uint8Array
  /** 1 + the highest clock among `after`, 1 when that is empty. */
  clock: number
  /** Ids of the heads that the writer knew. */
  after: Uint8Array[]
  /** Where the groups of this name lie, 16 bytes. */
  seed: Uint8Array
}

export interface PutEntry extends Placed {
  kind: 'put' | 'restore'
  root: CID
  /** Stored bytes of the version: the root block and all below. */
  bytes: number
  /** Wanted copies, 0 for all; missing: the vault's setting. */
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
 * Of a version or kind that this version does not know: kept, relayed with the file kinds, not
 * applied.
 */
export interface UnknownEntry extends EntryParts { kind: 'unknown', v: number, name: string }

/** Their sealed part opens with the read keys of their epoch. */
export type FileEntry = PutEntry | DeleteEntry | ForgetEntry
/** Taken in before all others. */
export type VaultEntry = AdmitEntry | RevokeEntry | SettingEntry
export type Entry = FileEntry | VaultEntry | UnknownEntry

/** True for the kinds that are taken in first: they say whose other entries are kept. */
export const isVaultEntry = (entry: Entry): entry is VaultEntry => entry.kind === 'admit' || entry.kind === 'revoke' || entry.kind === 'setting'

/** id = H(L("entry") ‖ H(public) ‖ H(sealed)). */
export const entryId = (publicBytes: Uint8Array, sealed: Uint8Array): Uint8Array => sha256(ENTRY_LABEL, sha256(publicBytes), sha256(sealed))

/** What the writer signs under "entry": H(public) ‖ H(sealed). */
export function entryDigest (publicBytes: Uint8Array, sealed: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([sha256(publicBytes), sha256(sealed)]))
}

/**
 * The entry of these bytes, with its signature and, for an admit, those of its certificates
 * verified. MALFORMED for what is none, INVALID_DATA for a signature that does not hold. Its writer
 * may still be unknown, or of another vault.
 */
export function readEntry (encoded: Uint8Array): Entry {
  const [first, second, third] = asList(decode(encoded, { maxBytes: MAX_ENTRY_BYTES }), { min: 3, max: 3 })
  const [publicBytes, sealed, signature] = [asBytes(first), asBytes(second), asBytes(third, SIGNATURE_BYTES)]
  const entry = readPublic(encoded, publicBytes, sealed)
  if (!verify(entry.writer, 'entry', entryDigest(publicBytes, sealed), signature)) throw new ProtocolError('INVALID_DATA', 'The signature of the entry does not hold')
  if (entry.kind === 'admit') verifyAdmitBody(entry.vault, entry.admit)
  return entry
}

/** Written by members, never by the vault key. */
const MEMBER_KINDS = ['put', 'restore', 'delete', 'forget', 'admit']
const KNOWN = ['v', 'vault', 'epoch', 'writer', 'seq', 'prev', 'time', 'kind']
const PLACED = ['tag', 'clock', 'after', 'seed']

/** The form of an entry, its signatures not looked at. MALFORMED. */
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

/** Any map: which keys mean something, and the defaults of the others, is not a matter of form. */
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

/** Ids in the order of their bytes, none twice. */
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
