import type { AbortOptions } from '@libp2p/interface'
import { TypedEventEmitter } from '@libp2p/interface'
import { NotDurableError } from '../errors.js'
import type {
  Deleted, DeletedOptions, DfsNodeEvents, Evicted, EvictOptions, FileInfo, FileResult, FolderInfo, FolderListOptions, GcOptions, GcResult, GetOptions, InviteOptions, ListOptions, MemberInfo, MembersOptions,
  MoveOptions, PassphraseChange, PeerInfo, PutOptions, RestoreOptions, Revoked, RevokeOptions, SettingsChange, ShareOptions, Source, Status, SyncedOptions, UsageInfo,
  UsageOptions, VaultSettings, VerifyOptions, VerifyResult, VersionInfo, Why, WriteOptions
} from '../api/node.js'
import { checkOptions, type OptionsOf } from '../api/option-keys.js'
import { remove } from '../operations/delete.js'
import { deleted } from '../operations/deleted.js'
import { du } from '../operations/du.js'
import { changePassphrase } from '../operations/change-passphrase.js'
import { abortReason } from '../operations/abort-reason.js'
import { evict } from '../operations/evict.js'
import { get } from '../operations/get.js'
import { history } from '../operations/history.js'
import { invite } from '../operations/invite.js'
import { list } from '../operations/list.js'
import { copy, mv } from '../operations/mv.js'
import type { Components } from '../operations/components.js'
import { put } from '../operations/put.js'
import { restore } from '../operations/restore.js'
import { revoke } from '../operations/revoke.js'
import { waitForRebuild } from '../operations/wait-for-rebuild.js'
import { share } from '../operations/share.js'
import { stat } from '../operations/stat.js'
import { members, peerList, status, type NodeFacts } from '../operations/status.js'
import { synced } from '../operations/synced.js'
import { verify } from '../operations/verify.js'
import { why } from '../operations/why.js'

/** The verbs that a user calls on a node. Each forwards to a file of its own in src/operations. */
export abstract class NodeVerbs extends TypedEventEmitter<DfsNodeEvents> {
  async put (name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
    try {
      const file = await this.writing('put', options, (parts, within) => put(parts, name, source, within))
      this.safeDispatchEvent('file:copies', { detail: file })
      return file
    } catch (error) {
      if (error instanceof NotDurableError && error.file !== undefined) this.safeDispatchEvent('file:copies', { detail: error.file })
      throw error
    }
  }

  async * get (name: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    checkOptions('get', options)
    const within = this.within(options)
    try {
      const parts = this.alive()
      within.signal.throwIfAborted()
      yield * get(parts, name, within)
    } catch (error) {
      throw abortReason(error, within.signal)
    }
  }

  async stat (name: string, options: AbortOptions & { version?: string } = {}): Promise<FileInfo> {
    return this.run('stat', options, (parts, within) => stat(parts, name, within))
  }

  list (options?: ListOptions & { delimiter?: undefined }): AsyncGenerator<FileInfo>
  list (options: FolderListOptions): AsyncGenerator<FileInfo | FolderInfo>
  list (options: ListOptions & { delimiter?: string } = {}): AsyncGenerator<FileInfo | FolderInfo> {
    return this.rows('list', options, list)
  }

  du (options: UsageOptions = {}): AsyncGenerator<UsageInfo> {
    return this.rows('du', options, du)
  }

  history (name: string, options: AbortOptions = {}): AsyncGenerator<VersionInfo> {
    return this.rows('history', options, (parts, within) => history(parts, name, within))
  }

  async delete (name: string, options: WriteOptions = {}): Promise<Deleted> {
    return this.writing('delete', options, (parts, within) => remove(parts, name, within))
  }

  deleted (options: DeletedOptions = {}): AsyncGenerator<Deleted> {
    return this.rows('deleted', options, deleted)
  }

  async restore (name: string, version?: string, options: RestoreOptions = {}): Promise<FileInfo> {
    return this.writing('restore', options, (parts, within) => restore(parts, name, version, within))
  }

