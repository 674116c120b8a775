import type { PeerInfo } from '../api/node.js'
import type { Session } from './session.js'

/** What `node.peers()` says of a session, without the label, which the vault knows better. */
export type PeerFacts = Omit<PeerInfo, 'label'>

/** The latency is that of the last ping: the host pings each connection every 30 s, so a new one has none. Protocols are sorted, each once. */
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
