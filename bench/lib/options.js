/** The command line of the bench. */
import { parseArgs } from 'node:util'

export const WORKLOADS = {
  W1: 'one large file added, durable',
  W2: 'an empty second process fetches it',
  W2d: 'the same through a proxy that makes a round trip take 20 ms, and through one that does not',
  W3: 'small files, added and fetched 16 at a time',
  W3x10: 'ten times as many of them',
  W4: 'first byte, and 1 MiB out of the middle, in a fresh second process',
  W5: 'one large file added, durable on two further processes',
  W6: '1 MiB of a large file changed, and the file put again',
  tree: 'a tree of small files by the command line, there and back',
  start: 'a command from its start to its end',
  memory: 'a file of --memory bytes added and fetched'
}

/** What `--check` runs when nothing is named; the largest file only where its size is said. */
const CHECKED = Object.keys(WORKLOADS).filter((name) => name !== 'memory')

export const USAGE = `npm run bench -- [WORKLOAD...] [--check] [--size 1GiB] [--files 1000] [--tree 30000] [--memory 16GiB] [--runs 5]
                 [--only SYSTEM,...] [--json] [--html FILE] [--dir DIR] [--no-flags]

${Object.entries(WORKLOADS).map(([name, text]) => `  ${name.padEnd(7)} ${text}`).join('\n')}

W1 W2 W3 where none is named; --check: all but memory, which --memory adds. dfs, the floors of this machine and the
systems that are installed take turns; medians are printed. --check prints the bars that dfs is held to, and ends with
code 1 when one is missed. --only: dfs and these systems, no others. --html: also a page with bars. --no-flags: processes
of ours without the V8 flags. DIR must be on the disk to be measured; it is made, and what is in it removed afterwards.`

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

function wanted (positionals, { check, memory }) {
  const named = positionals.flatMap((word) => word.split(','))
  const unknown = named.find((name) => !(name in WORKLOADS))
  if (unknown !== undefined) throw new Error(`${unknown}: expected ${Object.keys(WORKLOADS).join(', ')}`)
  const all = [...named.length > 0 ? named : check ? CHECKED : ['W1', 'W2', 'W3'], ...memory === undefined ? [] : ['memory']]
  return Object.keys(WORKLOADS).filter((name) => all.includes(name))
}

export function readOptions (argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      size: { type: 'string', default: '1GiB' },
      files: { type: 'string', default: '1000' },
      tree: { type: 'string', default: '30000' },
      memory: { type: 'string' },
      runs: { type: 'string', default: '5' },
      only: { type: 'string' },
      dir: { type: 'string' },
      json: { type: 'boolean', default: false },
      html: { type: 'string' },
      'no-flags': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  return {
    workloads: wanted(positionals, values),
    check: values.check,
    size: bytesOf('size', values.size),
    files: count('files', values.files),
    tree: count('tree', values.tree),
    memory: bytesOf('memory', values.memory ?? '16GiB'),
    runs: count('runs', values.runs),
    only: values.only?.split(','),
    dir: values.dir,
    json: values.json,
    html: values.html,
    flags: !values['no-flags'],
    help: values.help
  }
}
