/**
 * The options of each call are listed here, so that a misspelt one is an error and not a default.
 * The compiler reports a missing one.
 */
import type { AbortOptions } from '@libp2p/interface'
import { InvalidOptionError } from '../errors.js'
import type { DfsNodeInit, PassphraseChange } from './node.js'
import type { EvictOptions, FolderListOptions, GetOptions, PutOptions, UsageOptions } from './files.js'
import type { GcOptions } from './garbage.js'
import type { OpenLinkOptions, SharedGetOptions, ShareOptions } from './links.js'
import type { InviteOptions, MembersOptions, RevokeOptions } from './members.js'
import { nearest } from './nearest.js'
import type { VerifyOptions } from './verify.js'
import type { SyncedOptions } from './status.js'
import type { DeletedOptions, MoveOptions, RestoreOptions, WriteOptions } from './versions.js'

type Keys<T> = { [K in keyof Required<T>]: true }

const SIGNAL: Keys<AbortOptions> = { signal: true }
const PROGRESS = { ...SIGNAL, onProgress: true } as const

const INIT: Keys<DfsNodeInit> = {
  ...PROGRESS, dir: true, lockWait: true, createIfMissing: true, invite: true, recoveryCode: true, passphrase: true, weakPassphrase: true, label: true, operator: true, listen: true, dialOnly: true, announce: true,
  bootstrap: true, discovery: true, copies: true, durable: true, capacity: true, offlineGrace: true, letGoAfter: true, guard: true, trash: true, encryption: true, blockstore: true,
  pathTransform: true, libp2p: true, rebuildIndex: true, start: true
}
const DISCOVERY: Keys<NonNullable<DfsNodeInit['discovery']>> = { mdns: true, dht: true }
const REBUILD: Keys<Exclude<DfsNodeInit['rebuildIndex'], boolean | undefined>> = { onProgress: true }
const PUT: Keys<PutOptions> = { ...PROGRESS, size: true, mtime: true, type: true, props: true, copies: true, durable: true, ifVersion: true, scope: true }
const GET: Keys<GetOptions> = { ...PROGRESS, offset: true, length: true, version: true }
const STAT: Keys<AbortOptions & { version?: string }> = { ...SIGNAL, version: true }
const LIST: Keys<FolderListOptions> = { ...SIGNAL, prefix: true, after: true, limit: true, delimiter: true }
const DU: Keys<UsageOptions> = { ...SIGNAL, prefix: true, delimiter: true }
const DELETED: Keys<DeletedOptions> = { ...SIGNAL, prefix: true }
const WRITE: Keys<WriteOptions> = { ...SIGNAL, durable: true, ifVersion: true }
const RESTORE: Keys<RestoreOptions> = { ...PROGRESS, durable: true, ifVersion: true }
const MV: Keys<MoveOptions> = { ...WRITE, force: true, ifTarget: true }
const SYNCED: Keys<SyncedOptions> = { ...SIGNAL, members: true }
const EVICT: Keys<EvictOptions> = { ...SIGNAL, force: true }
const SHARE: Keys<ShareOptions> = { ...SIGNAL, expires: true, version: true }
const INVITE: Keys<InviteOptions> = { ...SIGNAL, role: true, expires: true, uses: true, label: true, operator: true }
const REVOKE: Keys<RevokeOptions> = { ...SIGNAL, since: true, admitted: true, force: true }
const MEMBERS: Keys<MembersOptions> = { ...SIGNAL, all: true }
const VERIFY: Keys<VerifyOptions> = { ...PROGRESS, remote: true }
const GC: Keys<GcOptions> = { ...PROGRESS, dryRun: true }
const PASSPHRASE: Keys<PassphraseChange> = { ...SIGNAL, from: true, to: true, force: true }
const OPEN_LINK: Keys<OpenLinkOptions> = { ...SIGNAL, libp2p: true }
const SHARED_GET: Keys<SharedGetOptions> = { ...PROGRESS, offset: true, length: true }

const CALLS = {
  createNode: INIT, discovery: DISCOVERY, rebuildIndex: REBUILD, put: PUT, get: GET, stat: STAT, list: LIST, du: DU, history: SIGNAL, delete: WRITE, deleted: DELETED, restore: RESTORE, mv: MV, copy: MV, why: SIGNAL, evict: EVICT, share: SHARE, invite: INVITE,
  revoke: REVOKE, members: MEMBERS, peers: SIGNAL, status: SIGNAL, synced: SYNCED, settings: SIGNAL, set: SIGNAL, verify: VERIFY, gc: GC, recoveryCode: SIGNAL, checkRecoveryCode: SIGNAL,
  changePassphrase: PASSPHRASE, openLink: OPEN_LINK, 'SharedFile.get': SHARED_GET
}
export type OptionsOf = keyof typeof CALLS

/**
 * Checks that options are an object with known keys.
 * @throws InvalidOptionError that names the nearest key of the call
 */
export function checkOptions (call: OptionsOf, options: unknown): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) throw new InvalidOptionError('options', `${call} takes an object`, names(call))
  const known: Record<string, true> = CALLS[call]
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(known, key)) continue
    const near = nearest(key, Object.keys(known))
    throw new InvalidOptionError(key, `${call} takes no such option${near === undefined ? '' : `; did you mean ${near}?`}`, names(call))
  }
}

const names = (call: OptionsOf): string => Object.keys(CALLS[call]).join(', ')
