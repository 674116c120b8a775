import assert from 'node:assert/strict'
import { type Judged, load, type Sample } from './load.js'

const { BARS, judge, barLines } = await load('bars')
const { withRate } = await load('report')
const { WORKLOADS } = await load('options')

const ALL = Object.keys(WORKLOADS)
const sample = (run: number, where: string, system: string, result: Partial<Sample>): Sample => {
  const [workload = '', measure = ''] = where.split('/')
  return withRate({ run, workload, measure, system, ...result })
}
const bulk = (where: string, system: string, mbPerS: number, run = 1): Sample => sample(run, where, system, { bytes: 1e9, seconds: 1000 / mbPerS })
const small = (where: string, system: string, opsPerS: number): Sample => sample(1, where, system, { ops: 1000, seconds: 1000 / opsPerS })
const find = (judged: Judged[], text: string): Judged => {
  const found = judged.find((bar) => bar.text === text)
  assert.ok(found !== undefined, text)
  return found
}
const one = (text: string, samples: Sample[]): Judged => find(judge(samples, new Map(), ALL), text)

describe('the bars of the bench', () => {
  it('holds W1 beside the slower of the disk and of half of sealing', () => {
    const text = 'W1 durable, of the slower of dd fdatasync and half of sealing alone'
    const sealing = bulk('W1/add', 'sealing alone', 1000)
    const slowDisk = one(text, [bulk('W1/add', 'dfs', 200), bulk('W1/add', 'dd fdatasync', 400), sealing])
    assert.deepEqual([slowDisk.figure, slowDisk.state], [0.5, 'fail'])
    const fastDisk = one(text, [bulk('W1/add', 'dfs', 400), bulk('W1/add', 'dd fdatasync', 900), sealing])
    assert.deepEqual([fastDisk.figure, fastDisk.state], [0.8, 'pass'])
  })

  it('holds W5 beside a third of the disk, or the stream to two where that is slower', () => {
    const text = 'W5, of the slower of dd fdatasync / 3 and the bare stream to two'
    const dd = bulk('W5/add', 'dd fdatasync', 600)
    assert.equal(one(text, [bulk('W5/add', 'dfs', 100), dd, bulk('W5/add', 'bare stream to two', 300)]).figure, 0.5)
    assert.equal(one(text, [bulk('W5/add', 'dfs', 100), dd, bulk('W5/add', 'bare stream to two', 100)]).figure, 1)
  })

  it('takes the median of what each run says, and passes at the bar itself', () => {
    const samples = [[7, 10], [1, 10], [9, 10]].flatMap(([own = 0, bare = 0], i) => [bulk('W2/fetch', 'dfs', own, i + 1), bulk('W2/fetch', 'bare stream', bare, i + 1)])
    const { figure, state } = one('W2, of the bare stream', samples)
    assert.deepEqual([figure, state], [0.7, 'pass'])
  })

  it('says below where the bar itself is too much', () => {
    const tree = (mib: number): Sample[] => ['put', 'get', 'put, durable on 2'].map((measure) => sample(1, `tree/${measure}`, 'dfs', { ops: 10, seconds: 1, servingMib: mib }))
    assert.equal(one('tree, MiB of the largest node', tree(299)).state, 'pass')
    assert.equal(one('tree, MiB of the largest node', tree(300)).state, 'fail')
  })

  it('counts the CPU of the command and of the nodes for each file of a tree', () => {
    const put = sample(1, 'tree/put', 'dfs', { ops: 1000, seconds: 5, cpuS: 0.2, servingCpuS: 0.5 })
    assert.deepEqual([one('tree put, CPU ms a file', [put]).figure, one('tree put, CPU ms a file', [put]).state], [0.7, 'fail'])
  })

  it('lets a range take 25 ms, or twice as long as http', () => {
    const text = 'W4 range, of 25 ms or of twice http\'s time'
    const range = (system: string, ms: number): Sample => sample(1, 'W4/range', system, { ms })
    assert.equal(one(text, [range('dfs', 25)]).state, 'pass')
    assert.equal(one(text, [range('dfs', 30), range('http', 15)]).state, 'pass')
    assert.equal(one(text, [range('dfs', 30), range('http', 14)]).state, 'fail')
    assert.equal(one(text, [range('dfs', 30)]).state, 'not measured')
  })

  it('holds W6 to what is sent and to W1\'s time, and small files to operations', () => {
    const again = sample(1, 'W6/put again', 'dfs', { seconds: 2, bytes: 1e9, sentBytes: 2 * 1024 ** 2 })
    assert.equal(one('W6, MiB sent for 1 MiB that changed', [again]).figure, 2)
    assert.equal(one('W6, of W1\'s time', [again, bulk('W1/add', 'dfs', 250)]).figure, 0.5)
    assert.equal(one('W3 fetched, of iroh', [small('W3/fetch', 'dfs', 900), small('W3/fetch', 'iroh', 300)]).figure, 3)
  })

  it('says why there is no figure: not installed, not run, failed, or no workload yet', () => {
    const absent = new Map([['restic', 'restic is not installed']])
    const judged = judge([bulk('W1/add', 'dfs', 100)], absent, ['W1'])
    assert.deepEqual(find(judged, 'W1 durable, of restic').why, 'restic is not installed')
    assert.equal(find(judged, 'W2, of scp').why, 'W2 was not run')
    assert.equal(find(judged, 'W1 durable, of the slower of dd fdatasync and half of sealing alone').why, 'dd fdatasync gave no figure')
    assert.equal(find(judged, 'growth from 10^3 to 10^6 files').state, 'not yet')
    assert.deepEqual(judged.filter(({ state }) => state === 'pass' || state === 'fail'), [])
    assert.equal(judged.length, BARS.length)
  })

  it('fails what dfs itself failed at, instead of leaving it out', () => {
    const judged = judge([bulk('W2/fetch', 'bare stream', 100)], new Map([['dfs', 'dfs failed: the copy is different']]), ['W2'])
    assert.deepEqual([find(judged, 'W2, of the bare stream').state, find(judged, 'W2, of the bare stream').why], ['fail', 'dfs failed: the copy is different'])
  })

  it('has a figure in every bar when everything was measured', () => {
    const systems = ['dfs', 'dd fdatasync', 'sealing alone', 'restic', 'scp', 'iroh', 'native iroh', 'hyperdrive', 'http', 'bare stream', 'bare stream to two']
    const measures: Record<string, string[]> = {
      W1: ['add'], W2: ['fetch'], W2d: ['fetch, proxy', 'fetch, 20 ms'], W3: ['add', 'fetch'], W3x10: ['add', 'fetch'], W4: ['first byte', 'range'],
      W5: ['add'], W6: ['put again'], tree: ['put', 'get', 'put, durable on 2'], memory: ['add', 'fetch']
    }
    const whole = { seconds: 1, ms: 10, bytes: 1e8, ops: 100, cpuS: 0.1, servingCpuS: 0.1, rssMib: 10, servingMib: 10, sentBytes: 1 }
    const samples = Object.entries(measures).flatMap(([workload, names]) => names.flatMap((measure) => systems.map((system) => sample(1, `${workload}/${measure}`, system, whole))))
    const starts = ['node -e 0', 'dfs --version', 'dfs ls, no node', 'dfs ls, node running', 'dfs put, no node'].map((system) => sample(1, 'start/start to end', system, { ms: 10 }))
    const judged = judge([...samples, ...starts], new Map(), ALL)
    assert.deepEqual(judged.filter(({ state }) => state === 'not measured'), [])
    assert.ok(judged.filter(({ state }) => state === 'not yet').length <= 4)
  })

  it('prints a line a bar with its figure, its bar and how it is', () => {
    const judged = judge([bulk('W1/add', 'dfs', 300), bulk('W1/add', 'restic', 100), bulk('W2/fetch', 'dfs', 200)], new Map([['scp', 'scp is not installed']]), ['W1', 'W2'])
    const lines = barLines(judged)
    assert.ok(lines.includes('pass   1  W1 durable, of restic: 3.00 (at least 2)'), lines.join('\n'))
    assert.ok(lines.includes('-      2  W2, of scp: not measured (scp is not installed) (at least 0.9)'), lines.join('\n'))
  })
})
