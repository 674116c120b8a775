import type { PeerInfo } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { RoundResult } from '../../protocols/sync/session.js'
import type { MemberRecord } from '../../protocols/vault/record.js'
import type { CopiesStatus, GcResult } from '../api/node.js'
import { Bus } from '../async/bus.js'
import type { CorruptBlock } from '../blockstore/interface.js'
import type { Change } from '../vault/entries/entry-log.js'

/** What happens inside a node. Who reacts to each, and in which order, stands in reactions.ts. */
export interface BusEvents {
  /** An entry is committed here; `from` is the member that sent it, missing for an entry of this node. */
  'entry:committed': { change: Change, encoded: Uint8Array, from?: string | undefined }
  /** A page of a sync was taken in. */
  'entries:received': { count: number }
  /** A record is committed here; `from` as above. */
  'record:received': { record: MemberRecord, from?: string | undefined }
  /** A comparison with a member ended: both have now what either had. */
  'sync:round': { peer: string, round: RoundResult }
  /** A peer was found on the local network. */
  'peer:found': PeerInfo
  'block:corrupt': CorruptBlock
  /** A block that was damaged or gone is here again, from another member. */
  'block:repaired': { cid: CID }
  /** A block below this root is good again. */
  'root:touched': { root: CID }
  /** A version that another member put is whole here. */
  'version:held': { entry: Uint8Array, root: CID, bytes: number }
  /** A copy was let go. */
  'copy:released': { id: number }
  /** Versions have fewer copies than wanted for a while; or (`ok`) none has any more. */
  'copies:counted': { copies: CopiesStatus, ok: boolean }
  /** Room was asked for that is not there. */
  'space:low': Record<string, never>
  'garbage:collected': GcResult
  /** The index takes no more writes. */
  'index:failed': { error: Error }
  /** What went wrong with one peer, or in one area, and is no failure of this node. */
  'trouble': { area: string, subject: string, error: unknown }
}

export type NodeBus = Bus<BusEvents>

export const createBus = (): NodeBus => new Bus<BusEvents>()

/** What a part calls when something failed that nobody waits for. */
export const troubleIn = (bus: NodeBus, area: string, subject: string) => (error: unknown): void => {
  bus.emit('trouble', { area, subject, error })
}
