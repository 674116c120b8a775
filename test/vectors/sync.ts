/** Vectors of /dfs/sync/1.0.0. Entries have the form of such, and nothing in them: their ids are what counts here. */
import { encode } from '../../protocols/block/cbor.js'
import { compareBytes } from '../../protocols/block/hash.js'
import { encodeMessage, join, setNumber } from '../../protocols/sync/codec.js'
import type { Message } from '../../protocols/sync/codec.js'
import {
  LEAF_IDS, LONGEST_PREFIX_DIGITS, MAX_ENTRY_BYTES, MAX_HEADS, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_PREFIXES, MAX_RECORD_BYTES, MAX_TEXT_BYTES, MAX_WAIT_MS,
  MAX_WANTED_IDS, MAX_WANTED_SUBJECTS, NONCE_BYTES, SUBJECT_BYTES, SUM_BYTES, SYNC_PROTOCOL
} from '../../protocols/sync/constants.js'
import { addToDigest, emptyDigest } from '../../protocols/sync/digest.js'
import type { Digest } from '../../protocols/sync/digest.js'
import { hex, idOf } from '../../protocols/sync/entry-id.js'
import { keyedDigest } from '../../protocols/sync/views.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const NOTHING = new Uint8Array(0)
const SIGNATURE = new Uint8Array(64)

/** An entry of this name, of the vault kinds when the name says so. Its signature holds for nobody. */
export const entryOf = (name: string): Uint8Array => encode([text(name), NOTHING, SIGNATURE])
export const digestOf = (entries: Uint8Array[]): Digest => entries.map(idOf).reduce(addToDigest, emptyDigest())
/** Thirty-eight bytes that stand for a peer. */
export const subjectOf = (last: number): Uint8Array => new Uint8Array(SUBJECT_BYTES).fill(last, SUBJECT_BYTES - 1)

/** What the node under test holds. */
export const HELD = { vault: ['vault one'], file: ['first', 'second'] }
const held = { vault: HELD.vault.map(entryOf), file: HELD.file.map(entryOf) }
const OTHER = entryOf('third')
const [low, high] = [new Uint8Array(SUM_BYTES), new Uint8Array(SUM_BYTES).fill(0xff)]
const one = new Uint8Array(SUM_BYTES).fill(1, SUM_BYTES - 1)
const ids = held.file.map(idOf).sort(compareBytes)
const [file, vault, both] = [setNumber('file'), setNumber('vault'), setNumber('all')]
const NONCES = { leader: new Uint8Array(NONCE_BYTES).map((_, i) => i), answerer: new Uint8Array(NONCE_BYTES).map((_, i) => 255 - i) }
const all = [...held.vault, ...held.file].map(idOf).sort(compareBytes)
const start = { vault: digestOf(held.vault), file: digestOf(held.file) }
const nothing = { vault: emptyDigest(), file: emptyDigest() }
const child = (digits: number, count = 70, sum = one): { digits: number, count: number, sum: Uint8Array } => ({ digits, count, sum })
const want = (parts: Partial<NonNullable<Message['want']>>): Message => ({ want: { set: file, prefixes: [], ids: NOTHING, subjects: NOTHING, ...parts } })
const page = (parts: Partial<NonNullable<Message['page']>>): Message => ({ page: { entries: [], records: [], last: true, ...parts } })
const head = (last: number): { subject: Uint8Array, life: number, n: number } => ({ subject: subjectOf(last), life: 1, n: 2 })

