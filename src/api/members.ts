/** Members, invites, and who is connected. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'

/** What a node may do in a vault: owner > write > read > store. */
export type Role = 'owner' | 'write' | 'read' | 'store'
export const ROLES: readonly Role[] = ['owner', 'write', 'read', 'store']

export interface InviteOptions extends AbortOptions {
  role: Role
  /** When it ends: a Date, or milliseconds from now. @default 24 h */
  expires?: Date | number
  /** How many nodes may join with it. @default 1 */
  uses?: number
  label?: string
  operator?: string
}

export interface MemberInfo {
  peer: string
  label: string
  operator: string
  role: Role
  /** This node. */
  self: boolean
  connected: boolean
  /** A newer record of it came within `offlineGrace`, from whomever. */
  present: boolean
  /** When it was admitted. */
  since: Date
  /** PeerId of the member that let it in: its own where it founded or recovered the vault. */
  admittedBy?: string
  /** The invite that it came with (`revoke` takes it), how many machines that was for, and how many are members by it. */
  invited?: { invite: string, uses: number, members: number }
  /** When this node last heard from it, itself or through others. */
  lastSeen?: Date
  /** Where it says that it can be reached. */
  addresses: string[]
  /** Bytes lent, by its record. */
  capacity?: number
  /** It takes new blocks, by its record. */
  accepting?: boolean
  /** Entries that it lacked when the two were last compared; 0 after a sync with it. */
  behind?: number
  /** Entries that this node lacked then. */
  ahead?: number
  /** It was revoked, and is a member no more; only with `all`. */
  revoked?: Date
}

export interface MembersOptions extends AbortOptions {
  /** Revoked ones too. @default false */
  all?: boolean
}

export interface RevokeOptions extends AbortOptions {
  /** A version: what the member wrote from this one on is void too. @default what it writes from now on */
  since?: string
  /** Also the last owner. @default false */
  force?: boolean
  /**
   * Members that are members only because this one let them in (or whom it let in did): whether they go too. This node stays, and whom it
   * let in. @default 'revoke' for a write member, 'keep' for an owner
   */
  admitted?: 'revoke' | 'keep'
}

/** What a revoke closed. */
export interface Revoked {
  kind: 'member' | 'invite' | 'link'
  /** The member's, or the one in the invite; of a link the name of the file. Empty where only a key or id was given. */
  label: string
  peer?: string
  /** Of a member that let others in: who they are, and whether they went too. */
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
  /** Milliseconds there and back, when it was measured. */
  latency?: number
  /** Of the streams that are open. */
  protocols: string[]
}
