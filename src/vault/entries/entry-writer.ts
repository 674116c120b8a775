import { compareBytes, HASH_BYTES } from '../../../protocols/block/hash.js'
import { publicKeyOf } from '../../../protocols/vault/ed25519.js'
import type { Author as AuthorTerms, MadeEntry } from '../../../protocols/vault/make-entry.js'
import { lastOfWriter } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { lastEntries } from './chains.js'

/** A member's record holds at most this many ids (protocols/vault/README.md, "Records"). */
const MAX_HEADS = 16

/** The entry writer numbers this node's entries, and each entry names the one before it. */
export class EntryWriter {
  /** Public writer key of this node. */
  readonly key: Uint8Array
  private seq = 0
  private prev: Uint8Array = new Uint8Array(HASH_BYTES)

  constructor (private readonly db: IndexDb, private readonly vault: Uint8Array, private readonly epoch: number, private readonly writer: Uint8Array) {
    this.key = publicKeyOf(writer)
  }

  /**
   * Returns the ids of this writer's last entries, sorted, at most 16. A restored or cloned folder
   * has more than one.
   */
  heads (): Uint8Array[] { return lastEntries(this.db, this.key, MAX_HEADS) }

  /**
   * Makes one entry and hands it to `commit`. Numbers follow the order of the calls. When a commit
   * fails, its number is used again unless a later entry was made meanwhile; then the number stays
   * a gap in the chain, which `forks` shows.
   */
  async write<T> (make: (author: AuthorTerms) => MadeEntry, commit: (made: MadeEntry) => Promise<T>): Promise<T> {
    this.goOn()
    const before = { seq: this.seq, prev: this.prev }
    const made = make({ vault: this.vault, epoch: this.epoch, writer: this.writer, seq: before.seq + 1, prev: before.prev, time: Date.now() })
    this.seq = before.seq + 1
    this.prev = made.id
    try {
      return await commit(made)
    } catch (error) {
      if (this.prev === made.id) Object.assign(this, before)
      throw error
    }
  }

  /**
   * Continues after the highest (seq, id) of this writer. A restored folder receives its lost
   * entries from other members and continues after these.
   */
  private goOn (): void {
    const known = lastOfWriter(this.db, this.key)
    if (known === undefined || known.seq < this.seq || (known.seq === this.seq && compareBytes(known.id, this.prev) < 0)) return
    this.seq = known.seq
    this.prev = known.id
  }
}
