/** Connections whose other end is no member: it showed a grant. None of them is a session, so nobody counts on them. */
import type { Stream } from '@libp2p/interface'
import { ProtocolError } from '../../protocols/errors.js'
import type { Clock } from '../async/clock.js'
import type { PeerConnection } from './peer-connection.js'
import type { Visitor } from './session.js'

/** Connections of visitors; beyond it the one that has used no stream for longest goes. */
export const MAX_VISITORS = 16

export type VisitorHandler = (stream: Stream, visitor: Visitor) => Promise<void>

interface Use {
  readonly link: PeerConnection
  readonly visitor: Visitor
  /** Handlers that run. */
  streams: number
  /** When the last one ended, or it came. */
  at: number
}

export class Visitors {
  readonly #uses = new Map<PeerConnection, Use>()
  readonly #clock: Clock
  readonly #perPeer: number
  readonly #most: number

  constructor (init: { clock: Clock, perPeer: number, most?: number }) {
    this.#clock = init.clock
    this.#perPeer = init.perPeer
    this.#most = init.most ?? MAX_VISITORS
  }

  all (): Visitor[] {
    return [...this.#uses.values()].map(({ visitor }) => visitor)
  }

  opened (link: PeerConnection, visitor: Visitor): void {
    this.#uses.set(link, { link, visitor, streams: 0, at: this.#clock.now() })
    const own = [...this.#uses.values()].filter((use) => use.visitor.peer === visitor.peer)
    if (own.length > this.#perPeer && own[0] !== undefined) this.#leave(own[0])
    if (this.#uses.size <= this.#most) return
    const [longest] = [...this.#uses.values()].filter((use) => use.link !== link).sort((a, b) => Number(a.streams > 0) - Number(b.streams > 0) || a.at - b.at)
    if (longest !== undefined) this.#leave(longest)
  }

  closed (link: PeerConnection): void {
    this.#uses.delete(link)
  }

  async serve (link: PeerConnection, visitor: Visitor, stream: Stream, handler: VisitorHandler): Promise<void> {
    const use = this.#uses.get(link)
    if (use === undefined) return stream.abort(new Error('the visitor left'))
    use.streams++
    try {
      await handler(stream, visitor)
    } catch (err) {
      stream.abort(err instanceof Error ? err : new Error(String(err)))
    } finally {
      use.streams--
      use.at = this.#clock.now()
    }
  }

  /** Ends the connections of those for whom this holds, at once. */
  expel (whom: (visitor: Visitor) => boolean): void {
    for (const { link, visitor } of [...this.#uses.values()]) if (whom(visitor)) link.expel(new ProtocolError('REVOKED', 'the link was revoked'))
  }

  #leave ({ link }: Use): void {
    this.#uses.delete(link)
    void link.close()
  }
}
