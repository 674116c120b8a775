import { ProtocolError } from '../errors.js'
import type { Kind, Message } from './codec.js'
import { MAX_WANTED_IDS } from './constants.js'
import type { SyncInit } from './source.js'

/** This class sends the requests of a leader, one at a time, and counts what a round does. */
export class Requests {
  /** The number of entries that arrived. */
  received = 0
  /** The number of entries that were given. */
  sent = 0
  /** The number of entries that were new here or that the peer accepted. */
  moved = 0
  /**
   * The number of entries that arrived and were left out, because this node keeps enough unknown
   * entries of their writer.
   */
  over = 0
  /** The entries that were given and that the peer does not keep. */
  readonly left: { count: number, ids: Uint8Array[] } = { count: 0, ids: [] }
  #pending: PromiseWithResolvers<Message> | undefined

  /** @param changed called when the peer begins or ceases to owe an answer */
  constructor (
    readonly node: Pick<SyncInit, 'source' | 'receive' | 'receiveRecords'>,
    private readonly send: (message: Message) => Promise<void>,
    private readonly changed: () => void
  ) {}

  get waiting (): boolean {
    return this.#pending !== undefined
  }

  /** Sends a request that has no answer. */
  async tell (message: Message): Promise<void> {
    await this.send(message)
  }

  /**
   * Sends a request and resolves to its answer.
   *
   * @throws ProtocolError MALFORMED when the answer is none of these kinds
   */
  async ask (message: Message, ...kinds: Kind[]): Promise<Message> {
    const pending = Promise.withResolvers<Message>()
    // after a failed write nothing awaits this promise
    pending.promise.catch(() => {})
    this.#pending = pending
    this.changed()
    await this.send(message)
    const answer = await pending.promise
    if (!kinds.some((kind) => answer[kind] !== undefined)) throw new ProtocolError('MALFORMED', 'The answer to another request')
    return answer
  }

  /**
   * Handles a message that only a leader receives.
   *
   * @throws ProtocolError MALFORMED when nothing was asked
   */
  answer (message: Message): void {
    const pending = this.#pending
    if (pending === undefined) throw new ProtocolError('MALFORMED', 'An answer for which nobody asked')
    this.#pending = undefined
    this.changed()
    pending.resolve(message)
  }

  /** Counts given entries that the peer does not keep. */
  notKept (ids: Uint8Array[]): void {
    this.left.count += ids.length
    this.left.ids.push(...ids.slice(0, MAX_WANTED_IDS - this.left.ids.length))
  }

  fail (error: Error): void {
    this.#pending?.reject(error)
    this.#pending = undefined
  }
}
