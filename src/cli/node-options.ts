/** The commands init, join and start share these options, which map to config.toml. */
import type { Command } from 'commander'
import { type Config, typedValues } from './config.js'

export interface NodeFlags {
  label?: string
  operator?: string
  listen?: string[]
  announce?: string[]
  bootstrap?: string[]
  capacity?: string
}

/** Collects the words of a repeatable option. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function addNodeOptions (command: Command): Command {
  return command
    .option('--label <name>', 'name of this machine, for people (default: the one in its invite, else the host name)')
    .option('--operator <name>', 'who runs this machine')
    .option('--listen <multiaddr>', 'address to listen on; repeatable', collect)
    .option('--announce <multiaddr>', 'more addresses at which others reach this node; repeatable', collect)
    .option('--bootstrap <multiaddr>', 'node to connect to; repeatable', collect)
    .option('--capacity <size>', 'disk space to lend, such as 200GB (default: half of the free space)')
}

/** Returns the options as configuration, checked as `dfs config` checks them. */
export function nodeConfig (flags: NodeFlags): Config {
  const { label, operator, listen, announce, bootstrap, capacity } = flags
  const words = { label, operator, listen, announce, bootstrap, capacity }
  let config: Config = {}
  for (const key of Object.keys(words) as Array<keyof NodeFlags>) {
    const value = words[key]
    if (value !== undefined) config = { ...config, ...typedValues(key, [value].flat()) }
  }
  return config
}
