/**
 * The public types: what createNode takes, what a node does, what its events carry. Times are Date, sizes are
 * bytes, durations are milliseconds, unless a field says otherwise.
 */
import type { AbortOptions, TypedEventTarget } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { Blockstore } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import type { DfsNodeEvents } from './events.js'
import type { Evicted, EvictOptions, FileInfo, FileResult, FolderInfo, FolderListOptions, GetOptions, ListOptions, PutOptions, Source, UsageInfo, UsageOptions } from './files.js'
import type { GcOptions, GcResult } from './garbage.js'
import type { ShareOptions } from './links.js'
import type { InviteOptions, MemberInfo, MembersOptions, PeerInfo, Revoked, RevokeOptions, Role } from './members.js'
import type { SettingsChange, VaultSettings } from './settings.js'
import type { Status, SyncedOptions } from './status.js'
import type { Deleted, DeletedOptions, MoveOptions, RestoreOptions, VersionInfo, WriteOptions } from './versions.js'
import type { RebuildProgress, VerifyOptions, VerifyResult } from './verify.js'
import type { Why } from './why.js'

export type * from './events.js'
export type * from './files.js'
export type * from './garbage.js'
export { ROLES } from './members.js'
export type * from './links.js'
export type * from './members.js'
export type * from './settings.js'
export type * from './status.js'
export type * from './versions.js'
export type * from './verify.js'
export type * from './why.js'

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
  /** True: connects to others but does not listen; `listen` then only says where this node is reached when it runs, for its invites. A folder that cannot be written is then opened for reading, without connecting to anybody. @default false */
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
  /** Components of the libp2p configuration to replace: transports, muxers, encrypters, services. */
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

