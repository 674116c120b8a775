import { dirname, join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, MAX_BLOCK_BYTES, RAW, verifyCid } from '../../protocols/block/cid.js'
import { DirectoryNotWritableError, InvalidOptionError, NoSpaceError, StoreFailedError } from '../errors.js'
import { KeyedLock } from '../async/keyed-lock.js'
import { DiskFailure, durableWrite, isFull } from './durable-write.js'
import { codeOf, diskFileSystem, type FileSystem } from './file-system.js'
import { FolderSync } from './folder-sync.js'
import { FsQuarantine } from './fs-quarantine.js'
import { walkFiles } from './fs-walk.js'
import type { Blobs, FoundBlob, WalkOptions } from './interface.js'
import { BLOCKS, QUARANTINE, TMP, TRASH } from './layout.js'
import { checkPath, pathTransform as defaultTransform, fanOutFolders, type PathTransform } from './path-transform.js'
import { Semaphore } from '../async/semaphore.js'

/** Files written at once: more does not make a disk faster, and each holds its block in memory. */
const FILES_AT_ONCE = 8

export interface FsBlobsInit {
  /** Holds the folders blocks, tmp, trash and quarantine; they are made when missing. */
  dir: string
  pathTransform?: PathTransform | undefined
  fs?: FileSystem | undefined
}

/** One file a block, below `<dir>/blocks`, or in `<dir>/trash` when it is dead. */
export class FsBlobs implements Blobs {
  private readonly slots = new Semaphore(() => FILES_AT_ONCE)
  /** Two blocks of one path are written one after the other, so that the second one sees the first. */
  private readonly paths = new KeyedLock()
  private readonly folders: FolderSync
  private readonly known = new Set<string>()
  /** The paths come from outside. */
  private readonly foreign: boolean
  private readonly making = new Map<string, Promise<void>>()
  private count = 0
  private failed: StoreFailedError | undefined

  private constructor (
    private readonly dir: string,
    private readonly transform: PathTransform,
    private readonly fs: FileSystem,
    private readonly aside: FsQuarantine
  ) {
    this.foreign = transform !== defaultTransform
    this.folders = new FolderSync((path) => fs.syncFolder(path))
  }

  /** Makes what folders are missing, empties tmp. A symbolic link where a folder should be is an error. */
  static async open ({ dir, pathTransform, fs = diskFileSystem }: FsBlobsInit): Promise<FsBlobs> {
    const blobs = new FsBlobs(dir, pathTransform ?? defaultTransform, fs, await FsQuarantine.open(join(dir, QUARANTINE), fs))
    await blobs.prepare(pathTransform === undefined ? fanOutFolders() : [])
    return blobs
  }

  get failure (): StoreFailedError | undefined {
    return this.failed
  }

  async write (cid: CID, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(cid)
    await this.paths.run(path, async () => this.slots.run(async () => {
      if (this.failed !== undefined) throw this.failed
      if (this.foreign) await this.mustBeFree(path, cid)
      try {
        await this.attempt(path, bytes)
      } catch (error) {
        if (!(error instanceof DiskFailure)) throw asNoSpace(error)
        // the pages are marked clean after a failed sync, so only a new file can be synced in earnest
        await this.attempt(path, bytes).catch((second: unknown) => { throw this.fail(second) })
      }
    }))
  }

  async read (cid: CID, size: number): Promise<Uint8Array | undefined> {
    return await orAbsent(this.fs.read(this.pathOf(cid), size + 1)) ?? await orAbsent(this.fs.read(this.trashOf(cid), size + 1))
  }

  async stat (cid: CID): Promise<number | undefined> {
    return await orAbsent(this.fs.size(this.pathOf(cid))) ?? await orAbsent(this.fs.size(this.trashOf(cid)))
  }

  async remove (cid: CID): Promise<void> {
    await orAbsent(this.fs.remove(this.pathOf(cid)))
    // durable, since nobody looks in the trash for files that no row knows
    const wasThere = await orAbsent(this.fs.remove(this.trashOf(cid)).then(() => true))
    if (wasThere === true) await this.folders.sync(join(this.dir, TRASH))
  }

  async toTrash (cid: CID): Promise<boolean> {
    const moved = await orAbsent(this.fs.rename(this.pathOf(cid), this.trashOf(cid)).then(() => true))
    if (moved === undefined && await orAbsent(this.fs.size(this.trashOf(cid))) === undefined) return false
    await this.folders.sync(join(this.dir, TRASH))
    return true
  }

