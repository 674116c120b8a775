/**
 * The file `<dir>/config.toml` holds the options of init and join; `dfs config` edits it. An option
 * overrides config.toml, which overrides the default.
 */
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { DirectoryNotWritableError, InvalidOptionError } from '../errors.js'
import { DEFAULT_HTTP_PORT } from '../defaults.js'
import type { DfsNodeInit } from '../api/node.js'
import { nearest } from '../api/nearest.js'
import { replaceFile } from '../disk/replace-file.js'
import { exactDuration, plural } from './format.js'
import { parseDuration, parseSize, parseText } from './parse.js'

export type Config = Pick<DfsNodeInit, 'listen' | 'announce' | 'bootstrap' | 'capacity' | 'guard' | 'trash' | 'offlineGrace' | 'letGoAfter' | 'label' | 'operator'> & { mdns?: boolean, dht?: boolean, http?: number, httpHosts?: string[] }
export type Key = keyof Config

interface Kind {
  many: boolean
  /** The accepted values, for people. */
  accepted: string
  /**
   * Reads one value.
   *
   * @throws InvalidOptionError
   */
  read: (field: string, text: string) => string | number | boolean
  /** Writes a number as people do; the file uses the same form. */
  show?: (value: number) => string
  /** Returns the default, for people. */
  fallback: () => string
  /**
   * Returns why a person may not set this value. A file that was written before may still hold it.
   */
  tooLittle?: (value: number) => string | undefined
}

const addresses = (fallback: string): Kind => ({ many: true, accepted: 'multiaddrs such as /ip4/192.0.2.1/tcp/14040', read: readAddress, fallback: () => fallback })
const onOff = (fallback: string): Kind => ({ many: false, accepted: 'on or off', read: readSwitch, fallback: () => fallback })
const time = (fallback: string): Kind => ({ many: false, accepted: 'a number with s, min, h, d or w, such as 24h, or 0', read: readTime, show: exactDuration, fallback: () => fallback })
const grace = (fallback: string): Kind => ({ ...time(fallback), accepted: 'a number with s, min, h, d or w, such as 24h; at least 1s', read: readGrace })
const text = (fallback: () => string): Kind => ({ many: false, accepted: 'text of at most 64 bytes', read: parseText, fallback })

export const KEYS: Record<Key, Kind> = {
  listen: addresses('/ip4/0.0.0.0/tcp/14040 /ip6/::/tcp/14040'),
  announce: addresses('none'),
  bootstrap: addresses('none'),
  capacity: { many: false, accepted: 'bytes, or a number with GB, GiB and the like', read: parseSize, fallback: () => 'half of the free space', tooLittle: tooLittleSpace },
  guard: time('7d'),
  trash: time('24h'),
  offlineGrace: grace('1h'),
  letGoAfter: grace('7d'),
  mdns: onOff('on, unless it listens on this machine only'),
  dht: onOff('on, unless it listens on this machine only'),
  http: { many: false, accepted: `off, on (port ${DEFAULT_HTTP_PORT}) or a port`, read: readHttp, show: (port) => port === 0 ? 'off' : String(port), fallback: () => 'off' },
  httpHosts: { many: true, accepted: 'names by which a proxy of yours reaches the HTTP API, with their port, such as files.example.net:443', read: readHost, fallback: () => 'none' },
  label: text(() => `as an owner called it, else ${hostname()}`),
  operator: text(() => 'none')
}

const FILE = 'config.toml'
/** A smaller capacity usually lacks its unit. */
const LEAST_CAPACITY_BYTES = 1e6
/** createNode accepts no shorter grace. */
const LEAST_GRACE_MS = 1_000
const HEADER = '# Edited by `dfs config KEY VALUE`; read when a node starts.\n'

function readAddress (field: string, text: string): string {
  // only the form is checked here; listening or dialling checks the address itself
  if (!/^(\/[^/\s]+)+$/.test(text)) throw new InvalidOptionError(field, `"${text}" is no multiaddr`, 'multiaddrs such as /ip4/192.0.2.1/tcp/14040')
  return text
}

