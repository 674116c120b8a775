import type { Clock } from '../async/clock.js'
import type { ConnectionGater } from './connection-gater.js'
import type { Session } from './session.js'

export interface PeersInit {
  /** The gate that the host was made with. @default one that only counts */
  gate?: ConnectionGater
  perPeer?: number
  helloMs?: number
  helloWaitMs?: number
  waitingStreams?: number
  waitingStreamsPerConnection?: number
  reconnectMinMs?: number
  reconnectMaxMs?: number
  clock?: Clock
  /** Says when a right ends. @default `clock`, else that of the machine */
  wall?: Clock
  /** From 0 to 1. @default Math.random */
  random?: () => number
  /** Protocol of the DHT: peers that only use it may be connected without hello. @default there is none */
  dht?: string
}

export interface PeersEvents {
  /** A peer has a session now. When its connection closes while a second one lives, 'session:close' and then this. */
  'session:open': CustomEvent<Session>
  'session:close': CustomEvent<Session>
  /** This session is a link, and it is for this side to open its standing streams. Once a session. */
  'link:open': CustomEvent<Session>
}