const valid: Record<string, Message> = {
  start: { start },
  'start of nothing': { start: nothing },
  'start to be checked': { start: { ...start, nonce: NONCES.leader } },
  started: { started: start },
  'started, checked': { started: { ...start, nonce: NONCES.answerer } },
  wait: { wait: { ms: 10_000 } },
  'ask all': { ask: { set: file, prefixes: [''] } },
  'ask both': { ask: { set: both, prefixes: ['24'] } },
  'ask below': { ask: { set: vault, prefixes: ['00', '0a1', 'ff01'] } },
  'found ids': { found: { nodes: [{ ids: join(ids), children: [] }] } },
  'found children': { found: { nodes: [{ ids: NOTHING, children: [child(0x0a, 60), child(0x0f, 5)] }] } },
  'found nothing': { found: { nodes: [{ ids: NOTHING, children: [] }] } },
  'want ids': want({ ids: join(ids) }),
  'want below': want({ prefixes: ['0a', 'ff'] }),
  'want records': want({ set: 0, subjects: join([subjectOf(1), subjectOf(2)]) }),
  page: page({ entries: [OTHER] }),
  'page not the last': page({ entries: [OTHER], last: false }),
  'page of records': page({ records: [text('a record')] }),
  'page of nothing': page({}),
  more: { more: { stop: false } },
  stop: { more: { stop: true } },
  give: { give: { entries: [OTHER], records: [] } },
  'give records': { give: { entries: [], records: [text('a record')] } },
  taken: { taken: { left: NOTHING } },
  'taken but one': { taken: { left: idOf(OTHER) } },
  'taken full': { taken: { left: idOf(OTHER), full: true } },
  'ask heads': { askHeads: { after: NOTHING } },
  'ask more heads': { askHeads: { after: subjectOf(2) } },
  heads: { heads: { heads: [head(1), head(2)], last: true } },
  done: { done: {} },
  live: { live: { entries: [OTHER], records: [text('a record')] } },
  heard: { heard: { left: NOTHING } },
  'heard but two': { heard: { left: join(ids) } },
  behind: { behind: {} },
  refusal: { refusal: { code: 7, retry: false, text: 'The signature does not hold' } }
}

interface Bad { name: string, fault: string, bytes: Uint8Array, code: string }
const bad: Bad[] = []
const refused = (code: string, name: string, fault: string, message: Message | Uint8Array): void => {
  bad.push({ name, fault, bytes: message instanceof Uint8Array ? message : encodeMessage(message), code })
}
const ones = (bytes: number, count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(bytes).fill(1))

