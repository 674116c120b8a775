/** Medians, and the ratio to the yardstick of the same run. */

/** What dfs is held against: the bare stream where bytes travel, dd where the disk takes them. */
const YARDSTICKS = ['bare stream', 'dd fdatasync']

function median (numbers) {
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
    ...(sample.bytes === undefined ? {} : { mbPerS: round(sample.bytes / 1e6 / sample.seconds, 1) }),
    ...(sample.ops === undefined ? {} : { opsPerS: round(sample.ops / sample.seconds, 1) })
  }
}

/** One row a workload, measure and system. The ratio is the median of the ratios within each run. */
export function summarize (samples) {
  const rows = new Map()
  for (const sample of samples) {
    const key = `${sample.workload} ${sample.measure} ${sample.system}`
    rows.set(key, [...rows.get(key) ?? [], sample])
  }
  return [...rows.values()].map((group) => {
    const { workload, measure, system } = group[0]
    const of = (field) => median(group.map((sample) => sample[field]))
    const ratios = system !== 'dfs' ? [] : group.flatMap((sample) => {
      const yardstick = samples.find((other) => other.run === sample.run && other.workload === workload && other.measure === measure && YARDSTICKS.includes(other.system))
      return yardstick?.seconds === undefined ? [] : [{ ratio: yardstick.seconds / sample.seconds, to: yardstick.system }]
    })
    return {
      workload, measure, system, runs: group.length,
      seconds: of('seconds'), ms: of('ms'), mbPerS: of('mbPerS'), opsPerS: of('opsPerS'),
      rssMib: median(group.map(({ rssMib }) => rssMib)), servingMib: of('servingMib'),
      ratio: round(median(ratios.map(({ ratio }) => ratio)), 2), to: ratios[0]?.to
    }
  }).sort((a, b) => `${a.workload} ${a.measure}`.localeCompare(`${b.workload} ${b.measure}`))
}

export function table (rows) {
  const lines = [['', '', 'system', 'rate', 'seconds', 'RSS MiB', 'serving', 'ratio']]
  for (const row of rows) {
    lines.push([
      row.workload, row.measure, row.system,
      row.mbPerS !== undefined ? `${row.mbPerS.toFixed(0)} MB/s` : row.opsPerS !== undefined ? `${row.opsPerS.toFixed(0)} ops/s` : `${row.ms.toFixed(1)} ms`,
      row.seconds?.toFixed(2) ?? '', row.rssMib?.toFixed(0) ?? '', row.servingMib?.toFixed(0) ?? '',
      row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} of ${row.to}`
    ])
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines.map((line) => line.map((cell, column) => column >= 3 && column <= 6 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n')
}
