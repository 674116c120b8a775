import { IndexDamagedError, NoSpaceError, StoreFailedError } from '../../errors.js'
import type { SqlFailure } from './transaction.js'

/** SQLite's primary result codes that mean something to a caller. */
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CONSTRAINT = 19
/** The memory that connections share lies in a file, for which there is no room. */
const SQLITE_IOERR_SHMSIZE = SQLITE_IOERR | (19 << 8)
const SQLITE_NOTADB = 26

/** A statement that broke a rule of the schema, or is wrong: an error of this program, or a guard that said no. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** SQLite's extended result code. */
  readonly errcode: number

  constructor (message: string, errcode: number) {
    super(message)
    this.errcode = errcode
  }

  /** True when a unit's own guard statement refused it (store-schema.ts, `guard`). */
  get guarded (): boolean {
    return this.constraint && this.message.includes('guard_refused')
  }

  /** True when a rule of the schema (UNIQUE, CHECK, NOT NULL) refused the statement. */
  get constraint (): boolean {
    return (this.errcode & 0xff) === SQLITE_CONSTRAINT
  }
}

export const damaged = (path: string, what: string): IndexDamagedError => new IndexDamagedError(`The index ${path} is damaged: ${what}. It is left as it is`)

/** The error that a caller can act on: no room, damaged, failed, or a rule that was broken. */
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
