/**
 * `get -r` fetches all files of a folder of the vault, several at once, each completely or not at
 * all. Files that are here already are not fetched.
 */
import { lstat, open, utimes } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { FileExistsError } from '../../errors.js'
import type { DfsNode, FileInfo } from '../../api/node.js'
import type { Context } from '../context.js'
import { openAside } from '../target.js'
import { eachAtOnce } from './at-once.js'
import { sameTime, type Disk } from './disk.js'
import { bySize } from './limits.js'
import { Places } from './places.js'
import { isOfOneFile, type Tally } from './tally.js'
import { kindOf } from './walk.js'

export interface GetTreeOptions {
  /** True compares contents even where size and time are equal. */
  checksum: boolean
  /** True replaces files here that differ. */
  replace: boolean
}

interface Wanted { info: FileInfo, path: string }

export class GetTree {
  private readonly stop = new AbortController()
  private readonly signal: AbortSignal

  constructor (private readonly context: Context, private readonly node: DfsNode, private readonly tally: Tally, private readonly disk: Disk, private readonly options: GetTreeOptions) {
    this.signal = AbortSignal.any([context.signal, this.stop.signal])
  }

  /**
   * Fetches files whose names begin with `prefix` to the rest of their names below `root`, in the
   * order of the names. A failure of one file is reported, and the others go on.
   *
   * @throws the first failure that concerns all files, such as a full disk or AbortError
   */
  async run (rows: AsyncIterable<FileInfo>, prefix: string, root: string): Promise<void> {
    const places = new Places(root, this.disk)
    await eachAtOnce(this.placed(rows, prefix, places), bySize(({ info }) => info.size), async (wanted) => this.one(wanted), (error) => { this.stop.abort(error) })
    this.context.signal.throwIfAborted()
  }

  private async * placed (rows: AsyncIterable<FileInfo>, prefix: string, places: Places): AsyncGenerator<Wanted> {
    for await (const info of rows) {
      this.signal.throwIfAborted()
      const path = await places.place(info.name.slice(prefix.length)).catch((error: unknown) => { this.failed(info, error) })
      if (path !== undefined) yield { info, path }
    }
  }

  private failed ({ name }: FileInfo, error: unknown): void {
    if (!isOfOneFile(error)) throw error
    this.tally.fail(name, error as Error)
  }

  private async one ({ info, path }: Wanted): Promise<void> {
    try {
      const there = await look(path)
      if (there === undefined) await this.fetch(info, path, undefined)
      else if (!there.isFile()) throw new FileExistsError(`${there.isDirectory() ? 'a folder' : kindOf(there)} is here in its place`)
      else if (await this.same(info, path, there)) await this.told(info, path, { unchanged: true })
      else if (this.options.replace) await this.fetch(info, path, there.mode & 0o7777)
      else throw new FileExistsError('another file of that name is here. To replace what differs: --replace')
    } catch (error) {
      this.failed(info, error)
    }
  }

  private async told (info: FileInfo, path: string, more: { unchanged?: true }): Promise<void> {
    if (more.unchanged === true) this.tally.same(info.size)
    else this.tally.moved(info.size)
    await this.context.out.data({ name: info.name, path, bytes: info.size, version: info.version, ...more })
  }

  private async same (info: FileInfo, path: string, there: Stats): Promise<boolean> {
    if (there.size !== info.size) return false
    const timed = info.mtime !== undefined && sameTime(this.disk, there.mtime, info.mtime)
    if (!this.options.checksum && info.mtime !== undefined) return timed
    if (!await this.equal(info, path)) return false
    if (info.mtime !== undefined && !timed) await utimes(path, info.mtime, info.mtime)
    return true
  }

  private async equal ({ name, version }: FileInfo, path: string): Promise<boolean> {
    await using file = await open(path)
    let own = Buffer.alloc(0)
    for await (const bytes of this.node.get(name, { version, signal: this.signal })) {
      if (own.length < bytes.length) own = Buffer.alloc(bytes.length)
      for (let read = 0; read < bytes.length;) {
        const { bytesRead } = await file.read(own, read, bytes.length - read)
        if (bytesRead === 0) return false
        read += bytesRead
      }
      if (own.compare(bytes, 0, bytes.length, 0, bytes.length) !== 0) return false
    }
    return true
  }

  private async fetch (info: FileInfo, path: string, mode: number | undefined): Promise<void> {
    const replaces = mode !== undefined
    const target = await openAside({ path, exists: replaces ? 'file' : 'no', ...(replaces ? { mode } : {}) }, !replaces, info.mtime)
    try {
      for await (const bytes of this.node.get(info.name, { version: info.version, signal: this.signal })) {
        await target.write(bytes)
        this.tally.moving(bytes.length)
      }
      await target.finish()
    } catch (error) {
      await target.discard()
      throw error
    }
    await this.told(info, path, {})
  }
}

async function look (path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
