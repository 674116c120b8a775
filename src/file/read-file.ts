import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../../protocols/errors.js'
import { openChunk } from '../../protocols/file/chunk.js'
import { openManifest } from '../../protocols/file/manifest.js'
import { READ_AHEAD_CHUNKS } from '../defaults.js'
import { AbortError, InvalidDataError, InvalidOptionError } from '../errors.js'
import { planChunks, type PlannedChunk } from './read-plan.js'

export interface GetBlockOptions {
  signal: AbortSignal
  /** Returns true while the reader waits for this block: all bytes before it were yielded. */
  isNext: () => boolean
}

/**
 * Fetches a block and verifies its bytes against the CID. `size` is the stored length, undefined
 * for a root.
 */
export type GetBlock = (cid: CID, size: number | undefined, options: GetBlockOptions) => Promise<Uint8Array>

export interface ReadFileOptions {
  root: CID
  /** The key K of the root. */
  key: Uint8Array
  get: GetBlock
  /**
   * The offset of the first byte.
   * @default 0
   */
  offset?: number
  /**
   * The number of bytes; a range that ends beyond the file ends with the file.
   * @default to the end
   */
  length?: number
  /**
   * The number of chunks that are being fetched or wait for the reader.
   * @default READ_AHEAD_CHUNKS
   */
  readAhead?: number
  signal?: AbortSignal
}

/**
 * Fetches that nobody awaits are aborted with this error. One error serves all: making an error
 * costs more than reading a small file.
 */
const OVER = new AbortError('The reader has what it wanted, or has left')

/**
 * Yields the bytes of a range in order, in pieces of at most 1 MiB. Nothing is fetched before the
 * first `next()`. Fetches under way are aborted when the reader leaves, when one fails, and by
 * `signal`.
 *
 * @throws InvalidOptionError when a number is invalid, or `offset` lies beyond the file
 * @throws InvalidDataError when a block, its key or its place in the tree breaks the format
 * @throws the error of `get`, after all bytes before that block were yielded; the reason of an
 *   aborted signal
 */
export async function * readFile (options: ReadFileOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { root, key, offset = 0, length = Number.MAX_SAFE_INTEGER, readAhead = READ_AHEAD_CHUNKS } = options
  checkNumber('offset', offset, 0)
  checkNumber('length', length, 0)
  checkNumber('readAhead', readAhead, 1)
  const controller = new AbortController()
  const onAbort = (): void => { controller.abort(options.signal?.reason) }
  if (options.signal?.aborted === true) onAbort()
  options.signal?.addEventListener('abort', onAbort)
  const { signal } = controller
  const get = async (cid: CID, size?: number, isNext = (): boolean => false): Promise<Uint8Array> => promptly(signal, () => options.get(cid, size, { signal, isNext }))
  try {
    const block = await get(root, undefined, () => true)
    const manifest = checked(() => openManifest(key, block))
    if (offset > manifest.size) throw new InvalidOptionError('offset', `${offset} lies beyond the file`, `0..${manifest.size}`)
    const end = offset + Math.min(length, manifest.size - offset)
    if (manifest.kind === 'links') {
      const load: Load = async (child, isNext) => checkLength(await get(child.cid, child.length, isNext), child.length)
      yield * inOrder(planChunks(manifest, offset, end, load), load, readAhead)
    } else if (offset < end) {
      yield manifest.data.subarray(offset, end)
    }
  } catch (error) {
    throw asDfsError(error)
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
    controller.abort(OVER)
  }
}

type Load = (block: PlannedChunk['block'], isNext?: () => boolean) => Promise<Uint8Array>

interface Fetching { chunk?: PlannedChunk, block: Promise<Uint8Array> }

/** Keeps up to `readAhead` fetches under way and opens each block in its turn. */
async function * inOrder (plan: AsyncGenerator<PlannedChunk, void, undefined>, load: Load, readAhead: number): AsyncGenerator<Uint8Array, void, undefined> {
  const window: Fetching[] = []
  let planned = true
  let out = 0
  for (;;) {
    while (planned && window.length < readAhead) {
      const next = await plan.next().catch((error: unknown): { failed: unknown } => ({ failed: error }))
      if ('failed' in next) {
        planned = false
        // the chunks before are good, so their bytes are yielded before the error
        window.push(fetching(failWith(asDfsError(next.failed))))
      } else if (next.done === true) {
        planned = false
      } else {
        const place = out + window.length
        window.push(fetching(load(next.value.block, () => out === place), next.value))
      }
    }
    const first = window.shift()
    if (first === undefined) return
    const block = await first.block
    const { chunk } = first
    if (chunk === undefined) return
    const bytes = checked(() => openChunk(chunk.key, block, chunk.size))
    yield bytes.subarray(chunk.from, chunk.to)
    out++
  }
}

async function failWith (error: unknown): Promise<never> {
  throw error
}

function fetching (block: Promise<Uint8Array>, chunk?: PlannedChunk): Fetching {
  block.catch(() => {}) // whoever takes it out of the window sees it; nobody does when the reader has left
  return chunk === undefined ? { block } : { block, chunk }
}

/** Runs `work` and rejects at once when the signal aborts, whatever `work` does. */
async function promptly<T> (signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const onAbort = (): void => { reject(signal.reason as Error) }
  signal.addEventListener('abort', onAbort)
  try {
    work().then(resolve, reject)
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function checkLength (block: Uint8Array, length: number): Uint8Array {
  if (block.length !== length) throw new InvalidDataError(`A block has ${block.length} bytes where its manifest says ${length}`)
  return block
}

function checkNumber (field: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new InvalidOptionError(field, String(value), `a whole number from ${least} up`)
}

function checked<T> (work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asDfsError(error)
  }
}

/**
 * Maps a refusal of protocols/file to InvalidDataError: the writer's fault, whoever delivered the
 * block.
 */
function asDfsError (error: unknown): unknown {
  if (!(error instanceof ProtocolError) || (error.code !== 'INVALID_DATA' && error.code !== 'MALFORMED')) return error
  return new InvalidDataError(`This version was not written correctly, or its key is another: ${error.message}`, { cause: error })
}
