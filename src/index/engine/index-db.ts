import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { COMMIT_BLOCKS } from '../../defaults.js'
import { AbortError, IndexDamagedError, NodeStoppedError, StoreFailedError } from '../../errors.js'
import { checkIndex } from './check.js'
import { addFunctions, openReader, openWriter } from './connection.js'
import { migrate, type Migrations } from './migrate.js'
import { damaged, toError } from './sql-errors.js'
import { Prepared, asFailure, runUnits, type SqlValue, type Statement, type StatementResult, type UnitResult } from './transaction.js'
import type { Statement as Opaque } from '../statement.js'
import { WriterThread } from './writer-thread.js'

export type { SqlValue, Statement, StatementResult } from './transaction.js'

export interface IndexDbInit {
  /** Database file; its log lies beside it. Omitted: a database in memory, on this thread. */
  path?: string
  /** Scripts that make the schema (src/index/migrations/schema.ts). */
  migrations: Migrations
  /**
   * False: a missing file, or one without a schema, is an IndexDamagedError and is not made.
   * @default true
   */
  create?: boolean
  /** Called once, after the failure that ends all writing. */
  onFailure?: ((error: Error) => void) | undefined
}

interface Unit {
  statements: Statement[]
  resolve: (results: StatementResult[]) => void
  reject: (error: Error) => void
  signal?: AbortSignal | undefined
}

/** Groups of at most this many units are answered at once. */
const SETTLED_AT_ONCE = 4

type Run = (units: Statement[][]) => UnitResult[] | Promise<UnitResult[]>

/**
 * The embedded database. Reads run on a connection of this thread and see committed data. Writes
 * are atomic units. One writer (a worker thread when there is a file) commits units in groups: all
 * units that came while the last group was being committed, up to COMMIT_BLOCKS, share one fsync.
 */
export class IndexDb {
  private readonly prepared: Prepared
  private readonly queue: Unit[] = []
  private busy = false
  /** Number of groups whose second half has no answer yet. */
  private unsettled = 0
  private closed = false
  private scheduled = false
  private failed: Error | undefined
  private idle: Array<() => void> = []

  private constructor (
    private readonly reader: DatabaseSync,
    private readonly run: Run,
    private readonly writer: WriterThread | undefined,
    private readonly path: string,
    private readonly onFailure: (error: Error) => void = () => {}
  ) {
    this.prepared = new Prepared(reader)
  }

  /**
   * Opens or makes the database and migrates its schema to the newest version.
   * @throws NewerFormatError, IndexDamagedError (a damaged file is never replaced), NoSpaceError
   */
  static async open ({ path, migrations, create = true, onFailure }: IndexDbInit): Promise<IndexDb> {
    if (path === undefined) {
      const db = new DatabaseSync(':memory:')
      addFunctions(db)
      migrate(db, migrations, ':memory:')
      const prepared = new Prepared(db)
      return new IndexDb(db, (units) => runUnits(db, prepared, units), undefined, ':memory:')
    }
    prepareFile(path, migrations, create)
    const reader = new DatabaseSync(path)
    try {
      openReader(reader)
      const writer = WriterThread.open(path)
      return new IndexDb(reader, (units) => writer.run(units), writer, path, onFailure)
    } catch (error) {
      reader.close()
      throw error
    }
  }

  get<T> (sql: string, ...params: SqlValue[]): T | undefined {
    return this.reading(() => this.prepared.get(sql).get(...params) as T | undefined)
  }

  all<T> (sql: string, ...params: SqlValue[]): T[] {
    return this.reading(() => this.prepared.get(sql).all(...params) as T[])
  }

  /**
   * Yields rows one by one. The log cannot be shortened while the loop runs, so read long lists in
   * pages with `all`. In memory all rows are read at once, since the same connection writes.
   */
  * iterate<T> (sql: string, ...params: SqlValue[]): Generator<T, void, undefined> {
    if (this.writer === undefined) {
      yield * this.all<T>(sql, ...params)
      return
    }
    const rows = this.reading(() => this.reader.prepare(sql).iterate(...params))
    for (;;) {
      const next = this.reading(() => rows.next())
      if (next.done === true) return
      yield next.value as T
    }
  }

  /**
   * Writes one atomic unit. Resolves after COMMIT (fsynced) with the result of each statement, and
   * rejects when nothing was written. `signal` counts only until the unit is handed to the writer.
   * Byte values must not change until the call resolves.
   * @throws SqlError (a statement was refused), NoSpaceError, IndexDamagedError, StoreFailedError,
   * AbortError
   */
  async write (statements: readonly Opaque[], options: { signal?: AbortSignal | undefined } = {}): Promise<StatementResult[]> {
    if (this.closed) throw new NodeStoppedError('The index is closed')
    if (this.failed !== undefined) throw this.failed
    const { promise, resolve, reject } = Promise.withResolvers<StatementResult[]>()
    // only the index makes statements, so the cast holds
    this.queue.push({ statements: [...statements] as unknown as Statement[], resolve, reject, signal: options.signal })
    this.schedule()
    return promise
  }

  /** Failure that ended all writing, if there was one. */
  get failure (): Error | undefined {
    return this.failed
  }

