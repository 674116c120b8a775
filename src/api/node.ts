/**
 * These are the public types: the options of createNode, the calls of a node, and the details of
 * its events. Times are Date, sizes are bytes, durations are milliseconds, unless a field says
 * otherwise.
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
  /**
   * Folder of identity, keys, blocks and index. Omitted: everything lies in memory, and "durable"
   * means held by a running process.
   */
  dir?: string
  /**
   * Milliseconds to wait for another process to free `dir`. @default 0, which throws
   * DirectoryLockedError at once
   */
  lockWait?: number
  /** False throws NoVaultError when `dir` holds no vault. @default true */
  createIfMissing?: boolean
  /**
   * Invite of the vault to join. It is ignored when `dir` is in that vault already, and throws
   * WrongVaultError when `dir` is in another.
   */
  invite?: string
  /**
   * Recovery code of the vault, which this node owns from then on. The node asks the members at
   * `bootstrap`, whose addresses need no PeerId here, and its start resolves when the index is
   * complete. The code is ignored when `dir` is in that vault as its owner.
   */
  recoveryCode?: string | (() => Promise<string>)
  /** Called with the progress of a recovery. */
  onProgress?: (event: RecoveryProgress) => void
  /**
   * Passphrase that protects the keys in `dir`: text of 1 to 65,536 bytes, compared in Unicode's
   * form NFC. A function is called when the passphrase is needed. Wrong or missing ones throw
   * WrongPassphraseError and PassphraseRequiredError. @default none: any reader of the folder has
   * its keys
   */
  passphrase?: string | (() => Promise<string>)
  /** True accepts a new passphrase of fewer than 8 characters. @default false */
  weakPassphrase?: boolean
  /** Name of this machine for people, at most 64 bytes of UTF-8. @default the host name */
  label?: string
  /** Name of the person who runs this machine, at most 64 bytes of UTF-8. @default '' */
  operator?: string
  /**
   * Multiaddrs to listen on. @default with `dir` TCP port 14040 on all interfaces, in memory a free
   * port of 127.0.0.1
   */
  listen?: string[]
  /**
   * True connects to others without listening; `listen` then only says where this node is reached
   * when it runs, for its invites. A folder that cannot be written is then opened for reading,
   * without any connection. @default false
   */
  dialOnly?: boolean
  /** Further addresses at which others reach this node. */
  announce?: string[]
  /** Multiaddrs of nodes to connect to. */
  bootstrap?: string[]
  /**
   * Ways of finding members without an address: on the local network, and through the private DHT,
   * where one reachable node of any vault is enough. @default both with `dir`, unless the node
   * listens on this machine only; none in memory
   */
  discovery?: { mdns?: boolean, dht?: boolean }
  /** Number of copies for this node's puts. @default the vault's setting */
  copies?: number | 'all'
  /**
   * Number of members with a version on disk, this one included, before put resolves. @default 2
   * where another holder answers in time, else 1
   */
  durable?: number
  /** Lent bytes. @default half of the free space at init; in memory 1 GiB */
  capacity?: number
  /** A member that gives no sign of life for this many milliseconds counts as away. @default 1 h */
  offlineGrace?: number
  /** A spare copy is kept for this many milliseconds while there is space. @default 7 days */
  letGoAfter?: number
  /**
   * The blocks of a version are kept for this many milliseconds after this node first knew that the
   * version is dead. @default 7 days
   */
  guard?: number
  /**
   * Collected blocks stay in the trash for this many milliseconds, unless space is needed. @default
   * 24 h
   */
  trash?: number
  /** Encryption of connections. @default 'noise' */
  encryption?: 'noise'
  /**
   * Replaces the place of blocks: any interface-blockstore implementation. Blocks below 64 KiB
   * still lie in the index of `dir`, so a folder is whole only together with its block store. A
   * folder that was made with a block store throws WrongLayoutError without one.
   */
  blockstore?: Blockstore
  /**
   * Maps a CID to a path relative to `<dir>/blocks`, a different one for each CID; two equal paths
   * throw InvalidOptionError. Blocks below 64 KiB lie in the index and have no path. A folder
   * remembers its paths and throws WrongLayoutError with other ones. @default two base32 characters
   * of fan-out
   */
  pathTransform?: (cid: CID) => string
  /**
   * Components of the libp2p configuration to replace: transports, muxers, encrypters, services.
   */
  libp2p?: Partial<Libp2pOptions>
  /**
   * True rebuilds an index of `dir` that is missing or damaged, out of its readable parts, the
   * blocks in the folder and other members. The old index is set aside. False throws
   * IndexDamagedError. @default false
   */
  rebuildIndex?: boolean | { /** Called with the progress of the rebuild. */ onProgress?: (event: RebuildProgress) => void }
  /** False leaves the start to `node.start()`. @default true */
  start?: boolean
  signal?: AbortSignal
}

/**
 * Progress of a recovery: the asked addresses, failures with their reasons, members, and the number
 * of entries.
 */
