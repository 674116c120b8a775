import type { Libp2p } from '@libp2p/interface'
import type { GarbageCollector } from '../blockstore/garbage-collector.js'
import type { Scrubber } from '../blockstore/scrubber.js'
import type { Discovery } from '../network/discovery.js'
import type { Components } from '../operations/components.js'
import type { Rebuilt } from '../rebuild/rebuilt.js'
import type { Compared } from '../vault/entries/chains.js'
import type { Verifier } from '../vault/entries/entry-verifier.js'
import type { RecoveryRun } from '../vault/keys/recovery-run.js'
import type { AdmitsBackup } from '../vault/members/admits-backup.js'
import type { RetentionService } from '../vault/retention/retention-service.js'
import type { MemberDirectory } from './member-directory.js'
import type { ReachedAddresses } from './reached-addresses.js'

/**
 * All parts of a running node: the parts that operations use, and those that only react to events.
 */
export interface NodeComponents extends Components {
  readonly host: Libp2p
  readonly verifier: Verifier
  readonly discovery: Discovery
  readonly directory: MemberDirectory
  readonly reached: ReachedAddresses
  /** Notes which entries are older than a finished comparison with a member. */
  readonly compared: Compared
  /** Keeps this node's admits beside the index. */
  readonly admits: AdmitsBackup
  readonly retention: RetentionService
  readonly garbage: GarbageCollector
  readonly scrubber: Scrubber
  /** The state after a rebuild of the index. */
  readonly rebuilt: Rebuilt
  /** Present while the vault is being opened with its recovery code. */
  readonly recovery?: RecoveryRun | undefined
}
