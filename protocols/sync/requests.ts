import { ProtocolError } from '../errors.js'
import type { Kind, Message } from './codec.js'
import { MAX_WANTED_IDS } from './constants.js'
import type { SyncInit } from './source.js'

/** The requests of a leader, one at a time, and what a round counts. */
export class Requests {
  /** Entries that came. */
  received = 0
  /** Entries that were given. */
  sent = 0
  /** Entries that were new here, or that the peer has taken. */
  moved = 0
  /** Entries that came and were left out because their writer has enough of such. */
  over = 0
  /** Entries that were given and are not kept. */
  readonly left: { count: number, ids: Uint8Array[] } = { count: 0, ids: [] }
  #pending: PromiseWithResolvers<Message> | undefined

  /** @param changed called when it begins or ends that the peer owes an answer */
  constructor (
    readonly node: Pick<SyncInit, 'source' | 'receive' | 'receiveRecords'>,
    private readonly send: (message: Message) => Promise<void>,
    private readonly changed: () => void
  ) {}

  get waiting (): boolean {
    return this.#pending !== undefined
  }

  /** Sends a request that is not answered. */
  async tell (message: Message): Promise<void> {
    await this.send(message)
  }

  /** The answer to a request. MALFORMED when it is none of these kinds. */
  async ask (message: Message, ...kinds: Kind[]): Promise<Message> {
    const pending = Promise.withResolvers<Message>()
    // a write that fails leaves it to nobody
    pending.promise.catch(() => {})
    this.#pending = pending
    this.changed()
    await this.send(message)
    const answer = await pending.promise
    if (!kinds.some((kind) => answer[kind] !== undefined)) throw new ProtocolError('MALFORMED', 'The answer to another request')
    return answer
  }

  /** A message that only a leader gets. MALFORMED when nothing was asked. */
  answer (message: Message): void {
    const pending = this.#pending
    if (pending === undefined) throw new ProtocolError('MALFORMED', 'An answer for which nobody asked')
    this.#pending = undefined
    this.changed()
    pending.resolve(message)
  }

  /** The peer says of entries that it was given that it does not keep them. */
  notKept (ids: Uint8Array[]): void {
    this.left.count += ids.length
    this.left.ids.push(...ids.slice(0, MAX_WANTED_IDS - this.left.ids.length))
  }

  fail (error: Error): void {
    this.#pending?.reject(error)
    this.#pending = undefined
  }
}
