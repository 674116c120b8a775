import { HASH_BYTES } from '../../protocols/block/hash.js'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import type { Author as AuthorTerms, MadeEntry } from '../../protocols/vault/make-entry.js'
import { lastOfWriter } from '../index-db/entries.js'
import type { IndexDb } from '../index-db/index-db.js'

/** This node as a writer of entries: gives each its number and names the one before. */
export class Author {
  /** Its public key. */
  readonly key: Uint8Array
  private seq: number
  private prev: Uint8Array

  constructor (db: IndexDb, private readonly vault: Uint8Array, private readonly epoch: number, private readonly writer: Uint8Array) {
    this.key = publicKeyOf(writer)
    const last = lastOfWriter(db, this.key)
    this.seq = last?.seq ?? 0
    this.prev = last?.id ?? new Uint8Array(HASH_BYTES)
  }

  /**
   * Makes one entry and hands it to `commit`. Numbers are given in the order of the calls; the number of an entry that
   * was not committed is taken back unless another was given since, and is then a gap, which is kept and shown.
   */
  async write<T> (make: (author: AuthorTerms) => MadeEntry, commit: (made: MadeEntry) => Promise<T>): Promise<T> {
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
}
