import type { IndexDb } from '../../index/engine/index-db.js'
import { knownAddresses } from '../../index/queries/members.js'
import { saveGreeting } from './admits-file.js'

/** At most this many addresses of each peer are kept. */
const PLACES_PER_PEER = 2

export interface AdmitsBackupInit {
  /** Omitted: nothing is kept. */
  dir: string | undefined
  db: IndexDb
  /** Returns this node's admit and the admits that lead from it to the vault key, by the index. */
  admits: () => Uint8Array[]
  onError: (error: unknown) => void
}

/**
 * The admits backup keeps, beside the index, the data that a node needs for hello once its index is
 * lost (src/vault/members/admits-file.ts).
 */
export class AdmitsBackup {
  private last: Promise<void> = Promise.resolve()

  constructor (private readonly init: AdmitsBackupInit) {}

  /**
   * Writes the file; durable when resolved. Where this node's admits no longer count, the file
   * keeps the old ones.
   */
  async save (): Promise<void> {
    const { dir, db, admits } = this.init
    if (dir === undefined) return
    const saved = this.last.then(async () => {
      const chain = admits()
      if (chain.length === 0) return
      const places = [...Map.groupBy(knownAddresses(db), ({ peer }) => peer).values()].flatMap((each) => each.slice(0, PLACES_PER_PEER))
      await saveGreeting(dir, { admits: chain, places: places.map(({ peer, address }) => ({ peer, address })) })
    })
    this.last = saved.catch(() => {}) // `saved` itself rejects for the caller
    await saved
  }

  /** Call when the admits may have changed. */
  changed (): void {
    this.save().catch((error: unknown) => { this.init.onError(error) })
  }

  /**
   * Writes the addresses at which members were last reached and waits for pending writes. An error
   * is reported and does not prevent the stop.
   */
  async stop (): Promise<void> {
    await this.save().catch((error: unknown) => { this.init.onError(error) })
  }
}
