import { MAX_PROPS, MAX_PROPS_BYTES } from '../../protocols/vault/limits.js'
import { InvalidOptionError } from '../errors.js'
import type { PutOptions } from '../api/node.js'
import { hasControls } from './invite.js'

/** A media type has at most this many bytes (protocols/vault/README.md, "The private part"). */
const MAX_TYPE_BYTES = 128

/**
 * Checks the options of a put before a byte is read.
 * @throws InvalidOptionError that names the field
 */
export function checkPut ({ size, mtime, type, props, copies, scope }: PutOptions): void {
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 0)) throw new InvalidOptionError('size', `${size} is not a number of bytes`, 'a whole number from 0')
  if (mtime !== undefined && (!(mtime instanceof Date) || !Number.isSafeInteger(mtime.getTime()))) throw new InvalidOptionError('mtime', 'not a time', 'a valid Date')
  if (type !== undefined && (typeof type !== 'string' || !type.isWellFormed() || hasControls(type) || new TextEncoder().encode(type).length > MAX_TYPE_BYTES)) {
    throw new InvalidOptionError('type', 'not a media type', `text of at most ${MAX_TYPE_BYTES} bytes without control characters`)
  }
  if (props !== undefined) checkProps(props)
  if (copies !== undefined && copies !== 'all' && (!Number.isSafeInteger(copies) || copies < 1)) {
    throw new InvalidOptionError('copies', `${copies} is not a number of copies`, "a whole number from 1, or 'all'")
  }
  if (scope !== undefined && scope !== 'unlinked') throw new InvalidOptionError('scope', `"${String(scope)}" is no scope of one put`, "'unlinked'; left out, the vault's setting")
}

function checkProps (props: unknown): void {
  const refuse = (problem: string): never => { throw new InvalidOptionError('props', problem, `at most ${MAX_PROPS} texts by key, of ${MAX_PROPS_BYTES} bytes together`) }
  if (typeof props !== 'object' || props === null || Array.isArray(props)) return refuse('no object')
  const all = Object.entries(props)
  let bytes = 0
  for (const [key, text] of all as Array<[string, unknown]>) {
    if (key === '' || !key.isWellFormed() || hasControls(key)) refuse('a key that is empty, or has control characters')
    if (key.startsWith('dfs.')) refuse(`the key "${key}" is reserved`)
    if (typeof text !== 'string' || !text.isWellFormed()) refuse(`the value of "${key}" is no text`)
    bytes += Buffer.byteLength(key) + Buffer.byteLength(text as string)
  }
  if (all.length > MAX_PROPS || bytes > MAX_PROPS_BYTES) refuse(`${all.length} keys of ${bytes} bytes`)
}