export type RecoveryProgress =
  | { type: 'vault:recover:ask', address: string }
  | { type: 'vault:recover:failed', address: string, reason: string }
  | { type: 'vault:recover:member', peer: string, label: string }
  | { type: 'vault:recover:entries', entries: number }

export interface PassphraseChange extends AbortOptions {
  /** The present passphrase; omitted when there is none. */
  from?: string
  /** The new passphrase; omitted: none, so any reader of the folder has its keys. */
  to?: string
  /** True accepts a new passphrase of fewer than 8 characters. @default false */
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
   * Listens and connects. Resolves at once where the node runs already.
   * @throws NodeStoppedError after `stop`
   * @example await node.start()
   */
  start: () => Promise<void>
  /**
   * Drains for at most 5 s, closes, and frees the lock. Idempotent. `await using` calls it by
   * itself.
   * @example await node.stop()
   */
  stop: () => Promise<void>
  /**
   * Stores a new version of a name. Resolves when this node has the version on disk, and with
   * `durable` as many members as that.
   * @throws NotDurableError: the version is kept here and goes on copying
   * @throws PreconditionFailedError, SourceError, SourceChangedError, NoSpaceError, NotAllowedError,
   * AbortError: nothing is kept
   * @example
   * const signal = AbortSignal.timeout(60_000)
   * const file = await node.put('photos/cat.jpg', bytes, { durable: 2, signal })
   * await node.put('photos/cat.jpg', 'another', { ifVersion: file.version })
   */
  put: (name: string, source: Source, options?: PutOptions) => Promise<FileResult>
  /**
   * Yields the bytes of a file, or of a range of it, from this node or from others; each block is
   * checked before its bytes are yielded. Nothing happens before the first `next()`, and leaving
   * the loop ends the transfer.
   * @throws FileNotFoundError, VersionNotFoundError, BlocksUnavailableError, AbortError
   * @example
   * for await (const piece of node.get('photos/cat.jpg', { offset: 0, length: 1024 })) {
   *   process.stdout.write(piece)
   * }
   */
  get: (name: string, options?: GetOptions) => AsyncIterable<Uint8Array>
  /**
   * Returns the newest version of a name, or one of its versions. Connected members are asked once
   * where this node does not know it.
   * @throws FileNotFoundError, VersionNotFoundError
   * @example const { size, version, conflict } = await node.stat('photos/cat.jpg')
   */
  stat: (name: string, options?: AbortOptions & { version?: string }) => Promise<FileInfo>
  /**
   * Yields names in the order of their UTF-8 bytes. With a delimiter each folder is one row, and
   * its names are not read.
   * @example
   * for await (const { name, size } of node.list({ prefix: 'photos/' })) console.log(name, size)
   */
  list: {
    (options?: ListOptions & { delimiter?: undefined }): AsyncIterable<FileInfo>
    (options: FolderListOptions): AsyncIterable<FileInfo | FolderInfo>
  }
  /**
   * Yields the sums of each folder just below the prefix, in order; the last row is the prefix
   * itself with all names below it.
   * @example
   * for await (const { prefix, files, bytes } of node.du()) console.log(prefix, files, bytes)
   */
  du: (options?: UsageOptions) => AsyncIterable<UsageInfo>
  /**
   * Yields every put, restore and delete of a name, also of a deleted one, the newest first.
   * @throws FileNotFoundError for a name that never was
   * @example
   * for await (const { version, kind, writer } of node.history('photos/cat.jpg')) {
   *   console.log(version, kind, writer.label)
   * }
   */
  history: (name: string, options?: AbortOptions) => AsyncIterable<VersionInfo>
  /**
   * Deletes a name on all members. Its versions can be restored until the vault's retention ends. A
   * put that this node had not seen survives.
   * @throws FileNotFoundError, NotAllowedError, PreconditionFailedError
   * @example await node.delete('photos/cat.jpg')
   */
  delete: (name: string, options?: WriteOptions) => Promise<Deleted>
  /**
   * Yields names that were deleted and mean nothing now, each with its newest delete, in the order
   * in which the deletes came to this node.
   * @example
   * for await (const { name } of node.deleted({ prefix: 'photos/' })) await node.restore(name)
   */
  deleted: (options?: DeletedOptions) => AsyncIterable<Deleted>
  /**
   * Puts a version on top again, without moving data; missing blocks are fetched first. Without
   * `version` it is the newest one whose content the name does not mean now.
   * @throws VersionGoneError when blocks cannot be fetched; PreconditionFailedError
   * @example await node.restore('photos/cat.jpg')
   */
  restore: (name: string, version?: string, options?: RestoreOptions) => Promise<FileInfo>
  /**
   * Puts the newest version under another name, without moving data; older versions stay in the
   * history of the old name.
   * @throws FileNotFoundError, PreconditionFailedError; FileExistsError where the new name means
   * something, unless `force` or `ifTarget` allows it
   * @example await node.mv('cat.jpg', 'photos/cat.jpg')
   */
  mv: (from: string, to: string, options?: MoveOptions) => Promise<FileInfo>
  /**
   * Puts the newest version under a second name, without moving data; both names share their
   * blocks.
   * @throws FileNotFoundError, PreconditionFailedError; FileExistsError where the new name means
   * something, unless `force` or `ifTarget` allows it
   * @example await node.copy('letters/model.odt', 'letters/2026/to-ana.odt')
   */
  copy: (from: string, to: string, options?: MoveOptions) => Promise<FileInfo>
  /**
   * Returns what this node knows of a name, for people: its history and conflict, its blocks on
   * this node, and the copies of other members.
   * @example const { copies, here, members } = await node.why('photos/cat.jpg')
   */
  why: (name: string, options?: AbortOptions) => Promise<Why>
  /**
   * Drops this node's own copy once another member gave a receipt that it holds every block.
   * @throws NotPromisedError when no member does
   * @example const { bytes } = await node.evict('video/holiday.mp4')
   */
  evict: (name: string, options?: EvictOptions) => Promise<Evicted>
  /**
   * Returns text with which anybody can read one version until it expires (openLink), also while
   * this node is off. Owner and write members only.
   * @example const link = await node.share('photos/cat.jpg', { expires: 24 * 3600e3 })
   */
  share: (name: string, options?: ShareOptions) => Promise<string>
  /**
   * Returns text with which another machine joins the vault with a role, until it expires. Owners
   * only. Give it to that machine alone: any machine that has the text can join.
   * @throws NotAllowedError, InvalidOptionError
   * @example const invite = await node.invite({ role: 'write', label: 'nas', expires: 3600e3 })
   */
  invite: (options: InviteOptions) => Promise<string>
  /**
   * Revokes a member, an invite (text or key) or a link (text or id). Owners only. Content that the
   * member could read stays readable to it.
   * @example await node.revoke('nas')
   */
  revoke: (target: string, options?: RevokeOptions) => Promise<Revoked>
  /**
   * Returns the members of the vault, this one included, with their presence and their lag.
   * @example
   * const all = await node.members()
   * const away = all.filter(({ self, connected }) => !self && !connected)
   */
  members: (options?: MembersOptions) => Promise<MemberInfo[]>
  /**
   * Returns connected members and the traffic of each connection.
   * @example for (const { label, latency } of await node.peers()) console.log(label, latency)
   */
  peers: (options?: AbortOptions) => Promise<PeerInfo[]>
  /**
   * Returns the state of this node and its vault; `notes` are ready to print.
   * @example const { files, copies, sync, disk, notes } = await node.status()
   */
  status: (options?: AbortOptions) => Promise<Status>
  /**
   * Resolves when members have, on disk, every entry that this node has now, of puts, deletes,
   * moves, restores, admits and settings. Only the signal ends the wait for a member that is away.
   * `why` says which content is where.
   * @example await node.synced({ signal: AbortSignal.timeout(60_000) })
   */
  synced: (options?: SyncedOptions) => Promise<void>
  /**
   * Collects garbage, which a running node also does by itself; `dryRun` only reports it.
   * @example const { dead, trash } = await node.gc({ dryRun: true })
   */
  gc: (options?: GcOptions) => Promise<GcResult>
  /**
   * Returns the settings that owners made for the whole vault, as far as this node knows.
   * @example const { copies, keep, retention } = await node.settings()
   */
  settings: (options?: AbortOptions) => Promise<VaultSettings>
  /**
   * Changes some of the vault's settings. Owners only.
   * @throws InvalidOptionError that names a setting out of its range; nothing is changed then
   * @example await node.set({ copies: 'all', keep: 50, retention: null })
   */
  set: (change: SettingsChange, options?: AbortOptions) => Promise<VaultSettings>
  /**
   * Checks all blocks of this node and repairs damaged ones from other members. Damage that stays
   * is in the result and throws no error.
   * @example
   * const { ok, damaged } = await node.verify({ onProgress: (event) => { console.log(event) } })
   */
  verify: (options?: VerifyOptions) => Promise<VerifyResult>
  /**
   * Returns the text that opens the vault when all machines are lost. Owners only. Its holder owns
   * the vault.
   * @example const code = await node.recoveryCode()
   */
  recoveryCode: (options?: AbortOptions) => Promise<string>
  /**
   * Returns true when `code` is this vault's, and remembers that it was checked.
   * @throws InvalidRecoveryCodeError when the text is no recovery code
   * @example const isOurs = await node.checkRecoveryCode(code)
   */
  checkRecoveryCode: (code: string, options?: AbortOptions) => Promise<boolean>
  /**
   * Sets, changes or removes the passphrase of the keys in this node's folder. Once it resolves
   * only the new one opens them.
   * @throws WrongPassphraseError, PassphraseRequiredError; nothing is changed then
   * @example await node.changePassphrase({ to: 'four words that nobody guesses' })
   */
  changePassphrase: (change: PassphraseChange) => Promise<void>
}
