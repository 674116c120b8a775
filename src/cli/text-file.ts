/** A short text of ours in a file or on stdin, and why a file cannot be read or written. */
import { createReadStream } from 'node:fs'
import { InvalidOptionError } from '../errors.js'
import { SYSTEM } from './system.js'

/** Longer texts are none of ours. */
const MAX_TEXT_BYTES = 64 * 1024
/** What a disk that fails answers is no fault of the word that was typed. */
const TYPED = ['EACCES', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS']

export const readFile = async (path: string, option: string): Promise<string> => readBounded(createReadStream(path), option)

/**
 * UTF-8 of at most MAX_TEXT_BYTES; InvalidOptionError of `option` for anything else. The bytes are
 * overwritten.
 */
export async function readBounded (input: AsyncIterable<unknown>, option: string): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of input as AsyncIterable<Uint8Array>) {
    pieces.push(piece)
    length += piece.length
    if (length > MAX_TEXT_BYTES) throw new InvalidOptionError(option, 'too long', 'one text of dfs')
  }
  const bytes = Buffer.concat(pieces)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new InvalidOptionError(option, 'not UTF-8', 'text')
  } finally {
    bytes.fill(0)
    for (const piece of pieces) piece.fill(0)
  }
}

/** In words, where another file is to be named; undefined for every other error. */
export function refused (error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  // a name with a zero byte
  if (code === 'ERR_INVALID_ARG_VALUE') return SYSTEM.ENOENT
  return TYPED.includes(code) ? SYSTEM[code] : undefined
}
