import type { GarbageStatus, GcOptions, GcResult, RebuildInfo } from '../api/node.js'
import type { VersionPlacement } from '../replication/version-placement.js'
import type { ReplicaService } from '../replication/replica-service.js'
import type { RecordService } from '../vault/members/record-service.js'
import type { SyncLag } from '../vault/sync/sync-lag.js'
import type { BlockRepairer } from '../replication/block-repairer.js'
import type { Downloader } from '../replication/download/downloader.js'
import type { NetworkedBlockstore } from '../replication/networked-blockstore.js'
import type { ProtocolClients } from '../replication/protocol-clients.js'
import type { DurabilityComponents } from '../replication/push/durability.js'
import type { Receipts } from '../replication/push/receipts.js'
import type { PushPace } from '../replication/push/push-pace.js'
import type { DrainTracker } from '../replication/serve/drain-tracker.js'
import type { Peers, Visitor } from '../network/peers.js'
import type { BlockStore } from '../blockstore/interface.js'
import type { Keyring } from '../vault/keys/keyring.js'
import type { SyncService } from '../vault/sync/sync-service.js'
import type { Vault } from '../vault/vault.js'

/** What operations use of a running node; each names its own part of it by `Pick`. */
export interface Components {
  readonly peer: string
  readonly store: BlockStore
  readonly vault: Vault
  readonly peers: Peers
  readonly directory: DurabilityComponents['directory'] & {
    /** Members without a connection that may be there, those that lend space first. */
    others: () => string[]
    /** A member that holds nothing and counts nowhere. */
    lendsNothing: (peer: string) => boolean
    /** Milliseconds for which nobody being connected does not mean that nobody will be. */
    stillDiallingMs: () => number
  }
  readonly placement: VersionPlacement
  readonly clients: ProtocolClients
  readonly blocks: NetworkedBlockstore
  readonly sync: SyncService
  readonly downloader: Downloader
  readonly replicas: ReplicaService
  readonly memberRecords: RecordService
  readonly garbage: {
    /** Dead versions are kept this long, milliseconds. */
    readonly guardMs: number
    gc: (options?: GcOptions) => Promise<GcResult>
    status: () => GarbageStatus
  }
  readonly lag: SyncLag
  readonly receipts: Receipts
  /** Missing in memory. */
  readonly keyring?: Keyring
  /** Members that say that this node was revoked. */
  readonly revokedBy: ReadonlySet<string>
  /** False once the link of a visitor, or who made it, was revoked. */
  readonly serves: (visitor: Visitor) => boolean
  readonly drain: DrainTracker
  readonly pace: PushPace
  readonly repairer: BlockRepairer
  /** What follows from an index that was made anew. */
  readonly rebuilt: {
    readonly pending: boolean
    readonly info: RebuildInfo | undefined
    settled: (wait: { connected: () => boolean, progressMs: number, aloneUntil: number, signal?: AbortSignal | undefined }) => Promise<void>
  }
  /** What was found wrong with the index, after which nothing is written any more. */
  readonly indexFailure: () => Error | undefined
  /** Reads the whole index and says what is wrong with it. */
  readonly checkIndex: (options: { signal?: AbortSignal | undefined }) => Promise<string[]>
  /** Copies this node's puts want and how many members must have them, when the put does not say. */
  readonly defaults: { copies?: number | 'all', durable?: number }
  /** How long waiting for members may take; tests shorten it. */
  readonly waits: { answerMs: number, progressMs: number, askMs: number }
}
