import type { Command } from 'commander'
import { asKey, type Config, type Key, KEY_NAMES, keyName, KEYS, readConfig, typedValues, writeConfig } from '../config.js'
import type { Context, Run } from '../context.js'
import { bytes, quote, table } from '../format.js'
import { InvalidOptionError } from '../../errors.js'
import { connectRpc } from '../../rpc/client.js'
import { configOf } from './init.js'
import { VAULT_KEYS, vaultConfig } from './vault-config.js'

export function defineConfig (program: Command, run: Run): void {
  program.command('config [key] [values...]')
    .summary('list or change what this machine is told')
    .description(`Lists every key with its value and where that comes from; with KEY its value; with VALUE sets it. Keys: ${KEY_NAMES.join(', ')}.`)
    .option('--unset', 'back to the default')
    .option('--vault', `what holds for all machines of the vault instead; owners set it. Keys: ${VAULT_KEYS.join(', ')}`)
    .action(run(config))
}

export async function config (context: Context, name: string | undefined, values: string[], { unset = false, vault = false }: { unset?: boolean, vault?: boolean }): Promise<undefined> {
  if (unset && values.length > 0) throw new InvalidOptionError('--unset', 'with a value', `dfs config ${name ?? ''} --unset`)
  if (unset && name === undefined) throw new InvalidOptionError('--unset', 'without a key', 'dfs config KEY --unset')
  if (vault) return vaultConfig(context, name, values, unset)
  const kept = await configOf(context.dir)
  if (name === undefined) return list(context, kept)
  const key = ofMachine(name, values)
  if (!unset && values.length === 0) return show(context, key, kept)
  const { [key]: _before, ...others } = await readConfig(context.dir)
  const changed = unset ? others : { ...others, ...typedValues(key, values) }
  await writeConfig(context.dir, changed)
  await tell(context, key, changed)
  const running = await connectRpc(context.dir, { signal: context.signal })
  if (running === undefined) return
  await running.stop()
  context.out.talk('Written. It holds when the node starts again.')
}

/**
 * Returns a key of this machine; the error for a key of the vault differs from that for an unknown
 * key.
 */
function ofMachine (name: string, values: string[]): Key {
  if (VAULT_KEYS.some((key) => key === name)) throw new InvalidOptionError(name, 'it holds for the whole vault, not for one machine', `dfs config --vault ${[name, ...values].map(quote).join(' ')}`)
  return asKey(name)
}

function entry (key: Key, config: Config): { key: string, value: unknown, text: string, source: 'config.toml' | 'default' } {
  const value = config[key]
  if (value === undefined) return { key: keyName(key), value: null, text: KEYS[key].fallback(), source: 'default' }
  const text = Array.isArray(value) ? value.join(' ') : typeof value === 'number' ? (KEYS[key].show ?? bytes)(value) : typeof value === 'boolean' ? (value ? 'on' : 'off') : value
  return { key: keyName(key), value, text, source: 'config.toml' }
}

async function list ({ out }: Context, config: Config): Promise<undefined> {
  const entries = (Object.keys(KEYS) as Key[]).map((key) => entry(key, config))
  for (const { key, value, source } of entries) await out.data({ key, value, source })
  for (const line of table(entries.map(({ key, text, source }) => [key, text, `(${source})`]))) await out.line(line)
}

/** For programs; a person knows what was typed. */
async function tell ({ out }: Context, key: Key, config: Config): Promise<void> {
  const { value, source, key: name } = entry(key, config)
  await out.data({ key: name, value, source })
}

async function show (context: Context, key: Key, config: Config): Promise<undefined> {
  const { value, text } = entry(key, config)
  const { out } = context
  await tell(context, key, config)
  for (const line of Array.isArray(value) ? value : [text]) await out.line(String(line))
}
