/**
 * A file name must follow these rules. Spec: protocols/vault/README.md, "Names". Writers normalise
 * to NFC; readers never do.
 */
import { ProtocolError } from '../errors.js'
import { MAX_NAME_BYTES } from './limits.js'

/** The pattern matches C0 controls, DEL and C1 controls. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** Returns the problem of a name, or undefined. The text never repeats the name. */
export function nameProblem (name: string): string | undefined {
  if (!name.isWellFormed()) return 'it holds half of a surrogate pair'
  const bytes = Buffer.byteLength(name)
  if (bytes === 0) return 'it is empty'
  if (bytes > MAX_NAME_BYTES) return `it has ${bytes} bytes of UTF-8, at most ${MAX_NAME_BYTES} are allowed`
  if (CONTROL.test(name)) return 'it holds a control character'
  for (const part of name.split('/')) {
    if (part === '') return 'it holds an empty part (a slash at its start or end, or two together)'
    if (part === '.' || part === '..') return 'one of its parts is "." or ".."'
  }
  return undefined
}

/**
 * Returns the name in NFC, as a writer stores it.
 *
 * @throws ProtocolError INVALID_DATA when it is no valid name
 */
export function normalName (name: string): string {
  // a lone surrogate survives normalize, so that nameProblem still sees it
  const normal = name.normalize('NFC')
  const problem = nameProblem(normal)
  if (problem !== undefined) throw new ProtocolError('INVALID_DATA', `Not a file name: ${problem}`)
  return normal
}