  async fromTrash (cid: CID): Promise<boolean> {
    const [path, trash] = [this.pathOf(cid), this.trashOf(cid)]
    const isThere = await orAbsent(this.fs.size(path)) !== undefined
    if (isThere) {
      // its name may be that of a move back that no power loss was to come after
      await orAbsent(this.fs.remove(trash))
    } else {
      await this.makeFolders(dirname(path))
      if (await orAbsent(this.fs.rename(trash, path).then(() => true)) === undefined) return false
    }
    await Promise.all([this.folders.sync(dirname(path)), this.folders.sync(join(this.dir, TRASH))])
    return true
  }

  async * walk (options?: WalkOptions): AsyncGenerator<FoundBlob[]> {
    yield * walkFiles({ fs: this.fs, root: join(this.dir, BLOCKS), pathOf: (cid) => this.pathOf(cid) }, options)
    yield * walkFiles({ fs: this.fs, root: join(this.dir, TRASH), pathOf: (cid) => this.trashOf(cid) }, options)
  }

  async quarantine (cid: CID, reason: string, bytes?: Uint8Array): Promise<void> {
    if (this.fs.readOnly === true) return
    if (bytes === undefined) await this.aside.move(cid.toString(), await orAbsent(this.fs.size(this.pathOf(cid))) === undefined ? this.trashOf(cid) : this.pathOf(cid), reason)
    else await this.aside.keep(cid.toString(), bytes, reason)
  }

  quarantined (): { blocks: number, bytes: number } {
    return this.aside.totals()
  }

  async space (): Promise<{ free: number, total: number }> {
    return this.fs.space(this.dir)
  }

  async close (): Promise<void> {}

  private pathOf (cid: CID): string {
    return join(this.dir, BLOCKS, checkPath(this.transform(cid)))
  }

  /** Flat, since `pathTransform` is for what is held. */
  private trashOf (cid: CID): string {
    return join(this.dir, TRASH, cid.toString())
  }

  /** Another block that lies there, whole, is not written over. */
  private async mustBeFree (path: string, cid: CID): Promise<void> {
    const there = await orAbsent(this.fs.read(path, MAX_BLOCK_BYTES + 1))
    if (there === undefined || verifyCid(cid, there)) return
    if (![RAW, DAG_CBOR].some((codec) => this.pathOf(cidOf(codec as typeof RAW, there)) === path)) return
    throw new InvalidOptionError('pathTransform', `two blocks would lie in ${path}`, 'a function that gives each CID a path of its own')
  }

  private async attempt (path: string, bytes: Uint8Array): Promise<void> {
    await this.makeFolders(dirname(path))
    await durableWrite(this.fs, this.folders, join(this.dir, TMP, String(this.count++)), path, bytes)
  }

  /** What a second failure means: a full disk, this moment (too many open files), or a disk that is not to be trusted. */
  private fail (error: unknown): unknown {
    if (!(error instanceof DiskFailure)) return asNoSpace(error)
    this.failed ??= new StoreFailedError(`The disk did not keep what was written to ${this.dir}, twice. Nothing more is written until the next start`, { cause: error })
    return this.failed
  }

  private async prepare (fanOut: string[]): Promise<void> {
    const blocks = join(this.dir, BLOCKS)
    const tmp = join(this.dir, TMP)
    await this.fs.makeFolder(blocks)
    await this.fs.makeFolder(tmp)
    await this.fs.makeFolder(join(this.dir, TRASH))
    await this.fs.syncFolder(this.dir)
    const there = await this.fs.list(blocks)
    const strange = there.find(({ kind }) => kind === 'other')
    if (strange !== undefined) throw new DirectoryNotWritableError(`${join(blocks, strange.name)} is neither a file nor a folder. Symbolic links below the folder are not followed`)
    for (const { name, kind } of there) {
      if (kind === 'folder') this.known.add(join(blocks, name))
    }
    const missing = fanOut.map((name) => join(blocks, name)).filter((path) => !this.known.has(path))
    for (const path of missing) {
      await this.fs.makeFolder(path)
      this.known.add(path)
    }
    if (missing.length > 0) await this.fs.syncFolder(blocks)
    this.known.add(blocks)
    for (const { name } of await this.fs.list(tmp)) await this.fs.remove(join(tmp, name))
  }

  /** For transforms from outside: the folders of a path are made, and durable, before the file. */
  private async makeFolders (folder: string): Promise<void> {
    if (this.known.has(folder)) return
    let making = this.making.get(folder)
    if (making === undefined) {
      making = (async () => {
        const parent = dirname(folder)
        await this.makeFolders(parent)
        await this.fs.makeFolder(folder)
        await this.folders.sync(parent)
        this.known.add(folder)
      })().finally(() => { this.making.delete(folder) })
      this.making.set(folder, making)
    }
    await making
  }
}

function asNoSpace (error: unknown): unknown {
  return isFull(error) ? new NoSpaceError('The disk is full', { cause: error }) : error
}

/** Only ENOENT means absent. */
async function orAbsent<T> (work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
