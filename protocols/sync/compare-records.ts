import { compareBytes } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { join } from './codec.js'
import type { Message } from './codec.js'
import { MAX_ROUND_HEADS, MAX_WANTED_SUBJECTS } from './constants.js'
import { hex } from './entry-id.js'
import { pages } from './pages.js'
import type { Requests } from './requests.js'
import type { RecordHead } from './source.js'

/**
 * Compares the members' records in one round; afterwards both sides have the newer record of each
 * member.
 */
export async function compareRecords (requests: Requests): Promise<void> {
  const { source } = requests.node
  const mine = new Map(source.records().map((head) => [hex(head.subject), head]))
  const wanted: Uint8Array[] = []
  const given: Uint8Array[] = []
  for (const head of await theirHeads(requests)) {
    const known = mine.get(hex(head.subject))
    mine.delete(hex(head.subject))
    const order = known === undefined ? 1 : compareHeads(head, known)
    if (order > 0) wanted.push(head.subject)
    else if (order < 0) given.push(head.subject)
  }
  for (const { subject } of mine.values()) given.push(subject)
  for (let at = 0; at < wanted.length; at += MAX_WANTED_SUBJECTS) await wantRecords(requests, wanted.slice(at, at + MAX_WANTED_SUBJECTS))
  const records = given.map((subject) => source.record(subject)).filter((record) => record !== undefined)
  for await (const page of pages(records)) await requests.ask({ give: { entries: [], records: page } }, 'taken')
}

/** Compares two record heads: above 0 when `a` is newer. */
const compareHeads = (a: RecordHead, b: RecordHead): number => a.life === b.life ? a.n - b.n : a.life - b.life

async function theirHeads (requests: Requests): Promise<RecordHead[]> {
  const all: RecordHead[] = []
  for (;;) {
    const after = all.at(-1)?.subject ?? new Uint8Array(0)
    const { heads } = await requests.ask({ askHeads: { after } }, 'heads')
    const [first] = heads?.heads ?? []
    if (first !== undefined && compareBytes(first.subject, after) <= 0) throw new ProtocolError('MALFORMED', 'Heads that were not asked for')
    all.push(...heads?.heads ?? [])
    if (all.length > MAX_ROUND_HEADS) throw new ProtocolError('LIMIT', `More than ${MAX_ROUND_HEADS} records`)
    if (heads?.last !== false) return all
  }
}

/** Requests records. A record that the peer no longer has does not arrive. */
async function wantRecords (requests: Requests, subjects: Uint8Array[]): Promise<void> {
  let left = subjects.length
  let message: Message = { want: { set: 0, prefixes: [], ids: new Uint8Array(0), subjects: join(subjects) } }
  for (;;) {
    const { page } = await requests.ask(message, 'page')
    left -= page?.records.length ?? 0
    if (page === undefined || page.entries.length > 0 || left < 0) throw new ProtocolError('MALFORMED', 'Entries or records that were not wanted')
    if (page.records.length > 0) await requests.node.receiveRecords(page.records)
    if (page.last) return
    message = { more: { stop: false } }
  }
}
