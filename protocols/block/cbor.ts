/**
 * In this DAG-CBOR every value has exactly one spelling. Spec: protocols/block/README.md, "Strict
 * DAG-CBOR". Reading is strict by itself; encoding the value again with the library and comparing
 * the bytes is a second check.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { readValue } from './cbor-read.js'
import { type Codec, isBlockCid } from './cid.js'
import { compareBytes } from './hash.js'

/**
 * Returns the one encoding of `value`.
 *
 * @throws ProtocolError MALFORMED for every value that `decode` would refuse (floats, null,
 *   undefined, lone surrogates, depth)
 */
export function encode (value: unknown): Uint8Array {
  checkText(value)
  let bytes: Uint8Array
  try {
    bytes = dagCbor.encode(value)
  } catch (cause) {
    throw new ProtocolError('MALFORMED', 'a value that DAG-CBOR cannot carry', { cause })
  }
  readValue(bytes)
  // dag-cbor returns a Buffer in Node
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * Returns the value of exactly these bytes. Maps become objects, links CIDs, byte strings fresh
 * Uint8Arrays.
 *
 * @throws ProtocolError MALFORMED when `bytes` is longer than `maxBytes`, or is not the one
 *   encoding of its value
 */
export function decode (bytes: Uint8Array, { maxBytes }: { maxBytes: number }): unknown {
  if (bytes.length > maxBytes) throw malformed(`${bytes.length} bytes where at most ${maxBytes} are allowed`)
  const value = readValue(bytes)
  if (compareBytes(bytes, dagCbor.encode(value)) !== 0) throw malformed('not the one encoding of its value')
  return value
}

/**
 * Returns `value` if it is a map with all of the `required` keys, some of the `optional` ones, and
 * no other.
 *
 * @throws ProtocolError MALFORMED
 */
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

/**
 * Returns the `required` and `optional` keys of `value` if it is a map with all of the `required`
 * ones. Other keys are left out.
 *
 * @throws ProtocolError MALFORMED
 */
export function asOpenMap (value: unknown, required: readonly string[], optional: readonly string[] = []): Record<string, unknown> {
  if (!isMap(value)) throw malformed('not a map')
  return asMap(Object.fromEntries(Object.entries(value).filter(([key]) => required.includes(key) || optional.includes(key))), required, optional)
}

/** Returns true for a decoded map, whatever its keys. */
export function isMap (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && CID.asCID(value) === null
}

/**
 * Returns `value` if it is a byte string (of exactly `length` bytes when `length` is given).
 *
 * @throws ProtocolError MALFORMED
 */
export function asBytes (value: unknown, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) throw malformed(`not a byte string${length === undefined ? '' : ` of ${length} bytes`}`)
  return value
}

/**
 * Returns `value` if it is text of at most `maxBytes` bytes of UTF-8.
 *
 * @throws ProtocolError MALFORMED
 */
export function asText (value: unknown, maxBytes = Infinity): string {
  if (typeof value !== 'string' || Buffer.byteLength(value) > maxBytes) throw malformed(`not text of at most ${maxBytes} bytes`)
  return value
}

/**
 * Returns `value` if it is an integer of `min`..`max`.
 *
 * @throws ProtocolError MALFORMED
 */
export function asInt (value: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number, max?: number } = {}): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) throw malformed(`not an integer of ${min}..${max}`)
  return value
}

/**
 * Returns `value` if it is a link to a block (of `codec` when `codec` is given).
 *
 * @throws ProtocolError MALFORMED
 */
export function asCid (value: unknown, codec?: Codec): CID {
  const cid = typeof value === 'object' ? CID.asCID(value) : null
  if (cid === null || !isBlockCid(cid) || (codec !== undefined && cid.code !== codec)) throw malformed('not a link to a block of the codec that belongs there')
  return cid
}

/**
 * Returns `value` if it is a list of `min`..`max` items.
 *
 * @throws ProtocolError MALFORMED
 */
export function asList (value: unknown, { min = 0, max = Infinity }: { min?: number, max?: number } = {}): unknown[] {
  if (!Array.isArray(value) || value.length < min || value.length > max) throw malformed(`not a list of ${min}..${max} items`)
  return value
}

function malformed (what: string): ProtocolError {
  return new ProtocolError('MALFORMED', what)
}

/**
 * Refuses half a surrogate pair: dag-cbor would write U+FFFD in its place, and so encode another
 * value.
 */
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
