/** What became of the files of one command: counted, named where they failed, and said at the end. */
import { isAbsolute, relative, sep } from 'node:path'
import * as errors from '../../errors.js'
import type { Context } from '../context.js'
import { EXIT, exitCode } from '../exit-codes.js'
import { bytes, clean, count, plural } from '../format.js'
import { progressBar, type Bar } from '../progress.js'

/** These concern the one file, and the others go on. */
const OF_ONE_FILE = [
  errors.InvalidNameError, errors.SourceError, errors.SourceChangedError, errors.FileExistsError, errors.FileNotFoundError, errors.VersionNotFoundError,
  errors.BlocksUnavailableError, errors.BlockNotFoundError, errors.BlockCorruptError, errors.InvalidDataError,
  errors.NotPromisedError, errors.VersionGoneError
]
/** Of the system's failures these concern all files, the others the one. */
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
  /** Bytes, as they move. */
  private seen = 0
  private readonly codes = new Set<number>()
  private readonly started = performance.now()

  /**
   * @param total files and bytes to come, where that is known
   * @param shown false where each file has a line of its own: then there is no bar
   */
  constructor (private readonly context: Context, title: string, private readonly total?: { files: number, size: number }, shown = true) {
    this.bar = progressBar(context.world.stderr, title, shown && context.out.stderrIsTerminal)
  }

  /** One file more is where it was to be. */
  moved (size: number): void {
    this.done++
    this.bytes += size
    this.draw()
  }

  /** It was there already. */
  same (size: number): void {
    this.unchanged++
    this.seen += size
    this.draw()
  }

  /** So many bytes more were read or written: a large file shows while it moves. */
  moving (bytes: number): void {
    this.seen += bytes
    this.draw()
  }

  async skip (path: string, why: string): Promise<void> {
    this.skipped++
    this.say(`skipped  ${clean(this.shown(path))}: ${why}`)
    await this.context.out.data({ path: this.shown(path), skipped: why })
  }

  /** The other files go on. */
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

  /** Takes the bar away. */
  end (): void { this.bar.clear() }

  /** `1,204 files, 81 MB in 31 s, 39 files a second` */
  figures (): string {
    const seconds = (performance.now() - this.started) / 1000
    const rate = this.done === 0 ? '' : `, ${plural(Math.round(this.done / Math.max(seconds, 0.001)), 'file')} a second`
    return `${plural(this.done, 'file')}, ${bytes(this.bytes)} in ${seconds.toFixed(1)} s${rate}`
  }

  /** The code that all failures share, or that of failures of several kinds. */
  code (): number | undefined {
    if (this.failed === 0) return undefined
    const [code = EXIT.other, ...others] = this.codes
    return others.length === 0 ? code : EXIT.other
  }

  /** Paths as they are typed here; names of the vault stay as they are. */
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
