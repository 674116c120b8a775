/** Vectors of /dfs/sync/0.1.0. Entries are opaque here: any bytes, their id the SHA-256 of them. */
import { createHash } from 'node:crypto'
import { encodeMessage } from '../../protocols/sync/codec.js'
import type { Message } from '../../protocols/sync/codec.js'
import { MAX_ENTRY_BYTES, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { addToDigest, emptyDigest } from '../../protocols/sync/digest.js'
import type { Digest } from '../../protocols/sync/digest.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const idOf = (entry: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(entry).digest())
export const digestOf = (entries: Uint8Array[]): Digest => entries.map(idOf).reduce(addToDigest, emptyDigest())

/** What the node under test holds. */
export const HELD = [text('first entry'), text('second entry')]
const OTHER = text('third entry')
const high = new Uint8Array(32).fill(0xff)
const one = new Uint8Array(32).fill(1, 31)

const valid: Record<string, Message> = {
  digest: { digest: { round: 1, ...digestOf(HELD) } },
  'digest of nothing': { digest: { round: 1, ...emptyDigest() } },
  entries: { entries: { round: 1, entries: HELD } },
  'live entries': { entries: { round: 0, entries: [OTHER] } },
  more: { more: { round: 1 } },
  'more of live entries': { more: { round: 0 } },
  end: { end: { round: 1 } },
  behind: { behind: {} },
  refusal: { refusal: { code: 7, retry: false, text: 'The signature does not verify' } }
}

const repeated = (bytes: number, count: number): Message => ({ entries: { round: 0, entries: Array.from({ length: count }, () => new Uint8Array(bytes).fill(1)) } })

const bad: Array<{ name: string, fault: string, bytes: Uint8Array, code: string }> = [
  { name: 'empty', fault: 'no message in the frame', bytes: new Uint8Array(0), code: 'UNSUPPORTED' },
  { name: 'unknown type', fault: 'only field 15, which is no message of this version', bytes: Uint8Array.of(0x7a, 0), code: 'UNSUPPORTED' },
  { name: 'two messages', fault: 'end and behind in one frame', bytes: encodeMessage({ end: { round: 1 }, behind: {} }), code: 'MALFORMED' },
  { name: 'cut', fault: 'the last byte is missing', bytes: encodeMessage(valid.digest ?? {}).subarray(0, -1), code: 'MALFORMED' },
  { name: 'short sum', fault: 'a sum of 31 bytes', bytes: encodeMessage({ digest: { round: 1, count: 1, sum: one.subarray(1) } }), code: 'MALFORMED' },
  { name: 'round 0', fault: 'a digest of round 0', bytes: encodeMessage({ digest: { round: 0, count: 1, sum: one } }), code: 'MALFORMED' },
  { name: 'end of round 0', fault: 'live entries have no end', bytes: encodeMessage({ end: { round: 0 } }), code: 'MALFORMED' },
  { name: 'empty page', fault: 'a page without entries', bytes: encodeMessage({ entries: { round: 0, entries: [] } }), code: 'MALFORMED' },
  { name: 'empty entry', fault: 'an entry of 0 bytes', bytes: encodeMessage({ entries: { round: 0, entries: [new Uint8Array(0)] } }), code: 'MALFORMED' },
  { name: 'long entry', fault: `an entry of ${MAX_ENTRY_BYTES + 1} bytes`, bytes: encodeMessage(repeated(MAX_ENTRY_BYTES + 1, 1)), code: 'LIMIT' },
  { name: 'long page', fault: `a page of ${MAX_PAGE_BYTES + 1} bytes`, bytes: encodeMessage({ entries: { round: 0, entries: [...repeated(MAX_ENTRY_BYTES, MAX_PAGE_BYTES / MAX_ENTRY_BYTES).entries?.entries ?? [], Uint8Array.of(1)] } }), code: 'LIMIT' },
  { name: 'many entries', fault: `a page of ${MAX_PAGE_ENTRIES + 1} entries`, bytes: encodeMessage(repeated(1, MAX_PAGE_ENTRIES + 1)), code: 'LIMIT' },
  { name: 'long refusal', fault: 'a text of 257 bytes', bytes: encodeMessage({ refusal: { code: 7, retry: false, text: 'x'.repeat(257) } }), code: 'LIMIT' }
]

const same = digestOf(HELD)
const asks = (round: number): Message => ({ digest: { round, ...emptyDigest() } })
const conversations: Array<{ name: string, fault: string, frames: Message[], code: string }> = [
  { name: 'entries unasked', fault: 'entries of a round that the node did not ask for', frames: [{ entries: { round: 7, entries: [OTHER] } }], code: 'MALFORMED' },
  { name: 'end unasked', fault: 'the end of a round that the node did not ask for', frames: [{ end: { round: 7 } }], code: 'MALFORMED' },
  { name: 'end twice', fault: 'the end of a round that has ended', frames: [{ end: { round: 1 } }, { end: { round: 1 } }], code: 'MALFORMED' },
  { name: 'more unsent', fault: 'a page is acknowledged that was not sent', frames: [{ more: { round: 1 } }], code: 'MALFORMED' },
  { name: 'round left out', fault: 'the first digest is of round 2', frames: [{ digest: { round: 2, ...same } }], code: 'MALFORMED' },
  { name: 'second digest', fault: 'a second digest before the first was answered', frames: [asks(1), asks(2)], code: 'LIMIT' }
]

export function generate (): unknown {
  return {
    protocol: SYNC_PROTOCOL,
    notation: 'bytes are hex; a frame is given without its length prefix, a long one as a list of hex and of [byte, how often]; ids are the SHA-256 of the given bytes',
    digests: [
      { ids: [], count: 0, sum: hex(emptyDigest().sum) },
      { ids: HELD.map((entry) => hex(idOf(entry))), count: same.count, sum: hex(same.sum) },
      { ids: [hex(high), hex(one)], count: 2, sum: hex([high, one].reduce(addToDigest, emptyDigest()).sum), note: 'the sum wraps to 0' }
    ],
    valid: Object.entries(valid).map(([name, message]) => ({ name, frame: hex(encodeMessage(message)), message: plain(message) })),
    bad: bad.map(({ name, fault, bytes, code }) => ({ name, fault, frame: short(bytes), code })),
    held: HELD.map(hex),
    conversations: conversations.map(({ name, fault, frames, code }) => ({ name, fault, frames: frames.map((frame) => hex(encodeMessage(frame))), code }))
  }
}

/** Runs of one byte would fill the file: a long frame is a list of hex and of [byte, how often]. */
function short (bytes: Uint8Array): string | Array<string | [string, number]> {
  const whole = hex(bytes)
  if (whole.length <= 512) return whole
  return whole.split(/((?:01){64,})/).filter((part) => part !== '').map((part) => /^(01){64,}$/.test(part) ? ['01', part.length / 2] : part)
}

/** The bytes of a frame in the vectors. */
export function frameBytes (frame: string | Array<string | [string, number]>): Uint8Array {
  const parts = typeof frame === 'string' ? [frame] : frame
  return new Uint8Array(Buffer.from(parts.map((part) => typeof part === 'string' ? part : part[0].repeat(part[1])).join(''), 'hex'))
}

function plain (value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? hex(field) : field))
}
