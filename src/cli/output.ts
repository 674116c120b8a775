/**
 * Data goes to stdout, talk to stderr. With --json both are one JSON object a line and nothing
 * else.
 */
import { explain, explainFile } from './messages.js'
import { PLAIN, type Typed } from './typed.js'
import type { Sink, World } from './world.js'

export class Output {
  constructor (private readonly world: Pick<World, 'stdout' | 'stderr' | 'env'>, readonly json: boolean, private readonly typed: Typed = PLAIN) {}

  /**
   * The command as it was called, up to its folder: the start of the next command that a person
   * types.
   */
  get dfs (): string { return this.typed.dfs }
  /** The command without a folder, for another machine or before there is a folder. */
  get program (): string { return this.typed.program }

  /** Writes a line of data for people. */
  async line (text = ''): Promise<void> {
    if (!this.json) await write(this.world.stdout, `${harmless(text)}\n`)
  }

  /** Writes a value as one JSON object, for programs. */
  async data (value: unknown): Promise<void> {
    if (this.json) await write(this.world.stdout, `${asJson(value)}\n`)
  }

  /** Writes bytes of a file. */
  async bytes (bytes: Uint8Array): Promise<void> { await write(this.world.stdout, bytes) }

  talk (text: string): void {
    if (!this.json) this.world.stderr.write(`${harmless(text)}\n`)
  }

  error (error: unknown): void {
    if (this.json) this.world.stderr.write(`${asJson({ error: toJson(error) })}\n`)
    else for (const line of explain(error, this.typed)) this.world.stderr.write(`${line}\n`)
  }

  /** Reports the failure of one of many files; the others go on. */
  failure (path: string, error: Error): void {
    if (this.json) this.world.stderr.write(`${asJson({ error: { ...toJson(error), path } })}\n`)
    else this.world.stderr.write(`${explainFile(path, error, this.typed)}\n`)
  }

  /** True when a person reads stdout. */
  get stdoutIsTerminal (): boolean { return !this.json && this.world.stdout.isTTY === true }
  get stderrIsTerminal (): boolean { return !this.json && this.world.stderr.isTTY === true }

  /** Returns the text in bold on a terminal that shows it. */
  bold (text: string): string {
    return this.stdoutIsTerminal && (this.world.env.NO_COLOR ?? '') === '' && this.world.env.TERM !== 'dumb' ? `\u001b[1m${text}\u001b[22m` : text
  }
}

/**
 * Replaces control characters except line breaks, tabs and the codes of `bold`. Texts of other
 * people are cleaned where they are used; this catches any that were not.
 */
const harmless = (text: string): string => text.replace(/\u001b\[(?:1|22)m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (found) => found.length > 1 ? found : '\ufffd')

/**
 * Escapes DEL, C1 (U+009B is an escape sequence by itself) and direction marks: JSON leaves them as
 * they are, and a terminal must not see them.
 */
const asJson = (value: unknown): string => JSON.stringify(value)
  .replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * The reader of stdout went away (`dfs ls | head`). This is no failure, and no message is printed.
 */
export class OutputClosed extends Error {}

/**
 * The first failure of each output is kept here, because the streams of the process forget theirs.
 */
const failures = new WeakMap<Sink, NodeJS.ErrnoException>()

/**
 * Keeps an error of an output from ending the process. The next write throws the error, and
 * `failureOf` returns it.
 */
export function watchOutput (sink: Sink): void {
  sink.on('error', (error: NodeJS.ErrnoException) => { if (!failures.has(sink)) failures.set(sink, error) })
}

export function failureOf (sink: Sink): Error | undefined {
  const cause = failures.get(sink) ?? sink.errored
  return cause == null ? undefined : outputError(cause)
}

/** Returns the error for a failure of stdout. */
function outputError (cause: NodeJS.ErrnoException): Error {
  const { code, message } = cause
  return code === 'EPIPE' ? new OutputClosed() : Object.assign(new Error(`The output could not be written: ${message}`, { cause }), { code })
}

/**
 * Writes and waits for a slow reader.
 *
 * @throws the earlier failure of this output, if there was one
 */
async function write (sink: Sink, data: string | Uint8Array): Promise<void> {
  const failed = (): void => {
    const failure = failureOf(sink)
    if (failure !== undefined) throw failure
    if (sink.destroyed) throw new OutputClosed()
  }
  failed()
  // the listener of `watchOutput` gets the same error, so the callback does nothing
  const room = sink.write(data, () => {})
  failed()
  if (room) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      sink.off('drain', done)
      sink.off('close', done)
      resolve()
    }
    sink.on('drain', done)
    sink.on('close', done)
  })
  failed()
}

function toJson (error: unknown): { name: string, code: string, message: string, retry: boolean } {
  const { name, code, message, retry } = error as { name?: string, code?: string, message?: string, retry?: boolean }
  return { name: name ?? 'Error', code: code ?? 'UNKNOWN', message: message ?? String(error), retry: retry === true }
}
