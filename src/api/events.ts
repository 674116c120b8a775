/** What a node tells while it runs: the details of its events. */
import type { FileInfo, FileResult } from './files.js'
import type { GcResult } from './garbage.js'
import type { MemberInfo, Role } from './members.js'
import type { VaultSettings } from './settings.js'
import type { CopiesStatus } from './status.js'
import type { Deleted } from './versions.js'

export interface DfsNodeEvents {
  'file:put': CustomEvent<FileInfo & { local: boolean }>
  /** A version is on this node's disk that another member put. */
  'file:held': CustomEvent<{ version: string, cid: string, bytes: number }>
  /** A name means nothing any more. */
  'file:delete': CustomEvent<Deleted & { local: boolean }>
  /** Versions of a name are given up by the vault's settings; their blocks stay a while. The name is missing where this node cannot read it. */
  'file:forget': CustomEvent<{ name?: string, versions: string[], local: boolean }>
  /** A name has versions of which neither stands on the other; the detail is what it means now. */
  'file:conflict': CustomEvent<FileInfo & { local: boolean }>
  'file:copies': CustomEvent<FileResult>
  /** An owner changed the vault's settings; the detail is what holds now. */
  'vault:settings': CustomEvent<VaultSettings & { local: boolean }>
  'member:join': CustomEvent<MemberInfo>
  'member:revoke': CustomEvent<{ peer: string, label: string }>
  /** A comparison with a member ended: entries that came and went by it. */
  'sync:round': CustomEvent<{ peer: string, received: number, sent: number }>
  'peer:connect': CustomEvent<{ peer: string, label: string, role: Role }>
  'peer:disconnect': CustomEvent<{ peer: string }>
  /** Blocks that nobody needs went to the trash, or left it for good. */
  'garbage:collected': CustomEvent<GcResult>
  /** Room was asked for that is not there, also without what is in the trash; at most once in 10 minutes. */
  'space:low': CustomEvent<{ capacity: number, used: number, free: number, reserve: number }>
  /** Versions have had fewer copies than wanted for two minutes, and more of them than before. */
  'copies:low': CustomEvent<CopiesStatus>
  /** All have as many as wanted again. */
  'copies:ok': CustomEvent<CopiesStatus>
  /** A block was found damaged or gone: by a read, a proof for another member, `verify`, or the look at every block within 14 days. */
  'block:corrupt': CustomEvent<{ cid: string, reason: string }>
  /** A good one came from another member, and is in its place. Not told where the whole version was brought anew. */
  'block:mended': CustomEvent<{ cid: string }>
  /** The index was found damaged, or does not keep what is written: nothing more is acknowledged. */
  'index:failed': CustomEvent<{ message: string, damaged: boolean }>
}
