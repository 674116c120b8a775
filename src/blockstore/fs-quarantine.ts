import { join } from 'node:path'
import { codeOf, type FileSystem } from './file-system.js'
import type { Quarantine } from './quarantine.js'

/** Ends the name of the file that says why; what lies beside it under the same name is what was found. */
const REASON = '.reason'

/** `<dir>/quarantine`: what failed its hash, with the reason; never served, never silently deleted. */
export class FsQuarantine implements Quarantine {
  private blocks = 0
  private bytes = 0

  private constructor (private readonly dir: string, private readonly fs: FileSystem) {}

  static async open (dir: string, fs: FileSystem): Promise<FsQuarantine> {
    await fs.makeFolder(dir)
    const quarantine = new FsQuarantine(dir, fs)
    for (const { name, kind } of await fs.list(dir)) {
      if (kind === 'file' && !name.endsWith(REASON)) quarantine.counted(await fs.size(join(dir, name)))
    }
    return quarantine
  }

  totals (): { blocks: number, bytes: number } {
    return { blocks: this.blocks, bytes: this.bytes }
  }

  /** Moves a file here; needs no room for its bytes. */
  async move (name: string, from: string, reason: string): Promise<void> {
    const path = await this.explain(name, reason)
    const size = await this.fs.size(from)
    await this.fs.rename(from, path)
    await this.fs.syncFolder(this.dir)
    this.counted(size)
  }

  async keep (name: string, bytes: Uint8Array, reason: string): Promise<void> {
    const path = await this.explain(name, reason)
    await this.write(path, bytes)
    await this.fs.syncFolder(this.dir)
    this.counted(bytes.length)
  }

  /** Writes the reason under a name that is free, and returns the path for what it is about. */
  private async explain (name: string, reason: string): Promise<string> {
    const text = new TextEncoder().encode(`${new Date().toISOString()} ${reason}\n`)
    for (let n = 1; ; n++) {
      const path = join(this.dir, `${name}.${n}`)
      try {
        await this.write(path + REASON, text)
        return path
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
      }
    }
  }

  private async write (path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.fs.create(path)
    try {
      await file.write(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  private counted (bytes: number): void {
    this.blocks++
    this.bytes += bytes
  }
}
