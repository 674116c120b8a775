/** The request headers that make an answer depend on the version, or on a part of the file. */
import type { IncomingHttpHeaders } from 'node:http'
import { DoorError } from './problem.js'

export const etagOf = (version: string): string => `"${version}"`

/** A list of entity tags; weak ones are left out, since none equals a version here. */
export type Tags = '*' | string[]

const TAG = /\s*(W\/)?"([\x21\x23-\x7e]*)"\s*(?:,|$)/y

/**
 * Reads If-Match and If-None-Match.
 * @throws DoorError for a header of another form
 */
export function readTags (header: string | undefined): Tags | undefined {
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  const tags: string[] = []
  TAG.lastIndex = 0
  while (TAG.lastIndex < header.length) {
    const found = TAG.exec(header)
    if (found === null) throw new DoorError('BAD_REQUEST', 'A condition is no list of entity tags in quotes')
    if (found[1] === undefined) tags.push(found[2] ?? '')
  }
  return tags
}

export const fits = (tags: Tags, version: string | null): boolean => version !== null && (tags === '*' || tags.includes(version))

/**
 * Returns the part of the file that a Range asks for: undefined for all of it. Several ranges, and
 * what is no range of bytes, stand for all of it, as RFC 9110 allows.
 * @throws DoorError where no byte of the range exists
 */
export function rangeOf ({ range, 'if-range': ifRange }: IncomingHttpHeaders, { version, size }: { version: string, size: number }): { offset: number, length: number } | undefined {
  if (range === undefined || (ifRange !== undefined && ifRange !== etagOf(version))) return undefined
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(range) ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    if (length === 0) throw unsatisfiable(size)
    return { offset: size - length, length }
  }
  const offset = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < offset) return undefined
  if (offset >= size) throw unsatisfiable(size)
  return { offset, length: end - offset + 1 }
}

/** The size goes into the answer's Content-Range. */
export class UnsatisfiableRange extends DoorError {
  constructor (readonly size: number) { super('RANGE_NOT_SATISFIABLE', `The file has ${size} bytes`) }
}
const unsatisfiable = (size: number): UnsatisfiableRange => new UnsatisfiableRange(size)
