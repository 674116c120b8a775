import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, isBlockCid, MAX_BLOCK_BYTES, RAW } from '../../protocols/block/cid.js'
import type { FileSystem } from './file-system.js'
import type { FoundBlob, WalkOptions } from './interface.js'

/** Files that are told of at once. */
const PAGE_FILES = 1024

export interface FsWalkInit {
  fs: FileSystem
  /** Where to look. */
  root: string
  /** Where the blob of a CID lies, absolute. RangeError for one that has no place. */
  pathOf: (cid: CID) => string
}

/**
 * The files below a folder, in pages. Its CID is what the name of a file says, where that CID has its place there; of
 * others it is what their bytes say (`identify`). Links are not followed.
 */
export async function * walkFiles (init: FsWalkInit, options: WalkOptions = {}, folder = init.root): AsyncGenerator<FoundBlob[]> {
  options.signal?.throwIfAborted()
  let page: FoundBlob[] = []
  for (const { name, kind } of await init.fs.list(folder)) {
    const path = join(folder, name)
    if (kind === 'folder') yield * walkFiles(init, options, path)
    if (kind !== 'file') continue
    page.push(await whose(init, path, name, options))
    if (page.length < PAGE_FILES) continue
    yield page
    options.signal?.throwIfAborted()
    page = []
  }
  if (page.length > 0) yield page
}

async function whose (init: FsWalkInit, path: string, name: string, { identify = false }: WalkOptions): Promise<FoundBlob> {
  const named = parse(name)
  if (named !== undefined && liesAt(init, named, path)) return { path, cid: named }
  if (!identify) return { path }
  const bytes = await init.fs.read(path, MAX_BLOCK_BYTES + 1)
  const cid = [RAW, DAG_CBOR].map((codec) => cidOf(codec as typeof RAW, bytes)).find((each) => liesAt(init, each, path))
  return cid === undefined ? { path } : { path, cid }
}

function liesAt ({ pathOf }: FsWalkInit, cid: CID, path: string): boolean {
  try {
    return pathOf(cid) === path
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The CID that a name is; undefined for another name, or another kind of CID. */
function parse (name: string): CID | undefined {
  try {
    const cid = CID.parse(name)
    return isBlockCid(cid) && cid.toString() === name ? cid : undefined
  } catch {
    return undefined // not a CID, which is no failure
  }
}
