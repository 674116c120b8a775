import type { AbortOptions, Libp2p } from '@libp2p/interface'
import { STOP_DRAIN_MS } from '../defaults.js'
import { NodeStoppedError } from '../errors.js'
import type { DfsNode, Role } from '../api/node.js'
import { NodeVerbs } from './node-verbs.js'
import type { NodeComponents } from './components.js'
import type { Lifecycle } from './lifecycle.js'
import type { OpenedFolder } from './open-folder.js'
import { notWritable } from '../blockstore/reading-folder.js'
import type { Components } from '../operations/components.js'
import type { NodeFacts } from '../operations/status.js'

/** The parts and facts from which createNode makes a node. */
export interface Built {
  parts: NodeComponents
  host: Libp2p
  folder: OpenedFolder
  lifecycle: Lifecycle
  operator: string
  /**
   * Returns full multiaddrs at which others reach this node, also those of a node that does not
   * listen yet; the most useful first.
   */
  reachedAt: () => string[]
}

/** The node as its user sees it; it starts and stops the parts in order. */
export class Node extends NodeVerbs implements DfsNode {
  private state: 'new' | 'running' | 'stopped' = 'new'
  private since: Date | undefined
  private starting: Promise<void> | undefined
  private stopping: Promise<void> | undefined
  private readonly life = new AbortController()
  /** Aborted to end a start that waits for others. */
  private readonly ending = new AbortController()

  constructor (private readonly built: Built) {
    super()
  }

  get peer (): string { return this.built.parts.peer }
  get vault (): string { return this.built.parts.vault.id }
  get role (): Role { return this.built.parts.vault.role }
  get addresses (): string[] { return this.built.host.getMultiaddrs().map(String) }

  async start (): Promise<void> {
    if (this.state === 'running') return
    this.writable()
    this.starting ??= this.built.lifecycle.start(this.ending.signal).finally(() => { this.starting = undefined })
    await this.starting
    // `stop` may have been called meanwhile
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

  protected override alive (): Components {
    if (this.state === 'stopped') throw new NodeStoppedError('This node was stopped')
    return this.built.parts
  }

  protected override writable (): Components {
    const parts = this.alive()
    const { readOnly, dir } = this.built.folder
    if (readOnly === true && dir !== undefined) throw notWritable(dir)
    return parts
  }

  protected override within<T extends AbortOptions> (options: T): T & { signal: AbortSignal } {
    const { signal } = this.life
    return { ...options, signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]) }
  }

  protected override reachedAt (): string[] { return this.built.reachedAt() }

  protected override facts (): NodeFacts {
    const { folder, operator } = this.built
    return {
      addresses: this.addresses,
      operator,
      ...(folder.dir === undefined ? {} : { dir: folder.dir }),
      ...(this.since === undefined ? {} : { since: this.since })
    }
  }

  private async end (): Promise<void> {
    const { parts, lifecycle } = this.built
    const running = this.state === 'running'
    this.state = 'stopped'
    this.ending.abort(new NodeStoppedError('This node was stopped'))
    // the stop below undoes the start, whose error its own caller gets
    await this.starting?.catch(() => {})
    try {
      if (running && parts.peers.sessions().length > 0) await parts.drain.over(AbortSignal.timeout(STOP_DRAIN_MS))
    } finally {
      this.life.abort(new NodeStoppedError('This node was stopped'))
      await lifecycle.stop()
    }
  }
}
