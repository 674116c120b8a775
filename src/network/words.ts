/**
 * Lengths that do not end. libp2p reads the length before a word or a message byte by byte, and for as long as it is none it looks at
 * all that came once more for each byte: 64 KiB of 0xff hold the event loop for seconds. Here bytes are looked at before libp2p has them.
 */
import type { ConnectionGater, MessageStream, MultiaddrConnection } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { Uint8ArrayList } from 'uint8arraylist'
import { ProtocolError } from '../../protocols/errors.js'
import { readLengths } from './noise-crypto.js'

/** Of multistream-select: its longest word has 1,024 bytes, which two bytes of a length say. */
const MAX_WORD_BYTES = 1024
const MAX_WORD_LENGTH_BYTES = 2
/** More than trying one protocol after the other takes. */
const MAX_WORDS = 32
/** Of a message: 4 MiB and more. */
const MAX_MESSAGE_LENGTH_BYTES = 4
const MULTISTREAM = '/multistream/1.0.0'

/** What follows a word: 'words' until a protocol is agreed, then messages with their lengths, or anything. */
export type Follows = 'words' | 'messages' | 'anything'

/** What libp2p's own streams are at run time: whatever comes is given to `onData`, and kept while nobody reads. */
interface Receiver { onData: (data: Uint8Array | Uint8ArrayList) => void, readBuffer?: Uint8ArrayList }

export class Words {
  #follows: Follows = 'words'
  #length = 0
  #lengthBytes = 0
  /** Of the word or message under way, what is still to come. */
  #left = 0
  #word = ''
  #words = 0

  constructor (private readonly followsOn: (word: string) => Follows) {}

  /** Nothing more is looked at. */
  get over (): boolean { return this.#follows === 'anything' }

  /** Throws ProtocolError LIMIT at a length that libp2p would not take, and at too many words. */
  push (piece: Uint8Array): void {
    for (let at = 0; at < piece.length && !this.over;) {
      if (this.#left === 0) {
        this.#lengthByte(piece[at++] ?? 0)
        continue
      }
      const taken = Math.min(this.#left, piece.length - at)
      if (this.#follows === 'words') this.#word += latin1(piece.subarray(at, at + taken))
      this.#left -= taken
      at += taken
      if (this.#left === 0 && this.#follows === 'words') this.#wordEnds()
    }
  }

  #lengthByte (byte: number): void {
    const words = this.#follows === 'words'
    this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes++)
    if (byte >= 0x80) {
      if (this.#lengthBytes >= (words ? MAX_WORD_LENGTH_BYTES : MAX_MESSAGE_LENGTH_BYTES)) throw new ProtocolError('LIMIT', 'a length that does not end')
      return
    }
    if (words && this.#length > MAX_WORD_BYTES) throw new ProtocolError('LIMIT', `a word of ${this.#length} bytes`)
    this.#left = this.#length
    this.#length = this.#lengthBytes = 0
  }

  #wordEnds (): void {
    const word = this.#word.trimEnd()
    this.#word = ''
    if (++this.#words > MAX_WORDS) throw new ProtocolError('LIMIT', 'more words than agreeing on a protocol takes')
    if (word !== MULTISTREAM) this.#follows = this.followsOn(word)
  }
}

function latin1 (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** Looks at what comes on a stream until anything may follow; what is too much is told to `onLimit` and aborts the stream. */
export function boundWords (stream: Pick<MessageStream, 'abort'>, followsOn: (word: string) => Follows, onLimit: () => void = () => {}): void {
  const receiver = stream as Partial<Receiver>
  const { onData } = receiver
  if (onData === undefined) return
  const words = new Words(followsOn)
  let broken = false
  const look = (data: Uint8Array | Uint8ArrayList): void => {
    try {
      for (const piece of data instanceof Uint8Array ? [data] : data) words.push(piece)
    } catch (error) {
      broken = true
      onLimit()
      stream.abort(error as Error)
    }
    if (words.over) receiver.onData = onData
  }
  receiver.onData = (data) => {
    if (!broken) look(data)
    if (!broken) onData.call(stream, data)
  }
  // what is behind the last message of a handshake is there already
  const { readBuffer } = receiver
  if (readBuffer === undefined || readBuffer.byteLength === 0) return
  look(readBuffer)
  if (broken) readBuffer.consume(readBuffer.byteLength)
}

type Make = NonNullable<Libp2pOptions['connectionEncrypters']>[number]

/** Encryptions, and the gate that looks at the words with which one of them is agreed, and with which a muxer is. */
export class Agreeing {
  readonly #encryptions = new Set<string>()

  readonly gate: ConnectionGater = {
    denyInboundConnection: (conn) => this.#bound(conn),
    denyOutboundConnection: (_peer, conn) => this.#bound(conn)
  }

  /** The same, where a muxer is agreed by words once the peer is proved: one that was named in the handshake itself needs none. */
  bounded (make: Make): Make {
    return (components) => {
      const encrypter = make(components)
      this.#encryptions.add(encrypter.protocol)
      for (const method of ['secureInbound', 'secureOutbound'] as const) {
        const secure = encrypter[method].bind(encrypter)
        encrypter[method] = async (connection, options) => {
          const secured = await secure(connection, options)
          readLengths(secured.connection)
          if (secured.streamMuxer === undefined) boundWords(secured.connection, (word) => components.upgrader.getStreamMuxers().has(word) ? 'anything' : 'words')
          return secured
        }
      }
      return encrypter
    }
  }

  #bound (conn: MultiaddrConnection): false {
    boundWords(conn, (word) => this.#encryptions.has(word) ? 'anything' : 'words')
    return false
  }
}
