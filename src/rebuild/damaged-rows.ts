/**
 * This file reads rows from single pages of a damaged database, in the format of SQLite 3
 * (https://sqlite.org/fileformat2.html).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DamagedPages } from './damaged-pages.js'

export type FoundValue = Uint8Array | string | number | null

/** A found row may be a row of any table; only its form suggests that it is one. */
export interface FoundRow {
  /** The row id; 0 in tables without one. */
  rowid: number
  values: FoundValue[]
}

/** Pages of these kinds hold rows. */
const TABLE_LEAF = 0x0d
const INDEX_LEAF = 0x0a
const INDEX_INTERIOR = 0x02
/** No row of dfs is longer: the longest holds a block below 64 KiB. */
const MAX_ROW_BYTES = 128 * 1024
const MAX_COLUMNS = 64
/** After this many pages, other work of the thread gets its turn. */
const TURN_PAGES = 256

export interface ReadRowsOptions {
  signal?: AbortSignal | undefined
  /** Called after each TURN_PAGES pages. */
  onPages?: (pages: number) => void
}

/**
 * Yields every readable row in the pages, of whichever table. The same row may come more than once.
 */
export async function * readRows (pages: DamagedPages, { signal, onPages }: ReadRowsOptions = {}): AsyncGenerator<FoundRow> {
  let seen = 0
  for (const { number, bytes } of pages.all()) {
    yield * rowsOf(pages, bytes, number === 1 ? 100 : 0)
    if (++seen % TURN_PAGES > 0) continue
    onPages?.(seen)
    await nextTurn()
    signal?.throwIfAborted()
  }
  onPages?.(seen)
  signal?.throwIfAborted()
}

function * rowsOf (pages: DamagedPages, page: Uint8Array, start: number): Generator<FoundRow> {
  const view = new DataView(page.buffer, page.byteOffset, page.length)
  const kind = view.getUint8(start)
  if (kind !== TABLE_LEAF && kind !== INDEX_LEAF && kind !== INDEX_INTERIOR) return
  const pointers = start + (kind === INDEX_INTERIOR ? 12 : 8)
  const cells = Math.min(view.getUint16(start + 3), Math.floor((page.length - pointers) / 2))
  for (let n = 0; n < cells; n++) {
    const at = view.getUint16(pointers + 2 * n)
    if (at < pointers || at >= pages.usable) continue
    try {
      yield readCell(pages, page, at, kind)
    } catch (error) {
      // this cell is no row; the next one may be
      if (!(error instanceof RangeError)) throw error
    }
  }
}

/**
 * Reads one cell.
 *
 * @throws RangeError when the bytes are no cell
 */
function readCell (pages: DamagedPages, page: Uint8Array, at: number, kind: number): FoundRow {
  const cursor = new Cursor(page, kind === INDEX_INTERIOR ? at + 4 : at)
  const length = cursor.varint()
  if (length > MAX_ROW_BYTES) throw new RangeError('longer than any row')
  const rowid = kind === TABLE_LEAF ? cursor.varint() : 0
  return { rowid, values: readRecord(payload(pages, page, cursor.at, length, kind)) }
}

/** Returns the bytes of a row, including those in overflow pages. */
function payload (pages: DamagedPages, page: Uint8Array, at: number, length: number, kind: number): Uint8Array {
  const { usable } = pages
  const most = kind === TABLE_LEAF ? usable - 35 : Math.floor((usable - 12) * 64 / 255) - 23
  if (length <= most) return piece(page, at, length)
  const least = Math.floor((usable - 12) * 32 / 255) - 23
  const filled = least + (length - least) % (usable - 4)
  const local = filled <= most ? filled : least
  const row = new Uint8Array(length)
  row.set(piece(page, at, local))
  let next = new Cursor(page, at + local).uint(4)
  for (let done = local; done < length;) {
    const more = pages.page(next)
    if (more === undefined) throw new RangeError('a page of the row is not there')
    const part = piece(more, 4, Math.min(usable - 4, length - done))
    row.set(part, done)
    done += part.length
    next = new Cursor(more, 0).uint(4)
  }
  return row
}

function readRecord (row: Uint8Array): FoundValue[] {
  const header = new Cursor(row, 0)
  const end = header.varint()
  const body = new Cursor(row, end)
  const values: FoundValue[] = []
  while (header.at < end) {
    if (values.length === MAX_COLUMNS) throw new RangeError('more columns than any table')
    values.push(body.value(header.varint()))
  }
  if (header.at !== end || body.at !== row.length) throw new RangeError('not as long as it says')
  return values
}

function piece (bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (at + length > bytes.length) throw new RangeError('beyond the end')
  return bytes.subarray(at, at + length)
}

/**
 * A cursor reads forward.
 *
 * @throws RangeError beyond the end
 */
class Cursor {
  constructor (private readonly bytes: Uint8Array, public at: number) {}

  varint (): number {
    let value = 0
    for (let n = 0; n < 9; n++) {
      const byte = this.byte()
      value = n === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f)
      if (byte < 0x80) break
    }
    return value
  }

  uint (length: number): number {
    let value = 0
    for (let n = 0; n < length; n++) value = value * 256 + this.byte()
    return value
  }

  /**
   * Reads a value by SQLite's serial types. Numbers beyond 2^53 and fractions give null: no table
   * of dfs has them.
   */
  value (type: number): FoundValue {
    if (type === 8 || type === 9) return type - 8
    if (type >= 12) {
      const length = Math.floor((type - 12) / 2)
      const bytes = piece(this.bytes, this.at, length)
      this.at += length
      return type % 2 === 0 ? bytes.slice() : new TextDecoder().decode(bytes)
    }
    const length = [0, 1, 2, 3, 4, 6, 8, 8][type]
    if (length === undefined) throw new RangeError('no such type')
    const value = this.uint(length)
    return type === 0 || type === 7 || !Number.isSafeInteger(value) || (length > 0 && value >= 2 ** (8 * length - 1)) ? null : value
  }

  private byte (): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new RangeError('beyond the end')
    return byte
  }
}
