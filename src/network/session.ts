/** What a finished hello makes of a connection. */
import type { AbortOptions, Connection, Stream } from '@libp2p/interface'
import type { Role } from '../api/node.js'
import type { VisitorHandler } from './visitors.js'

export interface SessionFacts {
  /** PeerId, the one that encryption proved. */
  peer: string
  role: Role
  label: string
  /** When the right to be here ends; checked at each stream. */
  expires?: Date
}

/** Of somebody who is no member, and showed the grant of a link. */
export interface VisitorFacts {
  peer: string
  visits: {
    /** Id of the link, hex. */
    link: string
    /** Key that signed the grant, hex. */
    by: string
    /** CID: the one version whose blocks it may fetch. */
    root: string
  }
  expires: Date
}

/** A visitor and its connection. */
export type Visitor = VisitorFacts & Connected

/** One connection with a finished hello. */
export type Session = SessionFacts & Connected

interface Connected {
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
export interface Handshake {
  readonly protocol: string
  /** Opens the stream itself: the dialling side speaks first. */
  dial: (connection: Connection, options: Required<AbortOptions>) => Promise<SessionFacts>
  handle: (stream: Stream, connection: Connection, options: Required<AbortOptions>) => Promise<SessionFacts | VisitorFacts>
}

export interface HandleOptions {
  /** Streams of this protocol that one peer may have open here. */
  maxInbound: number
  /** Serves this protocol to visitors, and bounds their streams. @default their streams are refused */
  visitors?: VisitorHandler
}

export type SessionHandler = (stream: Stream, session: Session) => Promise<void>
