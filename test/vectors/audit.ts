/** Vectors of /dfs/audit/1.0.0. */
import { cidOf, DAG_CBOR, MAX_BLOCK_BYTES, RAW } from '../../protocols/block/cid.js'
import { ProtocolError } from '../../protocols/errors.js'
import { decodeMessage, encodeKept, encodeProofs, encodeQuestion, encodeRefusal, encodeStates, encodeWait, type Question } from '../../protocols/audit/codec.js'
import { AUDIT_PROTOCOL, MAX_GROUPS, MAX_KEEP_GROUPS, MAX_RANGE_BYTES, MAX_RANGES, MAX_TEXT_BYTES, MAX_VERSION_GROUPS } from '../../protocols/audit/constants.js'
import { Message } from '../../protocols/audit/messages.js'
import { proofOf } from '../../protocols/audit/proof.js'
import { plain } from './get.js'
import { hex, toJsonBytes, type JsonBytes } from './json-bytes.js'
import { peerOf } from './placement.js'

export interface AuditVectors {
  block: string
  pair: { answerer: string, asker: string }
  nonce: string
  valid: Array<{ name: string, frame: string, message: unknown }>
  bad: Array<{ name: string, fault: string, frame: JsonBytes, code: string }>
  proofs: Array<{ name: string, answerer: string, asker: string, nonce: string, cid: string, block: JsonBytes, offset: number, length: number, proof: string }>
  conversations: Array<{ name: string, fault: string, to: 'answerer' | 'asker', asked?: 'have' | 'challenge', frames: JsonBytes[], code: string }>
}

const ABC = new TextEncoder().encode('abc')
const cid = cidOf(RAW, ABC).bytes
/** As far as this protocol looks at it. */
export const ROOT = cidOf(DAG_CBOR, new TextEncoder().encode('root'))
const root = ROOT.bytes
export const PAIR = { answerer: peerOf(0), asker: peerOf(1) }
export const NONCE = new Uint8Array(32).map((_, i) => i)
const groups = (first: number, count: number): Array<{ root: Uint8Array, first: number, count: number }> => [{ root, first, count }]
const have: Question = { kind: 'have', question: 1, groups: groups(0, 1) }
const challenge: Question = { kind: 'challenge', question: 3, nonce: NONCE, ranges: [{ cid, offset: 1, length: 2 }] }
const proof = proofOf(NONCE, PAIR, cid, 1, ABC.subarray(1))

const valid: Record<string, Uint8Array> = {
  have: encodeQuestion(have),
  'have of two versions': encodeQuestion({ kind: 'have', question: 4, groups: [...groups(0, 1), ...groups(7, 3)] }),
  'have of the last group that there can be': encodeQuestion({ kind: 'have', question: 5, groups: groups(MAX_VERSION_GROUPS - 1, 1) }),
  keep: encodeQuestion({ kind: 'keep', question: 2, groups: groups(0, 1) }),
  challenge: encodeQuestion(challenge),
  states: encodeStates(1, [{ state: 'held' }]),
  'all states': encodeStates(1, [{ state: 'none' }, { state: 'held' }, { state: 'cannot' }, { state: 'leaving' }, { state: 'held', doubts: 1 }, { state: 'held', doubts: 9 }, { state: 'coming', percent: 0 }, { state: 'coming', percent: 99 }]),
  'unknown states count as none': Message.encode({ states: { question: 1, states: Uint8Array.of(4, 10, 20, 99, 200, 255) } }),
  kept: encodeKept(2, ['YES']),
  'all answers': encodeKept(2, ['NOT_HELD', 'YES', 'LEAVING', 'TOO_MANY']),
  'unknown answers count as not held': Message.encode({ kept: { question: 2, answers: Uint8Array.of(4, 255) } }),
  proofs: encodeProofs(3, [{ hash: proof }]),
  'no proofs': encodeProofs(3, [{ reason: 'NOT_HELD' }, { reason: 'FAILED' }]),
  'no proof for an unknown reason, which counts as failed': Message.encode({ proofs: { question: 3, proofs: [{ hash: new Uint8Array(0), reason: 9 }] } }),
  wait: encodeWait(3, 1500),
  refusal: encodeRefusal(new ProtocolError('MALFORMED', 'A nonce of 31 bytes'))
}

/** A question with the same item `count` times: `tag` is that of the question's field, `item` with its own tag. */
function repeated (tag: number, before: Uint8Array, item: Uint8Array, count: number): JsonBytes {
  const length = before.length + item.length * count
  return [hex(Uint8Array.of(tag, length & 0x7f | 0x80, length >> 7)) + hex(before), [hex(item), count]]
}
/** Behind the tag, length and number of the question in a message that has one. */
const itemOf = (question: Question): Uint8Array => encodeQuestion(question).subarray(4)
const group = itemOf(have)
const range = itemOf({ kind: 'challenge', question: 1, nonce: new Uint8Array(0), ranges: [{ cid, offset: 0, length: 1 }] })

