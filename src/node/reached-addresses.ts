import type { IndexDb } from '../index/engine/index-db.js'
import { knownAddresses, sawAddress } from '../index/queries/members.js'

/** Where members were reached, kept for the next start. */
export class ReachedAddresses {
  private places = new Map<string, Array<{ peer: string, address: string }>>()

  constructor (private readonly db: IndexDb) {}

  /** Keeps where peers were reached, and reads what was kept before. */
  async remember (addresses: Array<{ peer: string, address: string }>): Promise<void> {
    if (addresses.length > 0) await this.db.write(addresses.flatMap(({ peer, address }) => sawAddress(peer, address, Date.now())))
    this.places = Map.groupBy(knownAddresses(this.db), ({ peer }) => peer)
  }

  /** Multiaddrs at which the peer was reached, the newest first. */
  of (peer: string): string[] {
    return (this.places.get(peer) ?? []).map(({ address }) => address)
  }
}
