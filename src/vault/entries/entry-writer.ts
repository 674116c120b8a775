import { compareBytes, HASH_BYTES } from '../../../protocols/block/hash.js'
import { publicKeyOf } from '../../../protocols/vault/ed25519.js'
import type { Author as AuthorTerms, MadeEntry } from '../../../protocols/vault/make-entry.js'
import { lastOfWriter } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { lastEntries } from './chains.js'

/** Ids in a member's record (protocols/vault, "Records"). */
const MAX_HEADS = 16

/** This node as a writer of entries: gives each its number and names the one before. */
export class EntryWriter {
  /** Its public key. */
  readonly key: Uint8Array
  private seq = 0
  private prev: Uint8Array = new Uint8Array(HASH_BYTES)

  constructor (private readonly db: IndexDb, private readonly vault: Uint8Array, private readonly epoch: number, private readonly writer: Uint8Array) {
    this.key = publicKeyOf(writer)
  }

  /** Ids of its last entries, sorted, at most 16: more than one when its folder was restored or cloned. */
  heads (): Uint8Array[] { return lastEntries(this.db, this.key, MAX_HEADS) }

  /**
   * Makes one entry and hands it to `commit`. Numbers are given in the order of the calls; the number of an entry that
   * was not committed is taken back unless another was given since, and is then a gap, which is kept and shown.
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

  /** After the highest (seq, id): what a restored folder had lost comes back from others, and is gone on from. */
  private goOn (): void {
    const known = lastOfWriter(this.db, this.key)
    if (known === undefined || known.seq < this.seq || (known.seq === this.seq && compareBytes(known.id, this.prev) < 0)) return
    this.seq = known.seq
    this.prev = known.id
  }
}
