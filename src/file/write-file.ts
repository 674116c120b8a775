import { pipe } from 'it-pipe'
import type { CID } from 'multiformats/cid'
import { CHUNK_BYTES, INLINE_BYTES, pad } from '../../protocols/block/tree.js'
import { sealChunk, type SealedBlock } from '../../protocols/file/chunk.js'
import { sealInline } from '../../protocols/file/manifest.js'
import { WRITE_IN_FLIGHT_CHUNKS } from '../defaults.js'
import { InvalidOptionError } from '../errors.js'
import { chunk } from './chunk.js'
import { readSource } from './read-source.js'
import { TreeBuilder } from './tree-builder.js'

export interface Block { cid: CID, bytes: Uint8Array }

export interface WriteFileOptions {
  /** KDF(R, "chunk"), 32 bytes. */
  chunkKey: Uint8Array
  /** The salt: 32 bytes, one for all blocks of the version. */
  salt: Uint8Array
  /**
   * Stores a block. Children come before the manifests that link to them, the root last; several
   * calls may run at once, and the same block may come again. `signal` is aborted when the write
   * ends early; the write still waits for this promise, so that nothing happens after the write has
   * rejected.
   */
  put: (block: Block, options: { signal: AbortSignal }) => Promise<void>
  /**
   * The number of blocks that are put at once.
   * @default WRITE_IN_FLIGHT_CHUNKS
   */
  inFlight?: number
  /** The number of bytes in the source, when known; any other number is SourceError. */
  size?: number
  signal?: AbortSignal
  /** Called with the length of each piece of the source. */
  onRead?: (bytes: number) => void
}

export interface WrittenFile {
  root: CID
  /** The key K of the root, which opens the whole version. */
  key: Uint8Array
  /** The size of the file in bytes. */
  size: number
  /** The stored bytes, the root block and repeats included: the field `bytes` of an entry. */
  bytes: number
  /** The number of blocks that were put. */
  blocks: number
}

/**
 * Reads a source to its end, seals it and puts the blocks. Memory does not depend on the length of
 * the source.
 *
 * @throws SourceError, with the cause, when the source throws or gives more or less than `size`
 * @throws the error of `put`; the reason of an aborted signal
 */
export async function writeFile (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: WriteFileOptions): Promise<WrittenFile> {
  const { put, inFlight = WRITE_IN_FLIGHT_CHUNKS, size, signal, onRead } = options
  if (!Number.isSafeInteger(inFlight) || inFlight < 1) throw new InvalidOptionError('inFlight', String(inFlight), 'a whole number from 1 up')
  const stop = new AbortController()
  const onAbort = (): void => { stop.abort(signal?.reason) }
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort)
  const sealer = new Sealer(options)
  try {
    const blocks = await pipe(
      readSource(source, { signal: stop.signal, ...(size !== undefined && { size }), ...(onRead && { onRead }) }),
      chunk,
      (chunks) => sealer.blocks(chunks),
      (sealed) => putAll(sealed, put, inFlight, stop)
    )
    return { ...sealer.written(), blocks }
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

class Sealer {
  private readonly keys: { chunk: Uint8Array }
  private readonly salt: Uint8Array
  private root?: Omit<WrittenFile, 'blocks'>

  constructor ({ chunkKey, salt }: WriteFileOptions) {
    this.keys = { chunk: chunkKey }
    this.salt = salt
  }

  /**
   * Yields the blocks of the file in order, the root last. Each chunk is sealed before the next one
   * is requested.
   */
  async * blocks (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SealedBlock, void, undefined> {
    const tree = new TreeBuilder(this.keys, this.salt)
    let size = 0
    for await (const data of chunks) {
      if (size === 0 && data.length <= INLINE_BYTES) {
        yield this.inline(data)
        return
      }
      const sealed = sealChunk(this.keys, this.salt, padLast(data, size))
      size += data.length
      yield sealed
      yield * tree.add({ cid: sealed.cid, key: sealed.key, blockLength: sealed.block.length, bytes: 0, size: data.length })
    }
    if (size === 0) {
      yield this.inline(new Uint8Array(0))
      return
    }
    const { sealed, root } = tree.finish()
    this.root = { root: root.cid, key: root.key, size: root.size, bytes: root.blockLength + root.bytes }
    yield * sealed
  }

  written (): Omit<WrittenFile, 'blocks'> {
    if (this.root === undefined) throw new RangeError('the file has not been sealed')
    return this.root
  }

  private inline (data: Uint8Array): SealedBlock {
    const { cid, key, block, size } = sealInline(this.keys, this.salt, data)
    this.root = { root: cid, key, size, bytes: block.length }
    return { cid, key, block }
  }
}

/** Returns the chunk that begins at `offset`; the last one gets the padding of the whole file. */
function padLast (data: Uint8Array, offset: number): Uint8Array {
  if (data.length === CHUNK_BYTES) return data
  const padded = new Uint8Array(pad(offset + data.length) - offset)
  padded.set(data)
  return padded
}

/**
 * Puts every block, at most `inFlight` at once, and returns how many. The first error aborts
 * `stop`.
 */
async function putAll (blocks: AsyncIterable<SealedBlock>, put: WriteFileOptions['put'], inFlight: number, stop: AbortController): Promise<number> {
  const { signal } = stop
  const pending = new Set<Promise<void>>()
  let count = 0
  const start = async ({ cid, block }: SealedBlock): Promise<void> => {
    try {
      await put({ cid, bytes: block }, { signal })
    } catch (error) {
      stop.abort(error)
    }
  }
  try {
    for await (const block of blocks) {
      const promise = start(block).finally(() => { pending.delete(promise) })
      pending.add(promise)
      count++
      if (pending.size >= inFlight) await Promise.race(pending)
      signal.throwIfAborted()
    }
  } catch (error) {
    stop.abort(error)
  }
  await Promise.all(pending)
  signal.throwIfAborted()
  return count
}
