import type { CID } from 'multiformats/cid'
import { BlockCorruptError } from '../errors.js'
import type { Statement } from '../index/statement.js'
import { HELD, TRASHED } from '../index/migrations/store.js'
import { faultOf, judge, loadBlock } from './corruption.js'
import type { CorruptBlock, ReadBlockOptions, SignalOptions } from './interface.js'
import { checkCid, rowOf, type StoreContext } from './context.js'
import { parseCid } from '../../protocols/block/cid.js'
import { heldAfter } from '../index/queries/block-rows.js'
import { setVerified } from '../index/queries/blocks.js'
import { wasRead } from './trash.js'

export async function readBlock (parts: StoreContext, cid: CID, { verify = true, signal }: ReadBlockOptions = {}): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted()
  checkCid(cid)
  const row = rowOf(parts, cid)
  if (row?.state !== HELD && row?.state !== TRASHED) return undefined
  const bytes = await loadBlock(parts, cid, row)
  signal?.throwIfAborted()
  const sound = verify ? faultOf(cid, row.size, bytes) === undefined : bytes?.length === row.size
  if (sound && bytes !== undefined) {
    await wasRead(parts, row)
    return bytes
  }
  const corrupt = await judge(parts, cid)
  if (corrupt !== undefined) throw new BlockCorruptError(`Block ${cid.toString()} is damaged: ${corrupt.reason}`)
  // it was removed, or replaced by a good one, while it was read
  return readBlock(parts, cid, { verify, signal })
}

/** Hashes the block now; false when absent or wrong. */
export async function recheck (parts: StoreContext, cid: CID): Promise<boolean> {
  checkCid(cid)
  const row = rowOf(parts, cid)
  if (row?.state !== HELD && row?.state !== TRASHED) return false
  if (faultOf(cid, row.size, await loadBlock(parts, cid, row)) !== undefined) {
    await judge(parts, cid)
    return rowOf(parts, cid)?.state === row.state
  }
  await parts.db.write([setVerified(row.id, parts.now())])
  return true
}

/** Rows read at a time by the walks over all blocks. */
const PAGE_BLOCKS = 256

/** The CIDs of all held blocks, in pages, so that writes go on meanwhile. */
export function * heldBlocks ({ db }: StoreContext): Generator<{ cid: CID, size: number }> {
  for (let after = 0; ;) {
    const page = heldAfter(db, after, PAGE_BLOCKS)
    for (const { cid, size } of page) yield { cid: parseCid(cid), size }
    const last = page.at(-1)
    if (last === undefined) return
    after = last.id
  }
}

/** Hashes every block, one after the other. */
export async function * verifyAll (parts: StoreContext, options: SignalOptions & { onBlock?: (cid: CID, bytes: number) => void } = {}): AsyncGenerator<CorruptBlock> {
  const sound: Statement[] = []
  const note = async (): Promise<void> => {
    if (sound.length > 0) await parts.db.write(sound.splice(0))
  }
  for (const { cid, size } of heldBlocks(parts)) {
    options.signal?.throwIfAborted()
    const row = rowOf(parts, cid)
    if (row?.state !== HELD) continue
    if (faultOf(cid, row.size, await loadBlock(parts, cid, row)) === undefined) {
      sound.push(setVerified(row.id, parts.now()))
      if (sound.length === PAGE_BLOCKS) await note()
    } else {
      const corrupt = await judge(parts, cid)
      if (corrupt !== undefined) yield corrupt
    }
    options.onBlock?.(cid, size)
  }
  await note()
}
