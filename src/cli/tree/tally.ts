/** The tally counts the files of one command, names failed ones, and prints the sum at the end. */
import { isAbsolute, relative, sep } from 'node:path'
import * as errors from '../../errors.js'
import type { Context } from '../context.js'
import { EXIT, exitCode } from '../exit-codes.js'
import { bytes, clean, count, plural } from '../format.js'
import { progressBar, type Bar } from '../progress.js'

/** These errors concern one file, and the others go on. */
const OF_ONE_FILE = [
  errors.InvalidNameError, errors.SourceError, errors.SourceChangedError, errors.FileExistsError, errors.FileNotFoundError, errors.VersionNotFoundError,
  errors.BlocksUnavailableError, errors.BlockNotFoundError, errors.BlockCorruptError, errors.InvalidDataError,
  errors.NotPromisedError, errors.VersionGoneError
]
/** These system errors concern all files; every other one concerns one file. */
const OF_ALL = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM', 'EPIPE'])

export function isOfOneFile (error: unknown): boolean {
  if (OF_ONE_FILE.some((type) => error instanceof type)) return true
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall !== undefined && code !== undefined && !OF_ALL.has(code)
}

export class Tally {
  done = 0
  bytes = 0
  unchanged = 0
  failed = 0
  skipped = 0
  private readonly bar: Bar
  /** The number of bytes moved so far. */
  private seen = 0
  private readonly codes = new Set<number>()
  private readonly started = performance.now()

  /**
   * @param total the number of files and bytes to come, where that is known
   * @param shown false where each file has a line of its own; there is then no bar
   */
  constructor (private readonly context: Context, title: string, private readonly total?: { files: number, size: number }, shown = true) {
    this.bar = progressBar(context.world.stderr, title, shown && context.out.stderrIsTerminal)
  }

  /** Counts a file that was transferred. */
  moved (size: number): void {
    this.done++
    this.bytes += size
    this.draw()
  }

  /** Counts a file that was there already. */
  same (size: number): void {
    this.unchanged++
    this.seen += size
    this.draw()
  }

  /** Counts bytes that were read or written, so that a large file shows progress. */
  moving (bytes: number): void {
    this.seen += bytes
    this.draw()
  }

  async skip (path: string, why: string): Promise<void> {
    this.skipped++
    this.say(`skipped  ${clean(this.shown(path))}: ${why}`)
    await this.context.out.data({ path: this.shown(path), skipped: why })
  }

  /** Reports a failed file; the others go on. */
  fail (path: string, error: Error): void {
    this.failed++
    this.codes.add(exitCode(error))
    this.bar.clear()
    this.context.out.failure(this.shown(path), error)
  }

  say (text: string): void {
    this.bar.clear()
    this.context.out.talk(text)
  }

  /** Removes the bar. */
  end (): void { this.bar.clear() }

  /** Returns `1,204 files, 81 MB in 31 s, 39 files a second`. */
  figures (): string {
    const seconds = (performance.now() - this.started) / 1000
    const rate = this.done === 0 ? '' : `, ${plural(Math.round(this.done / Math.max(seconds, 0.001)), 'file')} a second`
    return `${plural(this.done, 'file')}, ${bytes(this.bytes)} in ${seconds.toFixed(1)} s${rate}`
  }

  /** Returns the exit code that all failures share, or the one for failures of several kinds. */
  code (): number | undefined {
    if (this.failed === 0) return undefined
    const [code = EXIT.other, ...others] = this.codes
    return others.length === 0 ? code : EXIT.other
  }

  /** Returns a path as it is typed here; a name of the vault stays as it is. */
  private shown (path: string): string {
    const own = relative(this.context.world.cwd, path)
    return !isAbsolute(path) || own === '..' || own.startsWith(`..${sep}`) || isAbsolute(own) ? path : own + (path.endsWith(sep) ? sep : '')
  }

  private draw (): void {
    const { total } = this
    const files = this.done + this.unchanged
    this.bar.update(this.seen, total?.size, total === undefined ? plural(files, 'file') : `${count(files)} of ${plural(total.files, 'file')}`)
  }
}
