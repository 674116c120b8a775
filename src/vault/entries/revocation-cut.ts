import { compareBytes } from '../../../protocols/block/hash.js'
import { MAX_CUT } from '../../../protocols/vault/limits.js'
import { TextError, unbase32 } from '../../../protocols/vault/text.js'
import { InvalidOptionError, VersionNotFoundError } from '../../errors.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { entriesBetween } from '../../index/queries/voids.js'
import { lastEntries } from './chains.js'

/** An id in base32 has this many characters. */
const ID_CHARACTERS = 52
const MIN_CHARACTERS = 6

/**
 * Returns the cut of a revoke of these writer keys (all of one member): the last known entries of
 * each key, at most 128. `since`, a version or the beginning of one, cuts its writer key off before
 * that version, by the numbers of the key's entries.
 */
export function cutOf (db: IndexDb, writers: Uint8Array[], since?: string): Uint8Array[] {
  const from = since === undefined ? undefined : entryOf(db, writers, since)
  return writers
    .flatMap((writer) => lastEntries(db, writer, MAX_CUT, from?.writer === writer ? from.seq : undefined))
    .slice(0, MAX_CUT).sort(compareBytes)
}

function entryOf (db: IndexDb, writers: Uint8Array[], since: string): { writer: Uint8Array, seq: number } {
  const text = since.toLowerCase()
  if (text.length < MIN_CHARACTERS) throw new InvalidOptionError('since', 'too short', `a version, or at least its first ${MIN_CHARACTERS} characters`)
  const [low, high] = [bound(text, 'a', 'a'), bound(text, '7', 'q')]
  const found = low === undefined || high === undefined ? [] : writers.flatMap((writer) => entriesBetween(db, writer, low, high).map(({ seq }) => ({ writer, seq })))
  const [only, ...more] = found
  if (only === undefined) throw new VersionNotFoundError(`The member wrote no version ${since}, as far as this node knows`)
  if (more.length > 0) throw new InvalidOptionError('since', `"${since}" fits several versions`, 'more of its characters')
  return only
}

/** Returns the lowest or highest id that begins with `text`, or undefined when no id can. */
function bound (text: string, filler: string, last: string): Uint8Array | undefined {
  try {
    const id = unbase32(text.length === ID_CHARACTERS ? text : text.padEnd(ID_CHARACTERS - 1, filler) + last)
    return id.length === 32 ? id : undefined
  } catch (error) {
    if (error instanceof TextError) return undefined
    throw error
  }
}
