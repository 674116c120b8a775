/** One connection, from its opening through its hello to its end. */
import { TypedEventEmitter } from '@libp2p/interface'
import type { Connection } from '@libp2p/interface'
import { ProtocolError } from '../../protocols/errors.js'
import { abortable } from '../async/abortable.js'
import type { Clock } from '../async/clock.js'
import type { ConnectionGater } from './connection-gater.js'
import { wireOf } from './wire.js'
import type { Session, SessionFacts, Visitor, VisitorFacts } from './session.js'

/** What is queued has this long to go out when a connection is closed. */
export const CLOSE_MS = 500
/** When a right ends the clock is looked at no later than this: one that was set, or stood still while the machine slept, is found out. */
const WATCH_MS = 1_000

export class PeerConnection extends TypedEventEmitter<{ close: Event, expired: Event }> {
  readonly connection: Connection
  readonly peer: string
  /** A hello is under way or finished. */
  greeting = false
  /** Streams that wait for the hello. */
  waiting = 0
  closed = false
  /** This side closed it. */
  closedHere = false
  session: Session | undefined
  /** Instead of a session, where the other end is no member. */
  visitor: Visitor | undefined
  readonly #gate: ConnectionGater
  readonly #clock: Clock
  readonly #hello = new AbortController()
  readonly #life = new AbortController()
  readonly #greeted = Promise.withResolvers<Session | Visitor>()
  readonly #wall: Clock
  readonly #cancel: () => void
  #unwatch: (() => void) | undefined

  /**
   * @param wall says when a right ends
   * @param onLate no hello was begun within `helloMs`: whether the connection may stay is for who asks
   */
  constructor (connection: Connection, gate: ConnectionGater, { clock, wall }: { clock: Clock, wall: Clock }, helloMs: number, onLate: (late: Error) => Promise<void>) {
    super()
    this.connection = connection
    this.peer = connection.remotePeer.toString()
    this.#gate = gate
    this.#clock = clock
    this.#wall = wall
    wireOf(connection)?.watch(this.peer, (closes) => { gate.limited(connection, closes) }, gate.shared(connection))
    // nobody may be waiting for it
    this.#greeted.promise.catch(() => {})
    this.#cancel = clock.after(helloMs, () => {
      const late = new ProtocolError('TIMEOUT', `no hello within ${helloMs} ms`)
      this.#hello.abort(late)
      if (this.greeting) return
      this.fail(late)
      void onLate(late)
    })
    connection.addEventListener('close', () => {
      const gone = new ProtocolError('CLOSED', 'the connection closed')
      this.closed = true
      this.#unwatch?.()
      // a hello under way tells better why it failed
      if (!this.greeting || this.session !== undefined || this.visitor !== undefined) this.fail(gone)
      this.#hello.abort(gone)
      this.#life.abort(gone)
      this.safeDispatchEvent('close')
    }, { once: true })
  }

  /** Ends the hello: too late, or the connection closed. */
  get helloSignal (): AbortSignal {
    return this.#hello.signal
  }

  finish (facts: SessionFacts | VisitorFacts): void {
    this.#cancel()
    const made = connected(facts, this.connection, this.#gate, this.#life.signal)
    if ('visits' in made) this.visitor = made
    else this.session = made
    this.#greeted.resolve(made)
    if (facts.expires !== undefined) this.#watch(facts.expires.getTime())
  }

  /** The right to be here has ended. */
  get expired (): boolean {
    const expires = (this.session ?? this.visitor)?.expires
    return expires !== undefined && expires.getTime() <= this.#wall.now()
  }

  /** Ends the connection now, with all that runs on it in either direction: nothing more goes out. */
  expel (why: ProtocolError): void {
    if (this.closed) return
    this.closedHere = true
    this.#life.abort(why)
    this.connection.abort(why)
  }

  #watch (until: number): void {
    this.#unwatch = this.#wall.after(Math.max(0, Math.min(until - this.#wall.now(), WATCH_MS)), () => {
      if (!this.expired) this.#watch(until)
      else if (!this.closed) {
        this.safeDispatchEvent('expired')
        this.expel(new ProtocolError('EXPIRED', 'the right to be here has ended'))
      }
    })
  }

  fail (err: unknown): void {
    this.#cancel()
    this.#greeted.reject(err)
  }

  /** Closes the connection from this side; what is queued goes out first. */
  async close (): Promise<void> {
    this.closedHere = true
    try {
      await this.connection.close({ signal: AbortSignal.timeout(CLOSE_MS) })
    } catch (err) {
      this.connection.abort(err instanceof Error ? err : new Error(String(err)))
    }
  }

  /** Resolves when the connection is closed, at the latest after `ms`. */
  async ended (ms: number): Promise<void> {
    if (this.closed) return
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(ms, resolve)
      this.addEventListener('close', () => {
        cancel()
        resolve()
      }, { once: true })
    })
  }

  /** The session, once the hello is finished, or the visitor; why there is neither, when it failed. */
  async greeted (signal?: AbortSignal): Promise<Session | Visitor> {
    return abortable(this.#greeted.promise, signal)
  }
}

function connected<F extends SessionFacts | VisitorFacts> (facts: F, connection: Connection, gate: ConnectionGater, signal: AbortSignal): F & Omit<Session, keyof SessionFacts> {
  return {
    ...facts,
    connection,
    since: new Date(),
    direction: connection.direction,
    address: connection.remoteAddr.toString(),
    signal,
    get bytesReceived () { return gate.traffic(connection).received },
    get bytesSent () { return gate.traffic(connection).sent }
  }
}
