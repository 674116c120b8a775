/** A file of this machine as a source: the bytes of one moment, or an error that says that there was none. */
import { constants, createReadStream, openSync, type BigIntStats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { isatty, ReadStream as TerminalStream } from 'node:tty'
import { setTimeout as wait } from 'node:timers/promises'
import { SourceChangedError, SourceError } from '../errors.js'
import type { PathSource } from '../api/node.js'

export interface LocalFile {
  bytes: Uint8Array | AsyncIterable<Uint8Array>
  /** Missing for pipes and devices. */
  size?: number
  mtime?: Date
}

/** A file up to this size is read at once. */
const WHOLE_BYTES = 1024 ** 2
const READ_BYTES = 1024 ** 2
/** Systems note times this coarsely: two changes within it may have one time. */
const TICK_MS = 20
/** Opening waits neither for the other end of a pipe nor for a terminal. Windows has no such flags. */
const AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0

export function isPath (source: unknown): source is PathSource {
  return typeof source === 'object' && source !== null && 'path' in source && typeof source.path === 'string' && !(Symbol.asyncIterator in source) && !(Symbol.iterator in source)
}

/**
 * Gives a file to `work`, and a second time from its start when it changed while it was read. Its last bytes are given
 * only when it is known that it did not. Pipes, terminals and devices are given as they come, once.
 *
 * @throws SourceChangedError when it changed the second time too; SourceError, with the system's error as the cause; what `work` throws
 */
export async function readingFile<T> (source: PathSource, work: (file: LocalFile) => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (source.follow !== false && !await isFile(source.path)) return readingStream(source.path, work, signal)
  for (let again = true; ; again = false) {
    try {
      return await readingOnce(source, work, signal)
    } catch (error) {
      if (!again || !(error instanceof SourceChangedError)) throw error
    }
  }
}

async function readingOnce<T> ({ path, follow = true }: PathSource, work: (file: LocalFile) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  await using handle = await orFailed(open(path, follow ? AT_ONCE : AT_ONCE | NO_FOLLOW))
  const before = await settled(handle, signal)
  if (!before.isFile()) throw new SourceError('It is no file any more')
  const check = async (): Promise<void> => { if (!same(before, await lookAgain(path))) throw changed() }
  const size = Number(before.size)
  const bytes = size <= WHOLE_BYTES ? await whole(handle, size, check) : pieces(handle, size, check)
  return await work({ bytes, size, mtime: timeOf(before) })
}

/** The millisecond that `Stats.mtime` says, which rounds where BigIntStats cuts off. */
function timeOf ({ mtimeNs }: BigIntStats): Date {
  return new Date(Math.round(Number(mtimeNs / 1_000_000_000n) * 1000 + Number(mtimeNs % 1_000_000_000n) / 1e6))
}

async function isFile (path: string): Promise<boolean> {
  const found = await orFailed(stat(path))
  if (found.isDirectory()) throw new SourceError(`The source failed: ${path} is a folder`)
  return found.isFile()
}

/** What is known of it, from which a further change differs: a file that has just changed is given until the next tick. */
async function settled (handle: FileHandle, signal: AbortSignal | undefined): Promise<BigIntStats> {
  const found = await handle.stat({ bigint: true })
  if (Date.now() - Number(found.ctimeMs) >= TICK_MS) return found
  await wait(TICK_MS, undefined, { signal })
  if (!same(found, await handle.stat({ bigint: true }))) throw changed()
  return found
}

async function lookAgain (path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined)
}

/** The time of the inode shows a change also where somebody set the file's own time back. */
function same (a: BigIntStats, b: BigIntStats | undefined): boolean {
  return b !== undefined && (['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const).every((field) => a[field] === b[field])
}

const changed = (): SourceChangedError => new SourceChangedError('The file changed while it was read, twice. Nothing of it was stored. Repeat it when nobody writes to the file')

async function whole (handle: FileHandle, size: number, check: () => Promise<void>): Promise<Uint8Array> {
  // one byte more shows that it has grown
  const all = new Uint8Array(size + 1)
  let length = 0
  for (let read = 1; read > 0 && length <= size; length += read) read = (await orFailed(handle.read(all, length, all.length - length))).bytesRead
  if (length !== size) throw changed()
  await check()
  return all.subarray(0, size)
}

/** Reads one piece ahead: the last one is held back until the file was looked at again. */
async function * pieces (handle: FileHandle, size: number, check: () => Promise<void>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined
  let coming = next(handle)
  for (let total = 0; ;) {
    const piece = await orFailed(coming)
    total += piece.length
    if (total > size || (piece.length === 0 && total < size)) throw changed()
    if (piece.length === 0) break
    coming = next(handle)
    coming.catch(() => {}) // it is awaited above, unless the reader leaves
    if (held !== undefined) yield held
    held = piece
  }
  await check()
  if (held !== undefined) yield held
}

async function next (handle: FileHandle): Promise<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES)
  const { bytesRead } = await handle.read(buffer, 0, READ_BYTES)
  return buffer.subarray(0, bytesRead)
}

async function readingStream<T> (path: string, work: (file: LocalFile) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const stream = await orFailed(openStream(path))
  if (signal !== undefined) addAbortSignal(signal, stream)
  try {
    return await work({ bytes: stream as AsyncIterable<Uint8Array> })
  } finally {
    stream.destroy()
  }
}

/** Never by a read that blocks a thread: a process cannot end before it. */
async function openStream (path: string): Promise<Readable> {
  const kind = await stat(path)
  const fd = openSync(path, AT_ONCE)
  if (kind.isFIFO()) return new Socket({ fd, readable: true, writable: false })
  return isatty(fd) ? new TerminalStream(fd) : createReadStream('', { fd, highWaterMark: READ_BYTES })
}

async function orFailed<T> (work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new SourceError(`The source failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
