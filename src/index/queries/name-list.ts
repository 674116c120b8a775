/** The table of names in the order of their UTF-8 bytes: lists, folders, and what lies below them. */
import type { NameRow } from './entries.js'
import type { IndexDb } from '../engine/index-db.js'

/** All names that begin with `prefix`, as one row. */
export interface FoldRow { prefix: string }

/** How many names one page reads: short pages block nobody, and no cursor stays open while the caller works. */
const PAGE_NAMES = 500
/** The same for sums, which need three columns and make no objects. */
const PAGE_SUMMED = 5_000

/** Greater than every text in the order of SQLite. */
const END = new Uint8Array(0)
const LAST_CODE_POINT = 0x10ffff

/** Before every text that begins with `prefix`: that text itself. After them all: this one, or the end. */
export function following (prefix: string): string | Uint8Array {
  const letters = [...prefix]
  for (;;) {
    const last = letters.pop()?.codePointAt(0)
    if (last === undefined) return END
    // the halves of surrogate pairs are no characters, and no name holds one
    if (last < LAST_CODE_POINT) return letters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1)
  }
}

const later = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0

/** The text up to the first delimiter behind the prefix, with it; undefined when there is none. */
function foldOf (name: string, prefix: string, delimiter: string): string | undefined {
  const at = name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + delimiter.length)
}

/** Names that begin with `prefix`, and come after `after`, in the order of their UTF-8 bytes. */
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
 * The same, but names that hold `delimiter` behind the prefix are folded into one row for all that begin alike up to and
 * with it. What lies below such a row is skipped, not read. With `after` such a row comes when it comes after that text
 * itself.
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
  // a page grows while it is of use: of a folder one name is enough
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

/** Newest versions: how many files, their bytes, and their bytes as stored. */
export interface Sums { files: number, size: number, bytes: number }

const SUMS = `SELECT count(*) AS files, total(size) AS size, total(bytes) AS bytes, max(name) AS last
  FROM (SELECT name, size, bytes FROM names WHERE name >= ? AND name < ? ORDER BY name LIMIT ${PAGE_SUMMED})`

/**
 * Sums of what begins with `prefix`, in parts: in the order of the names, those of a folder one level below it with that
 * folder's prefix. A part costs little, so that others get their turn between two.
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
      // no name holds U+0000, so nothing lies between
      from = `${last}\u0000`
    }
  }
}
