import assert from 'node:assert/strict'
import { load, type Sample } from './load.js'

const { median, withRate, summarize, table } = await load('report')

const add = (run: number, system: string, seconds: number, more: Partial<Sample> = {}): Sample => withRate({ run, workload: 'W1', measure: 'add', system, seconds, bytes: 1e9, ...more })

describe('the report of the bench', () => {
  it('takes the middle one, the mean of the two in the middle, and nothing of nothing', () => {
    assert.equal(median([30, 4, 5]), 5)
    assert.equal(median([30, 4, 5, 6]), 5.5)
    assert.equal(median([undefined, 7]), 7)
    assert.equal(median([]), undefined)
  })

  it('counts a million bytes as a MB, and operations a second', () => {
    assert.equal(add(1, 'dfs', 4).mbPerS, 250)
    assert.equal(withRate({ run: 1, workload: 'W3', measure: 'add', system: 'dfs', seconds: 2, ops: 1000 }).opsPerS, 500)
  })

  it('gives the median of the ratios within each run, which is not the ratio of the medians', () => {
    const samples = [add(1, 'dfs', 2), add(1, 'dd fdatasync', 1), add(2, 'dfs', 10), add(2, 'dd fdatasync', 9), add(3, 'dfs', 4), add(3, 'dd fdatasync', 3)]
    const [row] = summarize(samples).filter(({ system }) => system === 'dfs')
    assert.equal(row?.ratio, 0.75)
    assert.equal(row.to, 'dd fdatasync')
    assert.equal(row.seconds, 4)
    assert.equal(row.runs, 3)
  })

  it('gives no ratio where the run has no yardstick, and none to other systems', () => {
    const rows = summarize([add(1, 'dfs', 2), add(2, 'dd fdatasync', 1), add(1, 'restic', 3)])
    assert.deepEqual(rows.map(({ ratio }) => ratio), [undefined, undefined, undefined])
  })

  it('holds what is started many times in one run beside the median of that run', () => {
    const start = (system: string, ms: number): Sample => ({ run: 1, workload: 'start', measure: 'start to end', system, ms })
    const rows = summarize([start('node -e 0', 40), start('node -e 0', 50), start('node -e 0', 400), start('dfs --version', 100)])
    assert.equal(rows.find(({ system }) => system === 'dfs --version')?.ratio, 0.5)
  })

  it('prints a line a row, with rates in their units', () => {
    const text = table(summarize([add(1, 'dfs', 4, { rssMib: 200, cpuS: 2.5 }), add(1, 'dd fdatasync', 2)]))
    const [head, ...lines] = text.split('\n')
    assert.match(head ?? '', /system +rate +seconds +CPU s/)
    assert.equal(lines.length, 2)
    assert.match(lines.find((line) => line.includes('dfs')) ?? '', /W1 +add +dfs +250 MB\/s +4\.00 +2\.50 +200 +0\.50 of dd fdatasync/)
  })
})
