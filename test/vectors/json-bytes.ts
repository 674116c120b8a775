/** How vectors carry bytes: hex, or where they are long a list of hex and of [hex, how often], one after the other. */
import type { CID } from 'multiformats/cid'
import { CID as AnyCid } from 'multiformats/cid'

export type JsonBytes = string | Array<string | [hex: string, times: number]>

/** Bytes that are written as hex even when they repeat. */
const SHORT_BYTES = 256
/** A repetition is worth its brackets from this many bytes on. */
const WORTH_BYTES = 48
/** Lengths of what repeats in our formats: a zero, a size, a key, a link. */
const PERIODS = [1, 5, 32, 41]

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

export function toJsonBytes (bytes: Uint8Array): JsonBytes {
  if (bytes.length <= SHORT_BYTES) return hex(bytes)
  const parts: Array<string | [string, number]> = []
  let plainFrom = 0
  let at = 0
  while (at < bytes.length) {
    const run = longestRun(bytes, at)
    if (run === undefined) {
      at++
      continue
    }
    if (plainFrom < at) parts.push(hex(bytes.subarray(plainFrom, at)))
    parts.push([hex(bytes.subarray(at, at + run.period)), run.times])
    plainFrom = at += run.period * run.times
  }
  if (plainFrom < at) parts.push(hex(bytes.subarray(plainFrom)))
  return parts
}

export function fromJsonBytes (json: JsonBytes): Uint8Array {
  const text = typeof json === 'string' ? json : json.map((part) => typeof part === 'string' ? part : part[0].repeat(part[1])).join('')
  return unhex(text)
}

/** A decoded DAG-CBOR value in JSON: byte strings as { bytes }, links as { link }, both hex. */
export function valueToJson (value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: hex(value) }
  if (Array.isArray(value)) return value.map(valueToJson)
  if (typeof value !== 'object' || value === null) return value
  const cid: CID | null = AnyCid.asCID(value)
  if (cid !== null) return { link: hex(cid.bytes) }
  return { map: Object.entries(value).map(([key, field]) => [key, valueToJson(field)]) }
}

function longestRun (bytes: Uint8Array, at: number): { period: number, times: number } | undefined {
  for (const period of PERIODS) {
    let times = 1
    while (same(bytes, at, at + period * times, period)) times++
    if (times > 1 && period * times >= WORTH_BYTES) return { period, times }
  }
  return undefined
}

function same (bytes: Uint8Array, a: number, b: number, length: number): boolean {
  if (b + length > bytes.length) return false
  for (let i = 0; i < length; i++) {
    if (bytes[a + i] !== bytes[b + i]) return false
  }
  return true
}