  /** Returns the bytes of the database file and its log; 0 in memory. */
  size (): number {
    if (this.writer === undefined) return 0
    return [this.path, `${this.path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  }

  /** Returns the bytes of used database pages; 0 in memory. */
  filled (): number {
    if (this.writer === undefined) return 0
    const [pages, free, bytes] = ['page_count', 'freelist_count', 'page_size'].map((name) => Number(this.get<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0))
    return ((pages ?? 0) - (free ?? 0)) * (bytes ?? 0)
  }

  /**
   * Checks the whole database on a thread of its own. Resolves with a list of faults, empty for a
   * sound database. A fault ends all writing.
   */
  async check (options: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    if (this.writer === undefined) return []
    const wrong = await checkIndex(this.path, options)
    if (wrong[0] !== undefined) this.fail(damaged(this.path, wrong[0]))
    return wrong
  }

  /** Writes all queued units, then closes both connections. Idempotent. */
  async close (): Promise<void> {
    if (this.closed) return
    this.closed = true
    if (this.busy || this.queue.length > 0 || this.unsettled > 0) {
      await new Promise<void>((resolve) => { this.idle.push(resolve) })
    }
    this.reader.close()
    await this.writer?.close()
  }

  private reading<T> (read: () => T): T {
    if (!this.reader.isOpen) throw new NodeStoppedError('The index is closed')
    try {
      return read()
    } catch (cause) {
      const error = toError(asFailure(cause), this.path)
      if (error instanceof IndexDamagedError) this.fail(error)
      throw error
    }
  }

  /** Notes the first failure and returns it, also for later failures. */
  private fail (error: Error): Error {
    if (this.failed === undefined) {
      this.failed = error
      this.onFailure(error)
    }
    return this.failed
  }

  /** Commits after this turn of the event loop, so that all units of one turn share a commit. */
  private schedule (): void {
    if (this.scheduled || this.busy) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      void this.commit()
    })
  }

  private async commit (): Promise<void> {
    this.busy = true
    while (this.queue.length > 0) {
      const group = this.queue.splice(0, COMMIT_BLOCKS).filter((unit) => {
        if (unit.signal?.aborted !== true) return true
        unit.reject(new AbortError('The write was aborted before it began', { cause: unit.signal.reason }))
        return false
      })
      if (group.length > 0) {
        const results = await this.attempt(group.map(({ statements }) => statements))
        const half = group.length > SETTLED_AT_ONCE ? Math.ceil(group.length / 2) : group.length
        this.settle(group, results, 0, half)
        if (half < group.length) this.settleLater(group, results, half)
      }
    }
    this.busy = false
    this.becomeIdle()
  }

  private async attempt (units: Statement[][]): Promise<UnitResult[] | Error> {
    if (this.failed !== undefined) return this.failed
    try {
      return await this.run(units)
    } catch (error) {
      return this.fail(new StoreFailedError(`The index ${this.path} takes no more writes`, { cause: error }))
    }
  }

  /**
   * Answers the second half of a group after callers of the first half have handed in their next
   * units. So one half works while the units of the other are being written.
   */
  private settleLater (group: Unit[], results: UnitResult[] | Error, from: number): void {
    this.unsettled++
    setImmediate(() => setImmediate(() => {
      this.unsettled--
      this.settle(group, results, from, group.length)
      if (!this.busy && this.queue.length === 0) this.becomeIdle()
    }))
  }

  private becomeIdle (): void {
    if (this.unsettled === 0) for (const resolve of this.idle.splice(0)) resolve()
  }

  private settle (group: Unit[], results: UnitResult[] | Error, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      const unit = group[index]
      if (unit === undefined) continue
      const result = results instanceof Error ? results : results[index]
      if (result === undefined) unit.reject(new StoreFailedError('The writer answered less than it was asked'))
      else if (result instanceof Error) unit.reject(result)
      else if ('results' in result) unit.resolve(result.results)
      else {
        const error = toError(result.failure, this.path)
        // after a failed write or fsync the content of the disk is unknown, so nothing more is
        // acknowledged
        unit.reject(error instanceof StoreFailedError || error instanceof IndexDamagedError ? this.fail(error) : error)
      }
    }
  }
}

/** Checks an existing file, makes or migrates it, and leaves an empty log. */
function prepareFile (path: string, migrations: Migrations, create: boolean): void {
  const exists = existsSync(path)
  if (!exists && !create) throw new IndexDamagedError(`The index ${path} is missing`)
  if (exists) checkHeader(path)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    if (exists && !create && Number(db.prepare('PRAGMA user_version').get()?.['user_version']) === 0) {
      throw new IndexDamagedError(`The index ${path} is empty`)
    }
    openWriter(db)
    migrate(db, migrations, path)
  } catch (error) {
    throw error instanceof Error && 'errcode' in error ? toError(asFailure(error), path) : error
  } finally {
    db?.close()
  }
}

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100

/**
 * Checks the header of a file. A file is damaged when it is no database, or when it is shorter than
 * its header says and no log holds the rest. An empty file counts as new.
 * @throws IndexDamagedError
 */
function checkHeader (path: string): void {
  const { size } = statSync(path)
  if (size === 0) return
  const header = Buffer.alloc(HEADER_BYTES)
  const fd = openSync(path, 'r')
  try {
    readSync(fd, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(fd)
  }
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new IndexDamagedError(`The index ${path} is not a database. It is left as it is`)
  const pageBytes = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16)
  const pages = header.readUInt32BE(28)
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (log === 0 && size < pages * pageBytes) {
    throw new IndexDamagedError(`The index ${path} is cut: ${size} of ${pages * pageBytes} bytes are there. It is left as it is`)
  }
}
