import type { IndexDb } from '../index/engine/index-db.js'
import { knownAddresses, sawAddress } from '../index/queries/members.js'

/** Addresses at which members were reached are kept for the next start. */
export class ReachedAddresses {
  private places = new Map<string, Array<{ peer: string, address: string }>>()

  constructor (private readonly db: IndexDb) {}

  /** Writes addresses at which peers were reached, and reads all kept ones. */
  async remember (addresses: Array<{ peer: string, address: string }>): Promise<void> {
    if (addresses.length > 0) await this.db.write(addresses.flatMap(({ peer, address }) => sawAddress(peer, address, Date.now())))
    this.places = Map.groupBy(knownAddresses(this.db), ({ peer }) => peer)
  }

  /** Returns multiaddrs at which the peer was reached, the newest first. */
  of (peer: string): string[] {
    return (this.places.get(peer) ?? []).map(({ address }) => address)
  }
}
