/** What owners decide for the whole vault. Spec: README.md, "Settings". */
import { compareBytes } from '../block/hash.js'
import { DEFAULT_COPIES, DEFAULT_KEEP, DEFAULT_RETENTION_MS, MAX_KEEP, MAX_RETENTION_MS, MAX_WANTED } from './limits.js'

/** Which blocks of the vault are equal where their bytes are: of one name, or of all. */
export type Scope = 'lineage' | 'vault'

export interface Settings {
  /** Wanted copies of versions whose entry names none; 0 for all. */
  copies: number
  /**
   * Members that have a version on disk before a put that names no number says that it is done;
   * missing: the writer decides.
   */
  durable?: number
  /** Newer versions that a name has before an older one may be forgotten. */
  keep: number
  /** Milliseconds after which a version that was superseded or deleted may be forgotten. */
  retention: number
  scope: Scope
}

const isInt = (value: unknown, min: number, max: number): value is number => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max

const int = (min: number, max: number) => (value: unknown): value is number => isInt(value, min, max)

/** Whether a reader takes this value for a key. */
export const ACCEPTS = {
  copies: int(0, MAX_WANTED),
  durable: int(1, MAX_WANTED),
  keep: int(0, MAX_KEEP),
  retention: int(0, MAX_RETENTION_MS),
  scope: (value: unknown): value is Scope => value === 'lineage' || value === 'vault'
} as const satisfies Record<keyof Settings, (value: unknown) => boolean>

/** What a body says: a key that is missing, or whose value is out of its range, has its default. */
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

/** Of settings of one vault the one that counts: the highest (seq, id). */
export function newestSetting<T extends { seq: number, id: Uint8Array }> (list: Iterable<T>): T | undefined {
  let newest: T | undefined
  for (const one of list) {
    if (newest === undefined || one.seq > newest.seq || (one.seq === newest.seq && compareBytes(one.id, newest.id) > 0)) newest = one
  }
  return newest
}
