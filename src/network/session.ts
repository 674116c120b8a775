/** What a finished hello makes of a connection. */
import type { AbortOptions, Connection, Stream } from '@libp2p/interface'
import type { Role } from '../interface.js'

export interface SessionFacts {
  /** PeerId, the one that encryption proved. */
  peer: string
  role: Role
  label: string
  /** When the right to be here ends; checked at each stream. */
  expires?: Date
}

/** One connection with a finished hello. */
export interface Session extends SessionFacts {
  readonly connection: Connection
  readonly since: Date
  readonly direction: 'inbound' | 'outbound'
  /** Multiaddr of the other end. */
  readonly address: string
  /** Bytes on the wire, as far as the transport counts them. */
  readonly bytesReceived: number
  readonly bytesSent: number
  /** Aborted when the connection closes. */
  readonly signal: AbortSignal
}

/** The hello protocol, spoken by src/vault. Both methods resolve when both sides know each other, and throw when they refuse. */
export interface Greeter {
  readonly protocol: string
  /** Opens the stream itself: the dialling side speaks first. */
  dial: (connection: Connection, options: Required<AbortOptions>) => Promise<SessionFacts>
  handle: (stream: Stream, connection: Connection, options: Required<AbortOptions>) => Promise<SessionFacts>
}
