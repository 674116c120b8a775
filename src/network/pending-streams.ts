/** Streams that came before the hello of their connection was finished. */
import type { Clock } from '../async/clock.js'
import type { PeerConnection } from './peer-connection.js'

export interface PendingStreamsInit {
  clock: Clock
  helloWaitMs: number
  /** Streams that wait, in all and of one connection: each can hold 4 MiB of what came before anybody reads it. */
  streams: number
  perConnection: number
}

export class PendingStreams {
  #waiting = 0

  constructor (private readonly init: PendingStreamsInit) {}

  /** True once the hello is finished; false when it fails or none comes in time, or when too many wait already. */
  async greeted (link: PeerConnection): Promise<boolean> {
    const { clock, helloWaitMs, streams, perConnection } = this.init
    if (link.session !== undefined || link.visitor !== undefined) return true
    if (link.waiting >= perConnection || this.#waiting >= streams) return false
    link.waiting++
    this.#waiting++
    const late = new AbortController()
    const cancel = clock.after(helloWaitMs, () => { late.abort() })
    try {
      await link.greeted(late.signal)
      return true
    } catch {
      // why is counted where the hello failed
      return false
    } finally {
      cancel()
      link.waiting--
      this.#waiting--
    }
  }
}
