/** What dfs is held to, and how near it is. Every figure is a median of what each run by itself says. */
import { DELAY, NO_DELAY } from './workloads.js'
import { median } from './report.js'

const MIB = 1024 ** 2
const RANGE_MS = 25

/** A bar whose figure cannot be had, and why. */
class NotMeasured extends Error {}

/** What one run says. Throws NotMeasured where the run lacks a system that a bar names. */
function reader (samples, why) {
  const at = (field, workload, measure, system) => {
    const value = median(samples.filter((sample) => sample.workload === workload && sample.measure === measure && sample.system === system).map((sample) => sample[field]))
    if (value === undefined) throw new NotMeasured(why(system, workload))
    return value
  }
  return {
    at,
    mbPerS: (...where) => at('mbPerS', ...where),
    opsPerS: (...where) => at('opsPerS', ...where),
    ms: (...where) => at('ms', ...where),
    /** CPU milliseconds an operation, of the command and of all nodes. */
    cpuMsAnOperation: (measure) => 1000 * (at('cpuS', 'tree', measure, 'dfs') + at('servingCpuS', 'tree', measure, 'dfs')) / at('ops', 'tree', measure, 'dfs'),
    /** The larger side. */
    largestMib: (workload, ...measures) => Math.max(...measures.map((measure) => Math.max(at('rssMib', workload, measure, 'dfs'), ...measure === 'fetch' ? [at('servingMib', workload, measure, 'dfs')] : [])))
  }
}

const least = (bar) => ({ bar, word: 'at least', holds: (figure) => figure >= bar })
const most = (bar) => ({ bar, word: 'at most', holds: (figure) => figure <= bar })
const below = (bar) => ({ bar, word: 'below', holds: (figure) => figure < bar })

/** dfs beside another one in the same workload. */
const beside = (number, text, unit, [workload, measure], system, limit) =>
  ({ number, text, ...limit, of: (run) => run[unit](workload, measure, 'dfs') / run[unit](workload, measure, system) })

/** A command beside a bare start of Node. */
const started = (text, system, limit) =>
  ({ number: 12, text: `${text}, of node -e 0's time`, ...limit, of: (run) => run.ms('start', 'start to end', system) / run.ms('start', 'start to end', 'node -e 0') })

/** At most 1 where the range took 25 ms or less, or at most twice as long as http's; what is known decides where that is enough. */
function rangeShare (run) {
  const ms = run.ms('W4', 'range', 'dfs')
  return ms <= RANGE_MS ? ms / RANGE_MS : Math.min(ms / RANGE_MS, ms / (2 * run.ms('W4', 'range', 'http')))
}

