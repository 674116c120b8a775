import { CID } from 'multiformats/cid'
import type { Entry, PutEntry } from '../../../protocols/vault/entry.js'
import type { Heads } from '../../../protocols/vault/history.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { normalName } from '../../../protocols/vault/names.js'
import { tagOf, type PutPrivate } from '../../../protocols/vault/private-part.js'
import { base32 } from '../../../protocols/vault/text.js'
import { InvalidNameError, InvalidOptionError } from '../../errors.js'
import { contentIds, entriesOfRoot, entryById, nameRow, namesLike, type EntryRow, type NameRow } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { foldersFrom, namesFrom } from '../../index/queries/name-list.js'
import type { FileInfo, FolderInfo } from '../../api/node.js'
import { opened } from './lineage.js'
import { readStored, type HistoryRow } from './entry-rows.js'
import { MIN_VERSION_CHARACTERS } from './precondition.js'

export interface Found { id: Uint8Array, info: FileInfo, root: CID, key: Uint8Array, bytes: number, entry: Uint8Array }

/**
 * Returns the name as writers store it.
 * @throws InvalidNameError
 */
export function checkName (name: string): string {
  if (typeof name !== 'string') throw new InvalidNameError('A name is text')
  try {
    return normalName(name)
  } catch (cause) {
    throw new InvalidNameError(`${cause instanceof Error ? cause.message : 'not a name'}. Accepted: 1 to 1,024 bytes of UTF-8, parts separated by single slashes`, { cause })
  }
}

/**
 * Returns the row of the name with this history, or undefined when its newest version is a delete
 * or does not open.
 */
export function newestName (history: Heads<HistoryRow>, keys: ReadKeys): NameRow | undefined {
  return history.newest === undefined ? undefined : nameOfNewest(readStored(history.newest.row.entry), history.conflict, keys)
}

/** Returns the row of the name with this newest entry. */
export function nameOfNewest (entry: Entry, conflict: boolean, keys: ReadKeys): NameRow | undefined {
  if (entry.kind !== 'put' && entry.kind !== 'restore') return undefined
  const hidden = opened(entry, keys)
  return hidden === undefined ? undefined : nameOf(entry, hidden, conflict)
}

export function entryOf (db: IndexDb, id: Uint8Array): Entry | undefined {
  const row = entryById(db, id)
  return row === undefined ? undefined : readStored(row.entry)
}

/** Returns the row of a name with this newest version. */
export function nameOf (entry: PutEntry, hidden: PutPrivate, conflict: boolean): NameRow {
  return {
    name: hidden.name,
    tag: entry.tag,
    version: entry.id,
    root: entry.root.bytes,
    bytes: entry.bytes,
    size: hidden.size,
    mtime: hidden.mtime ?? null,
    type: hidden.type ?? null,
    time: entry.time,
    conflict: conflict ? 1 : 0
  }
}

/**
 * Returns a put or restore with its private part, or undefined when the private part does not open
 * with these keys.
 */
export function openStored (encoded: Uint8Array, keys: ReadKeys): { entry: PutEntry, hidden: PutPrivate } | undefined {
  const entry = readStored(encoded)
  if (entry.kind !== 'put' && entry.kind !== 'restore') return undefined
  const hidden = opened(entry, keys)
  return hidden === undefined ? undefined : { entry, hidden }
}

/** A Date cannot hold more milliseconds than this, but an entry may carry them. */
const MAX_TIME_MS = 8.64e15

function changed (ms: number | null | undefined): { mtime?: Date } {
  return ms == null || Math.abs(ms) > MAX_TIME_MS ? {} : { mtime: new Date(ms) }
}

export function infoOfRow (row: NameRow): FileInfo {
  return {
    name: row.name,
    version: base32(row.version),
    cid: CID.decode(row.root).toString(),
    size: row.size,
    ...changed(row.mtime),
    ...(row.type === null ? {} : { type: row.type }),
    time: new Date(row.time),
    conflict: row.conflict === 1
  }
}

