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

/** All parts of a running node: those that operations use, and those that only react. */
export interface NodeComponents extends Components {
  readonly host: Libp2p
  readonly verifier: Verifier
  readonly discovery: Discovery
  readonly directory: MemberDirectory
  readonly reached: ReachedAddresses
  /** Which entries a comparison with a member has outlasted. */
  readonly compared: Compared
  /** Keeps beside the index how this node is a member. */
  readonly admits: AdmitsBackup
  readonly retention: RetentionService
  readonly garbage: GarbageCollector
  readonly scrubber: Scrubber
  /** What follows from an index that was made anew. */
  readonly rebuilt: Rebuilt
  /** Where the vault comes from its recovery code. */
  readonly recovery?: RecoveryRun | undefined
}
