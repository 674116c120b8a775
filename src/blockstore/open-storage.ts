import { join } from 'node:path'
import { INDEX_ROOM_BYTES } from '../defaults.js'
import { IndexDb } from '../index/engine/index-db.js'
import { hasFiles } from '../index/queries/block-rows.js'
import type { Migrations } from '../index/engine/migrate.js'
import { noteOwnTime, resumeOwnTime } from '../index/queries/own-time.js'
import { MIGRATIONS } from '../index/migrations/schema.js'
import { IndexedBlockStore } from './block-store.js'
import type { Directory } from './directory.js'
import { diskFileSystem } from './file-system.js'
import { FsBlobs } from './fs-blobs.js'
import { FsQuarantine } from './fs-quarantine.js'
import type { Blobs, BlockStore, CorruptBlock } from './interface.js'
import { BLOCKS, INDEX, QUARANTINE, TRASH } from './layout.js'
import { MemoryBlobs } from './memory-blobs.js'
import { ForeignBlobs, type ForeignBlockstore } from './foreign-blobs.js'
import { checkLayout } from './own-layout.js'
import { writeFreeing } from './context.js'
import type { PathTransform } from './path-transform.js'
import { MemoryQuarantine } from './quarantine.js'
import { readingFileSystem } from './reading-folder.js'

export interface StorageInit {
  /** Omitted: index and blocks in memory. */
  directory?: Directory | undefined
  /** Where the blocks lie when `directory` holds but a copy of the index: nothing there is changed. */
  blocksOf?: string | undefined
  /** Bytes lent. */
  capacity: number
  pathTransform?: PathTransform | undefined
  /** Where blocks lie instead of `<dir>/blocks`. Small ones stay in the index. */
  blockstore?: ForeignBlockstore | undefined
  onCorrupt?: ((block: CorruptBlock) => void) | undefined
  /** The index was found damaged, or does not keep what is written: nothing more is written. */
  onFailure?: ((error: Error) => void) | undefined
  /** Room was asked for that is not there. */
  onFull?: (() => void) | undefined
  /** How long a block stays in the trash, milliseconds. @default TRASH_MS */
  trashMs?: number | undefined
  migrations?: Migrations
  /** Another file for the index, made when it is not there. @default INDEX, which is made with the folder only */
  index?: string
}

export interface Storage {
  db: IndexDb
  store: BlockStore
  /** Closes store and index, in that order; the directory is closed by its owner, last. */
  close: () => Promise<void>
}

/**
 * Index and block store of a folder, or in memory. Call `directory.commit()` when everything else of a new folder is
 * there too.
 *
 * @throws IndexDamagedError, NewerFormatError, WrongLayoutError, NoSpaceError, StoreFailedError
 */
export async function openStorage ({ directory, blocksOf, capacity, pathTransform, blockstore, onCorrupt, onFull, onFailure, trashMs, migrations = MIGRATIONS, index }: StorageInit): Promise<Storage> {
  if (directory !== undefined && blocksOf === undefined) await prepare(directory)
  const db = await IndexDb.open(directory === undefined ? { migrations } : { path: directory.file(index ?? INDEX), migrations, create: directory.isNew || index !== undefined, onFailure })
  try {
    const resumed = resumeOwnTime(db)
    if (resumed.length > 0) await writeFreeing({ db, ballast: directory }, resumed, async () => {})
    // an index that is being made anew knows of no files yet
    if (directory !== undefined) await checkLayout(directory, { blockstore, pathTransform }, () => index === undefined && !hasFiles(db))
    const blobs = blocksOf === undefined ? await openBlobs(directory, blockstore, pathTransform) : await FsBlobs.open({ dir: blocksOf, pathTransform, fs: readingFileSystem })
    const store = await IndexedBlockStore.open({ db, blobs, capacity, onCorrupt, onFull, trashMs, ballast: blocksOf === undefined ? directory : undefined })
    return {
      db,
      store,
      async close () {
        try {
          await store.close()
          await note(db)
        } finally {
          await db.close()
        }
      }
    }
  } catch (error) {
    await db.close()
    throw error
  }
}

async function openBlobs (directory: Directory | undefined, outside: ForeignBlockstore | undefined, pathTransform: PathTransform | undefined): Promise<Blobs> {
  if (outside !== undefined) {
    return new ForeignBlobs(outside, directory === undefined ? new MemoryQuarantine() : await FsQuarantine.open(directory.file(QUARANTINE), diskFileSystem))
  }
  return directory === undefined ? new MemoryBlobs() : FsBlobs.open({ dir: directory.path, pathTransform })
}

/** The ballast is made while there is more room than the index needs, and given up, as far as that takes, when there is less. */
async function prepare (directory: Directory): Promise<void> {
  const lacks = async (): Promise<boolean> => (await diskFileSystem.space(directory.path)).free < INDEX_ROOM_BYTES
  const full = await lacks()
  if (full) while (await lacks() && await directory.dropBallast());
  else await directory.makeBallast()
  if (!directory.isNew && full) return
  for (const folder of [BLOCKS, TRASH]) await diskFileSystem.makeFolder(join(directory.path, folder))
}

async function note (db: IndexDb): Promise<void> {
  try {
    const noted = noteOwnTime(db)
    if (noted.length > 0) await db.write(noted)
  } catch {
    // where nothing can be written, what passed since the last note counts as a pause
  }
}