  async mv (from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> {
    return this.writing('mv', options, (parts, within) => mv(parts, from, to, within))
  }

  async copy (from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> {
    return this.writing('copy', options, (parts, within) => copy(parts, from, to, within))
  }

  async why (name: string, options: AbortOptions = {}): Promise<Why> {
    return this.run('why', options, (parts, within) => why(parts, name, within))
  }

  async evict (name: string, options: EvictOptions = {}): Promise<Evicted> {
    return this.changing('evict', options, (parts, within) => evict(parts, name, within))
  }

  async share (name: string, options: ShareOptions = {}): Promise<string> {
    return this.changing('share', options, (parts, within) => share(parts, this.reachedAt(), name, within))
  }

  async invite (options: InviteOptions): Promise<string> {
    return this.changing('invite', options, async (parts, within) => invite(parts, this.reachedAt(), within))
  }

  async revoke (target: string, options: RevokeOptions = {}): Promise<Revoked> {
    return this.writing('revoke', options, (parts, within) => revoke(parts, target, within))
  }

  async members (options: MembersOptions = {}): Promise<MemberInfo[]> {
    return this.run('members', options, async (parts, within) => members(parts, within))
  }

  async peers (options: AbortOptions = {}): Promise<PeerInfo[]> {
    return this.run('peers', options, async (parts) => peerList(parts))
  }

  async status (options: AbortOptions = {}): Promise<Status> {
    return this.run('status', options, async (parts) => status(parts, this.facts()))
  }

  async synced (options: SyncedOptions = {}): Promise<void> {
    return this.changing('synced', options, synced)
  }

  async settings (options: AbortOptions = {}): Promise<VaultSettings> {
    return this.run('settings', options, async ({ vault }) => vault.settings.now)
  }

  async set (change: SettingsChange, options: AbortOptions = {}): Promise<VaultSettings> {
    return this.writing('set', options, ({ vault }) => vault.set(change))
  }

  async verify (options: VerifyOptions = {}): Promise<VerifyResult> {
    return this.changing('verify', options, verify)
  }

  async gc (options: GcOptions = {}): Promise<GcResult> {
    return this.changing('gc', options, ({ garbage }, within) => garbage.gc(within))
  }

  async recoveryCode (options: AbortOptions = {}): Promise<string> {
    return this.run('recoveryCode', options, async ({ vault }) => vault.recoveryCode())
  }

  async checkRecoveryCode (code: string, options: AbortOptions = {}): Promise<boolean> {
    return this.run('checkRecoveryCode', options, async ({ vault }) => vault.checkRecoveryCode(code))
  }

  async changePassphrase (change: PassphraseChange): Promise<void> {
    return this.changing('changePassphrase', change, changePassphrase)
  }

  /**
   * Returns the parts of the running node.
   * @throws NodeStoppedError
   */
  protected abstract alive (): Components
  /**
   * Returns the parts of a node that may write.
   * @throws NodeStoppedError; DirectoryNotWritableError where the folder is open for reading only
   */
  protected abstract writable (): Components
  /** Adds the end of this node to the caller's own signal. */
  protected abstract within<T extends AbortOptions> (options: T): T & { signal: AbortSignal }
  /** Returns full multiaddrs at which others reach this node, the most useful first. */
  protected abstract reachedAt (): string[]
  protected abstract facts (): NodeFacts

  /** Yields rows until the list, its signal or the node ends. */
  private async * rows<O extends AbortOptions, T> (call: OptionsOf, options: O, read: (parts: Components, within: O & { signal: AbortSignal }) => Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
    checkOptions(call, options)
    const within = this.within(options)
    try {
      const parts = this.alive()
      within.signal.throwIfAborted()
      for await (const row of read(parts, within)) {
        if (within.signal.aborted) throw within.signal.reason
        yield row
      }
    } catch (error) {
      throw abortReason(error, within.signal)
    }
  }

  /** Runs work that writes an entry of this node. */
  private async writing<O extends AbortOptions, T> (call: OptionsOf, options: O, work: (parts: Components, within: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    return this.changing(call, options, async (parts, within) => {
      await waitForRebuild(parts, within)
      within.signal.throwIfAborted()
      return work(parts, within)
    })
  }

  /** Runs work that changes the folder, itself or by the answers of others. */
  private async changing<O extends AbortOptions, T> (call: OptionsOf, options: O, work: (parts: Components, within: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    return this.run(call, options, (_, within) => work(this.writable(), within))
  }

  private async run<O extends AbortOptions, T> (call: OptionsOf, options: O, work: (parts: Components, within: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    checkOptions(call, options)
    const within = this.within(options)
    try {
      const parts = this.alive()
      within.signal.throwIfAborted()
      return await work(parts, within)
    } catch (error) {
      throw abortReason(error, within.signal)
    }
  }
}