/** A running (or stopped) node. */
export interface DfsNode extends TypedEventTarget<DfsNodeEvents>, AsyncDisposable {
  /** PeerId. */
  readonly peer: string
  /** Vault id: the vault key in base32. */
  readonly vault: string
  readonly role: Role
  /** Full multiaddrs, with the PeerId. */
  readonly addresses: string[]
  /**
   * Listens and connects. Resolves at once where it runs already; NodeStoppedError after `stop`.
   * @example await node.start()
   */
  start: () => Promise<void>
  /**
   * Idempotent; drains for at most 5 s, closes, releases the lock. `await using` does it by itself.
   * @example await node.stop()
   */
  stop: () => Promise<void>
  /**
   * Stores a new version of a name. Resolves when this node has it on disk, and with `durable` as many members as that.
   * NotDurableError: it is kept here and goes on copying. SourceError, SourceChangedError, NoSpaceError, NotAllowedError, AbortError: nothing is kept.
   * @example const file = await node.put('photos/cat.jpg', bytes, { durable: 2, signal: AbortSignal.timeout(60_000) })
   */
  put: (name: string, source: Source, options?: PutOptions) => Promise<FileResult>
  /**
   * The bytes of a file, or of a range of it, from this node or from others, each checked before it is given. Nothing happens before the first
   * `next()`, and leaving the loop ends the transfer. FileNotFoundError, VersionNotFoundError, BlocksUnavailableError, AbortError.
   * @example for await (const piece of node.get('photos/cat.jpg', { offset: 0, length: 1024 })) process.stdout.write(piece)
   */
  get: (name: string, options?: GetOptions) => AsyncIterable<Uint8Array>
  /**
   * What a name means now, or one of its versions. Members are asked once where it is not known here; then FileNotFoundError or VersionNotFoundError.
   * @example const { size, version, conflict } = await node.stat('photos/cat.jpg')
   */
  stat: (name: string, options?: AbortOptions & { version?: string }) => Promise<FileInfo>
  /**
   * In the order of the names' UTF-8 bytes. With a delimiter what lies in a folder is one row, and is not read.
   * @example for await (const { name, size } of node.list({ prefix: 'photos/' })) console.log(name, size)
   */
  list: {
    (options?: ListOptions & { delimiter?: undefined }): AsyncIterable<FileInfo>
    (options: FolderListOptions): AsyncIterable<FileInfo | FolderInfo>
  }
  /**
   * What each folder just below the prefix takes, in order; the last row is the prefix itself, with all that lies below it.
   * @example for await (const { prefix, files, bytes } of node.du()) console.log(prefix, files, bytes)
   */
  du: (options?: UsageOptions) => AsyncIterable<UsageInfo>
  /**
   * Every put, restore and delete of a name, the newest first; of a deleted name too. FileNotFoundError for one that never was.
   * @example for await (const { version, kind, time, writer } of node.history('photos/cat.jpg')) console.log(version, kind, time, writer.label)
   */
  history: (name: string, options?: AbortOptions) => AsyncIterable<VersionInfo>
  /**
   * Deletes a name everywhere; what it meant can be restored until the vault's retention ends. A put that this node had not seen survives it.
   * FileNotFoundError, NotAllowedError.
   * @example await node.delete('photos/cat.jpg')
   */
  delete: (name: string, options?: WriteOptions) => Promise<Deleted>
  /**
   * Names that were deleted and mean nothing now, with the newest delete of each; in the order in which the deletes came to this node.
   * @example for await (const { name } of node.deleted({ prefix: 'photos/' })) await node.restore(name)
   */
  deleted: (options?: DeletedOptions) => AsyncIterable<Deleted>
  /**
   * Puts a version on top again, without moving data; blocks that are not here are brought first, else VersionGoneError.
   * `version` omitted: the newest but the one that the name means now.
   * @example await node.restore('photos/cat.jpg')
   */
  restore: (name: string, version?: string, options?: RestoreOptions) => Promise<FileInfo>
  /**
   * The newest version goes under another name, without moving data; the older ones stay in the history of the old one.
   * FileNotFoundError; FileExistsError where the new name means something, unless `force`.
   * @example await node.mv('cat.jpg', 'photos/cat.jpg')
   */
  mv: (from: string, to: string, options?: MoveOptions) => Promise<FileInfo>
  /**
   * What is known here of a name, for people: its history and conflict, what is on this node, what other members have.
   * @example const { copies, here, members } = await node.why('photos/cat.jpg')
   */
  why: (name: string, options?: AbortOptions) => Promise<Why>
  /**
   * Drops this node's own copy once another member gave its word that it holds everything; NotPromisedError when none does.
   * @example const { bytes } = await node.evict('video/holiday.mp4')
   */
  evict: (name: string, options?: EvictOptions) => Promise<Evicted>
  /**
   * Text with which anybody reads one version until it expires (openLink), also while this node is off. Owner and write members.
   * @example const link = await node.share('photos/cat.jpg', { expires: 24 * 3600e3 })
   */
  share: (name: string, options?: ShareOptions) => Promise<string>
  /**
   * Text with which another machine joins the vault, with a role, until it ends; owners only. Give it to that machine alone: whoever has it joins.
   * NotAllowedError, InvalidOptionError.
   * @example const invite = await node.invite({ role: 'write', label: 'nas', expires: 3600e3 })
   */
  invite: (options: InviteOptions) => Promise<string>
  /**
   * Takes a member, an invite (text or key) or a link (text or id) out; owners only. What was readable to it stays readable.
   * @example await node.revoke('nas')
   */
  revoke: (target: string, options?: RevokeOptions) => Promise<Revoked>
  /**
   * Machines of the vault, this one included: who they are, whether they are here, and how far.
   * @example const away = (await node.members()).filter(({ self, connected }) => !self && !connected)
   */
  members: (options?: MembersOptions) => Promise<MemberInfo[]>
  /**
   * Members that there is a connection to, and what went over it.
   * @example for (const { label, latency } of await node.peers()) console.log(label, latency)
   */
  peers: (options?: AbortOptions) => Promise<PeerInfo[]>
  /**
   * How this node and its vault are; `notes` are ready to print.
   * @example const { files, copies, sync, disk, notes } = await node.status()
   */
  status: (options?: AbortOptions) => Promise<Status>
  /**
   * Resolves when members have, on disk, every entry that this node has now: what was put, deleted, moved, restored, admitted, set. It
   * waits for those that are away until the signal ends it. Which content is where, `why` says.
   * @example await node.synced({ signal: AbortSignal.timeout(60_000) })
   */
  synced: (options?: SyncedOptions) => Promise<void>
  /**
   * Collects what nobody needs any more, as the node does by itself while it runs; `dryRun` only says what would go.
   * @example const { dead, trash } = await node.gc({ dryRun: true })
   */
  gc: (options?: GcOptions) => Promise<GcResult>
  /**
   * What owners decided for the whole vault, as far as this node knows.
   * @example const { copies, keep, retention } = await node.settings()
   */
  settings: (options?: AbortOptions) => Promise<VaultSettings>
  /**
   * Changes some of the vault's settings; owners only. InvalidOptionError names the one that is out of its range, and nothing is changed.
   * @example await node.set({ copies: 'all', keep: 50, retention: null })
   */
  set: (change: SettingsChange, options?: AbortOptions) => Promise<VaultSettings>
  /**
   * Reads everything that this node holds, and repairs what it can from other members. What is left is in the result: it is no error.
   * @example const { ok, damaged } = await node.verify({ onProgress: (event) => { console.log(event) } })
   */
  verify: (options?: VerifyOptions) => Promise<VerifyResult>
  /**
   * The text that opens the vault when all machines are lost; owners only. Whoever holds it owns the vault.
   * @example const code = await node.recoveryCode()
   */
  recoveryCode: (options?: AbortOptions) => Promise<string>
  /**
   * True when `code` is this vault's; remembers that it was checked. Throws InvalidRecoveryCodeError when it is not one.
   * @example const isOurs = await node.checkRecoveryCode(code)
   */
  checkRecoveryCode: (code: string, options?: AbortOptions) => Promise<boolean>
  /**
   * Sets, changes or removes the passphrase of the keys in this node's folder. When it resolves the new one alone opens
   * them. WrongPassphraseError, PassphraseRequiredError; nothing is changed then.
   * @example await node.changePassphrase({ to: 'four words that nobody guesses' })
   */
  changePassphrase: (change: PassphraseChange) => Promise<void>
}
