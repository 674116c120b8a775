import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { BlocksUnavailableError, InvalidDataError } from '../errors.js'
import type { Statement } from '../index/statement.js'
import { Reservation } from './capacity.js'
import { complete, finish } from './finish.js'
import { keyOfUpload, type StoreContext } from './context.js'
import { abandon } from './uploads.js'

/**
 * Names everything below a root again, in one transaction with `extra`, when all of it is held by its rows; false, and
 * nothing done, when it is not. Nothing is written but rows, so no room is asked for.
 */
export async function relink (parts: StoreContext, root: CID, extra: readonly Statement[]): Promise<boolean> {
  if (!await complete(parts, root)) return false
  const id = new Uint8Array(randomBytes(16))
  parts.uploads.set(keyOfUpload(id), {
    id, writer: '', local: true, reservation: new Reservation(false), staged: new Map(), running: new Set(), rowed: true, ended: false
  })
  try {
    await finish(parts, id, root, extra)
    return true
  } catch (error) {
    await abandon(parts, id)
    if (error instanceof BlocksUnavailableError || error instanceof InvalidDataError) return false
    throw error
  }
}
