import type { CID } from 'multiformats/cid'
import { multiaddr } from '@multiformats/multiaddr'
import { CID_BYTES, parseCid, verifyCid } from '../../protocols/block/cid.js'
import { equal } from '../../protocols/block/hash.js'
import { ProtocolError } from '../../protocols/errors.js'
import { MAX_ENTRY_BYTES, MAX_RECORD_BYTES } from '../../protocols/vault/limits.js'
import { readRecord, verifyRecord } from '../../protocols/vault/record.js'
import type { DamagedPages } from './damaged-pages.js'
import { readRows, type FoundRow } from './damaged-rows.js'
import { countEntries } from '../index/queries/entries.js'
import type { IndexDb } from '../index/engine/index-db.js'
import { sawAddress } from '../index/queries/members.js'
import { putRecord } from '../index/queries/records.js'
import { SMALL_BLOCK_BYTES } from '../defaults.js'
import type { RebuildProgress } from '../api/node.js'
import type { BlockStore } from '../blockstore/interface.js'
import type { EntryLog } from '../vault/entries/entry-log.js'
import { peerText } from '../vault/members/members.js'

export interface SalvageInit {
  pages: DamagedPages
  db: IndexDb
  store: BlockStore
  ledger: EntryLog
  vault: Uint8Array
  signal?: AbortSignal | undefined
  onProgress?: ((event: RebuildProgress) => void) | undefined
}

export interface Salvaged { entries: number, blocks: number, bytes: number }

const VAULT_KINDS = new Set<unknown>(['admit', 'revoke', 'setting'])
/** A DAG-CBOR list of three (an entry) and of two (a record) begins with these bytes. */
const ENTRY_BEGINS = 0x83
const RECORD_BEGINS = 0x82
/**
 * This many entries are verified together, and BLOCKS_AT_ONCE small blocks are written together.
 */
const ENTRIES_AT_ONCE = 256
const BLOCKS_AT_ONCE = 64
/** At most this many addresses of members are taken from the old index. */
const MAX_PLACES = 1024

/**
 * Takes from the pages of a damaged index everything that proves itself: entries and records by
 * their signatures, small blocks by their CIDs. The members come first, then all else. Nothing that
 * is found removes anything.
 */
export async function salvage (init: SalvageInit): Promise<Salvaged> {
  const { pages, db, store, ledger, signal, onProgress } = init
  const total = 2 * pages.count * pages.pageBytes
  const reading = (pass: 0 | 1) => readRows(pages, {
    signal,
    onPages: (count) => { onProgress?.({ type: 'index:rebuild:read', bytes: (pass * pages.count + count) * pages.pageBytes, total }) }
  })
  await takeMembers(init, reading(0))

  const found = { blocks: 0, bytes: 0 }
  let entries: Uint8Array[] = []
  let blocks: Array<{ cid: CID, bytes: Uint8Array }> = []
  const places: Array<{ peer: string, address: string, seen: number }> = []
  const write = async (atLeast: number): Promise<void> => {
    if (entries.length > 0 && entries.length >= atLeast * ENTRIES_AT_ONCE) await take(ledger, entries.splice(0))
    if (blocks.length > 0 && blocks.length >= atLeast * BLOCKS_AT_ONCE) {
      const adopted = await store.adoptBytes([...new Map(blocks.splice(0).map((block) => [block.cid.toString(), block])).values()])
      found.blocks += adopted.blocks
      found.bytes += adopted.bytes
    }
  }
  for await (const row of reading(1)) {
    entries.push(...entriesIn(row))
    blocks.push(...blockIn(row))
    await keepRecord(init, row)
    if (places.length < MAX_PLACES) places.push(...placeIn(row))
    await write(1)
  }
  await write(0)
  entries = []
  blocks = []
  const ofMembers = places.filter(({ peer }) => ledger.members.get(peer) !== undefined)
  if (ofMembers.length > 0) await db.write(ofMembers.flatMap(({ peer, address, seen }) => sawAddress(peer, address, seen)))
  return { entries: countEntries(db), ...found }
}

/**
 * Receives admits in the order of their row ids, and again while that brings some in: an admit must
 * come after its ancestors.
 */
async function takeMembers ({ db, ledger }: SalvageInit, rows: AsyncIterable<FoundRow>): Promise<void> {
  const found: Array<{ rowid: number, bytes: Uint8Array }> = []
  for await (const row of rows) {
    if (row.values.some((value) => VAULT_KINDS.has(value))) found.push(...entriesIn(row).map((bytes) => ({ rowid: row.rowid, bytes })))
  }
  const list = found.sort((a, b) => a.rowid - b.rowid).map(({ bytes }) => bytes)
  for (let before = -1; countEntries(db) > before && list.length > 0;) {
    before = countEntries(db)
    for (let at = 0; at < list.length; at += ENTRIES_AT_ONCE) await take(ledger, list.slice(at, at + ENTRIES_AT_ONCE))
  }
}

/** Receives entries and leaves out invalid ones. */
async function take (ledger: EntryLog, list: Uint8Array[]): Promise<void> {
  try {
    await ledger.receive(list)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const half = list.length >> 1
    if (half === 0) return
    await take(ledger, list.slice(0, half))
    await take(ledger, list.slice(half))
  }
}

/**
 * Returns the possible entries of a row: rows of entries contain their kind as text, rows of blocks
 * contain no text.
 */
function entriesIn ({ values }: FoundRow): Uint8Array[] {
  if (!values.some((value) => typeof value === 'string')) return []
  return values.filter((value) => value instanceof Uint8Array && value[0] === ENTRY_BEGINS && value.length <= MAX_ENTRY_BYTES) as Uint8Array[]
}

function blockIn ({ values }: FoundRow): Array<{ cid: CID, bytes: Uint8Array }> {
  const name = values.find((value) => value instanceof Uint8Array && value.length === CID_BYTES)
  if (!(name instanceof Uint8Array)) return []
  let cid: CID
  try {
    cid = parseCid(name)
  } catch (error) {
    if (error instanceof ProtocolError) return []
    throw error
  }
  const bytes = values.find((value) => value instanceof Uint8Array && value !== name && value.length < SMALL_BLOCK_BYTES && verifyCid(cid, value))
  return bytes instanceof Uint8Array ? [{ cid, bytes }] : []
}

/** Keeps the newest record of each member, for its addresses. */
async function keepRecord ({ db, ledger, vault }: SalvageInit, { values }: FoundRow): Promise<void> {
  for (const value of values) {
    if (!(value instanceof Uint8Array) || value[0] !== RECORD_BEGINS || value.length > MAX_RECORD_BYTES) continue
    try {
      const record = readRecord(value)
      const { subject, life, n } = record
      if (!equal(record.vault, vault) || ledger.members.get(peerText(subject)) === undefined || !verifyRecord(record)) continue
      // the time of arrival is unknown
      await db.write([putRecord({ subject, life, n, heard: 0, record: record.encoded })])
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
    }
  }
}

function placeIn ({ values: [peer, address, seen] }: FoundRow): Array<{ peer: string, address: string, seen: number }> {
  if (typeof peer !== 'string' || typeof address !== 'string' || typeof seen !== 'number' || !address.startsWith('/')) return []
  try {
    multiaddr(address)
    return [{ peer, address, seen }]
  } catch {
    return [] // some other row
  }
}
