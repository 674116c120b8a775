import { keyOf } from '../../../protocols/vault/standing.js'
import { hasEntry, knownAmong, type Glimpse } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'

/**
 * Entries that are taken in together: one look says which of them are new, and what all of them write is one unit.
 * Both hold for the turn in which it is made; after `close` each entry looks and writes for itself.
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

  /** Nothing of this tag is here. False also where it was not looked at. */
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

  /** Ends the turn: what was gathered is written. */
  close (): void {
    this.glimpse = undefined
    this.written.resolve(this.unit.length === 0 ? undefined : this.db.write(this.unit))
  }
}