refused('UNSUPPORTED', 'empty', 'no message in the frame', NOTHING)
refused('UNSUPPORTED', 'unknown type', 'only field 31, which is no message of this version', Uint8Array.of(0xfa, 1, 0))
refused('MALFORMED', 'two messages', 'done and behind in one frame', { done: {}, behind: {} })
refused('MALFORMED', 'cut', 'the last byte is missing', encodeMessage({ start }).subarray(0, -1))
refused('MALFORMED', 'one digest', 'a start without the digest of the file set', { start: { vault: start.vault } })
refused('MALFORMED', 'short sum', 'a sum of 31 bytes', { start: { ...start, file: { count: 1, sum: one.subarray(1) } } })
refused('MALFORMED', 'short nonce', 'a nonce of 31 bytes', { start: { ...start, nonce: NONCES.leader.subarray(1) } })
refused('MALFORMED', 'left unsorted', 'the higher id first', { taken: { left: join([high, low]) } })
refused('MALFORMED', 'left cut', 'an id of 31 bytes', { heard: { left: low.subarray(1) } })
refused('LIMIT', 'many left', `${MAX_PAGE_ENTRIES + 1} ids, more than a page has`, { taken: { left: join(ones(SUM_BYTES, MAX_PAGE_ENTRIES + 1)) } })
refused('LIMIT', 'long pause', `a pause of ${MAX_WAIT_MS + 1} ms`, { wait: { ms: MAX_WAIT_MS + 1 } })
refused('MALFORMED', 'no set', 'set 4', { ask: { set: 4, prefixes: [''] } })
refused('MALFORMED', 'ask nothing', 'an ask without a prefix', { ask: { set: file, prefixes: [] } })
refused('MALFORMED', 'one digit', 'a prefix of one digit: the first step takes two', { ask: { set: file, prefixes: ['a'] } })
refused('MALFORMED', 'upper case', 'a prefix in upper case', { ask: { set: file, prefixes: ['AB'] } })
refused('MALFORMED', 'prefixes unsorted', 'ff before 0a', { ask: { set: file, prefixes: ['ff', '0a'] } })
refused('MALFORMED', 'prefix twice', 'the same prefix twice', { ask: { set: file, prefixes: ['0a', '0a'] } })
refused('LIMIT', 'long prefix', `a prefix of ${LONGEST_PREFIX_DIGITS + 1} digits`, { ask: { set: file, prefixes: ['0'.repeat(LONGEST_PREFIX_DIGITS + 1)] } })
refused('LIMIT', 'many prefixes', `an ask for ${MAX_PREFIXES + 1} prefixes`, { ask: { set: file, prefixes: Array.from({ length: MAX_PREFIXES + 1 }, (_, at) => at.toString(16).padStart(2, '0')) } })
refused('MALFORMED', 'cut id', 'ids of 33 bytes', { found: { nodes: [{ ids: new Uint8Array(SUM_BYTES + 1), children: [] }] } })
refused('MALFORMED', 'ids unsorted', 'the higher id first', { found: { nodes: [{ ids: join([high, low]), children: [] }] } })
refused('MALFORMED', 'id twice', 'the same id twice', { found: { nodes: [{ ids: join([low, low]), children: [] }] } })
refused('LIMIT', 'many ids', `a list of ${LEAF_IDS + 1} ids`, { found: { nodes: [{ ids: join(ones(SUM_BYTES, LEAF_IDS + 1)), children: [] }] } })
refused('MALFORMED', 'ids and children', 'both for one prefix', { found: { nodes: [{ ids: low, children: [child(1)] }] } })
refused('MALFORMED', 'few in children', `children with ${LEAF_IDS} ids together, which had to be listed`, { found: { nodes: [{ ids: NOTHING, children: [child(1, LEAF_IDS)] }] } })
refused('MALFORMED', 'children unsorted', 'child 2 before child 1', { found: { nodes: [{ ids: NOTHING, children: [child(2), child(1)] }] } })
refused('MALFORMED', 'child 256', 'no two digits are 256', { found: { nodes: [{ ids: NOTHING, children: [child(256)] }] } })
refused('MALFORMED', 'empty child', 'a child without entries', { found: { nodes: [{ ids: NOTHING, children: [child(1), child(2, 0)] }] } })
refused('MALFORMED', 'short child', 'a sum of 31 bytes', { found: { nodes: [{ ids: NOTHING, children: [child(1, 70, one.subarray(1))] }] } })
refused('MALFORMED', 'want nothing', 'a want of no entries', want({}))
refused('MALFORMED', 'want both', 'entries and records in one want', want({ ids: low, subjects: subjectOf(1) }))
refused('MALFORMED', 'cut subject', 'a subject of 37 bytes', want({ set: 0, subjects: subjectOf(1).subarray(1) }))
refused('MALFORMED', 'want unsorted', 'the higher id first', want({ ids: join([high, low]) }))
refused('LIMIT', 'want many', `a want of ${MAX_WANTED_IDS + 1} ids`, want({ ids: join(ones(SUM_BYTES, MAX_WANTED_IDS + 1)) }))
refused('LIMIT', 'want many records', `a want of ${MAX_WANTED_SUBJECTS + 1} subjects`, want({ set: 0, subjects: join(ones(SUBJECT_BYTES, MAX_WANTED_SUBJECTS + 1)) }))
refused('MALFORMED', 'empty page', 'a page without entries that is not the last', page({ last: false }))
refused('MALFORMED', 'give nothing', 'a give without entries', { give: { entries: [], records: [] } })
refused('MALFORMED', 'empty entry', 'an entry of 0 bytes', { live: { entries: [NOTHING], records: [] } })
refused('LIMIT', 'long entry', `an entry of ${MAX_ENTRY_BYTES + 1} bytes`, { live: { entries: ones(MAX_ENTRY_BYTES + 1, 1), records: [] } })
refused('LIMIT', 'long record', `a record of ${MAX_RECORD_BYTES + 1} bytes`, { live: { entries: [], records: ones(MAX_RECORD_BYTES + 1, 1) } })
refused('LIMIT', 'long page', `a page of ${MAX_PAGE_BYTES + 1} bytes`, { live: { entries: [...ones(MAX_ENTRY_BYTES, MAX_PAGE_BYTES / MAX_ENTRY_BYTES), Uint8Array.of(1)], records: [] } })
refused('LIMIT', 'many entries', `a page of ${MAX_PAGE_ENTRIES + 1} entries`, { live: { entries: ones(1, MAX_PAGE_ENTRIES + 1), records: [] } })
refused('LIMIT', 'many together', `a page of ${MAX_PAGE_ENTRIES} entries and a record`, { live: { entries: ones(1, MAX_PAGE_ENTRIES), records: ones(1, 1) } })
refused('MALFORMED', 'heads after a cut subject', 'a subject of 37 bytes', { askHeads: { after: subjectOf(1).subarray(1) } })
refused('MALFORMED', 'no heads', 'an empty list of heads that is not the last', { heads: { heads: [], last: false } })
refused('MALFORMED', 'heads unsorted', 'subject 2 before subject 1', { heads: { heads: [head(2), head(1)], last: true } })
refused('LIMIT', 'many heads', `${MAX_HEADS + 1} heads`, { heads: { heads: Array.from({ length: MAX_HEADS + 1 }, () => head(1)), last: true } })
refused('LIMIT', 'long refusal', `a text of ${MAX_TEXT_BYTES + 1} bytes`, { refusal: { code: 7, retry: false, text: 'x'.repeat(MAX_TEXT_BYTES + 1) } })

