/** Strangers leave what libp2p keeps of peers when they hang up. */
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Clock } from '../async/clock.js'

/** The parts of libp2p that look up who went do it in this time. */
export const LEAVE_MS = 1_000

export interface LeavingInit {
  host: Pick<Libp2p, 'addEventListener' | 'getConnections' | 'peerStore'>
  clock: Clock
  /** Stays known: a member, or somebody whom others ask the DHT for. */
  stays: (peer: string) => boolean
  /** What went wrong with one; it leaves when libp2p's store is full. */
  onError: (error: unknown) => void
}

/** For as long as the host lives. */
export function forgetStrangers ({ host, clock, stays, onError }: LeavingInit): void {
  host.addEventListener('peer:disconnect', ({ detail: peer }: CustomEvent<PeerId>) => {
    if (stays(peer.toString())) return
    clock.after(LEAVE_MS, () => {
      if (host.getConnections(peer).length === 0 && !stays(peer.toString())) void Promise.resolve(host.peerStore.delete(peer)).catch(onError)
    })
  })
}
