/** Vectors of /dfs/get/1.0.0. */
import { cidOf, MAX_BLOCK_BYTES, RAW } from '../../protocols/block/cid.js'
import { ProtocolError } from '../../protocols/errors.js'
import { decodeMessage, encodeBlockHeader, encodeCancel, encodeComplaint, encodeMissing, encodeRefusal, encodeWant } from '../../protocols/get/codec.js'
import { GET_PROTOCOL, MAX_TEXT_BYTES, MAX_WANTS } from '../../protocols/get/constants.js'
import { Message } from '../../protocols/get/messages.js'
import { hex, toJsonBytes, unhex, type JsonBytes } from './json-bytes.js'

export interface GetVectors {
  block: string
  valid: Array<{ name: string, frame: string, message: unknown }>
  bad: Array<{ name: string, fault: string, frame: JsonBytes, code: string }>
  conversations: Array<{ name: string, fault: string, to: 'holder' | 'asker', asked?: string[], frames: JsonBytes[], code: string }>
}

const ABC = new TextEncoder().encode('abc')
const cid = cidOf(RAW, ABC).bytes
const other = cidOf(RAW, new TextEncoder().encode('other')).bytes

function concat (...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

const block = concat(encodeBlockHeader(cid, ABC.length), ABC)

const valid: Record<string, Uint8Array> = {
  want: encodeWant([cid]),
  'want of two': encodeWant([cid, other]),
  'want of none': encodeWant([]),
  cancel: encodeCancel([cid]),
  complaint: encodeComplaint(cid),
  block,
  'empty block': encodeBlockHeader(cidOf(RAW, new Uint8Array(0)).bytes, 0),
  'block with unknown fields before its data': concat(Message.encode({ block: { cid } }), unhex('f801ff01'), block.subarray(-5)),
  missing: encodeMissing(cid, 'NOT_HELD'),
  'missing, failed': encodeMissing(cid, 'FAILED'),
  'missing, cancelled': encodeMissing(cid, 'CANCELLED'),
  'missing for an unknown reason, which counts as failed': Message.encode({ missing: { cid, reason: 99 } }),
  refusal: encodeRefusal(new ProtocolError('LIMIT', 'More than 256 wants', { retry: false }))
}

/** A want or cancel of one CID, `count` times. */
function repeated (field: number, count: number): JsonBytes {
  const item = concat(unhex('0a24'), cid)
  const length = item.length * count
  return [hex(Uint8Array.of(field << 3 | 2, length & 0x7f | 0x80, length >> 7)), [hex(item), count]]
}

const bad: GetVectors['bad'] = [
  { name: 'empty', fault: 'no message in the frame', frame: '', code: 'MALFORMED' },
  { name: 'unknown kind', fault: 'only field 14, which is none of this version', frame: '7200', code: 'MALFORMED' },
  { name: 'two kinds', fault: 'want and cancel in one frame', frame: hex(Message.encode({ want: { cids: [cid] }, cancel: { cids: [cid] } })), code: 'MALFORMED' },
  { name: 'cut', fault: 'the last byte is missing', frame: hex(block.subarray(0, -1)), code: 'MALFORMED' },
  { name: 'block without data', fault: 'field 15 is missing', frame: hex(Message.encode({ block: { cid } })), code: 'MALFORMED' },
  { name: 'data without a block', fault: 'field 15 beside missing', frame: hex(Message.encode({ missing: { cid, reason: 1 }, data: ABC })), code: 'MALFORMED' },
  { name: 'long block', fault: `data of ${MAX_BLOCK_BYTES + 1} bytes`, frame: toJsonBytes(concat(encodeBlockHeader(cid, MAX_BLOCK_BYTES + 1), new Uint8Array(MAX_BLOCK_BYTES + 1))), code: 'LIMIT' },
  { name: 'many wants', fault: `${MAX_WANTS + 1} CIDs in one want`, frame: repeated(1, MAX_WANTS + 1), code: 'LIMIT' },
  { name: 'many cancels', fault: `${MAX_WANTS + 1} CIDs in one cancel`, frame: repeated(2, MAX_WANTS + 1), code: 'LIMIT' },
  { name: 'long refusal', fault: `a text of ${MAX_TEXT_BYTES + 1} bytes`, frame: toJsonBytes(Message.encode({ refusal: { code: 6, retry: false, text: 'x'.repeat(MAX_TEXT_BYTES + 1) } })), code: 'LIMIT' }
]

const conversations: GetVectors['conversations'] = [
  { name: 'wanted twice', fault: 'a CID that is outstanding is asked for again', to: 'holder', frames: [hex(encodeWant([cid])), hex(encodeWant([other, cid]))], code: 'MALFORMED' },
  { name: 'codec', fault: 'a CID of a codec that is neither raw nor dag-cbor', to: 'holder', frames: [hex(encodeWant([cid.with(1, 0x70)]))], code: 'MALFORMED' },
  { name: 'short CID', fault: 'a CID of 35 bytes', to: 'holder', frames: [hex(encodeWant([cid.subarray(0, -1)]))], code: 'MALFORMED' },
  { name: 'short CID in a complaint', fault: 'a CID of 35 bytes', to: 'holder', frames: [hex(encodeComplaint(cid.subarray(0, -1)))], code: 'MALFORMED' },
  { name: 'missing from an asker', fault: 'a message that only a holder sends', to: 'holder', frames: [hex(encodeMissing(cid, 'FAILED'))], code: 'MALFORMED' },
  { name: 'want from a holder', fault: 'a message that only an asker sends', to: 'asker', asked: [hex(cid)], frames: [hex(encodeWant([cid]))], code: 'MALFORMED' },
  { name: 'unasked block', fault: 'a block that is not outstanding', to: 'asker', asked: [hex(other)], frames: [hex(block)], code: 'LIMIT' },
  { name: 'answered twice', fault: 'the second answer to one want', to: 'asker', asked: [hex(cid), hex(other)], frames: [hex(block), hex(encodeMissing(cid, 'NOT_HELD'))], code: 'LIMIT' },
  { name: 'wrong bytes', fault: 'data whose hash is not that of the CID; the stream goes on, the want fails', to: 'asker', asked: [hex(cid)], frames: [hex(concat(block.subarray(0, -1), Uint8Array.of(0)))], code: 'HASH_MISMATCH' },
  { name: 'missing', fault: 'the holder does not have it; the stream goes on, the want fails', to: 'asker', asked: [hex(cid)], frames: [hex(encodeMissing(cid, 'NOT_HELD'))], code: 'INCOMPLETE' }
]

export function generate (): unknown {
  return {
    protocol: GET_PROTOCOL,
    notation: 'bytes are hex, long ones a list of hex and of [hex, how often]; frames are without their length prefix. Conversations: `frames` are sent to one side; `asked`: the CIDs that the asker has outstanding; the holder has none of them answered',
    block: hex(ABC),
    valid: Object.entries(valid).map(([name, frame]) => ({ name, frame: hex(frame), message: plain(decodeMessage(frame)) })),
    bad,
    conversations
  }
}

/** JSON of a message, its bytes as hex. */
export function plain (value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? hex(field) : field))
}
