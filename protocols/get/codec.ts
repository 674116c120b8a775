import { MAX_BLOCK_BYTES } from '../block/cid.js'
import { ProtocolError } from '../errors.js'
import { beforeData } from '../framing/data-field.js'
import { MAX_TEXT_BYTES, MAX_WANTS, MISSING_REASONS, type MissingReason } from './constants.js'
import { Message } from './messages.js'

/** A message of this protocol is exactly one of these kinds. The CIDs are unchecked bytes. */
export type GetMessage =
  | { kind: 'want', cids: Uint8Array[] }
  | { kind: 'cancel', cids: Uint8Array[] }
  | { kind: 'complaint', cid: Uint8Array }
  | { kind: 'block', cid: Uint8Array, data: Uint8Array }
  | { kind: 'missing', cid: Uint8Array, reason: MissingReason }
  | { kind: 'refusal', code: number, retry: boolean, text: string }

/**
 * Decodes one message.
 *
 * @throws ProtocolError MALFORMED unless it is one known kind, LIMIT for too many CIDs or too long
 *   a block
 */
export function decodeMessage (frame: Uint8Array): GetMessage {
  const message = decodeFields(frame)
  const { want, cancel, complaint, block, missing, refusal, data } = message
  const kinds = [want, cancel, complaint, block, missing, refusal].filter((field) => field !== undefined)
  if (kinds.length !== 1) throw new ProtocolError('MALFORMED', `A message of ${kinds.length} known kinds`)
  if ((data !== undefined) !== (block !== undefined)) throw new ProtocolError('MALFORMED', 'A block without data, or data without a block')
  if (want !== undefined) return { kind: 'want', cids: want.cids }
  if (cancel !== undefined) return { kind: 'cancel', cids: cancel.cids }
  if (complaint !== undefined) return { kind: 'complaint', cid: complaint.cid }
  if (missing !== undefined) return { kind: 'missing', cid: missing.cid, reason: reasonOf(missing.reason) }
  if (block !== undefined && data !== undefined) {
    if (data.length > MAX_BLOCK_BYTES) throw new ProtocolError('LIMIT', `A block of ${data.length} bytes`)
    return { kind: 'block', cid: block.cid, data }
  }
  return { kind: 'refusal', code: refusal?.code ?? 0, retry: refusal?.retry ?? false, text: checkText(refusal?.text ?? '') }
}

function decodeFields (frame: Uint8Array): Message {
  try {
    return Message.decode(frame, { limits: { want: { cids: MAX_WANTS }, cancel: { cids: MAX_WANTS } } })
  } catch (cause) {
    const tooMany = cause instanceof Error && cause.name === 'MaxLengthError'
    throw new ProtocolError(tooMany ? 'LIMIT' : 'MALFORMED', 'A message that cannot be decoded', { cause })
  }
}

function reasonOf (wire: number): MissingReason {
  if (wire === MISSING_REASONS.NOT_HELD) return 'NOT_HELD'
  if (wire === MISSING_REASONS.CANCELLED) return 'CANCELLED'
  return 'FAILED'
}

export function encodeWant (cids: Uint8Array[]): Uint8Array {
  return Message.encode({ want: { cids } })
}

export function encodeCancel (cids: Uint8Array[]): Uint8Array {
  return Message.encode({ cancel: { cids } })
}

export function encodeComplaint (cid: Uint8Array): Uint8Array {
  return Message.encode({ complaint: { cid } })
}

/** Returns all bytes of a `block` message that precede the bytes of the block. */
export function encodeBlockHeader (cid: Uint8Array, bytes: number): Uint8Array {
  return beforeData(Message.encode({ block: { cid } }), bytes)
}

export function encodeMissing (cid: Uint8Array, reason: MissingReason): Uint8Array {
  return Message.encode({ missing: { cid, reason: MISSING_REASONS[reason] } })
}

export function encodeRefusal (error: ProtocolError): Uint8Array {
  return Message.encode({ refusal: { code: error.wire, retry: error.retry, text: clip(error.message) } })
}

/** Cuts to at most MAX_TEXT_BYTES, between characters. */
function clip (text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, MAX_TEXT_BYTES), { stream: true })
}

function checkText (text: string): string {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw new ProtocolError('LIMIT', 'A refusal with a long text', { retry: false })
  return text
}
