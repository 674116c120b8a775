import { ProtocolError } from '../errors.js'
import { LIVE_ROUND, MAX_ENTRY_BYTES, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_TEXT_BYTES, SUM_BYTES } from './constants.js'
import { Message } from './messages.js'

export type { Message }
export const encodeMessage = (message: Message): Uint8Array => Message.encode(message)

/** Decodes one message and checks everything that needs no memory of earlier ones. Throws MALFORMED, UNSUPPORTED (a type of message that is not known here) and LIMIT. */
export function decodeMessage (bytes: Uint8Array): Message {
  const message = parse(bytes)
  const types = Object.keys(message).length
  if (types === 0) throw new ProtocolError('UNSUPPORTED', 'A message of unknown type')
  if (types > 1) throw new ProtocolError('MALFORMED', 'More than one message in a frame')
  const { digest, entries, end, refusal } = message
  if (digest !== undefined) {
    requireRound(digest.round)
    if (digest.sum.length !== SUM_BYTES) throw new ProtocolError('MALFORMED', `A sum of ${digest.sum.length} bytes`)
    if (!Number.isSafeInteger(digest.count)) throw new ProtocolError('MALFORMED', 'A count above 2^53 - 1')
  }
  if (entries !== undefined) checkPage(entries.entries)
  if (end !== undefined) requireRound(end.round)
  if (refusal !== undefined && Buffer.byteLength(refusal.text) > MAX_TEXT_BYTES) throw new ProtocolError('LIMIT', 'A refusal that is too long', { retry: false })
  return message
}

function parse (bytes: Uint8Array): Message {
  try {
    return Message.decode(bytes, { limits: { entries: { entries: MAX_PAGE_ENTRIES } } })
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'MaxLengthError') throw new ProtocolError('LIMIT', `More than ${MAX_PAGE_ENTRIES} entries in a page`, { retry: false, cause })
    throw new ProtocolError('MALFORMED', 'No message of this protocol', { cause })
  }
}

function requireRound (round: number): void {
  if (round === LIVE_ROUND) throw new ProtocolError('MALFORMED', 'Rounds count from 1')
}

function checkPage (entries: Uint8Array[]): void {
  if (entries.length === 0) throw new ProtocolError('MALFORMED', 'A page without entries')
  let total = 0
  for (const entry of entries) {
    if (entry.length === 0) throw new ProtocolError('MALFORMED', 'An entry without bytes')
    if (entry.length > MAX_ENTRY_BYTES) throw new ProtocolError('LIMIT', `An entry of ${entry.length} bytes`, { retry: false })
    total += entry.length
  }
  if (total > MAX_PAGE_BYTES) throw new ProtocolError('LIMIT', `A page of ${total} bytes`, { retry: false })
}

/** What the peer is told: code and text of a ProtocolError, and nothing about any other error. */
export function refusal (error: unknown): { code: number, retry: boolean, text: string } {
  const told = error instanceof ProtocolError ? error : new ProtocolError('INTERNAL', 'Internal error')
  // cut between characters
  const text = new TextDecoder().decode(new TextEncoder().encode(told.message).subarray(0, MAX_TEXT_BYTES), { stream: true })
  return { code: told.wire, retry: told.retry, text }
}