const bad: AuditVectors['bad'] = [
  { name: 'empty', fault: 'no message in the frame', frame: '', code: 'MALFORMED' },
  { name: 'unknown kind', fault: 'only field 14, which is none of this version', frame: '7200', code: 'MALFORMED' },
  { name: 'two kinds', fault: 'wait and refusal in one frame', frame: hex(Message.encode({ wait: { question: 1, ms: 1 }, refusal: { code: 1, retry: false, text: '' } })), code: 'MALFORMED' },
  { name: 'cut', fault: 'the last byte is missing', frame: hex(encodeQuestion(have).subarray(0, -1)), code: 'MALFORMED' },
  { name: 'many runs', fault: `${MAX_GROUPS + 1} lists of groups in one have`, frame: repeated(0x0a, Uint8Array.of(8, 1), group, MAX_GROUPS + 1), code: 'LIMIT' },
  { name: 'many runs to keep', fault: `${MAX_KEEP_GROUPS + 1} lists of groups in one keep`, frame: repeated(0x12, Uint8Array.of(8, 1), group, MAX_KEEP_GROUPS + 1), code: 'LIMIT' },
  { name: 'many ranges', fault: `${MAX_RANGES + 1} ranges in one challenge`, frame: repeated(0x1a, Uint8Array.of(8, 1, 0x12, 32, ...NONCE), range, MAX_RANGES + 1), code: 'LIMIT' },
  { name: 'many states', fault: `${MAX_GROUPS + 1} states`, frame: toJsonBytes(Message.encode({ states: { question: 1, states: new Uint8Array(MAX_GROUPS + 1) } })), code: 'LIMIT' },
  { name: 'many answers', fault: `${MAX_KEEP_GROUPS + 1} answers`, frame: hex(Message.encode({ kept: { question: 1, answers: new Uint8Array(MAX_KEEP_GROUPS + 1) } })), code: 'LIMIT' },
  { name: 'many proofs', fault: `${MAX_RANGES + 1} proofs`, frame: toJsonBytes(Message.encode({ proofs: { question: 1, proofs: Array.from({ length: MAX_RANGES + 1 }, () => ({ hash: new Uint8Array(0), reason: 1 })) } })), code: 'LIMIT' },
  { name: 'short proof', fault: 'a hash of 31 bytes', frame: hex(encodeProofs(3, [{ hash: proof.subarray(1) }])), code: 'MALFORMED' },
  { name: 'proof and reason', fault: 'a hash with a reason why there is none', frame: hex(Message.encode({ proofs: { question: 3, proofs: [{ hash: proof, reason: 1 }] } })), code: 'MALFORMED' },
  { name: 'neither', fault: 'no hash and no reason', frame: hex(Message.encode({ proofs: { question: 3, proofs: [{ hash: new Uint8Array(0), reason: 0 }] } })), code: 'MALFORMED' },
  { name: 'long refusal', fault: `a text of ${MAX_TEXT_BYTES + 1} bytes`, frame: toJsonBytes(Message.encode({ refusal: { code: 6, retry: false, text: 'x'.repeat(MAX_TEXT_BYTES + 1) } })), code: 'LIMIT' }
]

