/**
 * This file parses words of the command line and of config.toml. An unacceptable word is an
 * InvalidOptionError that says what is accepted.
 */
import { InvalidOptionError } from '../errors.js'
import { ROLES, type Role } from '../api/node.js'

const FACTORS: Record<string, number> = {
  '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, k: 1e3, m: 1e6, g: 1e9, t: 1e12,
  kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4
}

/** Reads `200GB` (10^9), `1.5GiB` (2^30), `4096`; in bytes. */
export function parseSize (field: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = FACTORS[unit.toLowerCase()]
  const size = Math.round(Number(number) * (factor ?? NaN))
  if (number === '' || !Number.isSafeInteger(size)) throw new InvalidOptionError(field, `"${text}" is no size`, 'bytes, or a number with kB, MB, GB, TB, KiB, MiB, GiB or TiB')
  return size
}

const DURATIONS: Record<string, number> = { s: 1e3, m: 60e3, min: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3 }

/** Reads `24h`, `7d`, `30min`; in milliseconds. */
export function parseDuration (field: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? []
  const ms = Math.round(Number(number) * (DURATIONS[unit.toLowerCase()] ?? NaN))
  if (number === '' || !Number.isSafeInteger(ms) || ms <= 0) throw new InvalidOptionError(field, `"${text}" is no time`, 'a number with s, min, h, d or w, such as 24h')
  return ms
}

export function parseWhole (field: string, text: string, least: number): number {
  const n = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(n) || n < least) throw new InvalidOptionError(field, `"${text}" is not accepted`, `a whole number from ${least}`)
  return n
}

/** Returns the option of a write for a command's `--durable`. */
export function parseDurable ({ durable }: { durable?: string }): { durable?: number } {
  return durable === undefined ? {} : { durable: parseWhole('--durable', durable, 1) }
}

/** What a person types as --if-version for a name that means nothing. */
const NOTHING = 'none'
export const IF_VERSION = ['--if-version <version>', `only while the name is at this version, or at ${NOTHING}`] as const

/** Returns the options of a write for a command's `--durable` and `--if-version`. */
export function parseWrite ({ ifVersion, ...flags }: { durable?: string, ifVersion?: string }): { durable?: number, ifVersion?: string | null } {
  return { ...parseDurable(flags), ...(ifVersion === undefined ? {} : { ifVersion: ifVersion === NOTHING ? null : ifVersion }) }
}

/** Reads the words `key=value` of `--prop`. */
export function parseProps (words: string[]): Record<string, string> {
  const pairs = words.map((word): [string, string] => {
    const at = word.indexOf('=')
    if (at < 1) throw new InvalidOptionError('--prop', `"${word}" is no key=value`, 'such as --prop camera=K70')
    return [word.slice(0, at), word.slice(at + 1)]
  })
  const props = Object.fromEntries(pairs)
  if (Object.keys(props).length < pairs.length) throw new InvalidOptionError('--prop', 'a key is given twice', 'each key once')
  return props
}

/** Refuses `--if-version` where it is not clear which of several names it concerns. */
export function oneName (ifVersion: string | undefined, one: boolean): void {
  if (ifVersion !== undefined && !one) throw new InvalidOptionError('--if-version', 'several files have several versions', 'it with one file, without -r')
}

export function parseCopies (text: string, field = '--copies'): number | 'all' {
  return text === 'all' ? 'all' : parseWhole(field, text, 1)
}

/** Of the invite, which is the only command that asks for one. */
export function parseRole (text: string | undefined): Role {
  const role = ROLES.find((role) => role === text)
  if (role === undefined) throw new InvalidOptionError('--role', text === undefined ? 'missing' : `"${text}" is no role`, `${ROLES.join(', ')}; such as:  dfs invite --role write`)
  return role
}

/** Accepts one of a few words. */
export function parseOne<T extends string> (field: string, text: string, words: readonly T[]): T {
  const word = words.find((one) => one === text)
  if (word === undefined) throw new InvalidOptionError(field, `"${text}" is not accepted`, words.join(' or '))
  return word
}

/** Accepts a label or operator. */
export function parseText (field: string, text: string): string {
  if (new TextEncoder().encode(text).length > 64 || /[\u0000-\u001f\u007f-\u009f]/.test(text)) throw new InvalidOptionError(field, 'too long, or with control characters', 'text of at most 64 bytes')
  return text
}
