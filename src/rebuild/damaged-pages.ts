import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

/** Pages of a database that says nothing else; this program never chose another size. */
const USUAL_PAGE_BYTES = 4096
const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100
const LOG_HEADER_BYTES = 32
/** Page number, size after commit, two salts, two checksums. */
const FRAME_HEADER_BYTES = 24

/** A page as it was last written, at its number (from 1). */
export interface FoundPage { number: number, bytes: Uint8Array }

/**
 * The pages of a database file, and of the log beside it, as far as they are there. Nothing in them is believed: this
 * only cuts both files into pieces, for somebody who checks what he finds in them. Reads in place, a page at a time.
 */
export class DamagedPages {
  readonly pageBytes: number
  /** Bytes of a page that hold content. */
  readonly usable: number
  /** How many pages there are in both files, and how many the database had by its header where that can be read. */
  readonly count: number
  readonly expected: number
  /** Place in the log of the newest copy of a page. */
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

  /** Opens what there is of `path` and `path`-wal; undefined when there is neither. */
  static open (path: string): DamagedPages | undefined {
    const [file, log] = [path, `${path}-wal`].map((name) => existsSync(name) ? openSync(name, 'r') : undefined)
    return file === undefined && log === undefined ? undefined : new DamagedPages(file, log)
  }

  /** All pages, those of the file first. */
  * all (): Generator<FoundPage> {
    const beyond = [...this.logged.keys()].filter((number) => number > this.inFile)
    for (let number = 1; number <= this.inFile; number++) yield * this.found(number)
    for (const number of beyond) yield * this.found(number)
  }

  /** One page; undefined when it is not there. */
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
      // a sector that the disk does not give any more: the other pages may be had
      if ((error as NodeJS.ErrnoException).code === 'EIO') return undefined
      throw error
    }
  }

  /** Frames of the log's present round carry the salts of its header; those behind are of an earlier round, and older. */
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

/** What the file's header says, where it is one. */
function readHeader (file: number): { pageBytes: number, reserved: number, pages: number } | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  if (readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  const said = header.readUInt16BE(16)
  const pageBytes = said === 1 ? 65536 : said
  const reserved = header.readUInt8(20)
  const known = pageBytes >= 512 && (pageBytes & (pageBytes - 1)) === 0 && reserved <= 32
  return known ? { pageBytes, reserved, pages: header.readUInt32BE(28) } : undefined
}
