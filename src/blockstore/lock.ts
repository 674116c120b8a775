import { existsSync } from 'node:fs'
import { readFile, realpath, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { lockFile } from '../index/engine/file-lock.js'
import { DirectoryLockedError, DirectoryNotWritableError } from '../errors.js'
import { codeOf } from './file-system.js'
import { LOCK, LOCK_PID } from './layout.js'

/**
 * Folders that this process holds, shared by all copies of this program in it. It refers to the connection too: one
 * that nobody refers to is closed by the garbage collector, and its lock goes with it.
 */
const HELD_KEY = Symbol.for('libp2p-dfs/held-folders')
/** How often a wait for another process looks again. */
const LOOK_AGAIN_MS = 100
const SQLITE_BUSY = 5

export interface LockOptions {
  /** How long to wait for another process to let go. @default 0 */
  waitMs?: number | undefined
  signal?: AbortSignal | undefined
}

/**
 * One process a folder. The lock is SQLite's exclusive lock of the file `lock`: the system drops it when the process
 * ends, in whatever way. The same process is refused by a table of its own, since closing any other descriptor of the
 * file would drop the lock too; for the same reason nothing else ever opens that file, and the pid lies beside it.
 */
export class DirectoryLock {
  private released = false

  private constructor (private readonly db: DatabaseSync, private readonly dir: string) {}

  /** @throws DirectoryLockedError naming the pid of the holder; DirectoryNotWritableError */
  static async acquire (dir: string, options: LockOptions = {}): Promise<DirectoryLock> {
    const path = await realpath(dir)
    const db = await waitForLock(dir, path, options)
    await namePid(path)
    return new DirectoryLock(db, path)
  }

  /** Idempotent. `remove` takes the file away too, while the lock is still held. */
  async release ({ remove = false } = {}): Promise<void> {
    if (this.released) return
    this.released = true
    for (const name of remove ? [LOCK_PID, LOCK] : [LOCK_PID]) {
      await unlink(join(this.dir, name)).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error
      })
    }
    this.db.close()
    held().delete(this.dir)
  }
}

/**
 * Keeps others from writing where this process may not write: SQLite's shared lock of the same file, for which its
 * file is opened for reading only. A folder without the file was never opened since it was copied, and has no lock.
 */
export class ReadLock {
  private constructor (private readonly db: DatabaseSync | undefined, private readonly dir: string) {}

  /** @throws DirectoryLockedError; DirectoryNotWritableError where the file cannot be read either */
  static async acquire (dir: string, options: LockOptions = {}): Promise<ReadLock> {
    const path = await realpath(dir)
    return new ReadLock(existsSync(join(path, LOCK)) ? await waitForLock(dir, path, options, true) : undefined, path)
  }

  release (): void {
    if (this.db === undefined || !this.db.isOpen) return
    this.db.close()
    held().delete(this.dir)
  }
}

/** A connection that holds the lock, and stands in the table of this process. */
async function waitForLock (dir: string, path: string, { waitMs = 0, signal }: LockOptions, readOnly = false): Promise<DatabaseSync> {
  for (const until = performance.now() + waitMs; ;) {
    signal?.throwIfAborted()
    const isOwn = held().has(path)
    const db = isOwn ? undefined : tryLock(path, readOnly)
    if (db !== undefined) {
      held().set(path, db)
      return db
    }
    if (performance.now() >= until) throw locked(dir, isOwn ? process.pid : await holderOf(path))
    await new Promise((resolve) => { setTimeout(resolve, LOOK_AGAIN_MS) })
  }
}

/** A connection that holds the lock, or undefined while another process has it. */
function tryLock (dir: string, readOnly = false): DatabaseSync | undefined {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(join(dir, LOCK), { timeout: 0, readOnly })
    lockFile(db, readOnly)
    return db
  } catch (error) {
    db?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw new DirectoryNotWritableError(`The folder ${dir} cannot be locked: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** For people: a folder that cannot take a few bytes is locked all the same. */
async function namePid (dir: string): Promise<void> {
  await writeFile(join(dir, LOCK_PID), `${process.pid}\n`, { mode: 0o600 }).catch(() => {})
}

async function holderOf (dir: string): Promise<number | undefined> {
  const text = await readFile(join(dir, LOCK_PID), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

function locked (dir: string, pid: number | undefined): DirectoryLockedError {
  const error = new DirectoryLockedError(`The folder ${dir} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}`)
  if (pid !== undefined) error.pid = pid
  return error
}

function held (): Map<string, DatabaseSync> {
  const table = globalThis as { [HELD_KEY]?: Map<string, DatabaseSync> }
  return (table[HELD_KEY] ??= new Map<string, DatabaseSync>())
}
