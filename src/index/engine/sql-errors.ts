import { IndexDamagedError, NoSpaceError, StoreFailedError } from '../../errors.js'
import type { SqlFailure } from './transaction.js'

/** These are SQLite's primary result codes on which a caller can act. */
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CONSTRAINT = 19
/** SQLite found no room for the file that holds the shared memory of its connections. */
const SQLITE_IOERR_SHMSIZE = SQLITE_IOERR | (19 << 8)
const SQLITE_NOTADB = 26

/**
 * SQLite refused a statement: the statement is wrong, or it broke a rule of the schema or a guard.
 */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** SQLite's extended result code. */
  readonly errcode: number

  constructor (message: string, errcode: number) {
    super(message)
    this.errcode = errcode
  }

  /**
   * True when a guard statement of the unit refused it (src/index/migrations/store.ts, `guard`).
   */
  get guarded (): boolean {
    return this.constraint && this.message.includes('guard_refused')
  }

  /** True when a rule of the schema (UNIQUE, CHECK, NOT NULL) refused the statement. */
  get constraint (): boolean {
    return (this.errcode & 0xff) === SQLITE_CONSTRAINT
  }
}

export const damaged = (path: string, what: string): IndexDamagedError => new IndexDamagedError(`The index ${path} is damaged: ${what}. It is left as it is`)

/** Returns an error on which a caller can act: no room, damaged, failed, or refused. */
export function toError ({ message, errcode }: SqlFailure, path: string): Error {
  if (errcode === SQLITE_IOERR_SHMSIZE) return new NoSpaceError(`No room on the disk for the index ${path}: ${message}`)
  switch (errcode & 0xff) {
    case SQLITE_FULL: return new NoSpaceError(`No room on the disk for the index ${path}: ${message}`)
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return damaged(path, message)
    case SQLITE_IOERR: return new StoreFailedError(`The index ${path} cannot be written or read: ${message}`)
    default: return new SqlError(message, errcode)
  }
}
