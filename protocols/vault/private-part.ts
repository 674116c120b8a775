/**
 * The sealed part of a file's entry holds its name and the key to read it. Spec:
 * protocols/vault/README.md, "The private part".
 */
import { asBytes, asInt, asOpenMap, asText, decode, encode, isMap } from '../block/cbor.js'
import { compareBytes, equal, HASH_BYTES, label, mac, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { open, seal } from '../seal.js'
import { SECRET_BYTES } from './keys.js'
import { ENTRY_PAD_BYTES, LINEAGE_BYTES, MAX_ENTRY_BYTES, MAX_PROPS, MAX_PROPS_BYTES, MAX_TYPE_BYTES, MAX_VERSION_LABEL_BYTES } from './limits.js'
import { nameProblem } from './names.js'
import type { DeleteEntry, FileEntry, ForgetEntry, PutEntry } from './entry.js'
import type { ReadKeys } from './keys.js'

const SIV = label('entry-siv')
const KEY = label('entry-key')
const TAG = label('tag')
const LENGTH_BYTES = 2

export interface ForgetPrivate { name: string }
export interface DeletePrivate extends ForgetPrivate {
  /** The salt of the name's blocks, 32 bytes. */
  lineage: Uint8Array
}
export interface PutPrivate extends DeletePrivate {
  /** The key K of the root block. */
  key: Uint8Array
  /** The size of the file in bytes. */
  size: number
  /** The time of change in milliseconds since 1970; it may be negative. */
  mtime?: number
  /** The media type. */
  type?: string
  /** A label for people. */
  label?: string
  /** What else its writer says of the content: text by key, never empty. */
  props?: Record<string, string>
}
export type Private = ForgetPrivate | DeletePrivate | PutPrivate

/**
 * Returns the tag of a name, MAC(name key, L("tag") ‖ name), which replaces the name where nodes
 * without keys read it.
 */
export const tagOf = (nameKey: Uint8Array, name: string): Uint8Array => mac(nameKey, TAG, Buffer.from(name))

/**
 * Returns s ‖ Seal(MAC(entry, L("entry-key") ‖ s), AAD = public, p). `fields` must be accepted by
 * `openEntry`.
 */
export function sealPrivate (kind: FileEntry['kind'], keys: ReadKeys, publicBytes: Uint8Array, fields: Private): Uint8Array {
  const p = pad(encode(fields))
  unpad(kind, p)
  const siv = mac(keys.entry, SIV, sha256(publicBytes), sha256(p))
  return new Uint8Array(Buffer.concat([siv, seal(mac(keys.entry, KEY, siv), publicBytes, p)]))
}

/**
 * Opens the private fields of a file's entry with the read keys of its epoch. An entry that fails
 * here still counts; it only cannot be read.
 *
 * @throws ProtocolError INVALID_DATA or MALFORMED when the sealed part does not open, has another
 *   form, or has another name than its tag
 */
export function openEntry (entry: PutEntry, keys: ReadKeys): PutPrivate
export function openEntry (entry: DeleteEntry, keys: ReadKeys): DeletePrivate
export function openEntry (entry: ForgetEntry, keys: ReadKeys): ForgetPrivate
export function openEntry (entry: FileEntry, keys: ReadKeys): Private
export function openEntry ({ kind, publicBytes, sealed, tag }: FileEntry, keys: ReadKeys): Private {
  if (sealed.length < HASH_BYTES) throw new ProtocolError('INVALID_DATA', 'The sealed part of the entry is too short')
  const siv = sealed.subarray(0, HASH_BYTES)
  const p = open(mac(keys.entry, KEY, siv), publicBytes, sealed.subarray(HASH_BYTES))
  if (!equal(siv, mac(keys.entry, SIV, sha256(publicBytes), sha256(p)))) throw new ProtocolError('INVALID_DATA', 'The sealed part of the entry was made for another one')
  const fields = unpad(kind, p)
  if (!equal(tag, tagOf(keys.name, fields.name))) throw new ProtocolError('INVALID_DATA', 'The entry carries another name than its tag')
  return fields
}

/** Returns u16 length ‖ cbor ‖ the fewest zeros up to a multiple of ENTRY_PAD_BYTES. */
function pad (cbor: Uint8Array): Uint8Array {
  const p = new Uint8Array(Math.ceil((LENGTH_BYTES + cbor.length) / ENTRY_PAD_BYTES) * ENTRY_PAD_BYTES)
  new DataView(p.buffer).setUint16(0, cbor.length)
  p.set(cbor, LENGTH_BYTES)
  return p
}

function unpad (kind: FileEntry['kind'], p: Uint8Array): Private {
  const length = p.length < LENGTH_BYTES ? Infinity : new DataView(p.buffer, p.byteOffset).getUint16(0)
  if (LENGTH_BYTES + length > p.length) throw new ProtocolError('MALFORMED', 'The private part of the entry is cut off')
  const cbor = p.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
  if (compareBytes(pad(cbor), p) !== 0) throw new ProtocolError('MALFORMED', 'The private part of the entry is padded wrongly')
  const map = decode(cbor, { maxBytes: MAX_ENTRY_BYTES })
  if (kind === 'forget') return { name: asName(asOpenMap(map, ['name']).name) }
  if (kind === 'delete') {
    const { name, lineage } = asOpenMap(map, ['name', 'lineage'])
    return { name: asName(name), lineage: asBytes(lineage, LINEAGE_BYTES) }
  }
  return asPut(asOpenMap(map, ['name', 'lineage', 'key', 'size'], ['mtime', 'type', 'label', 'props']))
}

function asPut ({ name, lineage, key, size, mtime, type, label, props }: Record<string, unknown>): PutPrivate {
  return {
    name: asName(name),
    lineage: asBytes(lineage, LINEAGE_BYTES),
    key: asBytes(key, SECRET_BYTES),
    size: asInt(size),
    ...(mtime === undefined ? {} : { mtime: asInt(mtime, { min: -Number.MAX_SAFE_INTEGER }) }),
    ...(type === undefined ? {} : { type: asText(type, MAX_TYPE_BYTES) }),
    ...(label === undefined ? {} : { label: asText(label, MAX_VERSION_LABEL_BYTES) }),
    ...(props === undefined ? {} : { props: asProps(props) })
  }
}

/**
 * Returns `value` if it is `props` of a version.
 *
 * @throws ProtocolError MALFORMED
 */
export function asProps (value: unknown): Record<string, string> {
  const entries = isMap(value) ? Object.entries(value) : []
  if (entries.length === 0 || entries.length > MAX_PROPS) throw new ProtocolError('MALFORMED', `props have 1..${MAX_PROPS} keys`)
  const props = entries.map(([key, text]) => [key, asText(text)] as const)
  const bytes = props.reduce((sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text), 0)
  if (bytes > MAX_PROPS_BYTES || Object.hasOwn(value as object, '')) throw new ProtocolError('MALFORMED', `props have at most ${MAX_PROPS_BYTES} bytes, and no empty key`)
  return Object.fromEntries(props)
}

/** Accepts any valid name: readers do not require NFC. */
function asName (value: unknown): string {
  const name = asText(value)
  if (nameProblem(name) !== undefined) throw new ProtocolError('INVALID_DATA', 'The entry carries what is no name')
  return name
}
