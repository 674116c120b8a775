/**
 * What a file may be called. Spec: README.md, "Names". Writers normalise to NFC, readers never do.
 */
import { ProtocolError } from '../errors.js'
import { MAX_NAME_BYTES } from './limits.js'

/** C0 controls, DEL, C1 controls. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** What is wrong with a name as it stands, or undefined. Never repeats the name. */
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

/** The name as a writer stores it: NFC. ProtocolError INVALID_DATA when it is none. */
export function normalName (name: string): string {
  // a lone surrogate survives normalize, so that nameProblem still sees it
  const normal = name.normalize('NFC')
  const problem = nameProblem(normal)
  if (problem !== undefined) throw new ProtocolError('INVALID_DATA', `Not a file name: ${problem}`)
  return normal
}