const ask = (question: Question): JsonBytes => hex(encodeQuestion(question))
const withRange = (range: { cid?: Uint8Array, offset?: number, length?: number }): JsonBytes => ask({ ...challenge, ranges: [{ cid, offset: 0, length: 1, ...range }] })
const conversations: AuditVectors['conversations'] = [
  { name: 'no groups', fault: 'a have of nothing', to: 'answerer', frames: [ask({ ...have, groups: [] })], code: 'MALFORMED' },
  { name: 'no count', fault: 'a run of 0 groups', to: 'answerer', frames: [ask({ ...have, groups: groups(0, 0) })], code: 'MALFORMED' },
  { name: 'beyond a version', fault: `group ${MAX_VERSION_GROUPS}`, to: 'answerer', frames: [ask({ ...have, groups: groups(MAX_VERSION_GROUPS - 1, 2) })], code: 'MALFORMED' },
  { name: 'many groups', fault: `${MAX_GROUPS + 1} groups in one have`, to: 'answerer', frames: [ask({ ...have, groups: groups(0, MAX_GROUPS + 1) })], code: 'LIMIT' },
  { name: 'many groups to keep', fault: `${MAX_KEEP_GROUPS + 1} groups in one keep`, to: 'answerer', frames: [ask({ kind: 'keep', question: 1, groups: groups(0, MAX_KEEP_GROUPS + 1) })], code: 'LIMIT' },
  { name: 'raw root', fault: 'a root that is a chunk', to: 'answerer', frames: [ask({ ...have, groups: [{ root: cid, first: 0, count: 1 }] })], code: 'MALFORMED' },
  { name: 'short root', fault: 'a root of 35 bytes', to: 'answerer', frames: [ask({ ...have, groups: [{ root: root.subarray(1), first: 0, count: 1 }] })], code: 'MALFORMED' },
  { name: 'short nonce', fault: 'a nonce of 31 bytes', to: 'answerer', frames: [ask({ ...challenge, nonce: NONCE.subarray(1) })], code: 'MALFORMED' },
  { name: 'no ranges', fault: 'a challenge of nothing', to: 'answerer', frames: [ask({ ...challenge, ranges: [] })], code: 'MALFORMED' },
  { name: 'empty range', fault: 'a range of 0 bytes', to: 'answerer', frames: [withRange({ length: 0 })], code: 'MALFORMED' },
  { name: 'long range', fault: `a range of ${MAX_RANGE_BYTES + 1} bytes`, to: 'answerer', frames: [withRange({ length: MAX_RANGE_BYTES + 1 })], code: 'LIMIT' },
  { name: 'beyond a block', fault: 'a range that ends after the longest block', to: 'answerer', frames: [withRange({ offset: MAX_BLOCK_BYTES, length: 1 })], code: 'MALFORMED' },
  { name: 'short CID', fault: 'a CID of 35 bytes', to: 'answerer', frames: [withRange({ cid: cid.subarray(1) })], code: 'MALFORMED' },
  { name: 'two at once', fault: 'a second question before the first was answered', to: 'answerer', frames: [ask(have), ask(have)], code: 'LIMIT' },
  { name: 'states from an asker', fault: 'a message that only an answerer sends', to: 'answerer', frames: [hex(encodeStates(1, [{ state: 'held' }]))], code: 'MALFORMED' },
  { name: 'have from an answerer', fault: 'a message that only an asker sends', to: 'asker', asked: 'have', frames: [ask(have)], code: 'MALFORMED' },
  { name: 'another kind', fault: 'proofs for a have', to: 'asker', asked: 'have', frames: [hex(encodeProofs(0, [{ reason: 'FAILED' }]))], code: 'MALFORMED' },
  { name: 'another question', fault: 'the answer to a question that was not asked', to: 'asker', asked: 'have', frames: [hex(encodeStates(7, [{ state: 'held' }]))], code: 'MALFORMED' },
  { name: 'too few', fault: 'no state for one group', to: 'asker', asked: 'have', frames: [hex(encodeStates(0, []))], code: 'MALFORMED' },
  { name: 'too many', fault: 'two proofs for one range', to: 'asker', asked: 'challenge', frames: [hex(encodeProofs(0, [{ hash: proof }, { hash: proof }]))], code: 'MALFORMED' },
  { name: 'wait', fault: 'too much was asked for; the stream goes on', to: 'asker', asked: 'have', frames: [hex(encodeWait(0, 100))], code: 'LIMIT' },
  { name: 'refused', fault: 'the answerer ends the stream', to: 'asker', asked: 'have', frames: [hex(encodeRefusal(new ProtocolError('INTERNAL', 'It failed here')))], code: 'INTERNAL' }
]

const proofs: AuditVectors['proofs'] = ([
  ['a part', PAIR, ABC, 1, 2],
  ['all of it', PAIR, ABC, 0, 3],
  ['asked the other way round', { answerer: PAIR.asker, asker: PAIR.answerer }, ABC, 1, 2],
  ['the longest range', PAIR, new Uint8Array(MAX_RANGE_BYTES + 1).fill(5), 1, MAX_RANGE_BYTES]
] as const).map(([name, pair, block, offset, length]) => ({
  name,
  answerer: hex(pair.answerer),
  asker: hex(pair.asker),
  nonce: hex(NONCE),
  cid: hex(cidOf(RAW, block).bytes),
  block: toJsonBytes(block),
  offset,
  length,
  proof: hex(proofOf(NONCE, pair, cidOf(RAW, block).bytes, offset, block.subarray(offset, offset + length)))
}))

export function generate (): unknown {
  return {
    protocol: AUDIT_PROTOCOL,
    notation: 'bytes are hex, long ones a list of hex and of [hex, how often]; frames are without their length prefix. Conversations: `frames` are sent to one side at once; `asked`: the one question, of number 0, that the asker has open, about one group or the last two bytes of the block; the answerer does not answer before all came',
    block: hex(ABC),
    pair: { answerer: hex(PAIR.answerer), asker: hex(PAIR.asker) },
    nonce: hex(NONCE),
    valid: Object.entries(valid).map(([name, frame]) => ({ name, frame: hex(frame), message: plain(decodeMessage(frame)) })),
    bad,
    proofs,
    conversations
  }
}
