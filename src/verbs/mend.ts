import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { UPLOAD_ID_BYTES } from '../../protocols/store/constants.js'
import type { BlockStore } from '../store/interface.js'

/**
 * Puts a good block in the place of one that went bad. The refs of its versions keep it; the upload is only what lets it
 * in. Never fails: whoever fetched it has the good bytes, and a block that could not be put back stays one that is missing here.
 */
export async function mend (store: BlockStore, writer: string, cid: CID, bytes: Uint8Array): Promise<void> {
  const upload = new Uint8Array(randomBytes(UPLOAD_ID_BYTES))
  try {
    await store.begin({ upload, writer, expected: bytes.length, local: true })
    await store.put(cid, bytes, { upload, verified: true })
  } catch {
    // the disk's own failures show in the status
  }
  await store.abandon(upload).catch(() => {}) // its pins end with this process
}
