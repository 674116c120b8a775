/**
 * This reader accepts the one spelling of a DAG-CBOR value and refuses every other. Spec:
 * protocols/block/README.md, "Strict DAG-CBOR". A general decoder recurses as deep as the sender
 * likes, accepts floats, null and CIDs of other kinds, and drops a byte order mark at the head of a
 * text.
 */
import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { CID_BYTES, parseCid } from './cid.js'
import { compareBytes } from './hash.js'

/** The outermost array or map has depth 1. Tags and scalars add no depth. */
export const MAX_DEPTH = 8
const LINK_TAG = 42
/** The bytes before a CID are the header of a 37-byte string and 0x00. */
const LINK_HEAD = [0x58, CID_BYTES + 1, 0x00]

enum Major { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, OTHER }
/**
 * The key is the lower five bits of the first byte. `bytes` is the number of argument bytes that
 * follow the first byte; `least` is the least value that needs so many.
 */
const WIDTHS: Record<number, { bytes: number, least: number }> = {
  24: { bytes: 1, least: 24 }, 25: { bytes: 2, least: 2 ** 8 }, 26: { bytes: 4, least: 2 ** 16 }, 27: { bytes: 8, least: 2 ** 32 }
}
const FALSE = 20
const TRUE = 21
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Returns the value of which all of `bytes` is the encoding.
 *
 * @throws ProtocolError MALFORMED
 */
export function readValue (bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.item(0)
  if (reader.at !== bytes.length) throw malformed('bytes after the end')
  return value
}

function malformed (what: string): ProtocolError {
  return new ProtocolError('MALFORMED', `DAG-CBOR: ${what}`)
}

class Reader {
  at = 0

  constructor (private readonly bytes: Uint8Array) {}

  /** Returns the next item, which lies inside `depth` arrays and maps. */
  item (depth: number): unknown {
    const first = this.peek()
    const major: Major = first >> 5
    if (major === Major.OTHER) return this.bool(first % 32)
    const value = this.argument()
    switch (major) {
      case Major.UINT: return value
      case Major.NEGATIVE:
        if (value === Number.MAX_SAFE_INTEGER) throw malformed('integer out of range')
        return -1 - value
      case Major.BYTES: return new Uint8Array(this.take(value))
      case Major.TEXT: return this.text(value)
      case Major.ARRAY: return this.array(value, depth + 1)
      case Major.MAP: return this.map(value, depth + 1)
      case Major.TAG: return this.link(value)
    }
  }

  private bool (low: number): boolean {
    if (low !== FALSE && low !== TRUE) throw malformed('float, null, undefined or a simple value')
    this.at++
    return low === TRUE
  }

  private text (length: number): string {
    try {
      return UTF8.decode(this.take(length))
    } catch (cause) {
      if (cause instanceof ProtocolError) throw cause
      throw new ProtocolError('MALFORMED', 'DAG-CBOR: text that is no UTF-8', { cause })
    }
  }

  private array (count: number, depth: number): unknown[] {
    this.checkNesting(count, depth)
    const items: unknown[] = []
    for (let i = 0; i < count; i++) items.push(this.item(depth))
    return items
  }

  private map (count: number, depth: number): Record<string, unknown> {
    this.checkNesting(count, depth)
    const map: Record<string, unknown> = {}
    let before: Uint8Array | undefined
    for (let i = 0; i < count; i++) {
      if (this.peek() >> 5 !== (Major.TEXT as number)) throw malformed('a key that is no text')
      const length = this.argument()
      const encoded = this.bytes.subarray(this.at, this.at + length)
      const key = this.text(length)
      if (before !== undefined && (before.length - encoded.length || compareBytes(before, encoded)) >= 0) throw malformed('keys out of order')
      before = encoded
      const value = this.item(depth)
      // an assignment to `__proto__` would set the prototype instead of a key
      if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
      else map[key] = value
    }
    return map
  }

  private link (tag: number): CID {
    if (tag !== LINK_TAG) throw malformed('a tag other than 42')
    const head = this.take(LINK_HEAD.length)
    if (!LINK_HEAD.every((byte, i) => head[i] === byte)) throw malformed('a link that is not 0x00 and 36 bytes')
    return parseCid(this.take(CID_BYTES))
  }

  private checkNesting (count: number, depth: number): void {
    if (depth > MAX_DEPTH) throw malformed('nested too deep')
    if (count > this.bytes.length - this.at) throw malformed('cut off')
  }

  private argument (): number {
    const low = this.peek() % 32
    this.at++
    if (low < 24) return low
    const width = WIDTHS[low]
    if (width === undefined) throw malformed('indefinite length')
    let value = 0
    for (const byte of this.take(width.bytes)) value = value * 256 + byte
    if (value < width.least) throw malformed('integer longer than needed')
    if (value > Number.MAX_SAFE_INTEGER) throw malformed('integer out of range')
    return value
  }

  private peek (): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw malformed('cut off')
    return byte
  }

  private take (length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw malformed('cut off')
    return this.bytes.subarray(this.at, this.at += length)
  }
}
