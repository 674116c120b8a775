import { ProtocolError } from '../errors.js'
import { COMING_FROM, DOUBTS_FROM, MAX_DOUBTS, MAX_GROUPS, MAX_KEEP_GROUPS, MAX_RANGES, MAX_TEXT_BYTES, NO_PROOF, PROMISES, PROOF_BYTES, STATES, type NoProof, type PromiseAnswer } from './constants.js'
import type { GroupRun, GroupState } from './groups.js'
import { Message } from './messages.js'

/** A range of the stored bytes of a block. */
export interface RangeBytes { cid: Uint8Array, offset: number, length: number }
/** The answer to one range: a proof, or the reason why there is none. */
export type ProofAnswer = { hash: Uint8Array } | { reason: NoProof }

export type Question =
  | { kind: 'have', question: number, groups: GroupRun[] }
  | { kind: 'keep', question: number, groups: GroupRun[] }
  | { kind: 'challenge', question: number, nonce: Uint8Array, ranges: RangeBytes[] }
export type Answer =
  | { kind: 'states', question: number, states: GroupState[] }
  | { kind: 'kept', question: number, answers: PromiseAnswer[] }
  | { kind: 'proofs', question: number, proofs: ProofAnswer[] }
  | { kind: 'wait', question: number, ms: number }
/**
 * A message of this protocol is exactly one of these kinds. CIDs and nonces are unchecked bytes.
 */
export type AuditMessage = Question | Answer | { kind: 'refusal', code: number, retry: boolean, text: string }

/**
 * Decodes one message.
 *
 * @throws ProtocolError MALFORMED unless it is one known kind, LIMIT for too long a list
 */
export function decodeMessage (frame: Uint8Array): AuditMessage {
  const { have, keep, challenge, states, kept, proofs, wait, refusal } = decodeFields(frame)
  const kinds = [have, keep, challenge, states, kept, proofs, wait, refusal].filter((field) => field !== undefined)
  if (kinds.length !== 1) throw new ProtocolError('MALFORMED', `A message of ${kinds.length} known kinds`)
  if (have !== undefined) return { kind: 'have', ...have }
  if (keep !== undefined) return { kind: 'keep', ...keep }
  if (challenge !== undefined) return { kind: 'challenge', ...challenge }
  if (states !== undefined) return { kind: 'states', question: states.question, states: readStates(states.states) }
  if (kept !== undefined) return { kind: 'kept', question: kept.question, answers: readPromises(kept.answers) }
  if (proofs !== undefined) return { kind: 'proofs', question: proofs.question, proofs: proofs.proofs.map(readProof) }
  if (wait !== undefined) return { kind: 'wait', question: wait.question, ms: wait.ms }
  return { kind: 'refusal', code: refusal?.code ?? 0, retry: refusal?.retry ?? false, text: checkText(refusal?.text ?? '') }
}

function decodeFields (frame: Uint8Array): Message {
  try {
    return Message.decode(frame, { limits: { have: { groups: MAX_GROUPS }, keep: { groups: MAX_KEEP_GROUPS }, challenge: { ranges: MAX_RANGES }, proofs: { proofs: MAX_RANGES } } })
  } catch (cause) {
    const tooMany = cause instanceof Error && cause.name === 'MaxLengthError'
    throw new ProtocolError(tooMany ? 'LIMIT' : 'MALFORMED', 'A message that cannot be decoded', tooMany ? { cause, retry: false } : { cause })
  }
}

export const encodeQuestion = (message: Question): Uint8Array => Message.encode({ [message.kind]: message })
export const encodeWait = (question: number, ms: number): Uint8Array => Message.encode({ wait: { question, ms } })

export function encodeStates (question: number, states: readonly GroupState[]): Uint8Array {
  return Message.encode({ states: { question, states: Uint8Array.from(states, stateByte) } })
}

export function encodeKept (question: number, answers: readonly PromiseAnswer[]): Uint8Array {
  return Message.encode({ kept: { question, answers: Uint8Array.from(answers, (answer) => PROMISES[answer]) } })
}

export function encodeProofs (question: number, proofs: readonly ProofAnswer[]): Uint8Array {
  const wire = proofs.map((proof) => 'hash' in proof ? { hash: proof.hash, reason: 0 } : { hash: new Uint8Array(0), reason: NO_PROOF[proof.reason] })
  return Message.encode({ proofs: { question, proofs: wire } })
}

export function encodeRefusal (error: ProtocolError): Uint8Array {
  return Message.encode({ refusal: { code: error.wire, retry: error.retry, text: clip(error.message) } })
}

function stateByte (state: GroupState): number {
  switch (state.state) {
    case 'none': return STATES.NONE
    case 'held': return (state.doubts ?? 0) > 0 ? DOUBTS_FROM + Math.min(MAX_DOUBTS, state.doubts ?? 0) : STATES.HELD
    case 'cannot': return STATES.CANNOT
    case 'leaving': return STATES.LEAVING
    case 'coming': return COMING_FROM + Math.max(0, Math.min(99, Math.floor(state.percent)))
  }
}

function readStates (bytes: Uint8Array): GroupState[] {
  if (bytes.length > MAX_GROUPS) throw new ProtocolError('LIMIT', `${bytes.length} states`, { retry: false })
  return Array.from(bytes, (byte): GroupState => {
    if (byte >= COMING_FROM && byte < COMING_FROM + 100) return { state: 'coming', percent: byte - COMING_FROM }
    if (byte === STATES.HELD) return { state: 'held' }
    if (byte > DOUBTS_FROM && byte <= DOUBTS_FROM + MAX_DOUBTS) return { state: 'held', doubts: byte - DOUBTS_FROM }
    if (byte === STATES.CANNOT) return { state: 'cannot' }
    if (byte === STATES.LEAVING) return { state: 'leaving' }
    return { state: 'none' }
  })
}

function readPromises (bytes: Uint8Array): PromiseAnswer[] {
  if (bytes.length > MAX_KEEP_GROUPS) throw new ProtocolError('LIMIT', `${bytes.length} answers`, { retry: false })
  return Array.from(bytes, (byte): PromiseAnswer => {
    if (byte === PROMISES.YES) return 'YES'
    if (byte === PROMISES.LEAVING) return 'LEAVING'
    if (byte === PROMISES.TOO_MANY) return 'TOO_MANY'
    return 'NOT_HELD'
  })
}

function readProof ({ hash, reason }: { hash: Uint8Array, reason: number }): ProofAnswer {
  if (hash.length === PROOF_BYTES && reason === 0) return { hash }
  if (hash.length !== 0 || reason === 0) throw new ProtocolError('MALFORMED', 'A proof that is neither a hash nor a reason')
  return { reason: reason === NO_PROOF.NOT_HELD ? 'NOT_HELD' : 'FAILED' }
}

/** Cuts to at most MAX_TEXT_BYTES, between characters. */
function clip (text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, MAX_TEXT_BYTES), { stream: true })
}

function checkText (text: string): string {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw new ProtocolError('LIMIT', 'A refusal with a long text', { retry: false })
  return text
}
