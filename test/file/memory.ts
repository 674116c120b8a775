import type { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import type { GetBlock } from '../../src/file/read-file.js'
import { writeFile, type WriteFileOptions, type WrittenFile } from '../../src/file/write-file.js'

export const MIB = 1024 * 1024
export const CHUNK_KEY = new Uint8Array(32).fill(3)
export const SALT = new Uint8Array(32).fill(4)

/** Bytes of a file that differ from place to place; cheap enough to be made again wherever they are compared. */
export function content (from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (from + i) % 251
  return bytes
}

/** Blocks in memory, and what was asked of them. */
export class Memory {
  readonly blocks = new Map<string, Uint8Array>()
  readonly put: string[] = []
  readonly got: string[] = []

  keep = async ({ cid, bytes }: { cid: CID, bytes: Uint8Array }): Promise<void> => {
    if (!cidOf(cid.code === RAW ? RAW : DAG_CBOR, bytes).equals(cid)) throw new Error('wrong CID')
    this.put.push(cid.toString())
    this.blocks.set(cid.toString(), bytes)
  }

  get: GetBlock = async (cid) => {
    this.got.push(cid.toString())
    const bytes = this.blocks.get(cid.toString())
    if (bytes === undefined) throw new Error('not here')
    return bytes
  }

  async write (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: Partial<WriteFileOptions> = {}): Promise<WrittenFile> {
    return writeFile(source, { chunkKey: CHUNK_KEY, salt: SALT, put: this.keep, ...options })
  }
}

export async function collect (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all = []
  for await (const piece of pieces) all.push(piece)
  return new Uint8Array(Buffer.concat(all))
}

/** Lets all that can go on without anything from outside go on. */
export async function settle (): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => { setImmediate(resolve) })
}
