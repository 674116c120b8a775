import type { Scrubber } from '../blockstore/scrubber.js'
import type { AdmitsBackup } from '../vault/members/admits-backup.js'
import type { GarbageCollector } from '../blockstore/garbage-collector.js'
import type { ReplicaService } from '../replication/replica-service.js'
import type { RecordService } from '../vault/members/record-service.js'
import type { RetentionService } from '../vault/retention/retention-service.js'
import type { SyncLag } from '../vault/sync/sync-lag.js'
import type { BlockRepairer } from '../replication/block-repairer.js'
import type { Downloader } from '../replication/download/downloader.js'
import type { BlockFetcher } from '../replication/download/block-fetcher.js'
import type { ProtocolClients } from '../replication/protocol-clients.js'
import type { Rebuilt } from '../rebuild/rebuilt.js'
import type { Receipts } from '../replication/push/receipts.js'
import type { PushPace } from '../replication/push/push-pace.js'
import type { DrainTracker } from '../replication/serve/drain-tracker.js'
import type { Peers, Visitor } from '../network/peers.js'
import type { BlockStore } from '../blockstore/interface.js'
import type { Keyring } from '../vault/keys/keyring.js'
import type { SyncService } from '../vault/sync/sync-service.js'
import type { Vault } from '../vault/vault.js'

/** The running parts of a node, as the verbs see them. */
export interface Parts {
  readonly peer: string
  readonly store: BlockStore
  readonly vault: Vault
  readonly peers: Peers
  /** By performance.now(), in milliseconds. */
  readonly startedAt: number
  readonly clients: ProtocolClients
  readonly fetcher: BlockFetcher
  readonly sync: SyncService
  readonly downloader: Downloader
  readonly replicas: ReplicaService
  readonly memberRecords: RecordService
  readonly retention: RetentionService
  readonly garbage: GarbageCollector
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
  /** Roots (CID as text) whose copy here is being let go: no receipt is given for them. */
  readonly leaving: Set<string>
  /** Keeps by what this node is a member beside its index. */
  readonly admits: AdmitsBackup
  readonly repairer: BlockRepairer
  readonly scrubber: Scrubber
  /** What follows from an index that was made anew. */
  readonly rebuilt: Rebuilt
  /** What was found wrong with the index, after which nothing is written any more. */
  readonly indexFailure: () => Error | undefined
  /** Reads the whole index and says what is wrong with it. */
  readonly checkIndex: (options: { signal?: AbortSignal | undefined }) => Promise<string[]>
  /** Copies this node's puts want and how many members must have them, when the put does not say. */
  readonly defaults: { copies?: number | 'all', durable?: number }
  /** How long waiting for members may take; tests shorten it. */
  readonly waits: { answerMs: number, progressMs: number, askMs: number }
}
