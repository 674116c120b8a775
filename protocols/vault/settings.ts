/**
 * Owners decide these settings for the whole vault. Spec: protocols/vault/README.md, "Settings".
 */
import { compareBytes } from '../block/hash.js'
import { DEFAULT_COPIES, DEFAULT_KEEP, DEFAULT_RETENTION_MS, MAX_KEEP, MAX_RETENTION_MS, MAX_WANTED } from './limits.js'

/**
 * The scope in which equal plain bytes give equal blocks: one name (`lineage`) or the whole vault.
 */
export type Scope = 'lineage' | 'vault'

export interface Settings {
  /** The number of wanted copies of a version whose entry states none; 0 for all members. */
  copies: number
  /**
   * The number of members that must have a version on disk before a put without a number resolves;
   * missing: the writer decides.
   */
  durable?: number
  /** A name must have this many newer versions before an older one may be forgotten. */
  keep: number
  /** A version may be forgotten this many milliseconds after it was superseded or deleted. */
  retention: number
  scope: Scope
}

const isInt = (value: unknown, min: number, max: number): value is number => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max

const int = (min: number, max: number) => (value: unknown): value is number => isInt(value, min, max)

/** Each function returns true when a reader accepts the value for its key. */
export const ACCEPTS = {
  copies: int(0, MAX_WANTED),
  durable: int(1, MAX_WANTED),
  keep: int(0, MAX_KEEP),
  retention: int(0, MAX_RETENTION_MS),
  scope: (value: unknown): value is Scope => value === 'lineage' || value === 'vault'
} as const satisfies Record<keyof Settings, (value: unknown) => boolean>

/**
 * Returns the settings of a body. A key that is missing, or whose value is out of range, has its
 * default.
 */
export function readSettings (body: Record<string, unknown>): Settings {
  const read = <T>(key: keyof Settings, accepts: (value: unknown) => value is T): T | undefined => {
    const value = Object.hasOwn(body, key) ? body[key] : undefined
    return accepts(value) ? value : undefined
  }
  const durable = read('durable', ACCEPTS.durable)
  return {
    copies: read('copies', ACCEPTS.copies) ?? DEFAULT_COPIES,
    ...(durable === undefined ? {} : { durable }),
    keep: read('keep', ACCEPTS.keep) ?? DEFAULT_KEEP,
    retention: read('retention', ACCEPTS.retention) ?? DEFAULT_RETENTION_MS,
    scope: read('scope', ACCEPTS.scope) ?? 'lineage'
  }
}

/**
 * Returns the setting that counts among settings of one vault: the one with the highest (seq, id).
 */
export function newestSetting<T extends { seq: number, id: Uint8Array }> (list: Iterable<T>): T | undefined {
  let newest: T | undefined
  for (const one of list) {
    if (newest === undefined || one.seq > newest.seq || (one.seq === newest.seq && compareBytes(one.id, newest.id) > 0)) newest = one
  }
  return newest
}
