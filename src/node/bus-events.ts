import type { PeerInfo } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { RoundResult } from '../../protocols/sync/session.js'
import type { MemberRecord } from '../../protocols/vault/record.js'
import type { CopiesStatus, GcResult } from '../api/node.js'
import { Bus } from '../async/bus.js'
import type { CorruptBlock } from '../blockstore/interface.js'
import type { Change } from '../vault/entries/entry-log.js'

/**
 * These events are internal to a node. reactions.ts holds the reactions to each, and their order.
 */
export interface BusEvents {
  /**
   * An entry was committed here; `from` is the member that sent it, missing for an entry of this
   * node.
   */
  'entry:committed': { change: Change, encoded: Uint8Array, from?: string | undefined }
  /** A page of a sync was taken in. */
  'entries:received': { count: number }
  /**
   * A record was committed here; `from` is the member that sent it, missing for this node's record.
   */
  'record:received': { record: MemberRecord, from?: string | undefined }
  /** A comparison with a member ended: both now have the entries of either. */
  'sync:round': { peer: string, round: RoundResult }
  /** A peer was found on the local network. */
  'peer:found': PeerInfo
  'block:corrupt': CorruptBlock
  /** A damaged or lost block was fetched again from another member. */
  'block:repaired': { cid: CID }
  /** A block below this root is good again. */
  'root:touched': { root: CID }
  /** A version of another member is whole here. */
  'version:held': { entry: Uint8Array, root: CID, bytes: number }
  /** A copy was released. */
  'copy:released': { id: number }
  /** Versions have had fewer copies than wanted for a while; with `ok` none has any more. */
  'copies:counted': { copies: CopiesStatus, ok: boolean }
  /** A write asked for space that is not there. */
  'space:low': Record<string, never>
  'garbage:collected': GcResult
  /** The index accepts no more writes. */
  'index:failed': { error: Error }
  /** An error concerns one peer or one area, and is no failure of this node. */
  'trouble': { area: string, subject: string, error: unknown }
}

export type NodeBus = Bus<BusEvents>

export const createBus = (): NodeBus => new Bus<BusEvents>()

/** Returns a handler for errors of work for which no caller waits. */
export const troubleIn = (bus: NodeBus, area: string, subject: string) => (error: unknown): void => {
  bus.emit('trouble', { area, subject, error })
}
