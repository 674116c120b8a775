import { compareBytes } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import {
  LEAF_IDS, LONGEST_PREFIX_DIGITS, MAX_ENTRY_BYTES, MAX_HEADS, MAX_PAGE_BYTES, MAX_PAGE_ENTRIES, MAX_PREFIXES, MAX_RECORD_BYTES, MAX_TEXT_BYTES,
  MAX_WAIT_MS, MAX_WANTED_IDS, MAX_WANTED_SUBJECTS, NODE_CHILDREN, NONCE_BYTES, ROOT_CHILDREN, SUBJECT_BYTES, SUM_BYTES
} from './constants.js'
import { Message } from './messages.js'
import type { Child, Digest, Heads, Node, Start, Want } from './messages.js'
import type { AnySet } from './source.js'

export type { Message }
export type Kind = keyof Message
export const encodeMessage = (message: Message): Uint8Array => Message.encode(message)

const SETS: Array<AnySet | undefined> = [undefined, 'vault', 'file', 'all']
const MOST = { entries: MAX_PAGE_ENTRIES, records: MAX_PAGE_ENTRIES }
const LIMITS = {
  ask: { prefixes: MAX_PREFIXES },
  found: { nodes: MAX_PREFIXES, nodes$: { children: ROOT_CHILDREN } },
  want: { prefixes: MAX_PREFIXES },
  page: MOST, give: MOST, live: MOST,
  heads: { heads: MAX_HEADS }
}

export const setNumber = (set: AnySet): number => SETS.indexOf(set)

/**
 * Returns the set with this number.
 *
 * @throws ProtocolError MALFORMED when there is none
 */
export function setOf (number: number): AnySet {
  const set = SETS[number]
  if (set === undefined) throw malformed(`No set has the number ${number}`)
  return set
}

/**
 * Splits joined byte strings of one length.
 *
 * @throws ProtocolError MALFORMED when the last is cut
 */
export function split (bytes: Uint8Array, length: number): Uint8Array[] {
  if (bytes.length % length !== 0) throw malformed(`${bytes.length} bytes are no list of ${length}`)
  return Array.from({ length: bytes.length / length }, (_, at) => bytes.subarray(at * length, (at + 1) * length))
}

export const join = (parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Returns the prefix of a child: the parent's digits followed by the child's. */
export const childPrefix = (prefix: string, digits: number): string => prefix + digits.toString(16).padStart(prefix === '' ? 2 : 1, '0')

/**
 * Decodes one message and checks everything that needs no memory of earlier messages.
 *
 * @throws ProtocolError MALFORMED, UNSUPPORTED for a type of message that is unknown here, LIMIT
 */
export function decodeMessage (bytes: Uint8Array): Message {
  const message = parse(bytes)
  const kinds = Object.keys(message) as Kind[]
  if (kinds.length === 0) throw new ProtocolError('UNSUPPORTED', 'A message of unknown type')
  if (kinds.length > 1) throw malformed('More than one message in a frame')
  const { start, started, wait, ask, found, want, page, give, taken, askHeads, heads, live, heard, refusal } = message
  for (const both of [start, started]) if (both !== undefined) checkStart(both)
  if (wait !== undefined && wait.ms > MAX_WAIT_MS) throw limit('A pause that is too long')
  if (ask !== undefined) checkPrefixes(ask.set, ask.prefixes, 1)
  if (found !== undefined) checkNodes(found.nodes)
  if (want !== undefined) checkWant(want)
  if (page !== undefined) checkPage(page, page.last)
  if (give !== undefined) checkPage(give, false)
  if (live !== undefined) checkPage(live, false)
  if (askHeads !== undefined && askHeads.after.length > 0) checkLength(askHeads.after, SUBJECT_BYTES)
  if (heads !== undefined) checkHeads(heads)
  for (const acknowledged of [taken, heard]) if (acknowledged !== undefined) checkLeft(acknowledged.left)
  if (refusal !== undefined && Buffer.byteLength(refusal.text) > MAX_TEXT_BYTES) throw limit('A refusal that is too long')
  return message
}

function parse (bytes: Uint8Array): Message {
  try {
    return Message.decode(bytes, { limits: LIMITS })
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'MaxLengthError') throw new ProtocolError('LIMIT', 'A list that is too long', { retry: false, cause })
    throw new ProtocolError('MALFORMED', 'No message of this protocol', { cause })
  }
}

const malformed = (text: string): ProtocolError => new ProtocolError('MALFORMED', text)
const limit = (text: string): ProtocolError => new ProtocolError('LIMIT', text, { retry: false })

function checkLength (bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw malformed(`${bytes.length} bytes where ${length} belong`)
}

function checkNumber (value: number): void {
  if (!Number.isSafeInteger(value)) throw malformed('A number above 2^53 - 1')
}

function checkStart ({ vault, file, nonce }: Start): void {
  checkDigest(vault)
  checkDigest(file)
  if (nonce !== undefined) checkLength(nonce, NONCE_BYTES)
}

