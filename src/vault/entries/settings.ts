import type { SettingEntry } from '../../../protocols/vault/entry.js'
import { MAX_KEEP, MAX_RETENTION_MS, MAX_WANTED } from '../../../protocols/vault/limits.js'
import { ACCEPTS, newestSetting, readSettings } from '../../../protocols/vault/settings.js'
import { InvalidOptionError } from '../../errors.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { settingEntries } from '../../index/queries/voids.js'
import type { Settings, SettingsChange, VaultSettings } from '../../api/node.js'
import { readStored } from './entry-rows.js'

type Body = Record<string, unknown>

/** What is accepted, for people. */
const ACCEPTED: Record<keyof Settings, string> = {
  copies: `a whole number from 1 to ${MAX_WANTED}, or 'all'`,
  durable: `a whole number from 1 to ${MAX_WANTED}`,
  keep: `a whole number from 0 to ${MAX_KEEP}`,
  retention: `milliseconds from 0 to ${MAX_RETENTION_MS} (100 years)`,
  scope: "'lineage' or 'vault'"
}
const KEYS: ReadonlyArray<keyof Settings> = ['copies', 'durable', 'keep', 'retention', 'scope']

/** The settings of the vault, as the entries here say; worked out when they are asked for after one came. */
export class KnownSettings {
  private body: Body | undefined

  constructor (private readonly db: IndexDb) {}

  /** A setting came. */
  changed (): void { this.body = undefined }

  get now (): VaultSettings { return settingsOf(this.raw) }

  /** The body of the setting that counts, with what only a newer dfs understands. */
  get raw (): Body {
    return this.body ??= newestSetting(settingEntries(this.db).map(readStored).filter((entry): entry is SettingEntry => entry.kind === 'setting'))?.settings ?? {}
  }
}

export function settingsOf (body: Body): VaultSettings {
  const { copies, ...others } = readSettings(body)
  return { ...others, copies: copies === 0 ? 'all' : copies, made: KEYS.filter((key) => Object.hasOwn(body, key) && ACCEPTS[key](body[key])) }
}

/** The body that follows from a change; undefined when it is the same. What this dfs does not know or understand stays in it. InvalidOptionError. */
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
    // 0 copies are written by their word alone
    if (!ACCEPTS[key](written) || (key === 'copies' && value === 0)) throw new InvalidOptionError(key, `${typeof value === 'string' ? `"${value}"` : String(value)} is not accepted`, ACCEPTED[key])
    changed ||= body[key] !== written
    body[key] = written
  }
  return changed ? body : undefined
}
