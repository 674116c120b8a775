import type { Stream } from '@libp2p/interface'
import { Channel } from '../framing/channel.js'
import { decodeMessage, encodeMessage } from './codec.js'
import type { Message } from './codec.js'
import { MAX_SYNC_BUFFERED_BYTES, MAX_SYNC_MESSAGE_BYTES } from './constants.js'

const SEVEN_BITS = 0x80

/** This class sends and reads the messages of one stream and counts them. */
export class Wire {
  readonly channel: Channel
  messagesSent = 0
  messagesReceived = 0
  bytesSent = 0
  bytesReceived = 0
  /** The counts of both directions before the last message arrived. */
  beforeLast = { messages: 0, bytes: 0 }

  constructor (stream: Stream, inactivityMs?: number) {
    this.channel = new Channel(stream, { maxMessageBytes: MAX_SYNC_MESSAGE_BYTES, maxBufferedBytes: MAX_SYNC_BUFFERED_BYTES, ...(inactivityMs === undefined ? {} : { inactivityMs }) })
  }

  async send (message: Message): Promise<void> {
    const bytes = encodeMessage(message)
    this.messagesSent++
    this.bytesSent += framed(bytes.length)
    await this.channel.write(bytes)
  }

  /**
   * Resolves to the next message, with no time limit; undefined when the remote has closed its
   * side.
   */
  async read (signal: AbortSignal): Promise<Message | undefined> {
    const bytes = await this.channel.read({ inactivityMs: Infinity, signal })
    if (bytes === undefined) return undefined
    this.beforeLast = { messages: this.messages, bytes: this.bytes }
    this.messagesReceived++
    this.bytesReceived += framed(bytes.length)
    return decodeMessage(bytes)
  }

  /** The number of messages in both directions. */
  get messages (): number { return this.messagesSent + this.messagesReceived }
  get bytes (): number { return this.bytesSent + this.bytesReceived }
}

/** Returns the bytes of a message with its length prefix. */
function framed (length: number): number {
  let bytes = length + 1
  for (let rest = length; rest >= SEVEN_BITS; rest = Math.floor(rest / SEVEN_BITS)) bytes++
  return bytes
}
