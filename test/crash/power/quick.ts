import { DatabaseSync } from 'node:sqlite'
import { openWriter } from '../../../src/index/engine/connection.js'
import { Prepared, runUnits, type Statement } from '../../../src/index/engine/transaction.js'
import { WriterThread } from '../../../src/index/engine/writer-thread.js'

/**
 * From now on the index's writing connection of this process runs on this thread, with the same statements. The start of a
 * thread is most of what it takes to open a folder; the recorded processes have theirs.
 */
export function writeOnThisThread (): void {
  WriterThread.open = (path) => {
    const db = new DatabaseSync(path)
    openWriter(db)
    const prepared = new Prepared(db)
    return {
      run: async (units: Statement[][]) => runUnits(db, prepared, units),
      close: async () => { db.close() }
    } as unknown as WriterThread
  }
}
