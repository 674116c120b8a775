import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

/** A database without a readable header is cut into pages of this size; dfs never used another. */
const USUAL_PAGE_BYTES = 4096
const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100
const LOG_HEADER_BYTES = 32
/**
 * A frame header of the log has a page number, the size after commit, two salts and two checksums.
 */
const FRAME_HEADER_BYTES = 24

/** A page as it was last written, with its number (from 1). */
export interface FoundPage { number: number, bytes: Uint8Array }

/**
 * This class cuts a database file, and the log beside it, into pages as far as they exist. It
 * believes nothing in them; its caller checks every row. It reads in place, one page at a time.
 */
export class DamagedPages {
  readonly pageBytes: number
  /** The number of bytes of a page that hold content. */
  readonly usable: number
  /**
   * `count` is the number of pages in both files, `expected` the number in the database's header
   * where that is readable.
   */
  readonly count: number
  readonly expected: number
  /** The place in the log of the newest copy of each page. */
  private readonly logged = new Map<number, number>()
  private readonly inFile: number

  private constructor (private readonly file: number | undefined, private readonly log: number | undefined) {
    const header = file === undefined ? undefined : readHeader(file)
    this.pageBytes = header?.pageBytes ?? USUAL_PAGE_BYTES
    this.usable = this.pageBytes - (header?.reserved ?? 0)
    this.inFile = file === undefined ? 0 : Math.floor(fstatSync(file).size / this.pageBytes)
    if (log !== undefined) this.lookThroughLog(log)
    this.count = this.inFile + [...this.logged.keys()].filter((number) => number > this.inFile).length
    this.expected = Math.max(this.count, header?.pages ?? 0)
  }

  /** Opens `path` and `path`-wal as far as they exist; undefined when neither does. */
  static open (path: string): DamagedPages | undefined {
    const [file, log] = [path, `${path}-wal`].map((name) => existsSync(name) ? openSync(name, 'r') : undefined)
    return file === undefined && log === undefined ? undefined : new DamagedPages(file, log)
  }

  /** Yields all pages, those of the file first. */
  * all (): Generator<FoundPage> {
    const beyond = [...this.logged.keys()].filter((number) => number > this.inFile)
    for (let number = 1; number <= this.inFile; number++) yield * this.found(number)
    for (const number of beyond) yield * this.found(number)
  }

  /** Returns one page; undefined when it does not exist or cannot be read. */
  page (number: number): Uint8Array | undefined {
    const place = this.logged.get(number)
    if (place !== undefined && this.log !== undefined) return this.read(this.log, place)
    if (this.file === undefined || number < 1 || number > this.inFile) return undefined
    return this.read(this.file, (number - 1) * this.pageBytes)
  }

  close (): void {
    for (const fd of [this.file, this.log]) if (fd !== undefined) closeSync(fd)
  }

  private * found (number: number): Generator<FoundPage> {
    const bytes = this.page(number)
    if (bytes !== undefined) yield { number, bytes }
  }

  private read (fd: number, at: number): Uint8Array | undefined {
    const bytes = new Uint8Array(this.pageBytes)
    try {
      return readSync(fd, bytes, 0, this.pageBytes, at) === this.pageBytes ? bytes : undefined
    } catch (error) {
      // the disk cannot read this sector; the other pages may be readable
      if ((error as NodeJS.ErrnoException).code === 'EIO') return undefined
      throw error
    }
  }

  /**
   * Indexes the log. Frames of its current round have the salts of its header; the frames behind
   * them are of an earlier round and older.
   */
  private lookThroughLog (log: number): void {
    const { size } = fstatSync(log)
    const salts = Buffer.alloc(8)
    readSync(log, salts, 0, 8, 16)
    const frame = Buffer.alloc(FRAME_HEADER_BYTES)
    for (let at = LOG_HEADER_BYTES; at + FRAME_HEADER_BYTES + this.pageBytes <= size; at += FRAME_HEADER_BYTES + this.pageBytes) {
      readSync(log, frame, 0, FRAME_HEADER_BYTES, at)
      if (!frame.subarray(8, 16).equals(salts)) return
      const number = frame.readUInt32BE(0)
      if (number > 0) this.logged.set(number, at + FRAME_HEADER_BYTES)
    }
  }
}

/** Returns the fields of the file's header, where there is a valid one. */
function readHeader (file: number): { pageBytes: number, reserved: number, pages: number } | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  const said = header.readUInt16BE(16)
  const pageBytes = said === 1 ? 65536 : said
  const reserved = header.readUInt8(20)
  const known = pageBytes >= 512 && (pageBytes & (pageBytes - 1)) === 0 && reserved <= 32
  return known ? { pageBytes, reserved, pages: header.readUInt32BE(28) } : undefined
}
