import type { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES, verifyCid } from '../../protocols/block/cid.js'
import { SCRUB_MS } from '../defaults.js'
import { InvalidDataError } from '../errors.js'
import type { Statement } from '../index/statement.js'
import { HELD, TRASHED } from '../index/migrations/store.js'
import type { Reservation } from './capacity.js'
import { judgeLocked } from './corruption.js'
import type { PutBlockOptions } from './interface.js'
import { keyOf } from '../index/bytes-key.js'
import { checkCid, checkWritable, rowOf, uploadOf, within, type StoreContext, type Upload } from './context.js'
import { ensureUpload, insertBlock, isHeld, keepBlock, pinBlock, setVerified } from '../index/queries/blocks.js'
import { putBackLocked } from './trash.js'

/** Durable when resolved, unless staged. */
export async function putBlock (parts: StoreContext, cid: CID, bytes: Uint8Array, options: PutBlockOptions = {}): Promise<void> {
  options.signal?.throwIfAborted()
  checkBlock(cid, bytes, options.verified === true)
  checkWritable(parts)
  if (options.upload === undefined) {
    const reservation = await parts.capacity.begin(Math.max(1, bytes.length))
    await store(parts, cid, bytes, undefined, reservation, options.signal).finally(() => { parts.capacity.end(reservation) })
    return
  }
  const upload = uploadOf(parts, options.upload)
  const work = options.stage === true && bytes.length < parts.smallBelow
    ? stage(parts, cid, bytes, upload)
    : store(parts, cid, bytes, upload, upload.reservation, options.signal)
  await within(upload, work)
}

function checkBlock (cid: CID, bytes: Uint8Array, verified: boolean): void {
  checkCid(cid)
  if (bytes.length > MAX_BLOCK_BYTES) throw new InvalidDataError(`A block of ${bytes.length} bytes: at most ${MAX_BLOCK_BYTES}`)
  if (!verified && !verifyCid(cid, bytes)) throw new InvalidDataError(`The bytes are not those of ${cid.toString()}`)
}

async function stage ({ capacity }: StoreContext, cid: CID, bytes: Uint8Array, upload: Upload): Promise<void> {
  const key = keyOf(cid)
  if (upload.staged.has(key)) return
  await capacity.charge(upload.reservation, bytes.length)
  upload.staged.set(key, { cid, bytes })
}

async function store (parts: StoreContext, cid: CID, bytes: Uint8Array, upload: Upload | undefined, reservation: Reservation, signal?: AbortSignal): Promise<void> {
  const { db, blobs, capacity } = parts
  await parts.locks.run(keyOf(cid), async () => {
    signal?.throwIfAborted()
    if (await nameThere(parts, cid, upload)) return
    await capacity.look()
    await capacity.charge(reservation, bytes.length)
    let written = false
    try {
      const file = bytes.length >= parts.smallBelow
      if (file) await blobs.write(cid, bytes)
      if (upload !== undefined) upload.rowed = true
      await db.write([
        ...upload === undefined ? [] : [ensureUpload(parts, upload)],
        insertBlock(parts, cid, bytes.length, file ? null : bytes, upload === undefined),
        ...upload === undefined ? [] : [pinBlock(upload.id, cid)]
      ])
      written = true
    } finally {
      capacity.settle(reservation, bytes.length, written)
    }
  })
}

/**
 * Pins or keeps a block that is held, or in the trash, and whose file is there with its length (hashed, when that was
 * last done too long ago): what is acknowledged without writing must be there. False when it is not.
 */
async function nameThere (parts: StoreContext, cid: CID, upload: Upload | undefined): Promise<boolean> {
  const row = rowOf(parts, cid)
  if (row?.state !== HELD && row?.state !== TRASHED) return false
  const naming: Statement[] = upload === undefined ? [keepBlock(cid)] : [ensureUpload(parts, upload), pinBlock(upload.id, cid)]
  if (upload !== undefined) upload.rowed = true
  if (row.state === TRASHED) return putBackLocked(parts, cid, naming)
  const sound: Statement[] = []
  if (row.verified < parts.now() - SCRUB_MS || (row.file === 1 && await parts.blobs.stat(cid) !== row.size)) {
    if (await judgeLocked(parts, cid) !== undefined) return false
    sound.push(setVerified(row.id, parts.now()))
  }
  const results = await parts.db.write([...sound, ...naming, isHeld(cid)])
  // else it was let go in the meantime: to the trash, or for good
  return results.at(-1)?.rows.length === 1 || nameThere(parts, cid, upload)
}
