/** One connection, from its opening through its hello to its end. */
import { TypedEventEmitter } from '@libp2p/interface'
import type { Connection } from '@libp2p/interface'
import { ProtocolError } from '../../protocols/errors.js'
import { abortable } from './abortable.js'
import type { Clock } from './clock.js'
import type { Gate } from './gate.js'
import type { Session, SessionFacts } from './session.js'

export class Link extends TypedEventEmitter<{ close: Event }> {
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
  readonly #gate: Gate
  readonly #clock: Clock
  readonly #hello = new AbortController()
  readonly #life = new AbortController()
  readonly #greeted = Promise.withResolvers<Session>()
  readonly #cancel: () => void

  constructor (connection: Connection, gate: Gate, clock: Clock, helloMs: number) {
    super()
    this.connection = connection
    this.peer = connection.remotePeer.toString()
    this.#gate = gate
    this.#clock = clock
    // nobody may be waiting for it
    this.#greeted.promise.catch(() => {})
    this.#cancel = clock.after(helloMs, () => {
      const late = new ProtocolError('TIMEOUT', `no hello within ${helloMs} ms`)
      this.#hello.abort(late)
      if (this.greeting) return
      this.fail(late)
      connection.abort(late)
    })
    connection.addEventListener('close', () => {
      const gone = new ProtocolError('CLOSED', 'the connection closed')
      this.closed = true
      // a hello under way tells better why it failed
      if (!this.greeting || this.session !== undefined) this.fail(gone)
      this.#hello.abort(gone)
      this.#life.abort(gone)
      this.safeDispatchEvent('close')
    }, { once: true })
  }

  /** Ends the hello: too late, or the connection closed. */
  get helloSignal (): AbortSignal {
    return this.#hello.signal
  }

  finish (facts: SessionFacts): void {
    this.#cancel()
    this.session = session(facts, this.connection, this.#gate, this.#life.signal)
    this.#greeted.resolve(this.session)
  }

  fail (err: unknown): void {
    this.#cancel()
    this.#greeted.reject(err)
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

  /** The session, once the hello is finished; why there is none, when it failed. */
  async greeted (signal?: AbortSignal): Promise<Session> {
    return abortable(this.#greeted.promise, signal)
  }
}

function session (facts: SessionFacts, connection: Connection, gate: Gate, signal: AbortSignal): Session {
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
