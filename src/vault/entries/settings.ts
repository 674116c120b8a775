import type { SettingEntry } from '../../../protocols/vault/entry.js'
import { MAX_KEEP, MAX_RETENTION_MS, MAX_WANTED } from '../../../protocols/vault/limits.js'
import { ACCEPTS, newestSetting, readSettings } from '../../../protocols/vault/settings.js'
import { InvalidOptionError } from '../../errors.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { settingEntries } from '../../index/queries/voids.js'
import type { Settings, SettingsChange, VaultSettings } from '../../api/node.js'
import { readStored } from './entry-rows.js'

type Body = Record<string, unknown>

/** Accepted values, for error messages. */
const ACCEPTED: Record<keyof Settings, string> = {
  copies: `a whole number from 1 to ${MAX_WANTED}, or 'all'`,
  durable: `a whole number from 1 to ${MAX_WANTED}`,
  keep: `a whole number from 0 to ${MAX_KEEP}`,
  retention: `milliseconds from 0 to ${MAX_RETENTION_MS} (100 years)`,
  scope: "'lineage' or 'vault'"
}
const KEYS: ReadonlyArray<keyof Settings> = ['copies', 'durable', 'keep', 'retention', 'scope']

/**
 * Known settings are the settings of the vault by the entries on this node. A new setting entry
 * drops the cached value.
 */
export class KnownSettings {
  private body: Body | undefined

  constructor (private readonly db: IndexDb) {}

  /** Call when a setting entry came. */
  changed (): void { this.body = undefined }

  get now (): VaultSettings { return settingsOf(this.raw) }

  /** Body of the setting that counts, with keys that only a newer dfs understands. */
  get raw (): Body {
    return this.body ??= newestSetting(settingEntries(this.db).map(readStored).filter((entry): entry is SettingEntry => entry.kind === 'setting'))?.settings ?? {}
  }
}

export function settingsOf (body: Body): VaultSettings {
  const { copies, ...others } = readSettings(body)
  return { ...others, copies: copies === 0 ? 'all' : copies, made: KEYS.filter((key) => Object.hasOwn(body, key) && ACCEPTS[key](body[key])) }
}

/**
 * Returns the body after a change, or undefined when it is the same. Keys that this dfs does not
 * know stay in the body.
 * @throws InvalidOptionError
 */
export function withChange (before: Body, change: SettingsChange | null): Body | undefined {
  if (typeof change !== 'object' || change === null) throw new InvalidOptionError('settings', 'not an object', `some of ${KEYS.join(', ')}`)
  const body = { ...before }
  let changed = false
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue
    const key = KEYS.find((key) => key === name)
    if (key === undefined) throw new InvalidOptionError(name, 'no such setting', KEYS.join(', '))
    if (value === null) {
      changed ||= Object.hasOwn(body, key)
      Reflect.deleteProperty(body, key)
      continue
    }
    const written = key === 'copies' && value === 'all' ? 0 : value
    // only the word 'all' is accepted for 0 copies
    if (!ACCEPTS[key](written) || (key === 'copies' && value === 0)) throw new InvalidOptionError(key, `${typeof value === 'string' ? `"${value}"` : String(value)} is not accepted`, ACCEPTED[key])
    changed ||= body[key] !== written
    body[key] = written
  }
  return changed ? body : undefined
}
