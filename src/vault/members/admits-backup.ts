import type { IndexDb } from '../../index/engine/index-db.js'
import { knownAddresses } from '../../index/queries/members.js'
import { saveGreeting } from './admits-file.js'

/** Of each peer. */
const PLACES_PER_PEER = 2

export interface AdmitsBackupInit {
  /** Omitted: nothing is kept. */
  dir: string | undefined
  db: IndexDb
  /** This node's admit and those that lead to the vault key, as the index says now. */
  admits: () => Uint8Array[]
  onError: (error: unknown) => void
}

/** Keeps beside the index what a node needs to greet others once the index is lost (vault/admits-file.ts). */
export class AdmitsBackup {
  private last: Promise<void> = Promise.resolve()

  constructor (private readonly init: AdmitsBackupInit) {}

  /** Durable when resolved. A node whose admits do not count any more keeps those that it had. */
  async save (): Promise<void> {
    const { dir, db, admits } = this.init
    if (dir === undefined) return
    const saved = this.last.then(async () => {
      const chain = admits()
      if (chain.length === 0) return
      const places = [...Map.groupBy(knownAddresses(db), ({ peer }) => peer).values()].flatMap((each) => each.slice(0, PLACES_PER_PEER))
      await saveGreeting(dir, { admits: chain, places: places.map(({ peer, address }) => ({ peer, address })) })
    })
    this.last = saved.catch(() => {}) // told to whoever asked for it
    await saved
  }

  /** The admits may have changed. */
  changed (): void {
    this.save().catch((error: unknown) => { this.init.onError(error) })
  }

  /** Writes where members were reached last, and waits for what is being written. Not being able to is no reason not to stop. */
  async stop (): Promise<void> {
    await this.save().catch((error: unknown) => { this.init.onError(error) })
  }
}
