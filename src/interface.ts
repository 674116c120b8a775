/**
 * The public types: what createNode takes, what a node does, what its events carry. Times are Date, sizes are
 * bytes, durations are milliseconds, unless a field says otherwise.
 */
import type { AbortOptions, TypedEventTarget } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { Evicted, EvictOptions, FileInfo, FileResult, FolderInfo, FolderListOptions, GetOptions, ListOptions, PutOptions, Source, UsageInfo, UsageOptions } from './interface/files.js'
import type { GcOptions, GcResult } from './interface/garbage.js'
import type { ShareOptions } from './interface/links.js'
import type { InviteOptions, MemberInfo, MembersOptions, PeerInfo, Revoked, RevokeOptions, Role } from './interface/members.js'
import type { SettingsChange, VaultSettings } from './interface/settings.js'
import type { CopiesStatus, Status, SyncedOptions } from './interface/status.js'
import type { Deleted, DeletedOptions, MoveOptions, RestoreOptions, VersionInfo, WriteOptions } from './interface/versions.js'
import type { RebuildProgress, VerifyOptions, VerifyResult } from './interface/verify.js'
import type { Why } from './interface/why.js'

export type * from './interface/files.js'
export type * from './interface/garbage.js'
export { ROLES } from './interface/members.js'
export type * from './interface/links.js'
export type * from './interface/members.js'
export type * from './interface/settings.js'
export type * from './interface/status.js'
export type * from './interface/versions.js'
export type * from './interface/verify.js'
export type * from './interface/why.js'

export interface DfsNodeInit {
  /** Folder of identity, keys, blocks and index. Omitted: everything in memory, and "durable" means held by a running process. */
  dir?: string
  /** How long to wait for another process to let go of `dir`, in milliseconds. @default 0: DirectoryLockedError at once */
  lockWait?: number
  /** False: NoVaultError when `dir` holds no vault. @default true */
  createIfMissing?: boolean
  /** Join the vault of this invite. Ignored when `dir` is in that vault already; WrongVaultError when it is in another. */
  invite?: string
  /**
   * The vault of this recovery code, which this node owns from then on. It asks the members at `bootstrap`, whose addresses need
   * no PeerId for this, and starting resolves when the index is complete. Ignored when `dir` is in that vault as its owner.
   */
  recoveryCode?: string | (() => Promise<string>)
  /** How far a recovery is. */
  onProgress?: (event: RecoveryProgress) => void
  /**
   * Protects the keys in `dir`, text of 1 to 65,536 bytes, compared in Unicode's form NFC; a function is asked when it is
   * needed. PassphraseRequiredError, WrongPassphraseError. @default none: whoever can read the folder has its keys
   */
  passphrase?: string | (() => Promise<string>)
  /** A new passphrase may have fewer than 8 characters. @default false */
  weakPassphrase?: boolean
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
  /**
   * Finding members without an address: on the local network, and through the private DHT, where one reachable node of any
   * vault is enough. @default both with `dir`, unless it listens on this machine only; none in memory
   */
  discovery?: { mdns?: boolean, dht?: boolean }
  /** How many copies this node's puts want; @default the vault's setting */
  copies?: number | 'all'
  /** Members with a version on disk, this one included, before put resolves. @default 2 where another holder answers in time, else 1 */
  durable?: number
  /** Bytes lent. @default half of the free space at init; in memory 1 GiB */
  capacity?: number
  /** A member that gives no sign of life for this many milliseconds counts as away. @default 1 h */
  offlineGrace?: number
  /** A copy that is not this node's to hold is kept this long, milliseconds, while there is room. @default 7 days */
  letGoAfter?: number
  /** The blocks of a version are kept for this many milliseconds after this node first knew that it is dead. @default 7 days */
  guard?: number
  /** What was collected stays in the trash for this many milliseconds, unless room is needed. @default 24 h */
  trash?: number
  /** How connections are encrypted. @default 'noise' */
  encryption?: 'noise'
  /**
   * Replaces where blocks lie: any interface-blockstore implementation. Those below 64 KiB lie in the index of `dir` all the
   * same, so that a folder is whole only together with its store. A folder remembers that it has one: WrongLayoutError without.
   */
  blockstore?: Blockstore
  /**
   * Maps a CID to a path relative to `<dir>/blocks`, another for each CID: InvalidOptionError where two have one. Blocks below 64 KiB
   * lie in the index and have none. A folder remembers its paths: WrongLayoutError with other ones. @default two base32 characters of fan-out
   */
  pathTransform?: (cid: CID) => string
  /** Parts of the libp2p configuration to replace: transports, muxers, encrypters, services. */
  libp2p?: Partial<Libp2pOptions>
  /**
   * Where the index of `dir` is missing or damaged, which is IndexDamagedError otherwise: make a new one from what can be
   * read of it, from the blocks in the folder and from other members. The old one is set aside. @default false
   */
  rebuildIndex?: boolean | { /** How far it is. */ onProgress?: (event: RebuildProgress) => void }
  /** False leaves it to `node.start()`. @default true */
  start?: boolean
  signal?: AbortSignal
}