/** Reads where the HTTP API listens; 0 is off. */
export function readHttp (field: string, text: string): number {
  if (text === 'off') return 0
  if (text === 'on') return DEFAULT_HTTP_PORT
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) throw new InvalidOptionError(field, `"${text}" is no port`, KEYS.http.accepted)
  return port
}

function readHost (field: string, text: string): string {
  if (!/^[^\s/:@]+:\d{1,5}$/.test(text)) throw new InvalidOptionError(field, `"${text}" is no name with a port`, KEYS.httpHosts.accepted)
  return text
}

function readTime (field: string, text: string): number {
  return text === '0' ? 0 : parseDuration(field, text)
}

function readGrace (field: string, text: string): number {
  const ms = parseDuration(field, text)
  if (ms < LEAST_GRACE_MS) throw new InvalidOptionError(field, `"${text}" is too short`, KEYS.offlineGrace.accepted)
  return ms
}

function tooLittleSpace (bytes: number): string | undefined {
  return bytes === 0 || bytes >= LEAST_CAPACITY_BYTES ? undefined : `${plural(bytes, 'byte')} hold no file`
}

function readSwitch (field: string, text: string): boolean {
  if (!['on', 'off', 'true', 'false'].includes(text)) throw new InvalidOptionError(field, `"${text}" is not accepted`, 'on or off')
  return text === 'on' || text === 'true'
}

/** Returns the configuration as createNode accepts it. */
export function nodeInit ({ mdns, dht, http: _http, httpHosts: _httpHosts, ...rest }: Config): Pick<DfsNodeInit, Exclude<Key, 'mdns' | 'dht' | 'http' | 'httpHosts'> | 'discovery'> {
  return { ...rest, discovery: { ...(mdns === undefined ? {} : { mdns }), ...(dht === undefined ? {} : { dht }) } }
}

export function asKey (name: string): Key {
  const key = (Object.keys(KEYS) as Key[]).find((key) => keyName(key) === name)
  if (key !== undefined) return key
  const near = nearest(name, KEY_NAMES)
  throw new InvalidOptionError(name, `no such key${near === undefined ? '' : `; did you mean ${near}?`}`, KEY_NAMES.join(', '))
}

/** Returns the key as a person types it and as it stands in the file: `offline-grace`. */
export const keyName = (key: Key): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
export const KEY_NAMES = (Object.keys(KEYS) as Key[]).map(keyName)

/**
 * Returns the value of a key from typed words, and also refuses values that make no sense.
 *
 * @throws InvalidOptionError
 */
export function typedValues (key: Key, words: string[]): Config {
  const config = readValues(key, words)
  const value = config[key]
  const problem = typeof value === 'number' ? KEYS[key].tooLittle?.(value) : undefined
  if (problem !== undefined) throw new InvalidOptionError(keyName(key), problem, '0 (nothing is lent), or at least 1MB, with its unit: such as 200GB')
  return config
}

/**
 * Returns the value of a key from words.
 *
 * @throws InvalidOptionError
 */
export function readValues (key: Key, words: string[]): Config {
  const { many, read, accepted } = KEYS[key]
  const values = words.map((word) => read(keyName(key), word))
  if (!many && values.length !== 1) throw new InvalidOptionError(keyName(key), `${values.length} values`, `one: ${accepted}`)
  return { [key]: many ? values : values[0] }
}

/** Reads config.toml; the result is empty when there is no such file. */
export async function readConfig (dir: string): Promise<Config> {
  const path = join(dir, FILE)
  let source: string
  try {
    source = await readFile(path, 'utf8')
  } catch (error) {
    // the code that opens the folder reports a missing vault
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
    .map(([key, value]) => [keyName(key as Key), typeof value === 'number' ? KEYS[key as Key].show?.(value) ?? value : value]))
  try {
    await replaceFile(join(dir, FILE), `${HEADER}${stringify(known)}`)
  } catch (cause) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    throw new DirectoryNotWritableError(`The folder ${dir} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

/** Lays `above` over `below`; an `undefined` in `above` leaves the value of `below`. */
export function over (below: Config, above: Config): Config {
  return { ...below, ...Object.fromEntries(Object.entries(above).filter(([, value]) => value !== undefined)) }
}
