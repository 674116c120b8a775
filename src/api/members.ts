/** These are the types of members, invites and connections. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'

/** A role says what a node may do in a vault: owner > write > read > store. */
export type Role = 'owner' | 'write' | 'read' | 'store'
export const ROLES: readonly Role[] = ['owner', 'write', 'read', 'store']

export interface InviteOptions extends AbortOptions {
  role: Role
  /** End of the invite: a Date, or milliseconds from now. @default 24 h */
  expires?: Date | number
  /** Number of nodes that may join with the invite. @default 1 */
  uses?: number
  label?: string
  operator?: string
}

export interface MemberInfo {
  peer: string
  label: string
  operator: string
  role: Role
  /** True for this node. */
  self: boolean
  connected: boolean
  /** True when a newer record of the member came within `offlineGrace`, from any sender. */
  present: boolean
  /** Time of the admit. */
  since: Date
  /**
   * PeerId of the member that wrote the admit; the member's own where it founded or recovered the
   * vault.
   */
  admittedBy?: string
  /**
   * Invite that the member used (`revoke` accepts it), the number of machines that it was for, and
   * the number of members that used it.
   */
  invited?: { invite: string, uses: number, members: number }
  /** Time at which this node last heard from the member, directly or through others. */
  lastSeen?: Date
  /** Addresses in the member's record. */
  addresses: string[]
  /** Lent bytes, by the member's record. */
  capacity?: number
  /** True when the member accepts new blocks, by its record. */
  accepting?: boolean
  /** Entries that the member lacked at the last comparison; 0 after a sync with it. */
  behind?: number
  /** Entries that this node lacked at the last comparison. */
  ahead?: number
  /** Time of the revoke, for a former member; only with `all`. */
  revoked?: Date
}

export interface MembersOptions extends AbortOptions {
  /** True also returns revoked members. @default false */
  all?: boolean
}

export interface RevokeOptions extends AbortOptions {
  /**
   * A version: the member's entries from this one on become void too. @default only later entries
   */
  since?: string
  /** True revokes even the last owner. @default false */
  force?: boolean
  /**
   * Says whether members that are members only through this one (directly, or through a member that
   * it let in) are revoked too. This node and the members that it let in stay. @default 'revoke'
   * for a write member, 'keep' for an owner
   */
  admitted?: 'revoke' | 'keep'
}

/** The member, invite or link that a revoke closed. */
export interface Revoked {
  kind: 'member' | 'invite' | 'link'
  /**
   * Label of the member or in the invite; for a link the name of the file. Empty where only a key
   * or an id was given.
   */
  label: string
  peer?: string
  /** Members that the revoked member let in; `went` says whether they were revoked too. */
  admitted?: { went: boolean, members: Array<{ peer: string, label: string }> }
}

export interface PeerInfo {
  peer: string
  label: string
  role: Role
  direction: 'inbound' | 'outbound'
  address: string
  since: Date
  bytesReceived: number
  bytesSent: number
  /** Round trip in milliseconds; missing before a measurement. */
  latency?: number
  /** Protocols of the open streams. */
  protocols: string[]
}
