import { shortPeer } from '../../log.js'

/** Counts the bytes that each member sent; as text it is what a line of the log says. */
export class FetchedFrom {
  private readonly bytes = new Map<string, number>()

  readonly add = (peer: string, bytes: number): void => { this.bytes.set(peer, (this.bytes.get(peer) ?? 0) + bytes) }

  toString (): string {
    const parts = [...this.bytes].map(([peer, bytes]) => `${shortPeer(peer)} (${bytes} bytes)`)
    return parts.length === 0 ? 'nobody: all of it was here' : parts.join(', ')
  }
}
