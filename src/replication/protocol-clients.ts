import { AuditClient } from '../../protocols/audit/dialer.js'
import { AUDIT_PROTOCOL } from '../../protocols/audit/constants.js'
import { GetClient } from '../../protocols/get/dialer.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { StoreClient } from '../../protocols/store/dialer.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import type { Peers } from '../network/peers.js'
import { peerBytes } from './peer-bytes.js'
import { abortable } from '../async/abortable.js'
import type { Clock } from '../async/clock.js'

/** A stream that nobody used for so long is ended, so that the connection below it can be. */
export const LINK_IDLE_MS = 30_000
/** How often unused streams are looked for. */
const LOOK_MS = LINK_IDLE_MS / 6

interface Client {
  readonly closed: boolean
  /** Nothing is asked of the peer, and it owes nothing. */
  readonly idle: boolean
  close: () => Promise<void>
  abort: (error: Error) => void
}

interface Use<T> { readonly pending: Promise<T>, client?: T, /** When it was last of use; milliseconds of the timer. */ at: number }

/**
 * One stream a peer, opened on demand, kept open and used by everybody: a kept-open stream answers five times as many
 * small requests as a new one each. It is forgotten when it ends, and ended when nobody used it for
 * LINK_IDLE_MS.
 */
export class ClientPool<T extends Client> {
  private readonly uses = new Map<string, Use<T>>()
  private readonly stopping = new AbortController()
  private cancelLook: (() => void) | undefined

  constructor (private readonly open: (peer: string, options: { signal: AbortSignal }) => Promise<T>, private readonly timer: Clock) {}

  async to (peer: string, options: { signal?: AbortSignal } = {}): Promise<T> {
    const known = this.uses.get(peer)
    if (known !== undefined) {
      known.at = this.timer.now()
      const client = await abortable(known.pending, options.signal)
      if (!client.closed) return client
      this.forget(peer, known)
      return this.to(peer, options)
    }
    const { signal } = this.stopping
    signal.throwIfAborted()
    const use: Use<T> = { pending: this.open(peer, { signal }), at: this.timer.now() }
    this.uses.set(peer, use)
    use.pending.then((client) => {
      use.client = client
      use.at = this.timer.now()
    }, () => { this.forget(peer, use) })
    this.cancelLook ??= this.timer.after(LOOK_MS, this.look)
    return abortable(use.pending, options.signal)
  }

  /** Ends them all; resolves at once, also while some are being opened. */
  async stop (reason: Error): Promise<void> {
    this.stopping.abort(reason)
    this.cancelLook?.()
    const all = [...this.uses.values()]
    this.uses.clear()
    // what a peer holds up is not waited for, and ended should it open after all
    for (const { pending } of all) pending.then((client) => { client.abort(reason) }, () => { /* it never opened */ })
  }

  private readonly look = (): void => {
    const now = this.timer.now()
    for (const [peer, use] of this.uses) {
      const { client } = use
      if (client?.idle !== true) use.at = now
      else if (now - use.at >= LINK_IDLE_MS) {
        this.forget(peer, use)
        client.close().catch((error: unknown) => { client.abort(error as Error) })
      }
    }
    this.cancelLook = this.uses.size === 0 || this.stopping.signal.aborted ? undefined : this.timer.after(LOOK_MS, this.look)
  }

  private forget (peer: string, use: Use<T>): void {
    if (this.uses.get(peer) === use) this.uses.delete(peer)
  }
}

/** The data streams of this node to other members, over a link or a connection that is made for them. */
export class ProtocolClients {
  readonly get: ClientPool<GetClient>
  readonly store: ClientPool<StoreClient>
  readonly audit: ClientPool<AuditClient>

  /** @param limits inactivityMs: how long a peer may stand still. @default that of the protocols */
  constructor (peers: Pick<Peers, 'open' | 'reach' | 'self'>, timer: Clock, limits: { inactivityMs?: number } = {}) {
    const stream = async (peer: string, protocol: string, options: { signal: AbortSignal }): ReturnType<Peers['open']> => {
      await peers.reach(peer, options)
      return peers.open(peer, protocol, options)
    }
    this.get = new ClientPool(async (peer, options) => new GetClient(await stream(peer, GET_PROTOCOL, options), limits), timer)
    this.store = new ClientPool(async (peer, options) => new StoreClient(await stream(peer, STORE_PROTOCOL, options), limits), timer)
    // how long an answer may take is the protocol's own bound
    this.audit = new ClientPool(async (peer, options) => new AuditClient(await stream(peer, AUDIT_PROTOCOL, options), { pair: { answerer: peerBytes(peer), asker: peerBytes(peers.self) } }), timer)
  }

  async stop (): Promise<void> {
    const reason = new Error('the node stops')
    await Promise.all([this.get.stop(reason), this.store.stop(reason), this.audit.stop(reason)])
  }
}
