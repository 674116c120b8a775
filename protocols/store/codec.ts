import { MAX_BLOCK_BYTES } from '../block/cid.js'
import { ProtocolError } from '../errors.js'
import { beforeData } from '../framing/data-field.js'
import { ENTRY_ID_BYTES, MAX_ENTRY_BYTES, MAX_OFFER_CIDS, MAX_TEXT_BYTES, UPLOAD_ID_BYTES } from './constants.js'
import { Message } from './messages.js'

const LIMITS = { offer: { cids: MAX_OFFER_CIDS, sizes: MAX_OFFER_CIDS }, stored: { cids: MAX_OFFER_CIDS } }

/** A message of this protocol is exactly one of these kinds. The CIDs are unchecked bytes. */
export type StoreMessage =
  | { kind: 'open', upload: number, id: Uint8Array, expected: number }
  | { kind: 'offer', upload: number, cids: Uint8Array[], sizes: number[] }
  | { kind: 'block', upload: number, cid: Uint8Array, data: Uint8Array }
  | { kind: 'done', upload: number, entry: Uint8Array }
  | { kind: 'abort', upload: number }
  | { kind: 'opened', upload: number }
  | { kind: 'want', upload: number, bits: Uint8Array }
  | { kind: 'credit', bytes: number }
  | { kind: 'stored', upload: number, cids: Uint8Array[] }
  | { kind: 'receipt', upload: number, entry: Uint8Array }
  | { kind: 'refusal', upload: number, code: number, retry: boolean, text: string }

/**
 * Decodes one message.
 *
 * @throws ProtocolError MALFORMED unless it is one known kind, LIMIT for a list or field that is
 *   too long
 */
export function decodeMessage (frame: Uint8Array): StoreMessage {
  const { data, ...fields } = decodeFields(frame)
  const kinds = Object.values(fields).filter((field) => field !== undefined)
  if (kinds.length !== 1) throw malformed(`A message of ${kinds.length} known kinds`)
  if ((data !== undefined) !== (fields.block !== undefined)) throw malformed('A block without data, or data without a block')
  return fromDialer(fields, data) ?? fromListener(fields)
}

function fromDialer ({ open, offer, block, done, abort }: Message, data: Uint8Array | undefined): StoreMessage | undefined {
  if (block !== undefined && data !== undefined) {
    if (data.length > MAX_BLOCK_BYTES) throw new ProtocolError('LIMIT', `A block of ${data.length} bytes`, { retry: false })
    return { kind: 'block', upload: block.upload, cid: block.cid, data }
  }
  if (open !== undefined) {
    if (open.id.length !== UPLOAD_ID_BYTES) throw malformed('An upload id of another length')
    if (!Number.isSafeInteger(open.expected)) throw malformed('More bytes are expected than can be counted')
    return { kind: 'open', upload: open.upload, id: open.id, expected: open.expected }
  }
  if (offer !== undefined) {
    const { upload, cids, sizes } = offer
    if (cids.length === 0 || cids.length !== sizes.length) throw malformed('An offer with as many sizes as CIDs, and not empty')
    if (sizes.some((size) => size === 0 || size > MAX_BLOCK_BYTES)) throw malformed('An offer of a block that no block can be')
    return { kind: 'offer', upload, cids, sizes }
  }
  if (done !== undefined) {
    if (done.entry.length > MAX_ENTRY_BYTES) throw new ProtocolError('LIMIT', `An entry of ${done.entry.length} bytes`, { retry: false })
    return { kind: 'done', upload: done.upload, entry: done.entry }
  }
  return abort === undefined ? undefined : { kind: 'abort', upload: abort.upload }
}

function fromListener ({ opened, want, credit, stored, receipt, refusal }: Message): StoreMessage {
  if (opened !== undefined) return { kind: 'opened', upload: opened.upload }
  if (want !== undefined) return { kind: 'want', upload: want.upload, bits: want.bits }
  if (credit !== undefined) return { kind: 'credit', bytes: credit.bytes }
  if (stored !== undefined) return { kind: 'stored', upload: stored.upload, cids: stored.cids }
  if (receipt !== undefined) {
    if (receipt.entry.length !== ENTRY_ID_BYTES) throw malformed('An entry id of another length')
    return { kind: 'receipt', upload: receipt.upload, entry: receipt.entry }
  }
  return { kind: 'refusal', upload: refusal?.upload ?? 0, code: refusal?.code ?? 0, retry: refusal?.retry ?? false, text: checkText(refusal?.text ?? '') }
}

function decodeFields (frame: Uint8Array): Message {
  try {
    return Message.decode(frame, { limits: LIMITS })
  } catch (cause) {
    const tooMany = cause instanceof Error && cause.name === 'MaxLengthError'
    throw new ProtocolError(tooMany ? 'LIMIT' : 'MALFORMED', 'A message that cannot be decoded', { retry: false, cause })
  }
}

/** Encodes every message but `block`. */
export function encodeMessage (message: Message): Uint8Array {
  return Message.encode(message)
}

/** Returns all bytes of a `block` message that precede the bytes of the block. */
export function encodeBlockHeader (upload: number, cid: Uint8Array, bytes: number): Uint8Array {
  return beforeData(Message.encode({ block: { upload, cid } }), bytes)
}

export function encodeRefusal (upload: number, error: ProtocolError): Uint8Array {
  return Message.encode({ refusal: { upload, code: error.wire, retry: error.retry, text: clip(error.message) } })
}

export function encodeBits (wanted: boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(wanted.length / 8))
  for (const [index, want] of wanted.entries()) {
    if (want) bits[index >> 3] = (bits[index >> 3] ?? 0) | 1 << (index & 7)
  }
  return bits
}

/**
 * Returns the first `count` bits of a bitfield.
 *
 * @throws ProtocolError MALFORMED when the field has another length or a bit beyond `count` is set
 */
export function decodeBits (bits: Uint8Array, count: number): boolean[] {
  if (count > MAX_OFFER_CIDS || bits.length !== Math.ceil(count / 8)) throw malformed('A bitfield of another length than its offer')
  const all = Array.from({ length: bits.length * 8 }, (_, index) => ((bits[index >> 3] ?? 0) >> (index & 7) & 1) === 1)
  if (all.indexOf(true, count) !== -1) throw malformed('A bitfield with bits beyond its offer')
  return all.slice(0, count)
}

function malformed (text: string): ProtocolError {
  return new ProtocolError('MALFORMED', text)
}

/** Cuts to at most MAX_TEXT_BYTES, between characters. */
function clip (text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, MAX_TEXT_BYTES), { stream: true })
}

function checkText (text: string): string {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw new ProtocolError('LIMIT', 'A refusal with a long text', { retry: false })
  return text
}
