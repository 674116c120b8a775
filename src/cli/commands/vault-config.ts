/**
 * `dfs config --vault` shows and changes the settings of all machines of the vault. Only owners
 * change them.
 */
import { InvalidOptionError } from '../../errors.js'
import type { Settings, SettingsChange, VaultSettings } from '../../api/node.js'
import type { Context } from '../context.js'
import { exactDuration, table } from '../format.js'
import { openNode } from '../open.js'
import { parseCopies, parseDuration, parseWhole } from '../parse.js'

type Key = keyof Settings

const READ: { [K in Key]-?: (text: string) => Settings[K] } = {
  copies: (text) => parseCopies(text, 'copies'),
  durable: (text) => parseWhole('durable', text, 1),
  keep: (text) => parseWhole('keep', text, 0),
  retention: (text) => text === '0' ? 0 : parseDuration('retention', text),
  // the node checks which values exist
  scope: (text) => text as Settings['scope']
}

export const VAULT_KEYS = Object.keys(READ) as Key[]

function asKey (name: string): Key {
  const key = VAULT_KEYS.find((key) => key === name)
  if (key === undefined) throw new InvalidOptionError(name, 'no such key', VAULT_KEYS.join(', '))
  return key
}

export async function vaultConfig (context: Context, name: string | undefined, values: string[], unset: boolean): Promise<undefined> {
  const { out, signal } = context
  const key = name === undefined ? undefined : asKey(name)
  const change = key === undefined ? undefined : changeOf(key, values, unset)
  await using opened = await openNode(context)
  if (change === undefined) {
    await print(context, await opened.node.settings({ signal }), key)
    return
  }
  await print(context, await opened.node.set(change, { signal }), key)
  if (!opened.running) out.talk(`The other machines hear of it once this one runs:  ${out.dfs} start`)
}

/** Returns the change that was typed; undefined when nothing changes. */
function changeOf (key: Key, values: string[], unset: boolean): SettingsChange | undefined {
  const [value, ...more] = values
  if (unset) return { [key]: null }
  if (value === undefined) return undefined
  if (more.length > 0) throw new InvalidOptionError(key, `${values.length} values`, 'one')
  return { [key]: READ[key](value) }
}

async function print ({ out }: Context, settings: VaultSettings, only: Key | undefined): Promise<void> {
  const rows = VAULT_KEYS.filter((key) => only === undefined || key === only).map((key) => ({
    key, value: settings[key] ?? null, source: settings.made.includes(key) ? 'vault' : 'default', text: textOf(settings, key)
  }))
  for (const { text: _text, ...row } of rows) await out.data(row)
  for (const line of only === undefined ? table(rows.map(({ key, text, source }) => [key, text, `(${source})`])) : rows.map(({ text }) => text)) await out.line(line)
}

function textOf (settings: Settings, key: Key): string {
  if (key === 'retention') return exactDuration(settings.retention)
  return String(settings[key] ?? '2 where another machine answers, else 1')
}
