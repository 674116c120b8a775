/** Vectors of /dfs/store/1.0.0. */
import { cidOf, MAX_BLOCK_BYTES, RAW } from '../../protocols/block/cid.js'
import { ProtocolError } from '../../protocols/errors.js'
import { decodeMessage, encodeBlockHeader, encodeMessage, encodeRefusal } from '../../protocols/store/codec.js'
import { EARLY_BYTES, MAX_ENTRY_BYTES, MAX_OFFER_CIDS, MAX_OFFERS, MAX_TEXT_BYTES, STORE_PROTOCOL } from '../../protocols/store/constants.js'
import { Message } from '../../protocols/store/messages.js'
import { hex, toJsonBytes, unhex, type JsonBytes } from './json-bytes.js'

export interface StoreVectors {
  block: string
  valid: Array<{ name: string, frame: string, message: unknown }>
  bad: Array<{ name: string, fault: string, frame: JsonBytes, code: string }>
  conversations: Array<{ name: string, fault: string, to: 'dialer' | 'listener', opens?: boolean, frames: JsonBytes[], code: string }>
}

const ABC = new TextEncoder().encode('abc')
const cid = cidOf(RAW, ABC).bytes
const other = cidOf(RAW, new TextEncoder().encode('other')).bytes
const id = new Uint8Array(16).fill(5)
const entry = new TextEncoder().encode('entry')
const entryId = new Uint8Array(32).fill(7)

