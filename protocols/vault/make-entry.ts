/**
 * This file makes entries. Spec: protocols/vault/README.md, "Entries". Every entry is read back
 * before it is returned.
 */
import { encode } from '../block/cbor.js'
import { ProtocolError } from '../errors.js'
import { publicKeyOf, sign } from './ed25519.js'
import { entryDigest, readPublic } from './entry.js'
import { verifyAdmitBody } from './admit.js'
import { MAX_ENTRY_BYTES } from './limits.js'
import { normalName } from './names.js'
import { sealPrivate, tagOf } from './private-part.js'
import { FORMAT_VERSION } from './signed.js'
import type { CID } from 'multiformats/cid'
import type { Entry, FileEntry, RevokeEntry, VaultEntry } from './entry.js'
import type { ReadKeys } from './keys.js'
import type { Private } from './private-part.js'

export interface MadeEntry {
  /** The entry as signed. */
  bytes: Uint8Array
  id: Uint8Array
  /** The entry as readers parse it. */
  entry: Entry
}

/** The fields of the writer that every entry has. */
export interface Author {
  /** Vault id. */
  vault: Uint8Array
  epoch: number
  /** The seed of the writer key; for revokes and settings that of the vault key. */
  writer: Uint8Array
  /** 1 + the `seq` of the writer's previous entry. */
  seq: number
  /** The id of the writer's previous entry; 32 zeros at seq 1. */
  prev: Uint8Array
  /** Milliseconds since 1970. */
  time: number
}

/** The place of an entry in the history of its name, from `nextAfter`. */
export interface Place {
  keys: ReadKeys
  /** The name; it is normalised to NFC. */
  name: string
  after: Uint8Array[]
  clock: number
  /** The placement seed, 16 bytes: random at the first version of a name, then carried on. */
  seed: Uint8Array
  /**
   * The salt of the name's blocks, 32 bytes: random at the first version of a name, then carried
   * on.
   */
  lineage: Uint8Array
}

export interface PutTerms extends Author, Place {
  root: CID
  /** The stored bytes of the version, the root block included. */
  bytes: number
  copies?: number
  /** The key K of the root block. */
  key: Uint8Array
  size: number
  mtime?: number
  type?: string
  label?: string
  props?: Record<string, string>
}

export const makePut = (terms: PutTerms): MadeEntry => makeVersion('put', terms)
/**
 * Makes a restore, which makes an old version the newest again, with its root, key, bytes and size.
 */
export const makeRestore = (terms: PutTerms): MadeEntry => makeVersion('restore', terms)

function makeVersion (kind: 'put' | 'restore', { key, size, mtime, type, label, props, root, bytes, copies, ...terms }: PutTerms): MadeEntry {
  const shown = { root, bytes, ...defined({ copies }) }
  return makePlaced(kind, terms, shown, { key, size, ...defined({ mtime, type, label, props }) })
}

export const makeDelete = (terms: Author & Place): MadeEntry => makePlaced('delete', terms, {}, {})

export function makeForget ({ keys, name, versions, ...author }: Author & { keys: ReadKeys, name: string, versions: Uint8Array[] }): MadeEntry {
  const normal = normalName(name)
  return makeFile('forget', author, keys, { tag: tagOf(keys.name, normal), versions }, { name: normal })
}

/**
 * Makes an admit. `invite` is left out exactly when the certificate is `by` the vault key.
 *
 * @throws ProtocolError INVALID_DATA when the parts do not belong together
 */
export function makeAdmit ({ invite, member, ...author }: Author & { invite?: Uint8Array, member: Uint8Array }): MadeEntry {
  return makeVault('admit', author, { member, ...defined({ invite }) })
}

export function makeRevoke ({ revoked, ...author }: Author & { revoked: RevokeEntry['revoked'] }): MadeEntry {
  return makeVault('revoke', author, revoked)
}

export function makeSetting ({ settings, ...author }: Author & { settings: Record<string, unknown> }): MadeEntry {
  return makeVault('setting', author, settings)
}

function makePlaced (kind: 'put' | 'restore' | 'delete', { keys, name, after, clock, seed, lineage, ...author }: Author & Place, shown: object, hidden: object): MadeEntry {
  const normal = normalName(name)
  return makeFile(kind, author, keys, { tag: tagOf(keys.name, normal), clock, after, seed, ...shown }, { name: normal, lineage, ...hidden })
}

function makeFile (kind: FileEntry['kind'], author: Author, keys: ReadKeys, fields: object, hidden: Private): MadeEntry {
  const publicBytes = publicPart(kind, author, fields)
  return signEntry(author.writer, publicBytes, sealPrivate(kind, keys, publicBytes, hidden))
}

function makeVault (kind: VaultEntry['kind'], author: Author, body: object): MadeEntry {
  return signEntry(author.writer, publicPart(kind, author, { body }), new Uint8Array(0))
}

function publicPart (kind: string, { writer, vault, epoch, seq, prev, time }: Author, fields: object): Uint8Array {
  return encode({ v: FORMAT_VERSION, vault, epoch, writer: publicKeyOf(writer), seq, prev, time, kind, ...fields })
}

/**
 * Signs a public and a sealed part as an entry, after a check of the form: nothing is signed that
 * readers would refuse.
 *
 * @throws ProtocolError LIMIT above MAX_ENTRY_BYTES, MALFORMED, INVALID_DATA
 */
export function signEntry (writer: Uint8Array, publicBytes: Uint8Array, sealed: Uint8Array): MadeEntry {
  const bytes = encode([publicBytes, sealed, sign(writer, 'entry', entryDigest(publicBytes, sealed))])
  if (bytes.length > MAX_ENTRY_BYTES) throw new ProtocolError('LIMIT', `An entry has at most ${MAX_ENTRY_BYTES} bytes`)
  const entry = readPublic(bytes, publicBytes, sealed)
  if (entry.kind === 'admit') verifyAdmitBody(entry.vault, entry.admit)
  return { bytes, id: entry.id, entry }
}

/** Returns the fields that have a value: in the formats a missing value is a missing key. */
function defined<T extends object> (fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}