/** What a peer says that dialled the node under test; frames that it answers are followed by the next. */
const conversations: Array<{ name: string, fault: string, frames: Message[], code: string }> = [
  { name: 'request without a round', fault: 'an ask before a start', frames: [{ ask: { set: file, prefixes: [''] } }], code: 'MALFORMED' },
  { name: 'request after a round', fault: 'an ask after done', frames: [{ start }, { done: {} }, { ask: { set: file, prefixes: [''] } }], code: 'MALFORMED' },
  { name: 'round in a round', fault: 'a second start before done', frames: [{ start }, { start }], code: 'MALFORMED' },
  { name: 'both sets unchecked', fault: 'both sets together in a round without nonces', frames: [{ start }, { ask: { set: both, prefixes: [''] } }], code: 'MALFORMED' },
  { name: 'answer unasked', fault: 'a page for which nobody asked', frames: [page({ entries: [OTHER] })], code: 'MALFORMED' },
  { name: 'taken unasked', fault: 'nothing was given', frames: [{ taken: { left: NOTHING } }], code: 'MALFORMED' },
  { name: 'heard unasked', fault: 'a live page is acknowledged that was not sent', frames: [{ heard: { left: NOTHING } }], code: 'MALFORMED' },
  { name: 'more of nothing', fault: 'no pages are under way', frames: [{ start }, { more: { stop: false } }], code: 'MALFORMED' },
  { name: 'give no entry', fault: 'bytes that have not the form of an entry', frames: [{ start }, { give: { entries: [text('no entry')], records: [] } }], code: 'MALFORMED' }
]

export function generate (): unknown {
  return {
    protocol: SYNC_PROTOCOL,
    notation: 'bytes are hex; a frame is given without its length prefix, a long one as a list of hex and of [hex, how often]',
    digests: [
      { ids: [], count: 0, sum: hex(emptyDigest().sum) },
      { ids: ids.map(hex), count: 2, sum: hex(start.file.sum) },
      { ids: [hex(high), hex(one)], count: 2, sum: hex([high, one].reduce(addToDigest, emptyDigest()).sum), note: 'the sum wraps to 0' }
    ],
    keyed: [[], all.slice(0, 1), all].map((list) => ({
      leader: hex(NONCES.leader), answerer: hex(NONCES.answerer), ids: list.map(hex), count: list.length, sum: hex(keyedDigest([NONCES.leader, NONCES.answerer], join(list)))
    })),
    held: { vault: held.vault.map((entry) => ({ entry: hex(entry), id: hex(idOf(entry)) })), file: held.file.map((entry) => ({ entry: hex(entry), id: hex(idOf(entry)) })) },
    valid: Object.entries(valid).map(([name, message]) => ({ name, frame: hex(encodeMessage(message)), message: plain(message) })),
    bad: bad.map(({ name, fault, bytes, code }) => ({ name, fault, frame: short(bytes), code })),
    conversations: conversations.map(({ name, fault, frames, code }) => ({ name, fault, frames: frames.map((frame) => hex(encodeMessage(frame))), code }))
  }
}

/** What repeats would fill the file: a long frame is a list of hex and of [hex, how often]. */
function short (bytes: Uint8Array): string | Array<string | [string, number]> {
  const whole = hex(bytes)
  if (whole.length <= 512) return whole
  const parts: Array<string | [string, number]> = []
  let at = 0
  for (const found of whole.matchAll(/((?:..){1,64}?)\1{31,}/g)) {
    const [run, piece = ''] = found
    parts.push(whole.slice(at, found.index), [piece, run.length / piece.length])
    at = found.index + run.length
  }
  return [...parts, whole.slice(at)].filter((part) => part !== '')
}

/** The bytes of a frame in the vectors. */
export function frameBytes (frame: string | Array<string | [string, number]>): Uint8Array {
  const parts = typeof frame === 'string' ? [frame] : frame
  return new Uint8Array(Buffer.from(parts.map((part) => typeof part === 'string' ? part : part[0].repeat(part[1])).join(''), 'hex'))
}

function plain (value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? hex(field) : field))
}
