import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../blockstore/interface.js'
import { BlockCorruptError, BlocksUnavailableError } from '../errors.js'
import type { BlockRepairer } from './block-repairer.js'
import type { BlockFetcher, FetchOptions } from './download/block-fetcher.js'

export interface NetworkedBlockstoreComponents {
  store: Pick<BlockStore, 'read'>
  fetcher: Pick<BlockFetcher, 'fetch'>
  repairer: Pick<BlockRepairer, 'put'>
}

/** The blocks of this node, and behind them those of all members. */
export class NetworkedBlockstore {
  constructor (private readonly components: NetworkedBlockstoreComponents) {}

  /**
   * A block that is held here, else from another member. A block that went bad here is fetched and put back in its place.
   *
   * @throws BlockCorruptError when it is damaged here and nobody else has it; BlocksUnavailableError; the reason of the signal
   */
  async get (cid: CID, hints: FetchOptions): Promise<Uint8Array> {
    const { store, repairer } = this.components
    let damage: BlockCorruptError | undefined
    try {
      const held = await store.read(cid, hints)
      if (held !== undefined) return held
    } catch (error) {
      if (!(error instanceof BlockCorruptError)) throw error
      damage = error
    }
    const bytes = await this.fetchOr(cid, hints, damage)
    await repairer.put(cid, bytes)
    return bytes
  }

  /** A block from another member, for an upload that takes in what this node does not hold. Errors as of `get`. */
  async fetch (cid: CID, hints: FetchOptions): Promise<Uint8Array> {
    return this.components.fetcher.fetch(cid, hints)
  }

  /** That a block was damaged here says more, once, than that nobody else has it. */
  private async fetchOr (cid: CID, hints: FetchOptions, damage: BlockCorruptError | undefined): Promise<Uint8Array> {
    try {
      return await this.fetch(cid, hints)
    } catch (error) {
      throw error instanceof BlocksUnavailableError && damage !== undefined ? damage : error
    }
  }
}
