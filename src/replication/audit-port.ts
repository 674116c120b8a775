import { randomInt } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { COST_A_MINUTE_BYTES, MAX_WAIT_MS, MIN_RANGE_COST_BYTES, type PromiseAnswer } from '../../protocols/audit/constants.js'
import { AuditWaitError, type AuditClient, type OwnRange } from '../../protocols/audit/dialer.js'
import type { GroupState } from '../../protocols/audit/groups.js'
import { ProtocolError } from '../../protocols/errors.js'
import { MissingBlockError } from '../../protocols/get/dialer.js'
import { BlockCorruptError } from '../errors.js'
import type { BlockStore } from '../blockstore/interface.js'
import type { AuditPort, PlacedVersion, Proof } from './placement/types.js'
import { abortable } from '../async/abortable.js'
import type { ProtocolClients } from './protocol-clients.js'
import type { Clock } from '../async/clock.js'

/** Ranges of a challenge. Whoever answers may hash the whole block of each, within ANSWER_MS and from a slow disk. */
export const RANGES_A_MESSAGE = 16
/** Bytes of a range, so that a member can be asked about a few hundred groups a minute. */
export const RANGE_BYTES = 16 * 1024
/** The same where every block is asked for: as many as cost the least. */
export const RANGE_OF_ALL_BYTES = MIN_RANGE_COST_BYTES
/** A member that answers `wait` is waited for so long in all, and so long longer as what it did answer explains. */
export const PATIENCE_MS = 3 * MAX_WAIT_MS
/** However short the wait that it asks for. */
export const LEAST_WAIT_MS = 1000
const MINUTE_MS = 60_000

export interface AuditPortParts {
  links: Pick<ProtocolClients, 'audit' | 'get'>
  store: Pick<BlockStore, 'read' | 'liesBelow' | 'blocksBelow' | 'drawBelow'>
  /** A version is held whole: all its groups stand and fall with its root. */
  rootOf: (group: PlacedVersion) => CID
  timer: Clock
  /** One of 0..below-1, which nobody can foresee. @default crypto.randomInt */
  random?: (below: number) => number
}

interface Patience { leftMs: number }

/** Asks members over `/dfs/audit/1.0.0`, and fetches over `/dfs/get/1.0.0` what a proof was wrong about. */
export class NodeAuditPort implements AuditPort {
  private readonly stopping = new AbortController()
  private readonly random: (below: number) => number

  constructor (private readonly parts: AuditPortParts) {
    this.random = parts.random ?? ((below) => randomInt(below))
  }

  /** What is asked, or waits to be, fails with this. */
  stop (reason: Error): void {
    this.stopping.abort(reason)
  }

  async have (peer: string, groups: readonly PlacedVersion[]): Promise<GroupState[]> {
    const names = groups.map((group) => ({ root: this.parts.rootOf(group), index: 0 }))
    return this.ask(peer, { leftMs: PATIENCE_MS }, (client, options) => client.have(names, options))
  }

  async keep (peer: string, group: PlacedVersion): Promise<PromiseAnswer> {
    const name = { root: this.parts.rootOf(group), index: 0 }
    const [answer] = await this.ask(peer, { leftMs: PATIENCE_MS }, (client, options) => client.keep([name], options))
    return answer ?? 'NOT_HELD'
  }

  /** Ends with the first message that brought another range than those that were asked for, or none: one is enough for a verdict. */
  async prove (peer: string, group: PlacedVersion, count: number | 'all'): Promise<Proof[] | undefined> {
    const { store } = this.parts
    const root = this.parts.rootOf(group)
    const longest = count === 'all' ? RANGE_OF_ALL_BYTES : RANGE_BYTES
    const patience = { leftMs: PATIENCE_MS }
    const proofs: Proof[] = []
    let ranges: OwnRange[] = []
    for (const cid of count === 'all' ? store.blocksBelow(root) : store.drawBelow(root, count, this.random)) {
      const bytes = await this.own(cid)
      if (bytes === undefined) return undefined
      ranges.push(this.range(cid, bytes, longest))
      if (ranges.length < RANGES_A_MESSAGE) continue
      proofs.push(...await this.challenge(peer, ranges, patience))
      if (proofs.some(({ verdict }) => verdict === 'NOT_HELD' || verdict === 'DIFFERENT')) return proofs
      ranges = []
    }
    if (ranges.length > 0) proofs.push(...await this.challenge(peer, ranges, patience))
    // not all of it was asked for where it was let go here meanwhile
    return proofs.length > 0 && store.liesBelow(root, root) ? proofs : undefined
  }

  async look (peer: string, { block }: Proof): Promise<'good' | 'bad' | 'missing'> {
    const { signal } = this.stopping
    const holder = await this.parts.links.get.to(peer, { signal })
    try {
      await holder.want(block as CID, { signal })
      return 'good'
    } catch (error) {
      if (error instanceof MissingBlockError) return 'missing'
      // its bytes came and failed their CID; it was told, and looks at its own copy
      if (error instanceof ProtocolError && error.code === 'HASH_MISMATCH') return 'bad'
      throw error
    }
  }

  /** This node's own bytes, hashed; undefined when there is no good copy of them here. */
  private async own (cid: CID): Promise<Uint8Array | undefined> {
    try {
      return await this.parts.store.read(cid, { signal: this.stopping.signal })
    } catch (error) {
      if (error instanceof BlockCorruptError) return undefined // in quarantine and reported by now
      throw error
    }
  }

  /** As long as it may be: short ones could be guessed. A copy, so that not whole blocks wait for the answer. */
  private range (cid: CID, bytes: Uint8Array, longest: number): OwnRange {
    const length = Math.min(longest, bytes.length)
    const offset = this.random(bytes.length - length + 1)
    return { cid, offset, bytes: bytes.slice(offset, offset + length) }
  }

  private async challenge (peer: string, ranges: readonly OwnRange[], patience: Patience): Promise<Proof[]> {
    const verdicts = await this.ask(peer, patience, (client, options) => client.challenge(ranges, options))
    const cost = ranges.reduce((sum, { bytes }) => sum + Math.max(MIN_RANGE_COST_BYTES, bytes.length), 0)
    // twice what it takes to earn that anew, since others of this node's questions cost too
    patience.leftMs = Math.min(PATIENCE_MS, patience.leftMs + 2 * cost * MINUTE_MS / COST_A_MINUTE_BYTES)
    return verdicts.map((verdict, i) => ({ block: ranges[i]?.cid, verdict }))
  }

  /** Waits where that is asked for and asks again, as long as patience lasts; then AuditWaitError. */
  private async ask<T> (peer: string, patience: Patience, question: (client: AuditClient, options: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const { signal } = this.stopping
    for (;;) {
      const client = await this.parts.links.audit.to(peer, { signal })
      try {
        return await question(client, { signal })
      } catch (error) {
        if (!(error instanceof AuditWaitError)) throw error
        const ms = Math.max(LEAST_WAIT_MS, error.waitMs)
        patience.leftMs -= ms
        if (patience.leftMs < 0) throw error
        await this.pause(ms)
      }
    }
  }

  private async pause (ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const cancel = this.parts.timer.after(ms, () => { resolve(undefined) })
    try {
      await abortable(promise, this.stopping.signal)
    } finally {
      cancel()
    }
  }
}
