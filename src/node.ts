import { TypedEventEmitter } from '@libp2p/interface'
import type { AbortOptions, Libp2p } from '@libp2p/interface'
import { STOP_DRAIN_MS } from './defaults.js'
import { NodeStoppedError, NotDurableError } from './errors.js'
import type {
  DfsNode, DfsNodeEvents, FileInfo, FileResult, GetOptions, InviteOptions, ListOptions, MemberInfo, MembersOptions, PeerInfo, PutOptions, Revoked,
  RevokeOptions, Role, Source, Status
} from './interface.js'
import type { OpenedFolder } from './open-folder.js'
import { ended } from './verbs/ended.js'
import { evict } from './verbs/evict.js'
import { get } from './verbs/get.js'
import { invite } from './verbs/invite.js'
import type { Verifier } from './vault/verifier.js'
import type { Parts } from './verbs/parts.js'
import { put } from './verbs/put.js'
import { revoke } from './verbs/revoke.js'
import { stat } from './verbs/stat.js'
import { members, peerList, status } from './verbs/status.js'

/** What createNode built, in the order in which it is to be stopped. */
export interface Built {
  parts: Parts
  host: Libp2p
  verifier: Verifier
  folder: OpenedFolder
  operator: string
  /** Full multiaddrs at which others reach this node, also where it will listen when it runs; the most useful first. */
  reachedAt: () => string[]
  /** Starts listening and connecting. */
  start: () => Promise<void>
}

/** The node as its user sees it: forwards each verb to its file, and stops the parts in order. */
export class Node extends TypedEventEmitter<DfsNodeEvents> implements DfsNode {
  private state: 'new' | 'running' | 'stopped' = 'new'
  private since: Date | undefined
  private starting: Promise<void> | undefined
  private stopping: Promise<void> | undefined
  private readonly life = new AbortController()

  constructor (private readonly built: Built) {
    super()
  }

  get peer (): string { return this.built.parts.peer }
  get vault (): string { return this.built.parts.vault.id }
  get role (): Role { return this.built.parts.vault.role }
  get addresses (): string[] { return this.built.host.getMultiaddrs().map(String) }

  async start (): Promise<void> {
    if (this.state === 'running') return
    this.alive()
    this.starting ??= this.built.start().finally(() => { this.starting = undefined })
    await this.starting
    // stopped meanwhile
    this.alive()
    this.state = 'running'
    this.since ??= new Date()
  }

  stop (): Promise<void> {
    this.stopping ??= this.end()
    return this.stopping
  }

  [Symbol.asyncDispose] (): Promise<void> {
    return this.stop()
  }

  async put (name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
    try {
      const file = await this.run(options, (parts, within) => put(parts, name, source, within))
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

  async * list (options: ListOptions = {}): AsyncGenerator<FileInfo> {
    const { signal } = this.within(options)
    for (const info of this.alive().vault.list(options.prefix ?? '')) {
      if (signal.aborted) throw ended(signal.reason, signal)
      yield info
    }
  }

  async evict (name: string, options: AbortOptions = {}): Promise<{ blocks: number, bytes: number, peer: string }> {
    return this.run(options, (parts, within) => evict(parts, name, within))
  }

  async invite (options: InviteOptions): Promise<string> {
    const parts = this.alive()
    return invite(parts, this.built.reachedAt(), options)
  }

  async revoke (target: string, options: RevokeOptions = {}): Promise<Revoked> {
    return this.run(options, (parts, within) => revoke(parts, target, within))
  }

  async members (options: MembersOptions = {}): Promise<MemberInfo[]> {
    return members(this.alive(), options)
  }

  async peers (): Promise<PeerInfo[]> {
    return peerList(this.alive())
  }

  async status (): Promise<Status> {
    const { folder, operator } = this.built
    return status(this.alive(), {
      addresses: this.addresses,
      operator,
      ...(folder.dir === undefined ? {} : { dir: folder.dir }),
      ...(this.since === undefined ? {} : { since: this.since })
    })
  }

  async recoveryCode (): Promise<string> {
    return this.alive().vault.recoveryCode()
  }

  async checkRecoveryCode (code: string): Promise<boolean> {
    return this.alive().vault.checkRecoveryCode(code)
  }

  private alive (): Parts {
    if (this.state === 'stopped') throw new NodeStoppedError('This node was stopped')
    return this.built.parts
  }

  /** Adds the end of this node to the caller's own signal. */
  private within<T extends AbortOptions> (options: T): T & { signal: AbortSignal } {
    const { signal } = this.life
    return { ...options, signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]) }
  }

  private async run<O extends AbortOptions, T> (options: O, work: (parts: Parts, within: O & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const within = this.within(options)
    try {
      return await work(this.alive(), within)
    } catch (error) {
      throw ended(error, within.signal)
    }
  }

  private async end (): Promise<void> {
    const { parts, host, verifier, folder } = this.built
    const running = this.state === 'running'
    this.state = 'stopped'
    const steps: Array<() => unknown> = [
      // what began is undone below; that it failed is its caller's to see
      async () => { await this.starting?.catch(() => {}) },
      async () => { if (running && parts.peers.sessions().length > 0) await parts.pulls.over(AbortSignal.timeout(STOP_DRAIN_MS)) },
      () => { this.life.abort(new NodeStoppedError('This node was stopped')) },
      // before the jobs that wait for what peers answer
      () => parts.links.stop(),
      () => parts.keeping.stop(),
      () => parts.catchUp.stop(),
      () => parts.sync.stop(),
      () => parts.peers.stop(),
      () => host.stop(),
      () => verifier.close(),
      () => folder.close()
    ]
    const errors: unknown[] = []
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        // the others are to end all the same, the folder and its lock above all
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
