/**
 * Bounds of one multiplexed connection, below all protocols: what the other side makes this one keep, unread or unsent, and
 * what it makes it do before it has said hello. Yamux itself keeps a frame of any length, answers pings and openings that
 * nobody reads, and takes what comes for a stream before anybody knows what the stream is for.
 */
import type { Connection, MessageStream, Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { ProtocolError } from '../../protocols/errors.js'
import { heldBytes, type Holder } from '../../protocols/framing/held-bytes.js'
import { Allowance } from './allowance.js'
import { Debt, type Shared } from './debt.js'
import { steadyClock, type Clock } from '../async/clock.js'
import { boundWords, type Follows } from './words.js'
import { DATA_FRAME, FrameReader, headerOf, PING_FRAME, SYN, YAMUX_HEADER_BYTES, type FrameHeader } from './frames.js'

/** A frame is no longer than a window may be (host.ts). */
export const MAX_FRAME_BYTES = 4 * 1024 ** 2
/** Pieces in which a frame may come, beside one a KiB of it: each is an object of its own until the frame is whole. */
const MAX_FRAME_PIECES = 1024
/** Before the hello: all that comes, but for the answers on streams that this side opened. A frame and a stream cost more than their bytes. */
export const STRANGER_BYTES = 256 * 1024
export const STRANGER_BYTES_PER_SECOND = 32 * 1024
const FRAME_COST_BYTES = 512
/** Of those of one stream, at least. */
const LEAST_FRAME_BYTES = 128
const STREAM_COST_BYTES = 2 * 1024
/** After it: streams that the other side opens. An honest member keeps its streams open, and opens a few at a time. */
export const MEMBER_STREAMS = 1024
export const MEMBER_STREAMS_PER_SECOND = 256
/** Pings of Yamux, of everybody: implementations send one in 30 s, and some one a round trip at the start to measure it. */
export const MAX_PINGS = 64
export const PINGS_PER_SECOND = 4
/** Streams whose protocol is still being agreed, and what may come on each until then: the first message of every protocol is shorter. */
export const MAX_AGREEING_STREAMS = 32
export const MAX_AGREEING_BYTES = 16 * 1024
/** What each answer on such a stream counts of these bytes: libp2p answers every word, and a word may have three bytes. */
const ANSWER_COST_BYTES = 512
/** More are there only of streams that are over: those are forgotten then. */
const MAX_BOUNDED_STREAMS = 256
/** What may wait to go out. Protocols pace their own messages; nobody paces the answers to pings, openings and bytes that came. */
export const MAX_STRANGER_UNSENT_BYTES = 256 * 1024
export const MAX_UNSENT_BYTES = 8 * 1024 ** 2
/** Each frame that waits is objects of its own: some hundred bytes for the twelve of a ping. */
export const MAX_UNSENT_FRAMES = 4096
/** What may come in all on one stream that this side opened for a protocol of libp2p. */
const ANSWER_BYTES: Readonly<Record<string, number>> = { '': MAX_AGREEING_BYTES, '/ipfs/id/1.0.0': 16 * 1024, '/ipfs/ping/1.0.0': 1024 }

/** Protocols of libp2p's own whose messages begin with a length, as words do. */
const READ_BY_LIBP2P = new Set(['/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0'])

export interface WireInit {
  /** @default steadyClock */
  clock?: Pick<Clock, 'now'>
  /** Most bytes of an answer, by protocol, beside those of libp2p's own, whose messages too begin with a length. @default none */
  answers?: Readonly<Record<string, number>>
  /** Those that are spoken here. @default any */
  protocols?: () => string[]
}

/** A muxer as its package makes it: it reads by `onData` and writes by `send`. */
interface Muxer extends StreamMuxer {
  onData: (data: Uint8Array | Uint8ArrayList) => void
  send: (data: Uint8Array | Uint8ArrayList) => boolean
  onRemoteStream: (stream: Stream) => void
  onCreateStream: () => Stream
}

/** By the list of its streams, which a connection shows to everybody. */
const wires = new WeakMap<object, Wire>()

/** Undefined for a connection of a muxer that was not made by `bounded`. */
export function wireOf (connection: Pick<Connection, 'streams'>): Wire | undefined {
  return wires.get(connection.streams)
}

/** The same muxer, with every connection bounded. */
export function bounded (make: () => StreamMuxerFactory, init: WireInit = {}): () => StreamMuxerFactory {
  return () => {
    const factory = make()
    return {
      protocol: factory.protocol,
      createStreamMuxer: (below) => {
        const muxer = factory.createStreamMuxer(below) as Muxer
        wires.set(muxer.streams, new Wire(muxer, below, init))
        return muxer
      }
    }
  }
}

export type { Shared } from './debt.js'

export class Wire implements Holder {
  owner: string | undefined
  readonly #muxer: Muxer
  readonly #below: MessageStream
  readonly #clock: Pick<Clock, 'now'>
  readonly #answers: Readonly<Record<string, number>>
  readonly #frames = new FrameReader((frame) => { this.#onFrame(frame) })
  /** Bytes that came on streams that have a bound, by stream: those whose protocol is not agreed, and answers to libp2p. */
  readonly #received = new Map<number, number>()
  /** Streams to reset once the muxer knows them. */
  readonly #excess: number[] = []
  #onLimit: (closes: boolean) => void = () => {}
  #allowance: Allowance
  #debt: Debt | undefined
  readonly #pings: Allowance
  #greeted = false
  #opened = false
  #unsentFrames = 0
  #held = 0

  constructor (muxer: Muxer, below: MessageStream, init: WireInit) {
    this.#muxer = muxer
    this.#below = below
    this.#clock = init.clock ?? steadyClock
    this.#answers = { ...ANSWER_BYTES, ...init.answers }
    this.#allowance = new Allowance({ most: STRANGER_BYTES, perSecond: STRANGER_BYTES_PER_SECOND, clock: this.#clock })
    this.#pings = new Allowance({ most: MAX_PINGS, perSecond: PINGS_PER_SECOND, clock: this.#clock })
    const { onData, send } = muxer
    muxer.onData = (data) => { this.#onData(data, () => { onData.call(muxer, data) }) }
    muxer.send = (data) => this.#send(data, () => send.call(muxer, data))
    this.#boundStreams(muxer, init)
    below.addEventListener('close', () => {
      this.#hold(0)
      this.#debt?.end()
    }, { once: true })
  }

  /**
   * @param onLimit called before the connection is closed, or a stream of it reset, for having passed a bound
   * @param shared what this stranger and others of its network have together; none for a member
   */
  watch (peer: string, onLimit: (closes: boolean) => void, shared?: Shared): void {
    this.owner = peer
    this.#onLimit = onLimit
    if (!this.#greeted && shared !== undefined) this.#debt = new Debt(shared)
  }

  /** The hello is finished: the other side is a member or a visitor, and its protocols pace it. */
  greeted (): void {
    if (this.#greeted) return
    this.#greeted = true
    this.#debt?.forgive()
    this.#debt = undefined
    this.#allowance = new Allowance({ most: MEMBER_STREAMS, perSecond: MEMBER_STREAMS_PER_SECOND, clock: this.#clock })
  }

  /** Of each stream the words with which its protocol is agreed, and the messages that libp2p itself reads. */
  #boundStreams (muxer: Muxer, { protocols = () => undefined, answers = {} }: { protocols?: () => string[] | undefined, answers?: object }): void {
    const { onRemoteStream, onCreateStream } = muxer
    const follows = (word: string): Follows => !word.startsWith('/') ? 'words' : READ_BY_LIBP2P.has(word) || word in answers ? 'messages' : 'anything'
    const limit = (): void => { this.#onLimit(false) }
    muxer.onRemoteStream = (stream) => {
      boundWords(stream, (word) => protocols()?.includes(word) === false ? 'words' : follows(word), limit)
      onRemoteStream.call(muxer, stream)
    }
    muxer.onCreateStream = () => {
      const stream = onCreateStream.call(muxer)
      boundWords(stream, follows, limit)
      return stream
    }
  }

  /** Closes the connection at once. */
  abort (error: Error): void {
    this.#hold(0)
    this.#onLimit(true)
    this.#below.abort(error)
  }

  #onData (data: Uint8Array | Uint8ArrayList, pass: () => void): void {
    try {
      for (const piece of data instanceof Uint8Array ? [data] : data) this.#frames.push(piece)
      if (this.#frames.pieces > MAX_FRAME_PIECES + this.#frames.length / 1024) throw tooMuch('a frame in too many pieces')
    } catch (error) {
      this.abort(error as Error)
      return
    }
    pass()
    for (const id of this.#excess.splice(0)) this.#reset(this.#stream(id), 'more bytes than the stream may carry')
    if (this.#opened) this.#boundAgreeing()
    if (this.#opened || this.#received.size > MAX_BOUNDED_STREAMS) this.#forgetGone()
    this.#opened = false
    this.#count()
  }

  #onFrame (frame: FrameHeader): void {
    if (frame.type === DATA_FRAME && frame.length > MAX_FRAME_BYTES) throw tooMuch(`a frame of ${frame.length} bytes`)
    const opens = (frame.flags & SYN) !== 0 && frame.stream !== 0
    this.#opened ||= opens
    if (opens) this.#received.set(frame.stream, 0)
    if (frame.type === PING_FRAME && (frame.flags & SYN) !== 0 && !this.#pings.take(1)) throw tooMuch('too many pings')
    const stream = frame.type === DATA_FRAME ? this.#stream(frame.stream) : undefined
    if (frame.type === DATA_FRAME) this.#boundStream(frame, stream)
    if (!this.#greeted) this.#pay(this.#cost(frame, opens, stream))
    else if (opens && !this.#allowance.take(1)) throw tooMuch('too many streams')
  }

  #pay (cost: number): void {
    if (!this.#allowance.take(cost)) throw tooMuch('too much before a hello')
    if (this.#debt?.pay(cost) === false) throw tooMuch('too much before a hello, of one network')
  }

  #stream (number: number): Stream | undefined {
    const id = String(number)
    return this.#muxer.streams.find((stream) => stream.id === id)
  }

  #cost ({ type, length }: FrameHeader, opens: boolean, stream: Stream | undefined): number {
    if (stream?.direction === 'outbound') return 0
    return FRAME_COST_BYTES + (opens ? STREAM_COST_BYTES : 0) + (type === DATA_FRAME ? length : 0)
  }

  /** Too much came before anybody knew what the stream is for, or in answer to a question of libp2p's own. */
  #boundStream ({ stream: id, length }: FrameHeader, stream: Stream | undefined): void {
    // one that this piece opens is not known to the muxer yet
    const most = stream?.direction === 'outbound' ? this.#answers[stream.protocol] : (stream?.protocol ?? '') === '' ? MAX_AGREEING_BYTES : undefined
    if (most === undefined) this.#received.delete(id)
    else if (stream !== undefined || this.#received.has(id)) {
      const received = (this.#received.get(id) ?? 0) + Math.max(length, LEAST_FRAME_BYTES)
      this.#received.set(id, received)
      if (received > most) this.#excess.push(id)
    }
  }

  #boundAgreeing (): void {
    const agreeing = this.#muxer.streams.filter(({ direction, protocol }) => direction === 'inbound' && protocol === '')
    for (const stream of agreeing.slice(MAX_AGREEING_STREAMS)) this.#reset(stream, 'too many streams whose protocol is not agreed')
  }

  #forgetGone (): void {
    for (const id of this.#received.keys()) if (this.#stream(id) === undefined) this.#received.delete(id)
  }

  #reset (stream: Stream | undefined, why: string): void {
    if (stream === undefined) return
    this.#onLimit(false)
    stream.abort(tooMuch(why))
  }

  #onAnswer ({ type, stream: id, length }: FrameHeader): void {
    const received = type === DATA_FRAME && length > 0 ? this.#received.get(id) : undefined
    if (received === undefined) return
    const stream = this.#stream(id)
    if (stream?.direction !== 'inbound' || stream.protocol !== '') return
    this.#received.set(id, received + ANSWER_COST_BYTES)
    if (received + ANSWER_COST_BYTES <= MAX_AGREEING_BYTES) return
    this.#received.delete(id)
    this.#reset(stream, 'more words than agreeing on a protocol takes')
  }

  #send (data: Uint8Array | Uint8ArrayList, pass: () => boolean): boolean {
    let more = false
    if (this.#received.size > 0) this.#onAnswer(headerOf(data.subarray(0, YAMUX_HEADER_BYTES)))
    try {
      more = pass()
    } catch (error) {
      // Yamux answers what still comes on a connection that is over, where nobody would catch this
      this.#below.abort(error as Error)
    }
    const unsent = this.#below.writeBufferLength
    this.#unsentFrames = unsent === 0 ? 0 : this.#unsentFrames + 1
    this.#count()
    if (unsent > (this.#greeted ? MAX_UNSENT_BYTES : MAX_STRANGER_UNSENT_BYTES) || this.#unsentFrames > MAX_UNSENT_FRAMES) this.abort(tooMuch('the other side reads nothing of what it asked for'))
    return more
  }

  /** What waits to go out, and of the frame under way what came. */
  #count (): void {
    const { missing, length } = this.#frames
    this.#hold(this.#below.writeBufferLength + (missing > 0 ? length - missing : 0))
  }

  #hold (bytes: number): void {
    if (bytes === this.#held) return
    this.#held = bytes
    heldBytes.set(this, bytes)
  }
}

function tooMuch (what: string): ProtocolError {
  return new ProtocolError('LIMIT', what)
}
