/**
 * The public types: what createNode takes, what a node does, what its events carry. Times are Date, sizes are
 * bytes, durations are milliseconds, unless a field says otherwise.
 */
import type { AbortOptions, TypedEventTarget } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'

/** What a node may do in a vault: owner > write > read > store. */
export type Role = 'owner' | 'write' | 'read' | 'store'
export const ROLES: readonly Role[] = ['owner', 'write', 'read', 'store']

export interface DfsNodeInit {
  /** Folder of identity, keys, blocks and index. Omitted: everything in memory, and "durable" means held by a running process. */
  dir?: string
  /** How long to wait for another process to let go of `dir`, in milliseconds. @default 0: DirectoryLockedError at once */
  lockWait?: number
  /** False: NoVaultError when `dir` holds no vault. @default true */
  createIfMissing?: boolean
  /** Join the vault of this invite. Ignored when `dir` is in that vault already; WrongVaultError when it is in another. */
  invite?: string
  /** Name of this machine for people, at most 64 bytes of UTF-8. @default the host name */
  label?: string
  /** Who runs this machine, at most 64 bytes of UTF-8. @default '' */
  operator?: string
  /** Multiaddrs to listen on. With `dir` kept for good; @default with dir TCP port 14040 on all interfaces, in memory 127.0.0.1 */
  listen?: string[]
  /** True: connects to others but does not listen; `listen` then only says where this node is reached when it runs, for its invites. @default false */
  dialOnly?: boolean
  /** More addresses at which others reach this node. */
  announce?: string[]
  /** Multiaddrs of nodes to connect to. */
  bootstrap?: string[]
  /** How many copies this node's puts want; @default the vault's setting */
  copies?: number | 'all'
  /** Members with a version on disk, this one included, before put resolves. @default 2 where another holder answers in time, else 1 */
  durable?: number
  /** Bytes lent. @default half of the free space at init; in memory 1 GiB */
  capacity?: number
  /** A member that gives no sign of life for this many milliseconds counts as away. @default 1 h */
  offlineGrace?: number
  /** How connections are encrypted. @default 'noise' */
  encryption?: 'noise'
  /** Replaces where blocks lie: any interface-blockstore implementation. */
  blockstore?: Blockstore
  /** Maps a CID to a path relative to `<dir>/blocks`. @default two base32 characters of fan-out */
  pathTransform?: (cid: CID) => string
  /** Parts of the libp2p configuration to replace: transports, muxers, encrypters, services. */
  libp2p?: Partial<Libp2pOptions>
  /** False leaves it to `node.start()`. @default true */
  start?: boolean
  signal?: AbortSignal
}

/** One version of a file, the same on every node. */
export interface FileInfo {
  name: string
  /** Compared only for equality; a prefix of at least 6 characters that fits one version is accepted. */
  version: string
  /** Root CID of the version. */
  cid: string
  size: number
  mtime?: Date
  /** Media type. */
  type?: string
  /** When the writer says that it wrote it; for people, orders nothing. */
  time: Date
  /** Another version was written without knowledge of this one. */
  conflict: boolean
}

/** What one member has on disk (fsynced) of a version. */
export interface CopyInfo {
  /** PeerId; this node's own included. */
  peer: string
  label: string
  blocks: number
  bytes: number
}

export interface FileResult extends FileInfo {
  copies: CopyInfo[]
}

/** Progress of long operations: `area:verb:detail`. */
export type ProgressEvent =
  | { type: 'file:put:read', bytes: number, total?: number }
  | { type: 'file:put:stored', bytes: number }
  | { type: 'file:put:pushed', peer: string, bytes: number }
  | { type: 'file:put:receipt', peer: string }
  | { type: 'file:get:read', bytes: number, total: number }
  | { type: 'file:get:fetched', peer: string, bytes: number }

export interface ProgressOptions { onProgress?: (event: ProgressEvent) => void }

export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | Uint8Array | string

export interface PutOptions extends AbortOptions, ProgressOptions {
  /** Bytes in the source when known: reserves the space and is checked at the end. */
  size?: number
  mtime?: Date
  /** Media type, at most 128 bytes. */
  type?: string
  copies?: number | 'all'
  durable?: number
}

