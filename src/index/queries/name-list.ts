/** These queries read names in the order of their UTF-8 bytes: lists, folders, and sums. */
import type { NameRow } from './entries.js'
import type { IndexDb } from '../engine/index-db.js'

/** One row for all names that begin with `prefix`. */
export interface FoldRow { prefix: string }

/**
 * One page reads this many names: a short page does not block other work, and no cursor stays open
 * while the caller works.
 */
const PAGE_NAMES = 500
/** One page of sums reads this many names: it needs three columns and makes no objects. */
const PAGE_SUMMED = 5_000

/** SQLite sorts a blob after every text. */
const END = new Uint8Array(0)
const LAST_CODE_POINT = 0x10ffff

/**
 * Returns the first text in the order of SQLite that is greater than every text that begins with
 * `prefix`, or END when there is none.
 */
export function following (prefix: string): string | Uint8Array {
  const letters = [...prefix]
  for (;;) {
    const last = letters.pop()?.codePointAt(0)
    if (last === undefined) return END
    // halves of surrogate pairs are no characters, and no name holds one
    if (last < LAST_CODE_POINT) return letters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1)
  }
}

const later = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0

/**
 * Returns the text up to and with the first delimiter behind the prefix, or undefined when there is
 * none.
 */
function foldOf (name: string, prefix: string, delimiter: string): string | undefined {
  const at = name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + delimiter.length)
}

/**
 * Yields names that begin with `prefix` and come after `after`, in the order of their UTF-8 bytes.
 */
export function * namesFrom (db: IndexDb, prefix: string, after?: string): Generator<NameRow> {
  const end = following(prefix)
  let exclusive = after !== undefined && !later(prefix, after)
  for (let from = exclusive && after !== undefined ? after : prefix; ;) {
    const page = read(db, from, exclusive, end, PAGE_NAMES)
    yield * page
    const last = page.at(-1)
    if (last === undefined) return
    from = last.name
    exclusive = true
  }
}

/**
 * Yields the names of `namesFrom`, but one row stands for all names that are equal up to and with
 * the first `delimiter` behind the prefix. Names below such a row are skipped, not read. With
 * `after`, such a row is yielded when its prefix comes after that text.
 */
export function * foldersFrom (db: IndexDb, prefix: string, delimiter: string, after?: string): Generator<NameRow | FoldRow> {
  const end = following(prefix)
  let from: string | Uint8Array = prefix
  let exclusive = false
  if (after !== undefined && !later(prefix, after)) {
    const fold = after.startsWith(prefix) ? foldOf(after, prefix, delimiter) : undefined
    from = fold === undefined ? after : following(fold)
    exclusive = fold === undefined
  }
  // a page grows while no folder ends it: one name of a folder is enough
  for (let most = 1; ; most = Math.min(2 * most, PAGE_NAMES)) {
    const page = read(db, from, exclusive, end, most)
    if (page.length === 0) return
    for (const row of page) {
      const fold = foldOf(row.name, prefix, delimiter)
      if (fold !== undefined) {
        yield { prefix: fold }
        from = following(fold)
        exclusive = false
        most = 1
        break
      }
      yield row
      from = row.name
      exclusive = true
    }
  }
}

function read (db: IndexDb, from: string | Uint8Array, exclusive: boolean, end: string | Uint8Array, most: number): NameRow[] {
  return db.all<NameRow>(`SELECT * FROM names WHERE name ${exclusive ? '>' : '>='} ? AND name < ? ORDER BY name LIMIT ?`, from, end, most)
}

/** Sums over newest versions: number of files, their bytes, and their stored bytes. */
export interface Sums { files: number, size: number, bytes: number }

const SUMS = `SELECT count(*) AS files, total(size) AS size, total(bytes) AS bytes, max(name) AS last
  FROM (SELECT name, size, bytes FROM names WHERE name >= ? AND name < ? ORDER BY name LIMIT ${PAGE_SUMMED})`

/**
 * Yields sums of the names that begin with `prefix`, in parts in the order of the names; a part of
 * a folder one level below has that folder's prefix. Other work can run between two parts.
 */
export function * sumsFrom (db: IndexDb, prefix: string, delimiter: string): Generator<Sums & Partial<FoldRow>> {
  for (const row of foldersFrom(db, prefix, delimiter)) {
    if (!('prefix' in row)) {
      yield { files: 1, size: row.size, bytes: row.bytes }
      continue
    }
    const end = following(row.prefix)
    for (let from = row.prefix; ;) {
      // total() does not overflow, whatever sizes a writer claims
      const part = db.get<Sums & { last: string | null }>(SUMS, from, end)
      if (part?.last == null) break
      const { last, ...sums } = part
      yield { ...sums, prefix: row.prefix }
      // no name holds U+0000, so no name lies between
      from = `${last}\u0000`
    }
  }
}
