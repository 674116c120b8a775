import { ProtocolError, fromWire } from '../errors.js'
import { MAX_ADDRESSES, MAX_ADDRESS_BYTES, MAX_LABEL_BYTES } from '../vault/limits.js'
import { MAX_TEXT_BYTES, MAX_WRITERS } from './constants.js'
import type { Refusal } from './messages.js'

/** A member that can admit. */
export interface Writer {
  /** 38 bytes of its PeerId. */
  peer: Uint8Array
  /** Binary multiaddrs. */
  addresses: Uint8Array[]
  label: string
}

/** NOT_A_WITNESS: the member that was asked cannot admit; these can. */
export class NotAWitnessError extends ProtocolError {
  readonly writers: Writer[]

  constructor (writers: Writer[], message = 'This member cannot admit: ask one that can write') {
    super('NOT_A_WITNESS', message)
    this.writers = writers
  }
}

/** REVOKED, with what proves it to the one that was revoked. */
export class RevokedError extends ProtocolError {
  /** The revoke entry as signed; what the other side sent was not looked at. */
  readonly revoke: Uint8Array

  constructor (revoke: Uint8Array, message = 'The member was revoked') {
    super('REVOKED', message)
    this.revoke = revoke
  }
}

/** What a refusal from the other side throws here. */
export function refusalError ({ code, retry, text, writers, revoke }: Refusal): ProtocolError {
  const error = fromWire(code, retry, text)
  if (error.code === 'REVOKED' && revoke !== undefined) return new RevokedError(revoke.slice(), text)
  return error.code === 'NOT_A_WITNESS' ? new NotAWitnessError(writers, text) : error
}

/**
 * What the other side is told: code and text of a ProtocolError, and nothing about any other error.
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

/** At most `maxBytes` of UTF-8, cut between characters. */
function cut (text: string, maxBytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, maxBytes), { stream: true })
}