/** Progress of a recovery: whom it asks, who did not help and why, entries that came. */
export type RecoveryProgress =
  | { type: 'vault:recover:ask', address: string }
  | { type: 'vault:recover:failed', address: string, reason: string }
  | { type: 'vault:recover:member', peer: string, label: string }
  | { type: 'vault:recover:entries', entries: number }

export interface PassphraseChange extends AbortOptions {
  /** The passphrase that holds; left out when there is none. */
  from?: string
  /** The one that holds from now on; left out: none, and whoever can read the folder has its keys. */
  to?: string
  /** It may have fewer than 8 characters. @default false */
  force?: boolean
}

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
  /** In the order of the names' UTF-8 bytes. With a delimiter what lies in a folder is one row, and is not read. */
  list: {
    (options?: ListOptions & { delimiter?: undefined }): AsyncIterable<FileInfo>
    (options: FolderListOptions): AsyncIterable<FileInfo | FolderInfo>
  }
  /** What each folder just below the prefix takes, in order; the last row is the prefix itself, with all that lies below it. */
  du: (options?: UsageOptions) => AsyncIterable<UsageInfo>
  /** Every put, restore and delete of a name, the newest first; of a deleted name too. FileNotFoundError for one that never was. */
  history: (name: string, options?: AbortOptions) => AsyncIterable<VersionInfo>
  /** Everywhere; what it meant can be restored until the vault's retention ends. A put that this node had not seen survives it. */
  delete: (name: string, options?: WriteOptions) => Promise<Deleted>
  /** Names that were deleted and mean nothing now, with the newest delete of each; in the order in which the deletes came to this node. */
  deleted: (options?: DeletedOptions) => AsyncIterable<Deleted>
  /**
   * Puts a version on top again, without moving data; blocks that are not here are brought first, else VersionGoneError.
   * Omitted: the newest version but the one that the name means now.
   */
  restore: (name: string, version?: string, options?: RestoreOptions) => Promise<FileInfo>
  /** The newest version goes under another name, without moving data; the older ones stay in the history of the old one. */
  mv: (from: string, to: string, options?: MoveOptions) => Promise<FileInfo>
  /** What is known here of a name, for people: its history and conflict, what is on this node, what other members have. */
  why: (name: string, options?: AbortOptions) => Promise<Why>
  /** Drops this node's own copy once another member gave its word that it holds everything; NotPromisedError when none does. */
  evict: (name: string, options?: EvictOptions) => Promise<Evicted>
  /** Text with which anybody reads one version until it expires (openLink), also while this node is off. Owner and write members. */
  share: (name: string, options?: ShareOptions) => Promise<string>
  invite: (options: InviteOptions) => Promise<string>
  /** Takes a member, an invite (text or key) or a link (text or id) out; owners only. What was readable to it stays readable. */
  revoke: (target: string, options?: RevokeOptions) => Promise<Revoked>
  members: (options?: MembersOptions) => Promise<MemberInfo[]>
  peers: (options?: AbortOptions) => Promise<PeerInfo[]>
  status: (options?: AbortOptions) => Promise<Status>
  /**
   * Resolves when members have, on disk, every entry that this node has now: what was put, deleted, moved, restored, admitted, set. It
   * waits for those that are away until the signal ends it. Which content is where, `why` says.
   */
  synced: (options?: SyncedOptions) => Promise<void>
  /** Collects what nobody needs any more, as the node does by itself while it runs; `dryRun` only says what would go. */
  gc: (options?: GcOptions) => Promise<GcResult>
  /** What owners decided for the whole vault, as far as this node knows. */
  settings: (options?: AbortOptions) => Promise<VaultSettings>
  /** Changes some of them; owners only. InvalidOptionError names the one that is out of its range, and nothing is changed. */
  set: (change: SettingsChange, options?: AbortOptions) => Promise<VaultSettings>
  /** Reads everything that this node holds, and repairs what it can from other members. */
  verify: (options?: VerifyOptions) => Promise<VerifyResult>
  /** Owners only. Whoever holds it owns the vault. */
  recoveryCode: (options?: AbortOptions) => Promise<string>
  /** True when `code` is this vault's; remembers that it was checked. Throws InvalidRecoveryCodeError when it is not one. */
  checkRecoveryCode: (code: string, options?: AbortOptions) => Promise<boolean>
  /**
   * Sets, changes or removes the passphrase of the keys in this node's folder. When it resolves the new one alone opens
   * them. WrongPassphraseError, PassphraseRequiredError; nothing is changed then.
   */
  changePassphrase: (change: PassphraseChange) => Promise<void>
}
