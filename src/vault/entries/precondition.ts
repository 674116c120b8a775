import { base32 } from '../../../protocols/vault/text.js'
import { InvalidOptionError, PreconditionFailedError } from '../../errors.js'
import type { Heads } from './heads.js'

/** A shorter prefix of a version is refused. */
export const MIN_VERSION_CHARACTERS = 6

/** What a name must mean for a write: a version, null for nothing, undefined for anything. */
export type IfVersion = string | null | undefined

/**
 * Checks what a name means against what its writer expects. The caller holds the lock of the tag
 * until its entry is committed, so no other entry of the name comes between the two.
 * @throws PreconditionFailedError; InvalidOptionError for what is no version
 */
export function checkPrecondition (name: string, heads: Pick<Heads, 'newest'>, expected: IfVersion, field = 'ifVersion'): void {
  if (expected === undefined) return
  checkIfVersion(expected, field)
  const { newest } = heads
  const current = newest === undefined || newest.kind === 'delete' ? null : base32(newest.id)
  if (expected === null ? current === null : current?.startsWith(expected.toLowerCase()) === true) return
  const now = current === null ? `"${name}" means nothing now` : `"${name}" is version ${current.slice(0, 10)} now`
  throw new PreconditionFailedError(`${now}, ${expected === null ? 'and was to mean nothing' : `not ${expected}`}. Nothing was changed`, { current })
}

/** @throws InvalidOptionError for what is no version */
export function checkIfVersion (expected: IfVersion, field = 'ifVersion'): void {
  if (expected == null || (typeof expected === 'string' && expected.length >= MIN_VERSION_CHARACTERS)) return
  throw new InvalidOptionError(field, 'no version', `a version, or at least its first ${MIN_VERSION_CHARACTERS} characters; null for a name that means nothing`)
}
