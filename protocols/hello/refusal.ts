import { ProtocolError, fromWire } from '../errors.js'
import { MAX_ADDRESSES, MAX_ADDRESS_BYTES, MAX_LABEL_BYTES } from '../vault/limits.js'
import { MAX_TEXT_BYTES, MAX_WRITERS } from './constants.js'
import type { Refusal } from './messages.js'

/** A writer is a member that can admit. */
export interface Writer {
  /** 38 bytes of its PeerId. */
  peer: Uint8Array
  /** Binary multiaddrs. */
  addresses: Uint8Array[]
  label: string
}

/** The member that was asked cannot admit; the members in `writers` can. Code: NOT_A_WITNESS. */
export class NotAWitnessError extends ProtocolError {
  readonly writers: Writer[]

  constructor (writers: Writer[], message = 'This member cannot admit: ask one that can write') {
    super('NOT_A_WITNESS', message)
    this.writers = writers
  }
}

/** The peer was revoked; `revoke` proves it to that peer. Code: REVOKED. */
export class RevokedError extends ProtocolError {
  /** The revoke entry as signed. When the other side sent it, it is not verified. */
  readonly revoke: Uint8Array

  constructor (revoke: Uint8Array, message = 'The member was revoked') {
    super('REVOKED', message)
    this.revoke = revoke
  }
}

/** Returns the error for a refusal from the other side. */
export function refusalError ({ code, retry, text, writers, revoke }: Refusal): ProtocolError {
  const error = fromWire(code, retry, text)
  if (error.code === 'REVOKED' && revoke !== undefined) return new RevokedError(revoke.slice(), text)
  return error.code === 'NOT_A_WITNESS' ? new NotAWitnessError(writers, text) : error
}

/**
 * Returns the refusal for an error: code and text of a ProtocolError, and nothing about any other
 * error.
 */
export function toRefusal (error: unknown): Refusal {
  const told = error instanceof ProtocolError ? error : new ProtocolError('INTERNAL', 'Internal error')
  return {
    code: told.wire,
    retry: told.retry,
    text: cut(told.message, MAX_TEXT_BYTES),
    writers: error instanceof NotAWitnessError ? error.writers.slice(0, MAX_WRITERS).map(bounded) : [],
    ...(error instanceof RevokedError ? { revoke: error.revoke } : {})
  }
}

function bounded ({ peer, addresses, label }: Writer): Writer {
  return { peer, addresses: addresses.filter(({ length }) => length > 0 && length <= MAX_ADDRESS_BYTES).slice(0, MAX_ADDRESSES), label: cut(label, MAX_LABEL_BYTES) }
}

/** Cuts to at most `maxBytes` of UTF-8, between characters. */
function cut (text: string, maxBytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, maxBytes), { stream: true })
}
