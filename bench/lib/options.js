/** The command line of the bench. */
import { parseArgs } from 'node:util'

export const WORKLOADS = {
  W1: 'add one large file, durable',
  W2: 'an empty second process fetches it',
  W3: 'small files, added and fetched 16 at a time',
  W4: 'first byte, and 1 MiB out of the middle, in a fresh second process',
  W5: 'add, durable on two further processes'
}

export const USAGE = `npm run bench -- [W1 W2 W3 W4 W5] [--size 1GiB] [--files 1000] [--runs 5] [--json] [--dir DIR] [--no-flags]

${Object.entries(WORKLOADS).map(([name, text]) => `  ${name}  ${text}`).join('\n')}

Each workload runs dfs, a bare libp2p stream and dd in turn, and prints medians. --no-flags starts every process
without the V8 flags. DIR must be on the disk to be measured; it is made, and removed afterwards.`

const UNITS = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** A number of bytes with its unit; `name`: of the option. */
export function bytesOf (name, text) {
  const match = /^(\d+)\s*([KMG]i?B|B)?$/.exec(text)
  if (match === null) throw new Error(`--${name} ${text}: expected something like 1GiB`)
  return Number(match[1]) * UNITS[match[2] ?? '']
}

function count (name, text) {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} ${text}: expected a whole number from 1`)
  return number
}

export function readOptions (argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      size: { type: 'string', default: '1GiB' },
      files: { type: 'string', default: '1000' },
      runs: { type: 'string', default: '5' },
      dir: { type: 'string' },
      json: { type: 'boolean', default: false },
      'no-flags': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const workloads = positionals.length === 0 ? ['W1', 'W2', 'W3'] : positionals.flatMap((word) => word.split(','))
  const unknown = workloads.find((name) => !(name in WORKLOADS))
  if (unknown !== undefined) throw new Error(`${unknown}: expected ${Object.keys(WORKLOADS).join(', ')}`)
  return {
    workloads: Object.keys(WORKLOADS).filter((name) => workloads.includes(name)),
    size: bytesOf('size', values.size),
    files: count('files', values.files),
    runs: count('runs', values.runs),
    dir: values.dir,
    json: values.json,
    flags: !values['no-flags'],
    help: values.help
  }
}