/** `number` is that of the line in the list of what is to be shown. */
export const BARS = [
  { number: 1, text: 'W1 durable, of the slower of dd fdatasync and half of sealing alone', ...least(0.8), of: (run) => run.mbPerS('W1', 'add', 'dfs') / Math.min(run.mbPerS('W1', 'add', 'dd fdatasync'), run.mbPerS('W1', 'add', 'sealing alone') / 2) },
  beside(1, 'W1 durable, of restic', 'mbPerS', ['W1', 'add'], 'restic', least(2)),
  beside(2, 'W2, of the bare stream', 'mbPerS', ['W2', 'fetch'], 'bare stream', least(0.7)),
  beside(2, 'W2, of scp', 'mbPerS', ['W2', 'fetch'], 'scp', least(0.9)),
  beside(2, 'W2, of iroh', 'mbPerS', ['W2', 'fetch'], 'iroh', least(4)),
  beside(2, 'W2, of hyperdrive', 'mbPerS', ['W2', 'fetch'], 'hyperdrive', least(4)),
  { number: 2, text: 'W2 with a round trip of 20 ms, of the same proxy with none', ...least(0.8), of: (run) => run.mbPerS('W2d', DELAY, 'dfs') / run.mbPerS('W2d', NO_DELAY, 'dfs') },
  beside(3, 'W3 added, ten times as many, of iroh', 'opsPerS', ['W3x10', 'add'], 'iroh', least(0.6)),
  beside(3, 'W3 added, ten times as many, of restic', 'opsPerS', ['W3x10', 'add'], 'restic', least(3)),
  beside(3, 'W3 added, ten times as many, of hyperdrive', 'opsPerS', ['W3x10', 'add'], 'hyperdrive', least(3)),
  beside(3, 'W3 added, of restic', 'opsPerS', ['W3', 'add'], 'restic', least(1)),
  beside(3, 'W3 fetched, of iroh', 'opsPerS', ['W3', 'fetch'], 'iroh', least(3)),
  beside(3, 'W2, of native iroh', 'mbPerS', ['W2', 'fetch'], 'native iroh', least(1.5)),
  beside(4, 'W4 first byte, of hyperdrive\'s time', 'ms', ['W4', 'first byte'], 'hyperdrive', most(1)),
  { number: 4, text: 'W4 range, of 25 ms or of twice http\'s time', ...most(1), of: (run) => rangeShare(run) },
  { number: 5, text: 'W5, of the slower of dd fdatasync / 3 and the bare stream to two', ...least(0.6), of: (run) => run.mbPerS('W5', 'add', 'dfs') / Math.min(run.mbPerS('W5', 'add', 'dd fdatasync') / 3, run.mbPerS('W5', 'add', 'bare stream to two')) },
  { number: 6, text: 'W6, MiB sent for 1 MiB that changed', ...most(3), of: (run) => run.at('sentBytes', 'W6', 'put again', 'dfs') / MIB },
  { number: 6, text: 'W6, of W1\'s time', ...most(0.4), of: (run) => run.at('seconds', 'W6', 'put again', 'dfs') / run.at('seconds', 'W1', 'add', 'dfs') },
  { number: 7, text: 'tree put, of restic backup', ...least(0.5), of: (run) => run.opsPerS('tree', 'put', 'dfs') / run.opsPerS('tree', 'put', 'restic') },
  { number: 7, text: 'tree put, durable on two, of restic backup', ...least(0.3), of: (run) => run.opsPerS('tree', 'put, durable on 2', 'dfs') / run.opsPerS('tree', 'put', 'restic') },
  { number: 7, text: 'tree got, of restic restore', ...least(0.5), of: (run) => run.opsPerS('tree', 'get', 'dfs') / run.opsPerS('tree', 'get', 'restic') },
  { number: 7, text: 'tree put, CPU ms a file', ...most(0.6), of: (run) => run.cpuMsAnOperation('put') },
  { number: 7, text: 'tree got, CPU ms a file', ...most(0.6), of: (run) => run.cpuMsAnOperation('get') },
  { number: 7, text: 'tree, MiB of the largest node', ...below(300), of: (run) => Math.max(...['put', 'get', 'put, durable on 2'].map((measure) => run.at('servingMib', 'tree', measure, 'dfs'))) },
  { number: 8, text: 'MiB of the larger side, W1 and W2', ...most(300), of: (run) => Math.max(run.largestMib('W1', 'add'), run.largestMib('W2', 'fetch')) },
  { number: 8, text: 'MiB of the larger side, the file of --memory', ...most(300), of: (run) => run.largestMib('memory', 'add', 'fetch') },
  { number: 9, text: 'growth from 10^3 to 10^6 files', ...most(1.5), yet: 'there is no workload for it; bench:scale measures parts of it' },
  { number: 10, text: 'a 3 GiB file in a vault of five that lend 1.5 GB each', yet: 'versions over 1 GiB are not spread' },
  { number: 11, text: 'second read of a file that is not held here, of a held one', ...least(0.8), yet: 'dfs keeps nothing that it only read' },
  started('dfs --version', 'dfs --version', most(3)),
  started('dfs ls of 1,000 files, no node running', 'dfs ls, no node', most(6)),
  started('dfs ls of 1,000 files, a node running', 'dfs ls, node running', most(6)),
  started('dfs put of one file, no node running', 'dfs put, no node', most(3)),
  { number: 13, text: '2,000 kills in mid-put', yet: 'that is no measurement: npm run test:crash' }
]

/**
 * How near dfs is to each bar: { number, text, word, bar, figure, state: 'pass' | 'fail' | 'not measured' | 'not yet', why }.
 * @param samples of all runs, with rates
 * @param absent by system: why nothing of it was measured
 * @param workloads those that were run
 */
export function judge (samples, absent, workloads) {
  const runs = [...Map.groupBy(samples, ({ run }) => run).values()]
  const why = (system, workload) => !workloads.includes(workload) ? `${workload} was not run` : absent.get(system) ?? `${system} gave no figure`
  const failedItself = (reason) => reason !== undefined && reason === absent.get('dfs')
  const readers = (runs.length === 0 ? [[]] : runs).map((run) => reader(run, why))
  return BARS.map(({ of, yet, holds, ...bar }) => {
    if (yet !== undefined) return { ...bar, state: 'not yet', why: yet }
    const figures = []
    let reason
    for (const run of readers) {
      try {
        figures.push(of(run))
      } catch (err) {
        if (!(err instanceof NotMeasured)) throw err
        reason = err.message
      }
    }
    const figure = median(figures)
    if (figure === undefined) return { ...bar, state: failedItself(reason) ? 'fail' : 'not measured', why: reason }
    return { ...bar, figure: Number(figure.toFixed(3)), state: holds(figure) ? 'pass' : 'fail' }
  })
}

/** A figure with as many digits as its bar needs. */
const digits = (figure) => figure >= 20 ? figure.toFixed(0) : figure.toFixed(2)

/** One line a bar. */
export function barLines (judged) {
  return judged.map(({ number, text, word, bar, figure, state, why }) => {
    const limit = bar === undefined ? '' : ` (${word} ${bar})`
    const said = figure === undefined ? `${state}${why === undefined ? '' : ` (${why})`}` : digits(figure)
    return `${(state === 'pass' || state === 'fail' ? state : '-').padEnd(4)}  ${String(number).padStart(2)}  ${text}: ${said}${limit}`
  })
}
