/** This thread checks a whole index, which takes seconds for a large one. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { asFailure } from './transaction.js'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const { path } = workerData as { path: string }
port.postMessage(check(path))

function check (file: string): string[] {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { readOnly: true })
    return db.prepare('PRAGMA integrity_check(20)').all().map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok')
  } catch (error) {
    return [asFailure(error).message]
  } finally {
    db?.close()
  }
}
