import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { Channel } from '../framing/channel.js'
import type { AuditBudget } from './budget.js'
import { decodeMessage, encodeKept, encodeProofs, encodeRefusal, encodeStates, encodeWait, type ProofAnswer, type Question, type RangeBytes } from './codec.js'
import { HAVE_COST_BYTES, KEEP_COST_BYTES, MAX_AUDIT_MESSAGE_BYTES, MAX_GROUPS, MAX_KEEP_GROUPS, MIN_RANGE_COST_BYTES, type PromiseAnswer } from './constants.js'
import { fromRuns, type GroupName, type GroupState } from './groups.js'
import { checkNonce, checkRange, proofOf, type Pair } from './proof.js'

/**
 * The backend answers questions about this node's copies. No function takes the asker: a backend is
 * made for one asker.
 */
export interface AuditBackend {
  /** Returns one state for each group, in their order. */
  have: (groups: GroupName[]) => GroupState[] | Promise<GroupState[]>
  /** Resolves to one answer for each group, in their order, after every YES is committed. */
  promise: (groups: GroupName[]) => Promise<PromiseAnswer[]>
  /**
   * Resolves to `length` stored bytes of a block from `offset` on, to fewer when the block is
   * shorter, or to undefined when the block is not held. An error is answered with FAILED.
   */
  read: (cid: CID, offset: number, length: number) => Promise<Uint8Array | undefined>
  /** The two peers; this side is the answerer, the remote peer the asker. */
  pair: Pair
  /** The budget of the remote peer, shared by all its streams. */
  budget: Pick<AuditBudget, 'take'>
  /** The signal ends the stream. */
  signal?: AbortSignal
  /** The remote peer. Its streams count together when all streams hold too much memory. */
  peer?: string
  /** @default INACTIVITY_MS */
  inactivityMs?: number
}

/**
 * Answers one asker's questions, one at a time, until the asker closes the stream. A failed read is
 * answered, not thrown.
 *
 * @throws the error that ended the stream: ProtocolError LIMIT or MALFORMED of the asker, TIMEOUT,
 *   CLOSED, the reason of the signal, and the errors of `have` and `promise` (of which the asker is
 *   told only INTERNAL)
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
      // the asker must not send a question before it has the answer to the last one
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

/**
 * Reads one range after the other, so that a question holds the memory of one range and of the
 * proofs.
 */
async function proofsOf (nonce: Uint8Array, ranges: RangeBytes[], { read, pair }: AuditBackend): Promise<ProofAnswer[]> {
  const proofs: ProofAnswer[] = []
  for (const range of ranges) {
    const { cid, offset, length } = checkRange(range)
    try {
      const bytes = await read(cid, offset, length)
      proofs.push(bytes?.length === length ? { hash: proofOf(nonce, pair, range.cid, offset, bytes) } : { reason: 'NOT_HELD' })
    } catch {
      // the asker learns only that nothing was proved; a failing disk is the holder's own matter
      proofs.push({ reason: 'FAILED' })
    }
  }
  return proofs
}
