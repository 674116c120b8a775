import type { ComponentLogger } from '@libp2p/interface'
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

/** The parts of a running node that operations use. Each operation names its own by `Pick`. */
export interface Components {
  readonly logger: ComponentLogger
  readonly peer: string
  readonly store: BlockStore
  readonly vault: Vault
  readonly peers: Peers
  readonly directory: DurabilityComponents['directory'] & {
    /** Returns members without a connection that may be there, those that lend space first. */
    others: () => string[]
    /** Returns true for a member that is no holder. */
    lendsNothing: (peer: string) => boolean
    /**
     * Returns the milliseconds for which a missing connection does not mean that no member can be
     * reached.
     */
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
    /** Milliseconds for which the blocks of dead versions are kept. */
    readonly guardMs: number
    gc: (options?: GcOptions) => Promise<GcResult>
    status: () => GarbageStatus
  }
  readonly lag: SyncLag
  readonly receipts: Receipts
  /** Missing in memory. */
  readonly keyring?: Keyring
  /** PeerIds of members that say that this node was revoked. */
  readonly revokedBy: ReadonlySet<string>
  /** Returns false once the link of a visitor, or the writer that made it, was revoked. */
  readonly serves: (visitor: Visitor) => boolean
  readonly drain: DrainTracker
  readonly pace: PushPace
  readonly repairer: BlockRepairer
  /** The state after a rebuild of the index. */
  readonly rebuilt: {
    readonly pending: boolean
    readonly info: RebuildInfo | undefined
    settled: (wait: { connected: () => boolean, progressMs: number, aloneUntil: number, signal?: AbortSignal | undefined }) => Promise<void>
  }
  /** Returns the failure of the index that ended all writing, if there was one. */
  readonly indexFailure: () => Error | undefined
  /** Checks the whole index and resolves with its faults. */
  readonly checkIndex: (options: { signal?: AbortSignal | undefined }) => Promise<string[]>
  /** Copies and members that a put of this node asks for when its options do not say. */
  readonly defaults: { copies?: number | 'all', durable?: number }
  /** Longest waits for members, in milliseconds; tests shorten them. */
  readonly waits: { answerMs: number, progressMs: number, askMs: number }
}
