/**
 * Peers that are in no vault with this node and only use the DHT. They get no hello, none of our protocols, and no place
 * that a member needs: the gate counts them among those without hello.
 */
import type { Connection, IdentifyResult, Libp2p } from '@libp2p/interface'
import type { Clock } from '../async/clock.js'

/** A peer that is of another vault, or knows no hello, is not greeted again within this. */
export const STRANGER_MS = 60 * 60_000
/** A connection without hello on which the DHT was not at work for so long is closed; it is dialled again when it is needed. */
export const STRANGER_IDLE_MS = 60_000
const LOOK_MS = 10_000
/** What a peer speaks is told by identify, which begins with the connection. */
const IDENTIFY_MS = 5_000
const MAX_REMEMBERED = 4096
/** What identify notes of a peer. */
const IDENTIFIED = 'AgentVersion'

export interface DhtOnlyPeersInit {
  /** Missing: there is no DHT, and nobody stays without hello. */
  protocol: string | undefined
  host: Pick<Libp2p, 'peerStore' | 'addEventListener' | 'removeEventListener'>
  clock: Clock
  close: (connection: Connection) => void
}

export class DhtOnlyPeers {
  readonly #until = new Map<string, number>()
  #stopped = false

  constructor (private readonly init: DhtOnlyPeersInit) {}

  get allowed (): boolean { return this.init.protocol !== undefined && !this.#stopped }

  /** The peer is none of this vault. */
  note (peer: string): void {
    if (!this.allowed) return
    this.#until.delete(peer)
    this.#until.set(peer, this.init.clock.now() + STRANGER_MS)
    const [oldest] = this.#until.size > MAX_REMEMBERED ? this.#until.keys() : []
    if (oldest !== undefined) this.#until.delete(oldest)
  }

  has (peer: string): boolean {
    const until = this.#until.get(peer)
    if (until === undefined) return false
    if (until > this.init.clock.now()) return true
    this.#until.delete(peer)
    return false
  }

  /** It finished a hello after all. */
  forget (peer: string): void { this.#until.delete(peer) }

  /** Lets a connection without hello stay while the DHT uses it. False when its peer is not in the DHT, so that it has nothing to do here. */
  async keep (connection: Connection): Promise<boolean> {
    const { protocol } = this.init
    if (protocol === undefined || this.#stopped) return false
    const speaks = connection.streams.some((stream) => stream.protocol === protocol) || (await this.#protocols(connection)).includes(protocol)
    if (speaks) this.#watch(connection, protocol, this.init.clock.now())
    return speaks
  }

  stop (): void { this.#stopped = true }

  async #protocols (connection: Connection): Promise<string[]> {
    const { host, clock } = this.init
    // a stream that was opened adds its protocol too: the list is whole once identify has said who the peer is
    const known = await host.peerStore.get(connection.remotePeer).then(({ protocols, metadata }) => metadata.has(IDENTIFIED) ? protocols : undefined, () => undefined)
    if (known !== undefined) return known
    const { promise, resolve } = Promise.withResolvers<string[]>()
    const onIdentify = ({ detail }: CustomEvent<IdentifyResult>): void => { if (detail.peerId.equals(connection.remotePeer)) resolve(detail.protocols) }
    const none = (): void => { resolve([]) }
    const cancel = clock.after(IDENTIFY_MS, none)
    host.addEventListener('peer:identify', onIdentify)
    connection.addEventListener('close', none, { once: true })
    try {
      return await promise
    } finally {
      cancel()
      host.removeEventListener('peer:identify', onIdentify)
      connection.removeEventListener('close', none)
    }
  }

  #watch (connection: Connection, protocol: string, since: number): void {
    const { clock, close } = this.init
    const cancel = clock.after(LOOK_MS, () => {
      if (connection.status !== 'open') return
      const busy = connection.streams.some((stream) => stream.protocol === protocol)
      const at = busy ? clock.now() : since
      if (this.#stopped || clock.now() - at >= STRANGER_IDLE_MS) close(connection)
      else this.#watch(connection, protocol, at)
    })
    connection.addEventListener('close', cancel, { once: true })
  }
}
