/**
 * DAG-CBOR in which every value has exactly one spelling. Spec: protocols/block/README.md, "Strict DAG-CBOR".
 * Reading is strict by itself; encoding the value again with the library and comparing is the second of two locks.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { readValue } from './cbor-read.js'
import { type Codec, isBlockCid } from './cid.js'
import { compareBytes } from './hash.js'

/** The one encoding of `value`. ProtocolError MALFORMED for what `decode` would refuse (floats, null, undefined, lone surrogates, depth). */
export function encode (value: unknown): Uint8Array {
  checkText(value)
  let bytes: Uint8Array
  try {
    bytes = dagCbor.encode(value)
  } catch (cause) {
    throw new ProtocolError('MALFORMED', 'a value that DAG-CBOR cannot carry', { cause })
  }
  readValue(bytes)
  // the library hands out a Buffer where it can
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * The value of exactly these bytes. Maps become objects, links CIDs, byte strings fresh Uint8Arrays.
 * ProtocolError MALFORMED when they are more than `maxBytes`, or not the one encoding of their value.
 */
export function decode (bytes: Uint8Array, { maxBytes }: { maxBytes: number }): unknown {
  if (bytes.length > maxBytes) throw malformed(`${bytes.length} bytes where at most ${maxBytes} are allowed`)
  const value = readValue(bytes)
  if (compareBytes(bytes, dagCbor.encode(value)) !== 0) throw malformed('not the one encoding of its value')
  return value
}

/** A map with all of the `required` keys, some of the `optional` ones, and no other. */
export function asMap (value: unknown, required: readonly string[], optional: readonly string[] = []): Record<string, unknown> {
  if (!isMap(value)) throw malformed('not a map')
  for (const key of required) {
    if (!Object.hasOwn(value, key)) throw malformed(`key "${key}" is missing`)
  }
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) throw malformed('a key that does not belong there')
  }
  return value
}

/** True for a decoded map, whatever its keys. */
export function isMap (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && CID.asCID(value) === null
}

/** A byte string; of exactly `length` bytes when that is given. */
export function asBytes (value: unknown, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) throw malformed(`not a byte string${length === undefined ? '' : ` of ${length} bytes`}`)
  return value
}

/** Text of at most `maxBytes` bytes of UTF-8. */
export function asText (value: unknown, maxBytes = Infinity): string {
  if (typeof value !== 'string' || Buffer.byteLength(value) > maxBytes) throw malformed(`not text of at most ${maxBytes} bytes`)
  return value
}

/** An integer of `min`..`max`. */
export function asInt (value: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number, max?: number } = {}): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) throw malformed(`not an integer of ${min}..${max}`)
  return value
}

/** A link; of `codec` when that is given. */
export function asCid (value: unknown, codec?: Codec): CID {
  const cid = typeof value === 'object' ? CID.asCID(value) : null
  if (cid === null || !isBlockCid(cid) || (codec !== undefined && cid.code !== codec)) throw malformed('not a link to a block of the codec that belongs there')
  return cid
}

/** A list of `min`..`max` items. */
export function asList (value: unknown, { min = 0, max = Infinity }: { min?: number, max?: number } = {}): unknown[] {
  if (!Array.isArray(value) || value.length < min || value.length > max) throw malformed(`not a list of ${min}..${max} items`)
  return value
}

function malformed (what: string): ProtocolError {
  return new ProtocolError('MALFORMED', what)
}

/** The library would write U+FFFD for half a surrogate pair: another value than the one it was given. */
function checkText (value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw malformed('text with half of a surrogate pair')
  } else if (Array.isArray(value)) {
    value.forEach(checkText)
  } else if (isMap(value)) {
    for (const [key, field] of Object.entries(value)) {
      checkText(key)
      checkText(field)
    }
  }
}
