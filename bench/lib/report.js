/** Medians, and the ratio to the yardstick of the same run. */
import { WORKLOADS } from './options.js'

/** What dfs is held against in the table: the bare stream where bytes travel, dd where the disk takes them, cp for a tree, a bare start of Node. */
const YARDSTICKS = ['bare stream', 'dd fdatasync', 'cp', 'node -e 0']
const FIELDS = ['seconds', 'ms', 'mbPerS', 'opsPerS', 'rssMib', 'servingMib', 'cpuS', 'servingCpuS', 'sentBytes']

const ORDER = Object.keys(WORKLOADS)

export const isDfs = (system) => system === 'dfs' || system.startsWith('dfs ')

export function median (numbers) {
  const sorted = numbers.filter((number) => number !== undefined).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const round = (number, digits) => number === undefined ? undefined : Number(number.toFixed(digits))

/** Adds MB/s (10^6 bytes) or operations a second. */
export function withRate (sample) {
  return {
    ...sample,
    ...(sample.seconds === undefined ? {} : { seconds: round(sample.seconds, 4) }),
    ...(sample.ms === undefined ? {} : { ms: round(sample.ms, 1) }),
    ...(sample.cpuS === undefined ? {} : { cpuS: round(sample.cpuS, 3) }),
    ...(sample.servingCpuS === undefined ? {} : { servingCpuS: round(sample.servingCpuS, 3) }),
    ...(sample.bytes === undefined ? {} : { mbPerS: round(sample.bytes / 1e6 / sample.seconds, 1) }),
    ...(sample.ops === undefined ? {} : { opsPerS: round(sample.ops / sample.seconds, 1) })
  }
}

const takes = ({ seconds, ms }) => seconds ?? ms

/** How many times as fast as the yardstick, in the same run. */
function ratioOf (sample, samples) {
  for (const system of YARDSTICKS) {
    const yardstick = median(samples.filter((other) => other.run === sample.run && other.workload === sample.workload && other.measure === sample.measure && other.system === system).map(takes))
    if (yardstick !== undefined) return { ratio: yardstick / takes(sample), to: system }
  }
  return undefined
}

/** One row a workload, measure and system. The ratio is the median of the ratios within each run. */
export function summarize (samples) {
  const rows = Map.groupBy(samples, ({ workload, measure, system }) => `${workload} ${measure} ${system}`)
  return [...rows.values()].map((group) => {
    const { workload, measure, system } = group[0]
    const ratios = isDfs(system) ? group.map((sample) => ratioOf(sample, samples)).filter((one) => one !== undefined) : []
    return {
      workload, measure, system, runs: new Set(group.map(({ run }) => run)).size,
      ...Object.fromEntries(FIELDS.map((field) => [field, round(median(group.map((sample) => sample[field])), 4)])),
      ratio: round(median(ratios.map(({ ratio }) => ratio)), 2), to: ratios[0]?.to
    }
  }).sort((a, b) => ORDER.indexOf(a.workload) - ORDER.indexOf(b.workload) || a.measure.localeCompare(b.measure))
}

/** A rate with its unit, as people read it. */
export function rateText ({ mbPerS, opsPerS, ms }) {
  if (mbPerS !== undefined) return `${mbPerS.toFixed(0)} MB/s`
  return opsPerS !== undefined ? `${opsPerS.toFixed(0)} /s` : `${ms.toFixed(1)} ms`
}

const HEAD = ['', '', 'system', 'rate', 'seconds', 'CPU s', 'serving', 'RSS MiB', 'serving', 'ratio']
const NUMBERS = { from: 3, to: 8 }

/** The cells of the table, its head first. */
export function cells (rows) {
  return [HEAD, ...rows.map((row) => [
    row.workload, row.measure, row.system, rateText(row), row.seconds?.toFixed(2) ?? '', row.cpuS?.toFixed(2) ?? '', row.servingCpuS?.toFixed(2) ?? '',
    row.rssMib?.toFixed(0) ?? '', row.servingMib?.toFixed(0) ?? '', row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} of ${row.to}`
  ])]
}

export function table (rows) {
  const lines = cells(rows)
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const pad = (cell, column) => column >= NUMBERS.from && column <= NUMBERS.to ? cell.padStart(widths[column]) : cell.padEnd(widths[column])
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}