function checkLeft (left: Uint8Array): void {
  const ids = split(left, SUM_BYTES)
  if (ids.length > MAX_PAGE_ENTRIES) throw limit(`${ids.length} ids of one page`)
  checkSorted(ids)
}

function checkDigest (digest: Digest | undefined): void {
  if (digest === undefined) throw malformed('A digest is missing')
  checkLength(digest.sum, SUM_BYTES)
  checkNumber(digest.count)
}

function checkSorted (list: Uint8Array[]): void {
  for (const [at, item] of list.entries()) {
    const before = list[at - 1]
    if (before !== undefined && compareBytes(before, item) >= 0) throw malformed('A list that is not sorted, or names one thing twice')
  }
}

function checkPrefixes (set: number, prefixes: string[], least: number): void {
  setOf(set)
  if (prefixes.length < least) throw malformed('No prefix')
  for (const [at, prefix] of prefixes.entries()) {
    if (!/^([0-9a-f]{2,})?$/.test(prefix)) throw malformed('A prefix is none or at least two lower-case hex digits')
    if (prefix.length > LONGEST_PREFIX_DIGITS) throw limit('A prefix that is too long')
    const before = prefixes[at - 1]
    if (before !== undefined && before >= prefix) throw malformed('Prefixes that are not sorted, or one twice')
  }
}

function checkNodes (nodes: Node[]): void {
  for (const { ids, children } of nodes) {
    if (ids.length > 0 && children.length > 0) throw malformed('Ids and children of one prefix')
    const list = split(ids, SUM_BYTES)
    if (list.length > LEAF_IDS) throw limit(`A list of ${list.length} ids`)
    checkSorted(list)
    children.forEach(checkChild)
    if (children.length > 0 && children.reduce((total, { count }) => total + count, 0) <= LEAF_IDS) throw malformed('Digests of so few ids that they had to be listed')
  }
}

function checkChild ({ digits, count, sum }: Child, at: number, children: Child[]): void {
  const before = children[at - 1]
  if (before !== undefined && before.digits >= digits) throw malformed('Children that are not sorted, or one twice')
  if (digits >= ROOT_CHILDREN) throw malformed('No child has this number')
  if (count === 0) throw malformed('A child without entries')
  checkDigest({ count, sum })
}

/**
 * Checks that a child lies below the prefix that was asked for.
 *
 * @throws ProtocolError MALFORMED
 */
export function checkDepth (prefix: string, { digits }: Child): void {
  if (prefix !== '' && digits >= NODE_CHILDREN) throw malformed('Not below the prefix that was asked for')
}

function checkWant ({ set, prefixes, ids, subjects }: Want): void {
  const [wantedIds, wantedSubjects] = [split(ids, SUM_BYTES), split(subjects, SUBJECT_BYTES)]
  if (wantedIds.length > MAX_WANTED_IDS) throw limit(`${wantedIds.length} ids in a want`)
  if (wantedSubjects.length > MAX_WANTED_SUBJECTS) throw limit(`${wantedSubjects.length} subjects in a want`)
  if (wantedSubjects.length > 0) {
    if (set !== 0 || wantedIds.length > 0 || prefixes.length > 0) throw malformed('Entries and records in one want')
    checkSorted(wantedSubjects)
    return
  }
  checkPrefixes(set, prefixes, wantedIds.length === 0 ? 1 : 0)
  checkSorted(wantedIds)
}

function checkHeads ({ heads, last }: Heads): void {
  if (heads.length === 0 && !last) throw malformed('No heads, and not the last of them')
  for (const { subject, life, n } of heads) {
    checkLength(subject, SUBJECT_BYTES)
    checkNumber(life)
    checkNumber(n)
  }
  checkSorted(heads.map(({ subject }) => subject))
}

function checkPage ({ entries, records }: { entries: Uint8Array[], records: Uint8Array[] }, mayBeEmpty: boolean): void {
  const count = entries.length + records.length
  if (count === 0 && !mayBeEmpty) throw malformed('A page without entries')
  if (count > MAX_PAGE_ENTRIES) throw limit(`A page of ${count}`)
  let total = 0
  for (const [list, most] of [[entries, MAX_ENTRY_BYTES], [records, MAX_RECORD_BYTES]] as const) {
    for (const { length } of list) {
      if (length === 0) throw malformed('An entry without bytes')
      if (length > most) throw limit(`An entry or record of ${length} bytes`)
      total += length
    }
  }
  if (total > MAX_PAGE_BYTES) throw limit(`A page of ${total} bytes`)
}

/**
 * Returns the refusal for an error: code and text of a ProtocolError, and nothing about any other
 * error.
 */
export function refusal (error: unknown): { code: number, retry: boolean, text: string } {
  const told = error instanceof ProtocolError ? error : new ProtocolError('INTERNAL', 'Internal error')
  // cut between characters
  const text = new TextDecoder().decode(new TextEncoder().encode(told.message).subarray(0, MAX_TEXT_BYTES), { stream: true })
  return { code: told.wire, retry: told.retry, text }
}
