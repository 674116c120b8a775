/**
 * `put -r` puts the files of folders, several at once. Files that the vault has already are neither
 * read nor sent.
 */
import { lstat, stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { AbortError, NotDurableError, SourceError } from '../../errors.js'
import type { DfsNode, FileInfo, FileResult, PutOptions } from '../../api/node.js'
import type { Context } from '../context.js'
import { eachAtOnce } from './at-once.js'
import { Known } from './known.js'
import { bySize } from './limits.js'
import { isOfOneFile, type Tally } from './tally.js'
import { KEY_OF_NODE, nodeOfKey } from './node-folder.js'
import { kindOf, walk, type Found, type FoundFile } from './walk.js'

export interface TreeRoot {
  /** The absolute path of a file or folder. */
  path: string
  /** The name in the vault; '' for a folder whose files stand at the top. */
  name: string
}

export interface PutTreeOptions {
  /** True also reads files that look the same, and puts those that differ. */
  checksum: boolean
  put: Pick<PutOptions, 'durable' | 'copies'>
}

/** The least and the largest number of machines that have a file. */
export interface Machines { least: number, most: number }

export class PutTree {
  readonly machines: Machines = { least: Infinity, most: 0 }
  /** Ends running puts when one fails. */
  private readonly stop = new AbortController()
  private readonly signal: AbortSignal

  constructor (private readonly context: Context, private readonly node: DfsNode, private readonly tally: Tally, private readonly options: PutTreeOptions) {
    this.signal = AbortSignal.any([context.signal, this.stop.signal])
  }

  /**
   * Puts the files below one root. A failure of one file is reported, and the others go on.
   *
   * @throws the first failure that concerns all files, such as NotDurableError, NoSpaceError or
   *   AbortError
   */
  async run (root: TreeRoot): Promise<void> {
    await using known = new Known(this.node, root.name, this.signal)
    await eachAtOnce(this.wanted(root, known), bySize(({ file }) => file.size), async ({ file, there }) => this.one(file, there), (error) => { this.stop.abort(error) })
    this.context.signal.throwIfAborted()
  }

  /** Yields the files to put and reports the others. */
  private async * wanted (root: TreeRoot, known: Known): AsyncGenerator<{ file: FoundFile, there: FileInfo | undefined }> {
    for await (const found of await this.found(root)) {
      if (found.kind === 'skipped') await this.tally.skip(found.path, found.why)
      else if (found.kind === 'failed') this.tally.fail(found.path, found.error)
      else {
        const there = await known.find(found.name)
        if (there !== undefined && this.looksSame(found, there)) await this.unchanged(there)
        else yield { file: found, there }
      }
    }
  }

  private async found ({ path, name }: TreeRoot): Promise<AsyncIterable<Found> | Found[]> {
    // a path from the command line may be a symbolic link
    const top = await stat(path)
    if (top.isFile() && await nodeOfKey(path) !== undefined) return [{ kind: 'skipped', path, why: KEY_OF_NODE }]
    if (top.isFile()) return [{ kind: 'file', path, name, size: top.size, mtime: top.mtime, named: true }]
    if (!top.isDirectory()) return [{ kind: 'skipped', path, why: kindOf(top) }]
    const own = await this.ownFolder()
    const leaveOut = (found: Stats): string | undefined => own !== undefined && found.ino === own.ino && found.dev === own.dev ? 'the folder of this node' : undefined
    const why = leaveOut(top)
    if (why !== undefined) return [{ kind: 'skipped', path, why }]
    return walk(path, name, { signal: this.signal, leaveOut })
  }

  /** Returns this node's own folder: its keys and index are no content. */
  private async ownFolder (): Promise<Stats | undefined> {
    return lstat(this.context.dir).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  }

  /**
   * Returns true if a file looks unchanged. With `--durable` every file is put again, which makes
   * no version and waits for its copies.
   */
  private looksSame (file: FoundFile, there: FileInfo): boolean {
    return !this.options.checksum && this.options.put.durable === undefined && there.size === file.size && there.mtime?.getTime() === file.mtime.getTime()
  }

  private async unchanged (there: FileInfo): Promise<void> {
    this.tally.same(there.size)
    await this.context.out.data({ ...there, unchanged: true })
  }

  private async one (file: FoundFile, there: FileInfo | undefined): Promise<void> {
    try {
      const result = await this.put(file)
      if (result.version === there?.version) await this.unchanged(there)
      else await this.stored(result)
    } catch (error) {
      // the file is kept; only the wait for other members ended
      if (error instanceof NotDurableError && error.file !== undefined) await this.stored(error.file)
      const own = error instanceof SourceError && (error.cause as NodeJS.ErrnoException | undefined)?.syscall !== undefined ? error.cause : error
      if (!isOfOneFile(own)) throw error instanceof NotDurableError && error.cause instanceof AbortError ? error.cause : error
      this.tally.fail(file.path, own as Error)
    }
  }

  private async stored (result: FileResult): Promise<void> {
    const { length } = result.copies
    this.machines.least = Math.min(this.machines.least, length)
    this.machines.most = Math.max(this.machines.most, length)
    this.tally.moved(result.size)
    await this.context.out.data(result)
  }

  private async put ({ path, name, named = false }: FoundFile): Promise<FileResult> {
    let before = 0
    return this.node.put(name, { path, follow: named }, {
      ...this.options.put,
      signal: this.signal,
      onProgress: (event) => {
        if (event.type !== 'file:put:read') return
        this.tally.moving(event.bytes - before)
        before = event.bytes
      }
    })
  }
}
