/** Connections whose peer is not proved yet: whoever can open a TCP connection can have one, so the places are shared out by network. */
import type { MultiaddrConnection } from '@libp2p/interface'

export interface Unproved {
  readonly conn: MultiaddrConnection
  /** What it comes from, from the widest network to the address itself (addresses.ts). */
  readonly networks: readonly string[]
  /** A member came from there. */
  readonly trusted: boolean
}

/** Who makes room for one more: of the network that has most, and in it of the smaller one that has most, the one that came first. Addresses of members come last. */
export function oldestOfMost<T extends Unproved> (all: Iterable<T>): T | undefined {
  const unproved = [...all]
  const strangers = unproved.filter(({ trusted }) => !trusted)
  let left = strangers.length > 0 ? strangers : unproved
  for (let level = 0; left.length > 1; level++) {
    const networks = Map.groupBy(left, ({ networks }) => networks[level])
    if (networks.has(undefined)) break
    left = [...networks.values()].reduce((most, one) => one.length > most.length ? one : most)
  }
  return left[0]
}

/**
 * Closes a connection on which more than `bytes` come, or more than `answers` are given; the function that is returned ends that.
 * Bytes are counted on sockets only. libp2p answers each word of multistream-select before any encryption, and a word may have three bytes.
 */
export function boundUnproved (conn: MultiaddrConnection, { bytes, answers }: { bytes: number, answers: number }): () => void {
  const { socket } = conn as { socket?: NodeJS.EventEmitter }
  let received = 0
  let sent = 0
  const onData = (data: Uint8Array): void => {
    received += data.length
    if (received > bytes) conn.abort(new Error(`more than ${bytes} bytes before it was let in`))
  }
  const send = conn.send
  conn.send = (data) => {
    if (++sent > answers) conn.abort(new Error(`more than ${answers} answers before it was let in`))
    return send.call(conn, data)
  }
  socket?.on('data', onData)
  return () => {
    conn.send = send
    socket?.off('data', onData)
  }
}
