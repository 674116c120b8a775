import type { AbortOptions } from '@libp2p/interface'
import { TypedEventEmitter } from '@libp2p/interface'
import { NotDurableError } from './errors.js'
import type {
  Deleted, DeletedOptions, DfsNodeEvents, Evicted, EvictOptions, FileInfo, FileResult, FolderInfo, FolderListOptions, GcOptions, GcResult, GetOptions, InviteOptions, ListOptions, MemberInfo, MembersOptions,
  MoveOptions, PassphraseChange, PeerInfo, PutOptions, RestoreOptions, Revoked, RevokeOptions, SettingsChange, ShareOptions, Source, Status, UsageInfo,
  UsageOptions, VaultSettings, VerifyOptions, VerifyResult, VersionInfo, Why
} from './interface.js'
import { remove } from './verbs/delete.js'
import { deleted } from './verbs/deleted.js'
import { du } from './verbs/du.js'
import { changePassphrase } from './verbs/change-passphrase.js'
import { ended } from './verbs/ended.js'
import { evict } from './verbs/evict.js'
import { get } from './verbs/get.js'
import { history } from './verbs/history.js'
import { invite } from './verbs/invite.js'
import { list } from './verbs/list.js'
import { mv } from './verbs/mv.js'
import type { Parts } from './verbs/parts.js'
import { put } from './verbs/put.js'
import { restore } from './verbs/restore.js'
import { revoke } from './verbs/revoke.js'
import { settled } from './verbs/settled.js'
import { share } from './verbs/share.js'
import { stat } from './verbs/stat.js'
import { members, peerList, status, type NodeFacts } from './verbs/status.js'
import { verify } from './verbs/verify.js'
import { why } from './verbs/why.js'

/** What a user asks of a node: each verb is a file of its own, and is only forwarded to here. */
export abstract class NodeVerbs extends TypedEventEmitter<DfsNodeEvents> {
  async put (name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
    try {
      const file = await this.writing(options, (parts, within) => put(parts, name, source, within))
      this.safeDispatchEvent('file:copies', { detail: file })
      return file
    } catch (error) {
      if (error instanceof NotDurableError && error.file !== undefined) this.safeDispatchEvent('file:copies', { detail: error.file })
      throw error
    }
  }

  async * get (name: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    const within = this.within(options)
    try {
      yield * get(this.alive(), name, within)
    } catch (error) {
      throw ended(error, within.signal)
    }
  }

  async stat (name: string, options: AbortOptions & { version?: string } = {}): Promise<FileInfo> {
    return this.run(options, (parts, within) => stat(parts, name, within))
  }

  list (options?: ListOptions & { delimiter?: undefined }): AsyncGenerator<FileInfo>
  list (options: FolderListOptions): AsyncGenerator<FileInfo | FolderInfo>
  list (options: ListOptions & { delimiter?: string } = {}): AsyncGenerator<FileInfo | FolderInfo> {
    return this.rows(options, list)
  }

  du (options: UsageOptions = {}): AsyncGenerator<UsageInfo> {
    return this.rows(options, du)
  }

  history (name: string, options: AbortOptions = {}): AsyncGenerator<VersionInfo> {
    return this.rows(options, (parts, within) => history(parts, name, within))
  }

  async delete (name: string, options: AbortOptions = {}): Promise<Deleted> {
    return this.writing(options, (parts, within) => remove(parts, name, within))
  }

  deleted (options: DeletedOptions = {}): AsyncGenerator<Deleted> {
    return this.rows(options, deleted)
  }

  async restore (name: string, version?: string, options: RestoreOptions = {}): Promise<FileInfo> {
    return this.writing(options, (parts, within) => restore(parts, name, version, within))
  }

  async mv (from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> {
    return this.writing(options, (parts, within) => mv(parts, from, to, within))
  }

  async why (name: string, options: AbortOptions = {}): Promise<Why> {
    return this.run(options, (parts, within) => why(parts, name, within))
  }

  async evict (name: string, options: EvictOptions = {}): Promise<Evicted> {
    return this.run(options, (parts, within) => evict(parts, name, within))
  }

  async share (name: string, options: ShareOptions = {}): Promise<string> {
    return this.run(options, (parts, within) => share(parts, this.reachedAt(), name, within))
  }

  async invite (options: InviteOptions): Promise<string> {
    return invite(this.alive(), this.reachedAt(), options)
  }

  async revoke (target: string, options: RevokeOptions = {}): Promise<Revoked> {
    return this.writing(options, (parts, within) => revoke(parts, target, within))
  }

  async members (options: MembersOptions = {}): Promise<MemberInfo[]> {
    return members(this.alive(), options)
  }

  async peers (): Promise<PeerInfo[]> {
    return peerList(this.alive())
  }

  async status (): Promise<Status> {
    return status(this.alive(), this.facts())
  }

  async settings (): Promise<VaultSettings> {
    return this.alive().vault.settings.now
  }

  async set (change: SettingsChange, options: AbortOptions = {}): Promise<VaultSettings> {
    return this.writing(options, ({ vault }) => vault.set(change))
  }

  async verify (options: VerifyOptions = {}): Promise<VerifyResult> {
    return this.run(options, verify)
  }

  async gc (options: GcOptions = {}): Promise<GcResult> {
    return this.run(options, ({ clean }, within) => clean.gc(within))
  }

  async recoveryCode (): Promise<string> {
    return this.alive().vault.recoveryCode()
  }

  async checkRecoveryCode (code: string): Promise<boolean> {
    return this.alive().vault.checkRecoveryCode(code)
  }

  async changePassphrase (change: PassphraseChange): Promise<void> {
    return this.run(change, changePassphrase)
  }

  /** The running parts; NodeStoppedError once the node was stopped. */
  protected abstract alive (): Parts
  /** Adds the end of this node to the caller's own signal. */
  protected abstract within<T extends AbortOptions> (options: T): T & { signal: AbortSignal }
  /** Full multiaddrs at which others reach this node, the most useful first. */
  protected abstract reachedAt (): string[]
  protected abstract facts (): NodeFacts

  /** A list that ends with its signal, and with the node. */
  private async * rows<O extends AbortOptions, T> (options: O, read: (parts: Parts, within: O & { signal: AbortSignal }) => Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
    const within = this.within(options)
    try {
      for await (const row of read(this.alive(), within)) {
        if (within.signal.aborted) throw within.signal.reason
        yield row
      }
    } catch (error) {
      throw ended(error, within.signal)
    }
  }

  /** For what writes an entry of this node. */
  private async writing<O extends AbortOptions, T> (options: O, work: (parts: Parts, within: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    return this.run(options, async (parts, within) => {
      await settled(parts, within)
      return work(parts, within)
    })
  }

  private async run<O extends AbortOptions, T> (options: O, work: (parts: Parts, within: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const within = this.within(options)
    try {
      return await work(this.alive(), within)
    } catch (error) {
      throw ended(error, within.signal)
    }
  }
}
