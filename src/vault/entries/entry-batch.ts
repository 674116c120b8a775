import { keyOf } from '../../../protocols/vault/standing.js'
import { hasEntry, knownAmong, type Glimpse } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'

/**
 * A batch takes in entries together: one query says which of them are new, and one transaction
 * writes all statements. Both hold in the turn of the event loop that makes the batch. After
 * `close` each entry is looked up and written alone.
 */
export class EntryBatch {
  private readonly unit: Statement[] = []
  private readonly written = Promise.withResolvers<unknown>()
  private glimpse: Glimpse | undefined

  constructor (private readonly db: IndexDb, entries: ReadonlyArray<{ id: Uint8Array, tag?: Uint8Array }>) {
    this.glimpse = knownAmong(db, entries.map(({ id }) => id), entries.flatMap(({ tag }) => tag === undefined ? [] : [tag]))
  }

  isHere (id: Uint8Array): boolean {
    return this.glimpse === undefined ? hasEntry(this.db, id) : this.glimpse.ids.has(keyOf(id))
  }

  /**
   * Returns true when the index holds nothing of this tag. False also means that the batch did not
   * look.
   */
  isFresh (tag: Uint8Array): boolean {
    return this.glimpse?.tags.has(keyOf(tag)) === false
  }

  async commit (statements: Statement[]): Promise<void> {
    if (this.glimpse === undefined) {
      await this.db.write(statements)
      return
    }
    this.unit.push(...statements)
    await this.written.promise
  }

  /** Ends the turn: the gathered statements are written. */
  close (): void {
    this.glimpse = undefined
    this.written.resolve(this.unit.length === 0 ? undefined : this.db.write(this.unit))
  }
}
