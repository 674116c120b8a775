import { GetClient } from '../../protocols/get/dialer.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { StoreClient } from '../../protocols/store/dialer.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import type { Peers } from '../network/peers.js'

interface Client { readonly closed: boolean, abort: (error: Error) => void }

/** Waits for `promise`, but no longer than `signal` allows; what it waits for goes on for others. */
export async function abortable<T> (promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => { reject(signal.reason as Error) }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * One stream a peer, opened on demand, kept open and used by everybody: a kept-open stream answers five times as many
 * small requests as a new one each (design, wire). It is forgotten when it ends.
 */
export class Kept<T extends Client> {
  private readonly clients = new Map<string, Promise<T>>()
  private readonly stopping = new AbortController()

  constructor (private readonly open: (peer: string, options: { signal: AbortSignal }) => Promise<T>) {}

  async to (peer: string, options: { signal?: AbortSignal } = {}): Promise<T> {
    const known = this.clients.get(peer)
    if (known !== undefined) {
      const client = await abortable(known, options.signal)
      if (!client.closed) return client
      if (this.clients.get(peer) === known) this.clients.delete(peer)
      return this.to(peer, options)
    }
    const { signal } = this.stopping
    signal.throwIfAborted()
    const pending = this.open(peer, { signal })
    this.clients.set(peer, pending)
    pending.catch(() => { if (this.clients.get(peer) === pending) this.clients.delete(peer) })
    return abortable(pending, options.signal)
  }

  /** Ends them all; resolves at once, also while some are being opened. */
  async stop (reason: Error): Promise<void> {
    this.stopping.abort(reason)
    const all = [...this.clients.values()]
    this.clients.clear()
    // what a peer holds up is not waited for, and ended should it open after all
    for (const pending of all) pending.then((client) => { client.abort(reason) }, () => { /* it never opened */ })
  }
}

/** The data streams of this node to its peers. */
export class Links {
  readonly get: Kept<GetClient>
  readonly store: Kept<StoreClient>

  /** @param limits inactivityMs: how long a peer may stand still. @default that of the protocols */
  constructor (peers: Pick<Peers, 'open'>, limits: { inactivityMs?: number } = {}) {
    this.get = new Kept(async (peer, options) => new GetClient(await peers.open(peer, GET_PROTOCOL, options), limits))
    this.store = new Kept(async (peer, options) => new StoreClient(await peers.open(peer, STORE_PROTOCOL, options), limits))
  }

  async stop (): Promise<void> {
    const reason = new Error('the node stops')
    await Promise.all([this.get.stop(reason), this.store.stop(reason)])
  }
}
