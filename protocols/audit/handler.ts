import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import type { AuditBudget } from './budget.js'
import { decodeMessage, encodeKept, encodeProofs, encodeRefusal, encodeStates, encodeWait, type ProofAnswer, type Question, type RangeBytes } from './codec.js'
import { HAVE_COST_BYTES, KEEP_COST_BYTES, MAX_AUDIT_MESSAGE_BYTES, MAX_GROUPS, MAX_KEEP_GROUPS, MIN_RANGE_COST_BYTES, type PromiseAnswer } from './constants.js'
import { fromRuns, type GroupName, type GroupState } from './groups.js'
import { checkNonce, checkRange, proofOf, type Pair } from './proof.js'

/** What this side holds. Nothing here needs to know who asks: that is known to whoever makes it. */
export interface AuditBackend {
  /** One state for each group, in order. */
  have: (groups: GroupName[]) => GroupState[] | Promise<GroupState[]>
  /** One answer for each group, in order. What is answered YES is committed when it resolves. */
  promise: (groups: GroupName[]) => Promise<PromiseAnswer[]>
  /**
   * `length` bytes of a block as stored, from `offset` on; fewer when it is shorter; undefined when
   * it is not held. An error is answered with FAILED.
   */
  read: (cid: CID, offset: number, length: number) => Promise<Uint8Array | undefined>
  /** This side is the answerer, the remote peer the asker. */
  pair: Pair
  /** Of the remote peer, the same for all its streams. */
  budget: Pick<AuditBudget, 'take'>
  /** Ends the stream. */
  signal?: AbortSignal
  /** The remote peer: its streams count together when all hold too much. */
  peer?: string
  /** @default INACTIVITY_MS */
  inactivityMs?: number
}

/**
 * Answers one asker's questions, one at a time, until it closes the stream. Throws what ended the
 * stream otherwise: LIMIT or MALFORMED of the asker, TIMEOUT, CLOSED, the reason of the signal, and
 * what `have` and `promise` throw (the asker is told INTERNAL and no more). Failed reads are
 * answered, not thrown.
 */
export async function handleAudit (stream: Stream, backend: AuditBackend): Promise<void> {
  const { signal, peer, inactivityMs } = backend
  const channel = new Channel(stream, { maxMessageBytes: MAX_AUDIT_MESSAGE_BYTES, maxBufferedBytes: 2 * MAX_AUDIT_MESSAGE_BYTES, owner: peer, ...(inactivityMs === undefined ? {} : { inactivityMs }) })
  const onAbort = (): void => { channel.abort(signal?.reason as Error) }
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    signal?.throwIfAborted()
    for (;;) {
      const frame = await channel.read({ inactivityMs: Infinity })
      if (frame === undefined) break
      const message = decodeMessage(frame)
      if (message.kind !== 'have' && message.kind !== 'keep' && message.kind !== 'challenge') throw new ProtocolError('MALFORMED', `An asker sends no ${message.kind}`)
      const answer = await answerTo(message, backend)
      // nothing of a next question can be here before this answer went out
      if (channel.bufferedBytes > 0) throw new ProtocolError('LIMIT', 'A question before the last one was answered', { retry: false })
      await channel.write(answer)
    }
    await channel.close()
  } catch (error) {
    const told = error instanceof ProtocolError ? error : new ProtocolError('INTERNAL', 'It failed here')
    channel.abort(error as Error, encodeRefusal(told))
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

async function answerTo (message: Question, backend: AuditBackend): Promise<Uint8Array> {
  const { question } = message
  switch (message.kind) {
    case 'have': {
      const groups = fromRuns(message.groups, MAX_GROUPS)
      const waitMs = backend.budget.take(groups.length * HAVE_COST_BYTES)
      return waitMs > 0 ? encodeWait(question, waitMs) : encodeStates(question, await backend.have(groups))
    }
    case 'keep': {
      const groups = fromRuns(message.groups, MAX_KEEP_GROUPS)
      const waitMs = backend.budget.take(groups.length * KEEP_COST_BYTES)
      return waitMs > 0 ? encodeWait(question, waitMs) : encodeKept(question, await backend.promise(groups))
    }
    case 'challenge': {
      checkNonce(message.nonce)
      if (message.ranges.length === 0) throw new ProtocolError('MALFORMED', 'A challenge of no range')
      for (const range of message.ranges) checkRange(range)
      const waitMs = backend.budget.take(message.ranges.reduce((sum, { length }) => sum + Math.max(MIN_RANGE_COST_BYTES, length), 0))
      return waitMs > 0 ? encodeWait(question, waitMs) : encodeProofs(question, await proofsOf(message.nonce, message.ranges, backend))
    }
  }
}

/** One range after the other: what a question makes this side hold is one range and the proofs. */
async function proofsOf (nonce: Uint8Array, ranges: RangeBytes[], { read, pair }: AuditBackend): Promise<ProofAnswer[]> {
  const proofs: ProofAnswer[] = []
  for (const range of ranges) {
    const { cid, offset, length } = checkRange(range)
    try {
      const bytes = await read(cid, offset, length)
      proofs.push(bytes?.length === length ? { hash: proofOf(nonce, pair, range.cid, offset, bytes) } : { reason: 'NOT_HELD' })
    } catch {
      // a disk that fails is the holder's matter; the asker learns that nothing was proved
      proofs.push({ reason: 'FAILED' })
    }
  }
  return proofs
}
