import { randomBytes } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { equal } from '../block/hash.js'
import { fromWire, ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import { abortable } from '../framing/abortable.js'
import { decodeMessage, encodeQuestion, type Answer, type Question } from './codec.js'
import { ANSWER_MS, MAX_AUDIT_MESSAGE_BYTES, MAX_GROUPS, MAX_KEEP_GROUPS, MAX_RANGES, MAX_WAIT_MS, NONCE_BYTES, type NoProof, type PromiseAnswer } from './constants.js'
import { toRuns, type GroupName, type GroupState } from './groups.js'
import { checkRange, proofOf, type Pair } from './proof.js'

export { AUDIT_PROTOCOL } from './constants.js'

export interface AuditClientOptions {
  /** The two peers; this side is the asker. */
  pair: Pair
  /**
   * The client waits this long for an answer, in milliseconds.
   * @default ANSWER_MS
   */
  answerMs?: number
  /**
   * Returns 32 bytes that were never used before.
   * @default random bytes
   */
  nonce?: () => Uint8Array
}

interface AskOptions { signal?: AbortSignal }

/** A range that the asker also holds, with its bytes. */
export interface OwnRange { cid: CID, offset: number, bytes: Uint8Array }
/**
 * PROVED: the answerer has these bytes. DIFFERENT: the proof is of other bytes or of another pair
 * of peers.
 */
export type RangeVerdict = 'PROVED' | 'DIFFERENT' | NoProof

/**
 * The peer answered no question because its budget for this node is used up. A retry is worthwhile
 * after `waitMs` milliseconds. Code: LIMIT.
 */
export class AuditWaitError extends ProtocolError {
  constructor (readonly waitMs: number) {
    super('LIMIT', `The peer answers again in ${waitMs} ms`)
  }
}

/**
 * This client asks one peer about its copies over one kept-open stream. Any number of questions may
 * wait; one is sent at a time.
 *
 * Every method throws AuditWaitError, RangeError for more than fits one message, the reason of
 * `signal` (the stream stays open), and the error that ended the stream: a refusal of the peer,
 * ProtocolError TIMEOUT when no answer came in time, MALFORMED, LIMIT, CLOSED.
 */
export class AuditClient {
  readonly #channel: Channel
  readonly #options: AuditClientOptions
  #tail: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #question = 0
  #error: Error | undefined

  constructor (stream: Stream, options: AuditClientOptions) {
    this.#options = options
    this.#channel = new Channel(stream, { maxMessageBytes: MAX_AUDIT_MESSAGE_BYTES, maxBufferedBytes: 2 * MAX_AUDIT_MESSAGE_BYTES })
  }

  /** True when the client accepts no more questions. */
  get closed (): boolean {
    return this.#error !== undefined || this.#channel.closed || this.#channel.ended
  }

  /** True when no question waits or is open. */
  get idle (): boolean {
    return this.#waiting === 0
  }

  /** Asks for the peer's state of each of at most MAX_GROUPS groups. */
  async have (groups: readonly GroupName[], { signal }: AskOptions = {}): Promise<GroupState[]> {
    checkCount(groups.length, MAX_GROUPS)
    return (await this.#ask({ kind: 'have', question: 0, groups: toRuns(groups) }, 'states', signal)).states
  }

  /** Asks the peer to keep at most MAX_KEEP_GROUPS groups for PROMISE_MS. */
  async keep (groups: readonly GroupName[], { signal }: AskOptions = {}): Promise<PromiseAnswer[]> {
    checkCount(groups.length, MAX_KEEP_GROUPS)
    return (await this.#ask({ kind: 'keep', question: 0, groups: toRuns(groups) }, 'kept', signal)).answers
  }

  /** Asks the peer to prove that it has the bytes of at most MAX_RANGES ranges. */
  async challenge (ranges: readonly OwnRange[], { signal }: AskOptions = {}): Promise<RangeVerdict[]> {
    checkCount(ranges.length, MAX_RANGES)
    const nonce = this.#options.nonce?.() ?? new Uint8Array(randomBytes(NONCE_BYTES))
    const asked = ranges.map(({ cid, offset, bytes }) => ({ cid: cid.bytes, offset, length: bytes.length }))
    for (const range of asked) checkRange(range)
    const { proofs } = await this.#ask({ kind: 'challenge', question: 0, nonce, ranges: asked }, 'proofs', signal)
    return proofs.map((proof, i) => {
      const own = ranges[i]
      if (!('hash' in proof)) return proof.reason
      return own !== undefined && equal(proof.hash, proofOf(nonce, this.#options.pair, own.cid.bytes, own.offset, own.bytes)) ? 'PROVED' : 'DIFFERENT'
    })
  }

  /** Waits for the open questions, then closes both sides. */
  async close (): Promise<void> {
    this.#error ??= new ProtocolError('CLOSED', 'The stream was closed here')
    await this.#tail
    try {
      await this.#channel.close()
      while (await this.#channel.read() !== undefined);
    } catch (error) {
      this.#channel.abort(error as Error)
      throw error
    }
  }

  abort (error: Error): void {
    this.#error ??= error
    this.#channel.abort(error)
  }

  async #ask<K extends Answer['kind']> (question: Question, kind: K, signal: AbortSignal | undefined): Promise<Extract<Answer, { kind: K }>> {
    signal?.throwIfAborted()
    if (this.#error !== undefined) throw this.#error
    this.#waiting++
    const talk = this.#tail.then(async () => {
      // the caller gave up while the question waited: it is not sent
      signal?.throwIfAborted()
      return this.#talk({ ...question, question: this.#question++ }, kind)
    })
    // the next question is sent when this one has its answer, even if its caller gave up
    this.#tail = talk.then(() => {}, () => {}).then(() => { this.#waiting-- })
    return abortable(talk, signal)
  }

  async #talk<K extends Answer['kind']> (question: Question, kind: K): Promise<Extract<Answer, { kind: K }>> {
    const late = new ProtocolError('TIMEOUT', 'The peer did not answer in time')
    const timer = setTimeout(() => { this.abort(late) }, this.#options.answerMs ?? ANSWER_MS)
    try {
      await this.#channel.write(encodeQuestion(question), undefined, { inactivityMs: Infinity })
      const frame = await this.#channel.read({ inactivityMs: Infinity })
      if (frame === undefined) throw new ProtocolError('CLOSED', 'The peer closed the stream with a question open')
      const answer = decodeMessage(frame)
      if (answer.kind === 'refusal') throw fromWire(answer.code, answer.retry, answer.text)
      if (!('question' in answer) || answer.question !== question.question) throw new ProtocolError('MALFORMED', 'An answer to another question')
      if (answer.kind === 'wait') throw new AuditWaitError(Math.min(answer.ms, MAX_WAIT_MS))
      if (answer.kind !== kind) throw new ProtocolError('MALFORMED', `A ${answer.kind} where ${kind} belong`)
      if (countOf(answer) !== countOf(question)) throw new ProtocolError('MALFORMED', 'Not as many answers as were asked for')
      return answer as Extract<Answer, { kind: K }>
    } catch (error) {
      if (!(error instanceof AuditWaitError)) this.abort(error as Error)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
}

function countOf (message: Question | Answer): number {
  switch (message.kind) {
    case 'have':
    case 'keep': return message.groups.reduce((sum, { count }) => sum + count, 0)
    case 'challenge': return message.ranges.length
    case 'states': return message.states.length
    case 'kept': return message.answers.length
    case 'proofs': return message.proofs.length
    case 'wait': return 0
  }
}

function checkCount (count: number, most: number): void {
  if (count < 1 || count > most) throw new RangeError(`not 1..${most} in one question: ${count}`)
}
