import { setTimeout as pause } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { ProtocolError, type WireCode } from '../../protocols/errors.js'
import type { LinkText } from '../../protocols/vault/link.js'
import { MAX_DATE_MS } from '../defaults.js'
import { BlocksUnavailableError, type DfsError, LinkAlteredError, LinkExpiredError, LinkRevokedError, NodeStoppedError, NoMemberReachableError } from '../errors.js'
import { abortable } from '../async/abortable.js'
import { peerOf } from '../network/addresses.js'
import { linesOf, localTime, parsed, where, why, type Tried } from '../network/dial-report.js'
import { Holder, UnreachedError } from './holder.js'

/**
 * A member that was lost, or had no room for a visitor, is asked again after each of these pauses,
 * for each block.
 */
const PAUSES_MS = [500, 2_000, 5_000]
/** A member does not take back these answers to a grant; another member may answer differently. */
const FINAL: ReadonlySet<WireCode> = new Set(['EXPIRED', 'REVOKED', 'INVALID_DATA', 'MALFORMED', 'WRONG_VAULT', 'UNKNOWN_WRITER', 'UNSUPPORTED', 'REFUSED'])

export interface WantOptions {
  signal: AbortSignal
  /** The length of the block, where it is known. */
  size?: number
  onFetched?: (peer: string, bytes: number) => void
}

/**
 * The members that a link names are asked in turn. The one that answered last is asked until it
 * fails.
 */
export class Holders {
  private readonly holders: Holder[]
  private readonly refusals = new Map<Holder, ProtocolError>()
  private readonly served = new Set<Holder>()
  private readonly life = new AbortController()
  private current: Holder | undefined

  constructor (host: Libp2p, private readonly link: Pick<LinkText, 'vault' | 'grant' | 'addresses'>) {
    const addresses = Map.groupBy(link.addresses.flatMap((bytes) => parsed(() => multiaddr(bytes))), (address) => peerOf(address) ?? '')
    // any peer may answer at an address without a PeerId
    addresses.delete('')
    const shown = { vault: link.vault, grant: link.grant.encoded }
    this.holders = [...addresses].map(([peer, list]) => new Holder(host, peer, list, shown, this.life.signal))
  }

  /**
   * Resolves to the bytes of a block, verified against `cid`.
   *
   * @throws LinkRevokedError, LinkExpiredError, LinkAlteredError, NoMemberReachableError,
   *   BlocksUnavailableError
   */
  async want (cid: CID, { signal, size, onFetched }: WantOptions): Promise<Uint8Array> {
    const either = AbortSignal.any([signal, this.life.signal])
    const failures = new Map<Holder, unknown>()
    for (const pauseMs of [0, ...PAUSES_MS]) {
      if (pauseMs > 0) await pause(pauseMs, undefined, { signal: either }).catch(() => { either.throwIfAborted() })
      for (const holder of this.inTurn()) {
        either.throwIfAborted()
        if (pauseMs > 0 && !this.mayReturn(holder, failures.get(holder))) continue
        try {
          const client = await abortable(holder.get(), either)
          const bytes = await client.want(cid, { signal: either, ...(size === undefined ? {} : { size }) })
          this.current = holder
          this.served.add(holder)
          onFetched?.(holder.peer, bytes.length)
          return bytes
        } catch (error) {
          either.throwIfAborted()
          failures.set(holder, error)
          if (!this.served.has(holder) && error instanceof ProtocolError && FINAL.has(error.code)) this.refusals.set(holder, error)
        }
      }
      if (!this.holders.some((holder) => this.mayReturn(holder, failures.get(holder)))) break
    }
    throw this.failure(failures)
  }

  async close (): Promise<void> {
    this.life.abort(new NodeStoppedError('This link was closed'))
    await Promise.all(this.holders.map((holder) => holder.close()))
  }

  private inTurn (): Holder[] {
    const usable = this.holders.filter((holder) => !this.refusals.has(holder))
    return [...usable.filter((holder) => holder === this.current), ...usable.filter((holder) => holder !== this.current)]
  }

  /**
   * Returns true for a holder that may serve later: it was lost or had no room. A holder that lacks
   * the block, sent a wrong one or was never reached does not count.
   */
  private mayReturn (holder: Holder, error: unknown): boolean {
    if (error === undefined || this.refusals.has(holder)) return false
    if (error instanceof UnreachedError) return this.served.has(holder)
    return !(error instanceof ProtocolError) || ['LIMIT', 'CLOSED', 'TIMEOUT', 'INTERNAL'].includes(error.code)
  }

  /** Returns the most telling error of all answers. */
  private failure (failures: Map<Holder, unknown>): DfsError {
    const all = [...this.refusals.values(), ...failures.values()]
    const having = (code: WireCode): ProtocolError | undefined => all.find((error): error is ProtocolError => error instanceof ProtocolError && error.code === code)
    const expires = new Date(Math.min(this.link.grant.notAfter, MAX_DATE_MS))
    const [revoked, expired, altered, missing] = [having('REVOKED'), having('EXPIRED'), having('INVALID_DATA'), having('INCOMPLETE')]
    if (revoked !== undefined) return new LinkRevokedError('The link was taken back. Ask for a new one', { cause: revoked })
    if (expired !== undefined) return new LinkExpiredError(`The link ended on ${localTime(expires)}. Ask for a new one`, { cause: expired })
    if (altered !== undefined && this.served.size === 0) return new LinkAlteredError('The link was altered, or is not one of that vault. Ask for it again, over another way', { cause: altered })
    const lines = this.lines(failures)
    if (missing !== undefined || this.served.size > 0) {
      return new BlocksUnavailableError(`A part of this file was not got from any machine that the link names.\n${lines}The version may be gone there, or not be there yet`.trimEnd(), { cause: missing ?? all[0] })
    }
    const cause = all[0] === undefined ? {} : { cause: all[0] }
    if (Date.now() > expires.getTime()) return new LinkExpiredError(`The link ended on ${localTime(expires)}, by the clock of this machine, and no machine that it names answered. Ask for a new one`, cause)
    const none = this.holders.length === 1 ? 'the machine that the link names did not serve it' : `none of the ${this.holders.length} machines that the link names served it`
    return new NoMemberReachableError(`Could not fetch: ${none}.\n${lines}Nothing was written; the link stays good until ${localTime(expires)}. Is \`dfs start\` running there?`, cause)
  }

  private lines (failures: Map<Holder, unknown>): string {
    return linesOf(this.holders.flatMap((holder) => {
      const error = this.refusals.get(holder) ?? failures.get(holder)
      const says = error instanceof UnreachedError ? why(error.cause) : error instanceof ProtocolError ? (SAYS[error.code] ?? `failed (${error.code})`) : why(error)
      return holder.addresses.map((address): Tried => [where(address), says])
    }))
  }
}

const SAYS: Partial<Record<WireCode, string>> = {
  WRONG_VAULT: 'is a node of another vault now',
  UNKNOWN_WRITER: 'does not know yet who made the link',
  UNSUPPORTED: 'serves no links: it needs a newer dfs',
  REFUSED: 'refuses this machine for a minute after a failed attempt',
  LIMIT: 'has no place for more visitors at present',
  INCOMPLETE: 'does not have it',
  TIMEOUT: 'stopped answering',
  CLOSED: 'went away'
}
