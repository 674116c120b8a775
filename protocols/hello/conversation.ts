import type { AbortOptions, Stream } from '@libp2p/interface'
import { ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import { closeAndLinger } from '../framing/linger.js'
import { decodeMessage, encodeMessage } from './codec.js'
import type { Message } from './codec.js'
import { ENCRYPTIONS, HELLO_MS, MAX_HELLO_BUFFERED_BYTES, MAX_HELLO_MESSAGE_BYTES, MAX_WELCOME_BYTES } from './constants.js'
import { refusalError, toRefusal } from './refusal.js'

export interface ConversationOptions extends AbortOptions {
  /**
   * libp2p's name of the encryption of the connection. The hello fails with REFUSED when it is none
   * of ENCRYPTIONS.
   */
  encryption: string | undefined
  /** True when this side may receive a `welcome`, which is longer than every other message. */
  welcome?: boolean
  /** @default HELLO_MS */
  helloMs?: number
}

type Kind = Exclude<keyof Message, 'refusal'>
type Heard<K extends Kind> = { [Only in K]: { kind: Only, message: NonNullable<Message[Only]> } }[K]

/**
 * In a conversation the two sides send one message each in turn, within one time limit for the
 * whole.
 */
export class Conversation {
  readonly #channel: Channel
  #timer: NodeJS.Timeout | undefined
  #refused = false

  constructor (stream: Stream, welcome: boolean) {
    this.#channel = new Channel(stream, {
      maxMessageBytes: welcome ? MAX_WELCOME_BYTES : MAX_HELLO_MESSAGE_BYTES,
      maxBufferedBytes: MAX_HELLO_BUFFERED_BYTES
    })
  }

  /** Replaces the time limit: `ms` are left from now. */
  allow (ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { this.abort(new ProtocolError('TIMEOUT', 'The hello took too long')) }, ms)
    this.#timer.unref()
  }

  async say (message: Message): Promise<void> {
    await this.#channel.write(encodeMessage(message))
  }

  /**
   * Resolves to the next message, which must be of one of these kinds.
   *
   * @throws the refusal of the other side; ProtocolError CLOSED when the other side closed,
   *   MALFORMED for another kind
   */
  async hear <K extends Kind> (...kinds: K[]): Promise<Heard<K>> {
    const bytes = await this.#channel.read({ inactivityMs: Infinity })
    if (bytes === undefined) throw new ProtocolError('CLOSED', 'The other side closed before the hello was finished')
    const heard = decodeMessage(bytes)
    if (heard.refusal !== undefined) {
      this.#refused = true
      throw refusalError(heard.refusal)
    }
    for (const kind of kinds) {
      const message = heard[kind]
      if (message !== undefined) return { kind, message } as Heard<K>
    }
    throw new ProtocolError('MALFORMED', `A message out of turn: ${Object.keys(heard).join()}`)
  }

  abort (error: Error): void {
    this.#channel.abort(error)
  }

  /**
   * Ends the conversation. With `error` it first sends a refusal, unless the other side refused or
   * the stream is closed.
   */
  end (error?: unknown): void {
    clearTimeout(this.#timer)
    if (this.#channel.closed) return
    if (error !== undefined && !this.#refused) {
      // a failed write also ends `closeAndLinger`
      this.say({ refusal: toRefusal(error) }).catch(() => {})
    }
    void closeAndLinger(this.#channel)
  }
}

/**
 * Runs one side of the conversation. Every error of `talk` ends the stream, with a refusal if the
 * other side did not refuse.
 */
export async function converse <T> (stream: Stream, options: ConversationOptions, talk: (conversation: Conversation) => Promise<T>): Promise<T> {
  const { signal, encryption, welcome = false, helloMs = HELLO_MS } = options
  signal?.throwIfAborted()
  const conversation = new Conversation(stream, welcome)
  const onAbort = (): void => { conversation.abort(signal?.reason as Error) }
  signal?.addEventListener('abort', onAbort, { once: true })
  conversation.allow(helloMs)
  try {
    if (encryption === undefined || !ENCRYPTIONS.includes(encryption)) throw new ProtocolError('REFUSED', 'No hello on a connection that is not encrypted')
    const result = await talk(conversation)
    conversation.end()
    return result
  } catch (error) {
    conversation.end(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}
