import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { UNKNOWN_MS } from '../defaults.js'
import type { Statement } from '../index/statement.js'
import { LOST } from '../index/migrations/store.js'
import { faultOf } from './corruption.js'
import type { Adopted, AdoptOptions, FoundBlob } from './interface.js'
import { keyOf } from '../index/bytes-key.js'
import { rowOf, type StoreContext } from './context.js'
import { isUnlinked, lostBlocks, windows, withoutRow } from '../index/queries/block-rows.js'
import { adoptBlock, nobodysUpload, pinBlock } from '../index/queries/blocks.js'

/** Files that are looked at at once. */
const FILES_AT_ONCE = 8
/** Blocks that one upload pins: it ends in one transaction. */
const PINS_PER_UPLOAD = 4096

/**
 * What blocks that no row knew are kept by: pins of an upload that nobody goes on with, which ends after UNKNOWN_MS. What
 * an entry names by then has its refs, and stays.
 */
export class AdoptionPins {
  private upload = new Uint8Array(randomBytes(16))
  private count = 0

  constructor (private readonly now: () => number) {}

  keep (cid: CID): Statement[] {
    if (++this.count % PINS_PER_UPLOAD === 0) this.upload = new Uint8Array(randomBytes(16))
    return [
      nobodysUpload(this.upload, this.now() + UNKNOWN_MS),
      pinBlock(this.upload, cid)
    ]
  }
}

/** Looks for blocks that were found gone and for files that have no row, and takes in what are blocks. What is no block stays where it is, and is counted. */
export async function adoptUnknown (parts: StoreContext, { signal, verify = true, pause, onFile }: AdoptOptions = {}): Promise<Adopted> {
  const adopted: Adopted = { blocks: 0, bytes: 0, damaged: 0, strange: 0 }
  const keeper = new AdoptionPins(parts.now)
  await adoptLost(parts, keeper, adopted, { signal, verify, pause, onFile })
  for await (const page of parts.blobs.walk({ signal, identify: verify })) {
    adopted.strange += page.filter(({ cid }) => cid === undefined).length
    await adoptEach(parts, unknownOf(parts, page), keeper, adopted, { signal, verify, onFile })
    await pause?.()
  }
  return adopted
}

/** Rows that one look takes, whatever their state. */
const WINDOW_ROWS = 4096

/** Asks for blocks that were found gone: a store from outside need not list what it has. */
async function adoptLost (parts: StoreContext, keeper: AdoptionPins, adopted: Adopted, options: AdoptOptions): Promise<void> {
  const { db } = parts
  for (const window of windows(db, WINDOW_ROWS)) {
    const rows = lostBlocks(db, window)
    if (rows.length === 0) continue
    await adoptEach(parts, rows.map(({ cid }) => parseCid(cid)), keeper, adopted, options)
    await options.pause?.()
  }
}

async function adoptEach (parts: StoreContext, cids: CID[], keeper: AdoptionPins, adopted: Adopted, { signal, verify = true, onFile }: AdoptOptions): Promise<void> {
  const found = cids.values()
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, async () => {
    for (const cid of found) {
      signal?.throwIfAborted()
      const bytes = await adoptFile(parts, cid, keeper, verify)
      if (bytes === undefined) continue
      if (bytes === 'damaged') adopted.damaged++
      else {
        adopted.blocks++
        adopted.bytes += bytes
        onFile?.(bytes)
      }
    }
  }))
}

/** Takes in blocks whose bytes lay in an index, without looking at the room that is left: they are on this disk as it is. For a store that nobody else uses yet. */
export async function adoptBytes (parts: StoreContext, keeper: AdoptionPins, blocks: Array<{ cid: CID, bytes: Uint8Array }>): Promise<Adopted> {
  const fresh = blocks.filter(({ cid }) => mayAdopt(parts, cid))
  await parts.db.write(fresh.flatMap(({ cid, bytes }) => [adoptBlock(cid, bytes.length, parts.now(), bytes), ...keeper.keep(cid)]))
  return { blocks: fresh.length, bytes: fresh.reduce((sum, { bytes }) => sum + bytes.length, 0), damaged: 0, strange: 0 }
}

/** Those of a page of which the index knows nothing, or that the file is gone. */
function unknownOf ({ db }: StoreContext, page: FoundBlob[]): CID[] {
  const cids = page.flatMap(({ cid }) => cid ?? [])
  return withoutRow(db, cids).flatMap((at) => cids[at] ?? [])
}

/** Its bytes when it was taken in; undefined when there is nothing to take in. */
async function adoptFile (parts: StoreContext, cid: CID, keeper: AdoptionPins, verify: boolean): Promise<number | 'damaged' | undefined> {
  const { blobs, db, now } = parts
  // whoever writes or removes it holds the lock, and when it is free its row says what it did
  return parts.locks.run(keyOf(cid), async () => {
    if (!mayAdopt(parts, cid)) return undefined
    const size = await blobs.stat(cid)
    if (size === undefined) return undefined
    if (verify) {
      const fault = faultOf(cid, size, await blobs.read(cid, size))
      if (fault !== undefined) {
        await blobs.quarantine(cid, fault)
        parts.onCorrupt({ cid, reason: fault, lost: false })
        return 'damaged'
      }
    }
    // its process may have ended before its name was durable; and an index that knew it as dead may be lost
    await blobs.fromTrash(cid)
    await db.write([adoptBlock(cid, size, verify ? now() : 0, null), ...keeper.keep(cid)])
    return size
  })
}

/** No row, or one that says that the file is gone; and it is not about to be removed. */
function mayAdopt (parts: StoreContext, cid: CID): boolean {
  const row = rowOf(parts, cid)
  if (row !== undefined && row.state !== LOST) return false
  return !isUnlinked(parts.db, cid)
}