function concat (...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

const open = encodeMessage({ open: { upload: 1, id, expected: 3 } })
const block = concat(encodeBlockHeader(1, cid, ABC.length), ABC)
const offer = encodeMessage({ offer: { upload: 1, cids: [cid], sizes: [3] } })
const done = encodeMessage({ done: { upload: 1, entry } })

const valid: Record<string, Uint8Array> = {
  open,
  'open of unknown size': encodeMessage({ open: { upload: 4294967295, id, expected: 0 } }),
  'open of the largest size': encodeMessage({ open: { upload: 2, id, expected: Number.MAX_SAFE_INTEGER } }),
  opened: encodeMessage({ opened: { upload: 1 } }),
  offer,
  'offer of two': encodeMessage({ offer: { upload: 1, cids: [cid, other], sizes: [3, MAX_BLOCK_BYTES] } }),
  want: encodeMessage({ want: { upload: 1, bits: Uint8Array.of(1) } }),
  block,
  'empty block': encodeBlockHeader(1, cidOf(RAW, new Uint8Array(0)).bytes, 0),
  'block with unknown fields before its data': concat(Message.encode({ block: { upload: 1, cid } }), unhex('f801ff01'), block.subarray(-5)),
  credit: encodeMessage({ credit: { bytes: 4096 } }),
  'sign of life': encodeMessage({ credit: { bytes: 0 } }),
  stored: encodeMessage({ stored: { upload: 1, cids: [cid] } }),
  done,
  receipt: encodeMessage({ receipt: { upload: 1, entry: entryId } }),
  abort: encodeMessage({ abort: { upload: 1 } }),
  refusal: encodeRefusal(2, new ProtocolError('NO_SPACE', 'full')),
  'refusal of the stream': encodeRefusal(0, new ProtocolError('HASH_MISMATCH', 'other bytes'))
}

/** An offer or `stored` of one CID, `count` times, without sizes. */
function repeated (field: number, count: number): JsonBytes {
  const item = concat(unhex('1224'), cid)
  const length = 2 + item.length * count
  return [hex(Uint8Array.of(field << 3 | 2, length & 0x7f | 0x80, length >> 7 & 0x7f | 0x80, length >> 14, 8, 1)), [hex(item), count]]
}

const bad: StoreVectors['bad'] = [
  { name: 'empty', fault: 'no message in the frame', frame: '', code: 'MALFORMED' },
  { name: 'unknown kind', fault: 'only field 14, which is none of this version', frame: '7200', code: 'MALFORMED' },
  { name: 'two kinds', fault: 'done and abort in one frame', frame: hex(encodeMessage({ done: { upload: 1, entry }, abort: { upload: 1 } })), code: 'MALFORMED' },
  { name: 'cut', fault: 'the last byte is missing', frame: hex(block.subarray(0, -1)), code: 'MALFORMED' },
  { name: 'block without data', fault: 'field 15 is missing', frame: hex(Message.encode({ block: { upload: 1, cid } })), code: 'MALFORMED' },
  { name: 'data without a block', fault: 'field 15 beside done', frame: hex(Message.encode({ done: { upload: 1, entry }, data: ABC })), code: 'MALFORMED' },
  { name: 'long block', fault: `data of ${MAX_BLOCK_BYTES + 1} bytes`, frame: toJsonBytes(concat(encodeBlockHeader(1, cid, MAX_BLOCK_BYTES + 1), new Uint8Array(MAX_BLOCK_BYTES + 1))), code: 'LIMIT' },
  { name: 'short id', fault: 'an upload id of 15 bytes', frame: hex(encodeMessage({ open: { upload: 1, id: id.subarray(1), expected: 3 } })), code: 'MALFORMED' },
  { name: 'uncountable size', fault: 'expected is 2^53', frame: hex(concat(encodeMessage({ open: { upload: 1, id, expected: 0 } }).with(1, 29), unhex('188080808080808010'))), code: 'MALFORMED' },
  { name: 'empty offer', fault: 'an offer of no CIDs', frame: hex(encodeMessage({ offer: { upload: 1, cids: [], sizes: [] } })), code: 'MALFORMED' },
  { name: 'offer without sizes', fault: 'one CID and no size', frame: hex(encodeMessage({ offer: { upload: 1, cids: [cid], sizes: [] } })), code: 'MALFORMED' },
  { name: 'offer of size 0', fault: 'a size of 0', frame: hex(encodeMessage({ offer: { upload: 1, cids: [cid], sizes: [0] } })), code: 'MALFORMED' },
  { name: 'offer of a long block', fault: `a size of ${MAX_BLOCK_BYTES + 1}`, frame: hex(encodeMessage({ offer: { upload: 1, cids: [cid], sizes: [MAX_BLOCK_BYTES + 1] } })), code: 'MALFORMED' },
  { name: 'long offer', fault: `an offer of ${MAX_OFFER_CIDS + 1} CIDs`, frame: repeated(2, MAX_OFFER_CIDS + 1), code: 'LIMIT' },
  { name: 'many stored', fault: `${MAX_OFFER_CIDS + 1} CIDs in one stored`, frame: repeated(9, MAX_OFFER_CIDS + 1), code: 'LIMIT' },
  { name: 'long entry', fault: `an entry of ${MAX_ENTRY_BYTES + 1} bytes`, frame: toJsonBytes(encodeMessage({ done: { upload: 1, entry: new Uint8Array(MAX_ENTRY_BYTES + 1) } })), code: 'LIMIT' },
  { name: 'short entry id', fault: 'a receipt with an id of 31 bytes', frame: hex(encodeMessage({ receipt: { upload: 1, entry: entryId.subarray(1) } })), code: 'MALFORMED' },
  { name: 'long refusal', fault: `a text of ${MAX_TEXT_BYTES + 1} bytes`, frame: toJsonBytes(encodeMessage({ refusal: { upload: 1, code: 4, retry: true, text: 'x'.repeat(MAX_TEXT_BYTES + 1) } })), code: 'LIMIT' }
]

const unknownSize = encodeMessage({ open: { upload: 1, id, expected: 0 } })
const large = encodeMessage({ open: { upload: 1, id, expected: EARLY_BYTES + 1 } })

const conversations: StoreVectors['conversations'] = [
  { name: 'number 0', fault: 'numbers begin at 1', to: 'listener', frames: [hex(encodeMessage({ open: { upload: 0, id, expected: 3 } }))], code: 'MALFORMED' },
  { name: 'number used', fault: 'a number that is not higher than those before', to: 'listener', frames: [hex(open), hex(open)], code: 'MALFORMED' },
  { name: 'no such upload', fault: 'a block of a number that was not opened', to: 'listener', frames: [hex(block)], code: 'MALFORMED' },
  { name: 'early, unknown size', fault: 'a block before an upload of unknown size was opened', to: 'listener', opens: false, frames: [hex(unknownSize), hex(block)], code: 'LIMIT' },
  { name: 'early, large', fault: `a block before an upload of ${EARLY_BYTES + 1} bytes was opened`, to: 'listener', opens: false, frames: [hex(large), hex(block)], code: 'LIMIT' },
  { name: 'wrong bytes', fault: 'data whose hash is not that of the CID', to: 'listener', frames: [hex(open), hex(concat(block.subarray(0, -1), Uint8Array.of(0)))], code: 'HASH_MISMATCH' },
  { name: 'codec', fault: 'a CID of a codec that is neither raw nor dag-cbor', to: 'listener', frames: [hex(open), hex(concat(encodeBlockHeader(1, cid.with(1, 0x70), 3), ABC))], code: 'MALFORMED' },
  { name: 'fifth offer', fault: 'four offers are not answered', to: 'listener', opens: false, frames: [hex(open), ...Array.from({ length: MAX_OFFERS + 1 }, () => hex(offer))], code: 'LIMIT' },
  { name: 'block after done', fault: 'done was said', to: 'listener', opens: false, frames: [hex(open), hex(done), hex(block)], code: 'MALFORMED' },
  { name: 'done twice', fault: 'done was said', to: 'listener', opens: false, frames: [hex(open), hex(done), hex(done)], code: 'MALFORMED' },
  { name: 'credit from a dialer', fault: 'a message that only a listener sends', to: 'listener', frames: [hex(encodeMessage({ credit: { bytes: 1 } }))], code: 'MALFORMED' },
  { name: 'block from a listener', fault: 'a message that only a dialer sends', to: 'dialer', frames: [hex(block)], code: 'MALFORMED' },
  { name: 'opened twice', fault: 'upload 1 is open', to: 'dialer', frames: [hex(encodeMessage({ opened: { upload: 1 } })), hex(encodeMessage({ opened: { upload: 1 } }))], code: 'MALFORMED' },
  { name: 'unasked want', fault: 'the answer to no offer', to: 'dialer', frames: [hex(encodeMessage({ want: { upload: 1, bits: Uint8Array.of(1) } }))], code: 'MALFORMED' },
  { name: 'early receipt', fault: 'a receipt before done', to: 'dialer', frames: [hex(encodeMessage({ receipt: { upload: 1, entry: entryId } }))], code: 'MALFORMED' },
  { name: 'unknown number', fault: 'the dialer has opened one upload', to: 'dialer', frames: [hex(encodeMessage({ opened: { upload: 2 } }))], code: 'MALFORMED' },
  { name: 'too much credit', fault: 'nothing was taken of the credit', to: 'dialer', frames: [hex(encodeMessage({ credit: { bytes: 1 } }))], code: 'LIMIT' },
  { name: 'idle sign of life', fault: 'a credit of 0, and no upload waits for a receipt', to: 'dialer', frames: [hex(encodeMessage({ opened: { upload: 1 } })), hex(encodeMessage({ credit: { bytes: 0 } }))], code: 'MALFORMED' },
  { name: 'refused', fault: 'the listener has no room; the stream goes on, the upload fails', to: 'dialer', frames: [hex(encodeRefusal(1, new ProtocolError('NO_SPACE', 'full')))], code: 'NO_SPACE' }
]

export function generate (): unknown {
  return {
    protocol: STORE_PROTOCOL,
    notation: 'bytes are hex, long ones a list of hex and of [hex, how often]; frames are without their length prefix. Conversations: `frames` are sent to one side of a fresh stream. A listener with opens: false has not answered the open yet. A dialer has opened upload 1, of unknown size, and sent nothing else',
    block: hex(ABC),
    valid: Object.entries(valid).map(([name, frame]) => ({ name, frame: hex(frame), message: plain(decodeMessage(frame)) })),
    bad,
    conversations
  }
}

/** JSON of a message, its bytes as hex. */
function plain (value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? hex(field) : field))
}