/** Returns a version as the API shows it; rows of lists lack the props. */
export function infoOf (entry: PutEntry, hidden: PutPrivate, conflict: boolean): FileInfo {
  return { ...infoOfRow(nameOf(entry, hidden, conflict)), ...(hidden.props === undefined ? {} : { props: hidden.props }) }
}

/** Returns false when a put of the same content says another type or other props. */
export function saysTheSame (hidden: PutPrivate, { type, props }: { type?: string, props?: Record<string, string> }): boolean {
  const has = hidden.props ?? {}
  if (type !== undefined && type !== hidden.type) return false
  return props === undefined || (Object.keys(props).length === Object.keys(has).length && Object.entries(props).every(([key, text]) => has[key] === text))
}

/**
 * Returns the newest version of a name, or the one version whose id is `version` or begins with it.
 */
export function lookup (db: IndexDb, keys: ReadKeys, name: string, version?: string): Found | undefined {
  const normal = checkName(name)
  const named = nameRow(db, normal)
  const row = version === undefined
    ? named === undefined ? undefined : entryById(db, named.version)
    : versionRow(db, tagOf(keys.name, normal), version)
  if (row === undefined) return undefined
  const open = openStored(row.entry, keys)
  if (open === undefined) return undefined
  const { entry, hidden } = open
  const info = infoOf(entry, hidden, named?.conflict === 1)
  return { id: entry.id, info, root: entry.root, key: hidden.key, bytes: entry.bytes, entry: row.entry }
}

/** Returns the number of versions with this root and, to a node with the read keys, their names. */
export function versionsOf (db: IndexDb, keys: ReadKeys | undefined, root: CID): { versions: number, files: Array<{ name: string, version: string }> } {
  const rows = entriesOfRoot(db, root.bytes)
  const files = keys === undefined ? [] : rows.flatMap(({ id, entry }) => {
    const opened = openStored(entry, keys)
    return opened === undefined ? [] : [{ name: opened.hidden.name, version: base32(id) }]
  })
  return { versions: rows.length, files }
}

/**
 * Returns the put or restore of this tag whose id is `version` or begins with it.
 * @throws InvalidOptionError when several ids begin so
 */
export function versionRow (db: IndexDb, tag: Uint8Array, version: string): EntryRow | undefined {
  if (version.length < MIN_VERSION_CHARACTERS) throw new InvalidOptionError('version', 'too short', `a version, or at least its first ${MIN_VERSION_CHARACTERS} characters`)
  const wanted = version.toLowerCase()
  const [only, ...more] = contentIds(db, tag).filter((id) => base32(id).startsWith(wanted))
  if (more.length > 0) throw new InvalidOptionError('version', `"${version}" fits ${more.length + 1} versions`, 'more of its characters')
  return only === undefined ? undefined : entryById(db, only)
}

/** Yields names that begin with `prefix` and come after `after`, in the order of their bytes. */
export function * list (db: IndexDb, prefix: string, after?: string): Generator<FileInfo> {
  for (const row of namesFrom(db, prefix.normalize('NFC'), after)) yield infoOfRow(row)
}

/**
 * Yields the same names, but folds all names with `delimiter` behind the prefix into one row for
 * each folder.
 */
export function * folders (db: IndexDb, prefix: string, delimiter: string, after?: string): Generator<FileInfo | FolderInfo> {
  for (const row of foldersFrom(db, prefix.normalize('NFC'), delimiter.normalize('NFC'), after)) {
    yield 'prefix' in row ? row : infoOfRow(row)
  }
}

/**
 * Returns at most `most` names whose last part is equal or begins alike, for the message that a
 * name does not exist.
 */
export function similar (db: IndexDb, name: string, most: number): string[] {
  const last = name.split('/').at(-1) ?? name
  const stem = last.replace(/\.[^.]*$/, '')
  const escaped = (text: string): string => text.replace(/[\\%_]/g, (letter) => `\\${letter}`)
  const found = new Set<string>()
  for (const pattern of [`%/${escaped(last)}`, `${escaped(last)}%`, `%${escaped(stem)}%`]) {
    if (stem.length < 2 || found.size >= most) break
    for (const like of namesLike(db, pattern, most)) found.add(like)
  }
  return [...found].slice(0, most)
}
