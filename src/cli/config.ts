/** `<dir>/config.toml`: what init and join were told, and what `dfs config` edits. Option > config.toml > default. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { InvalidOptionError } from '../errors.js'
import type { DfsNodeInit } from '../interface.js'
import { exactDuration } from './format.js'
import { parseDuration, parseSize, parseText } from './parse.js'

export type Config = Pick<DfsNodeInit, 'listen' | 'announce' | 'bootstrap' | 'capacity' | 'guard' | 'trash' | 'label' | 'operator'> & { mdns?: boolean, dht?: boolean }
export type Key = keyof Config

interface Kind {
  many: boolean
  /** What is accepted, for people. */
  accepted: string
  /** One value as text; throws InvalidOptionError. */
  read: (field: string, text: string) => string | number | boolean
  /** A number as people write it; in the file too. */
  show?: (value: number) => string
  /** What holds when nothing is configured, for people. */
  fallback: () => string
}

const addresses = (fallback: string): Kind => ({ many: true, accepted: 'multiaddrs such as /ip4/192.0.2.1/tcp/14040', read: readAddress, fallback: () => fallback })
const onOff = (fallback: string): Kind => ({ many: false, accepted: 'on or off', read: readSwitch, fallback: () => fallback })
const time = (fallback: string): Kind => ({ many: false, accepted: 'a number with s, min, h, d or w, such as 24h, or 0', read: readTime, show: exactDuration, fallback: () => fallback })
const text = (fallback: () => string): Kind => ({ many: false, accepted: 'text of at most 64 bytes', read: parseText, fallback })

export const KEYS: Record<Key, Kind> = {
  listen: addresses('/ip4/0.0.0.0/tcp/14040 /ip6/::/tcp/14040'),
  announce: addresses('none'),
  bootstrap: addresses('none'),
  capacity: { many: false, accepted: 'bytes, or a number with GB, GiB and the like', read: parseSize, fallback: () => 'half of the free space' },
  guard: time('7d'),
  trash: time('24h'),
  mdns: onOff('on, unless it listens on this machine only'),
  dht: onOff('on, unless it listens on this machine only'),
  label: text(hostname),
  operator: text(() => 'none')
}

const FILE = 'config.toml'
const HEADER = '# Edited by `dfs config KEY VALUE`; read when a node starts.\n'

function readAddress (field: string, text: string): string {
  // the form only: what the address means is checked where it is used, by who listens or dials
  if (!/^(\/[^/\s]+)+$/.test(text)) throw new InvalidOptionError(field, `"${text}" is no multiaddr`, 'multiaddrs such as /ip4/192.0.2.1/tcp/14040')
  return text
}

function readTime (field: string, text: string): number {
  return text === '0' ? 0 : parseDuration(field, text)
}

function readSwitch (field: string, text: string): boolean {
  if (!['on', 'off', 'true', 'false'].includes(text)) throw new InvalidOptionError(field, `"${text}" is not accepted`, 'on or off')
  return text === 'on' || text === 'true'
}

/** The configuration as createNode takes it. */
export function nodeInit ({ mdns, dht, ...rest }: Config): Pick<DfsNodeInit, Exclude<Key, 'mdns' | 'dht'> | 'discovery'> {
  return { ...rest, discovery: { ...(mdns === undefined ? {} : { mdns }), ...(dht === undefined ? {} : { dht }) } }
}

export function asKey (name: string): Key {
  if (!Object.hasOwn(KEYS, name)) throw new InvalidOptionError(name, 'no such key', Object.keys(KEYS).join(', '))
  return name as Key
}

/** Words of the command line as the value of a key. */
export function readValues (key: Key, words: string[]): Config {
  const { many, read, accepted } = KEYS[key]
  const values = words.map((word) => read(key, word))
  if (!many && values.length !== 1) throw new InvalidOptionError(key, `${values.length} values`, `one: ${accepted}`)
  return { [key]: many ? values : values[0] }
}

/** Empty when there is no such file. */
export async function readConfig (dir: string): Promise<Config> {
  const path = join(dir, FILE)
  let source: string
  try {
    source = await readFile(path, 'utf8')
  } catch (error) {
    // whether there is a vault at all is said by who opens the folder
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {}
    throw error
  }
  return fromToml(source, path)
}

export function fromToml (source: string, path: string): Config {
  let table: Record<string, unknown>
  try {
    table = parse(source)
  } catch (cause) {
    throw new InvalidOptionError(path, cause instanceof Error ? cause.message.split('\n')[0] ?? 'damaged' : 'damaged', 'TOML', { cause })
  }
  let config: Config = {}
  for (const [name, value] of Object.entries(table)) {
    const key = asKey(name)
    const { many, accepted } = KEYS[key]
    if (many !== Array.isArray(value)) throw new InvalidOptionError(key, many ? 'not a list' : 'a list', many ? `a list of ${accepted}` : accepted)
    const words = [value].flat().map((item) => {
      if (typeof item === 'string' || (key === 'capacity' && typeof item === 'number') || typeof item === 'boolean') return String(item)
      throw new InvalidOptionError(key, `${JSON.stringify(item)} in ${FILE}`, accepted)
    })
    config = { ...config, ...readValues(key, words) }
  }
  return config
}

export async function writeConfig (dir: string, config: Config): Promise<void> {
  const known = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, typeof value === 'number' ? KEYS[asKey(key)].show?.(value) ?? value : value]))
  const path = join(dir, FILE)
  await writeFile(`${path}.new`, `${HEADER}${stringify(known)}`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** Keys of `config` that were given; `undefined` never covers what stands below it. */
export function over (below: Config, above: Config): Config {
  return { ...below, ...Object.fromEntries(Object.entries(above).filter(([, value]) => value !== undefined)) }
}
