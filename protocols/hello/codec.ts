import { ProtocolError } from '../errors.js'
import { PEER_BYTES, PUBLIC_KEY_BYTES } from '../vault/ed25519.js'
import { SECRET_BYTES } from '../vault/keys.js'
import { MAX_ADDRESSES, MAX_ADDRESS_BYTES, MAX_CERTIFICATE_BYTES, MAX_ENTRY_BYTES, MAX_LABEL_BYTES } from '../vault/limits.js'
import { MAC_BYTES, MAX_ADMITS, MAX_ADMITS_BYTES, MAX_EPOCHS, MAX_HELLO_MESSAGE_BYTES, MAX_TEXT_BYTES, MAX_WRITERS } from './constants.js'
import { Message } from './messages.js'
import type { Refusal, Welcome } from './messages.js'

export type { Message, Welcome }
export const encodeMessage = (message: Message): Uint8Array => Message.encode(message)

const LIMITS = {
  admits: { admits: MAX_ADMITS },
  welcome: { reads: MAX_EPOCHS, admits: MAX_ADMITS, witness: MAX_ADMITS },
  refusal: { writers: MAX_WRITERS, writers$: { addresses: MAX_ADDRESSES } }
}

/**
 * Decodes one message and checks its lengths.
 *
 * @throws ProtocolError MALFORMED, UNSUPPORTED for a type of message that is unknown here, LIMIT
 */
export function decodeMessage (bytes: Uint8Array): Message {
  const message = parse(bytes)
  const types = Object.keys(message).length
  if (types === 0) throw new ProtocolError('UNSUPPORTED', 'A message of unknown type')
  if (types > 1) throw malformed('more than one message in a frame')
  const { greet, admits, join, welcome, refusal, grant } = message
  if (welcome === undefined && bytes.length > MAX_HELLO_MESSAGE_BYTES) throw beyond(`a message of ${bytes.length} bytes`)
  if (greet !== undefined) exactly(greet.mac, MAC_BYTES)
  if (admits !== undefined) checkAdmits(admits.admits)
  if (join !== undefined) {
    upTo(join.invite, MAX_CERTIFICATE_BYTES)
    upTo(join.certificate, MAX_CERTIFICATE_BYTES)
  }
  if (welcome !== undefined) checkWelcome(welcome)
  if (grant !== undefined) {
    exactly(grant.vault, PUBLIC_KEY_BYTES)
    upTo(grant.grant, MAX_CERTIFICATE_BYTES)
  }
  if (refusal !== undefined) checkRefusal(refusal)
  return message
}

function parse (bytes: Uint8Array): Message {
  try {
    return Message.decode(bytes, { limits: LIMITS })
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'MaxLengthError') throw beyond('a list that is too long', cause)
    throw new ProtocolError('MALFORMED', 'No message of this protocol', { cause })
  }
}

function checkAdmits (admits: Uint8Array[]): void {
  if (admits.length === 0) throw malformed('no admit')
  let total = 0
  for (const admit of admits) {
    if (admit.length === 0) throw malformed('an admit without bytes')
    total += admit.length
  }
  if (total > MAX_ADMITS_BYTES) throw beyond(`admits of ${total} bytes`)
}

function checkWelcome ({ meet, reads, vaultSecret, admits, witness }: Welcome): void {
  for (const secret of [meet, ...reads, ...(vaultSecret === undefined ? [] : [vaultSecret])]) exactly(secret, SECRET_BYTES)
  checkAdmits(admits)
  checkAdmits(witness)
}

function checkRefusal ({ text, writers, revoke }: Refusal): void {
  if (revoke !== undefined) upTo(revoke, MAX_ENTRY_BYTES)
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw beyond('a text that is too long')
  for (const { peer, addresses, label } of writers) {
    exactly(peer, PEER_BYTES)
    for (const address of addresses) upTo(address, MAX_ADDRESS_BYTES)
    if (Buffer.byteLength(label) > MAX_LABEL_BYTES) throw beyond('a label that is too long')
  }
}

function exactly (bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw malformed(`${bytes.length} bytes where ${length} belong`)
}

function upTo (bytes: Uint8Array, maxBytes: number): void {
  if (bytes.length === 0) throw malformed('nothing where bytes belong')
  if (bytes.length > maxBytes) throw beyond(`${bytes.length} bytes where at most ${maxBytes} belong`)
}

function malformed (what: string): ProtocolError {
  return new ProtocolError('MALFORMED', `A message with ${what}`)
}

function beyond (what: string, cause?: unknown): ProtocolError {
  return new ProtocolError('LIMIT', `A message with ${what}`, { retry: false, cause })
}
