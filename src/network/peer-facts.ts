import type { Role } from '../interface.js'
import type { Session } from './session.js'

/** What `node.peers()` says of a session, without the label, which the vault knows better. */
export interface PeerFacts {
  peer: string
  role: Role
  direction: 'inbound' | 'outbound'
  address: string
  since: Date
  bytesReceived: number
  bytesSent: number
  /** Milliseconds there and back of the last ping; the host pings each connection every 30 s, so a new one has none. */
  latency?: number
  /** Of the streams that are open, sorted, each once. */
  protocols: string[]
}

export function peerFacts (session: Session): PeerFacts {
  const { connection, peer, role, direction, address, since, bytesReceived, bytesSent } = session
  // one whose protocol is still being agreed has an empty name
  const protocols = new Set(connection.streams.map(({ protocol }) => protocol).filter((protocol) => protocol !== ''))
  return {
    peer, role, direction, address, since, bytesReceived, bytesSent,
    ...(connection.rtt === undefined ? {} : { latency: connection.rtt }),
    protocols: [...protocols].sort()
  }
}