export interface GetOptions extends AbortOptions, ProgressOptions {
  /** First byte. @default 0 */
  offset?: number
  /** How many bytes; a range that ends beyond the file ends with it. @default to the end */
  length?: number
  version?: string
}

export interface ListOptions extends AbortOptions {
  /** Only names that begin with this text. */
  prefix?: string
}

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
}

/** What a revoke closed. */
export interface Revoked { kind: 'member' | 'invite', label: string, peer?: string }

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

/** How far this node is with what others have. */
export interface SyncStatus {
  /** Connected members with whom the last comparison left nothing. */
  inSync: number
  /** Other members. */
  of: number
  /** Entries known to be elsewhere and not here. */
  entries: number
  /** Versions, and their bytes, still to be copied to this node. */
  versions: number
  bytes: number
  /** Why nothing is being copied although something is to come. */
  waiting?: string
}

/** Two entries of one writer where there should be one after the other: a restored backup or a cloned machine. Nothing is lost by it. */
export interface Fork { peer: string, label: string, seq: number }

export interface Status {
  peer: string
  label: string
  operator: string
  vault: string
  role: Role
  running: boolean
  since?: Date
  addresses: string[]
  dir?: string
  members: { total: number, connected: number }
  files: number
  bytes: number
  entries: number
  sync: SyncStatus
  forks: Fork[]
  /** Since when fewer than half of the members that were there an hour before are. */
  island?: Date
  disk: { capacity: number, used: number, free: number, reserve: number, readOnly: boolean, quarantined: number }
  /** What a person should know or do, ready to print. */
  notes: string[]
  /** Counts of refused input since the start, by code. */
  refused: Record<string, number>
}

export interface DfsNodeEvents {
  'file:put': CustomEvent<FileInfo & { local: boolean }>
  /** A version is on this node's disk that another member put. */
  'file:held': CustomEvent<{ version: string, cid: string, bytes: number }>
  'file:conflict': CustomEvent<FileInfo & { local: boolean }>
  'file:copies': CustomEvent<FileResult>
  'member:join': CustomEvent<MemberInfo>
  'member:revoke': CustomEvent<{ peer: string, label: string }>
  /** A comparison with a member ended: entries that came and went by it. */
  'sync:round': CustomEvent<{ peer: string, received: number, sent: number }>
  'peer:connect': CustomEvent<{ peer: string, label: string, role: Role }>
  'peer:disconnect': CustomEvent<{ peer: string }>
  'block:corrupt': CustomEvent<{ cid: string, reason: string }>
}

/** A running (or stopped) node. */
export interface DfsNode extends TypedEventTarget<DfsNodeEvents>, AsyncDisposable {
  /** PeerId. */
  readonly peer: string
  /** Vault id: the vault key in base32. */
  readonly vault: string
  readonly role: Role
  /** Full multiaddrs, with the PeerId. */
  readonly addresses: string[]
  start: () => Promise<void>
  /** Idempotent; drains for at most 5 s, closes, releases the lock. */
  stop: () => Promise<void>
  put: (name: string, source: Source, options?: PutOptions) => Promise<FileResult>
  get: (name: string, options?: GetOptions) => AsyncIterable<Uint8Array>
  stat: (name: string, options?: AbortOptions & { version?: string }) => Promise<FileInfo>
  list: (options?: ListOptions) => AsyncIterable<FileInfo>
  /** Drops this node's own copy once another member gave its word that it holds everything. */
  evict: (name: string, options?: AbortOptions) => Promise<{ blocks: number, bytes: number, peer: string }>
  invite: (options: InviteOptions) => Promise<string>
  /** Takes a member, an invite (text or key) out; owners only. What was readable to it stays readable. */
  revoke: (target: string, options?: RevokeOptions) => Promise<Revoked>
  members: (options?: MembersOptions) => Promise<MemberInfo[]>
  peers: (options?: AbortOptions) => Promise<PeerInfo[]>
  status: (options?: AbortOptions) => Promise<Status>
  /** Owners only. Whoever holds it owns the vault. */
  recoveryCode: (options?: AbortOptions) => Promise<string>
  /** True when `code` is this vault's; remembers that it was checked. Throws InvalidRecoveryCodeError when it is not one. */
  checkRecoveryCode: (code: string, options?: AbortOptions) => Promise<boolean>
}
