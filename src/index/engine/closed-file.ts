/** These functions read an index file that no process has open. */
import { DatabaseSync } from 'node:sqlite'
import { StoreFailedError } from '../../errors.js'

/** Returns true when the index has rows of blocks, and false for a damaged file. */
export function holdsBlocks (path: string): boolean {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    return db.prepare('SELECT 1 FROM blocks LIMIT 1').get() !== undefined
  } catch {
    return false
  } finally {
    db?.close()
  }
}

/** Returns one value of `node_state`, or undefined for a missing or damaged file. */
export function factOf (path: string, key: string): string | undefined {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true })
    const row = db.prepare('SELECT value FROM node_state WHERE key = ?').get(key)
    return row === undefined ? undefined : String(row['value'])
  } catch {
    return undefined
  } finally {
    db?.close()
  }
}

/**
 * Copies the log into the file, durably.
 * @throws StoreFailedError while another process has the file open
 */
export function foldLog (path: string): void {
  const db = new DatabaseSync(path)
  try {
    const done = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
    if (done?.['busy'] !== 0) throw new StoreFailedError(`The index ${path} cannot be closed: another process has it open`)
  } finally {
    db.close()
  }
}
