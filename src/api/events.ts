/** The events of a running node, with their details. */
import type { FileInfo, FileResult } from './files.js'
import type { GcResult } from './garbage.js'
import type { MemberInfo, Role } from './members.js'
import type { VaultSettings } from './settings.js'
import type { CopiesStatus } from './status.js'
import type { Deleted } from './versions.js'

export interface DfsNodeEvents {
  'file:put': CustomEvent<FileInfo & { local: boolean }>
  /** A version that another member put is on this node's disk. */
  'file:held': CustomEvent<{ version: string, cid: string, bytes: number }>
  /** A name means nothing any more. */
  'file:delete': CustomEvent<Deleted & { local: boolean }>
  /**
   * Versions of a name are given up by the vault's settings; their blocks stay a while. The name is
   * missing where this node cannot read it.
   */
  'file:forget': CustomEvent<{ name?: string, versions: string[], local: boolean }>
  /** A name has two or more heads; the detail is its newest version. */
  'file:conflict': CustomEvent<FileInfo & { local: boolean }>
  'file:copies': CustomEvent<FileResult>
  /** An owner changed the vault's settings; the detail holds the present ones. */
  'vault:settings': CustomEvent<VaultSettings & { local: boolean }>
  'member:join': CustomEvent<MemberInfo>
  'member:revoke': CustomEvent<{ peer: string, label: string }>
  /** A comparison with a member ended; the detail counts the entries that came and went by it. */
  'sync:round': CustomEvent<{ peer: string, received: number, sent: number }>
  'peer:connect': CustomEvent<{ peer: string, label: string, role: Role }>
  'peer:disconnect': CustomEvent<{ peer: string }>
  /** Blocks that no version needs were moved to the trash, or removed from it. */
  'garbage:collected': CustomEvent<GcResult>
  /**
   * A write asked for space that is not there, even with an empty trash; at most once in 10
   * minutes.
   */
  'space:low': CustomEvent<{ capacity: number, used: number, free: number, reserve: number }>
  /** More versions than before have had fewer copies than wanted for two minutes. */
  'copies:low': CustomEvent<CopiesStatus>
  /** All versions have as many copies as wanted again. */
  'copies:ok': CustomEvent<CopiesStatus>
  /**
   * A block was found damaged or lost: by a read, a proof for another member, `verify`, or the
   * check of every block within 14 days.
   */
  'block:corrupt': CustomEvent<{ cid: string, reason: string }>
  /**
   * A damaged block was fetched again from another member. No event comes where a whole version was
   * fetched again.
   */
  'block:mended': CustomEvent<{ cid: string }>
  /** The index is damaged or cannot be written: nothing more is acknowledged. */
  'index:failed': CustomEvent<{ message: string, damaged: boolean }>
}
