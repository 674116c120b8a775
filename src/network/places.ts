/** Connections whose peer is not proved yet: whoever can open a TCP connection can have one, so the places are shared out by network. */
import type { MultiaddrConnection } from '@libp2p/interface'
import { networksOf } from './addresses.js'

export interface Unproved {
  readonly conn: MultiaddrConnection
  /** Undefined where the transport has no addresses. */
  readonly group: string | undefined
  /** A member came from there. */
  readonly trusted: boolean
}

/** Who makes room for one more: of the network that has most, and in it of the smaller one that has most, the one that came first. Addresses of members come last. */
export function oldestOfMost<T extends Unproved> (all: Iterable<T>): T | undefined {
  const unproved = [...all]
  const strangers = unproved.filter(({ trusted }) => !trusted)
  let left = strangers.length > 0 ? strangers : unproved
  for (let level = 0; left.length > 1; level++) {
    const networks = Map.groupBy(left, ({ group }) => networksOf(group ?? '')[level])
    if (networks.has(undefined)) break
    left = [...networks.values()].reduce((most, one) => one.length > most.length ? one : most)
  }
  return left[0]
}

/** Closes the connection when more than `most` bytes come on it; the answer ends that. Only transports with a socket are counted. */
export function boundBytes (conn: MultiaddrConnection, most: number): () => void {
  const { socket } = conn as { socket?: NodeJS.EventEmitter }
  let received = 0
  const onData = (data: Uint8Array): void => {
    received += data.length
    if (received > most) conn.abort(new Error(`more than ${most} bytes before it was let in`))
  }
  socket?.on('data', onData)
  return () => { socket?.off('data', onData) }
}
