import { bytes } from '../format.js'
import { table } from '../format.js'

export interface Row {
  name: string
  size: number
  sha256: string
  putMs: number
  /** The labels of the nodes that had the file on disk when the put ended. */
  copies: string[]
  getMs: number
  /** The number of bytes that each node served, by label. */
  from: Record<string, number>
  same: boolean
}

export function describe (rows: Row[]): string[] {
  const head = ['file', 'size', 'stored on', 'in', '', 'got back from', 'in', '', 'SHA-256']
  const body = rows.map((row) => [
    row.name, bytes(row.size), row.copies.join(' '), time(row.putMs), speed(row.size, row.putMs),
    served(row), time(row.getMs), speed(row.size, row.getMs), row.same ? `${row.sha256.slice(0, 8)} ✓` : 'DIFFERS'
  ])
  const [first = '', ...lines] = table([head, ...body], [1, 3, 4, 6, 7])
  const rule = '─'.repeat(Math.max(first.length, ...lines.map((line) => line.length)))
  return [first, rule, ...lines, rule]
}

export function summary (rows: Row[], seconds: number): string[] {
  const size = sum(rows, (row) => row.size)
  const [putMs, getMs] = [sum(rows, (row) => row.putMs), sum(rows, (row) => row.getMs)]
  const same = rows.filter((row) => row.same).length
  return [
    `${same} of ${rows.length} files came back equal, ${bytes(size)} in ${seconds.toFixed(1)} s.`,
    `  stored  ${speed(size, putMs)}, encrypted, on disk on three nodes each`,
    `  got     ${speed(size, getMs)}, every block checked, with no copy left where they were put`
  ]
}

const sum = (rows: Row[], of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0)
const time = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** For a small file the time is more telling than the rate. */
function speed (size: number, ms: number): string {
  return size < 1e6 ? '' : `${(size / 1e6 / (ms / 1000)).toFixed(0)} MB/s`
}

function served ({ from }: Row): string {
  return Object.entries(from).sort(([, a], [, b]) => b - a).map(([label]) => label).join(' ')
}
