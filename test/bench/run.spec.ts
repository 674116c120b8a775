import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from './load.js'

const { readOptions, WORKLOADS } = await load('options')
const { tree } = await load('data')
const { measureProgram, missingProgram } = await load('programs')
const { page } = await load('html')

describe('the options of the bench', () => {
  it('runs three workloads where none is named, and with --check all but the largest file, which --memory adds', () => {
    assert.deepEqual(readOptions([]).workloads, ['W1', 'W2', 'W3'])
    const checked = readOptions(['--check']).workloads
    assert.deepEqual(Object.keys(WORKLOADS).filter((name) => !checked.includes(name)), ['memory'])
    assert.deepEqual(readOptions(['W4', '--memory', '2GiB']).workloads, ['W4', 'memory'])
    assert.equal(readOptions(['W4', '--memory', '2GiB']).memory, 2 * 1024 ** 3)
    assert.deepEqual(readOptions(['--check', 'tree,W2', '--only', 'restic,cp']).only, ['restic', 'cp'])
  })

  it('refuses what it does not know', () => {
    assert.throws(() => readOptions(['W7']), /W7: expected W1, W2/)
    assert.throws(() => readOptions(['--size', 'big']), /--size big: expected something like 1GiB/)
    assert.throws(() => readOptions(['--runs', '0']), /--runs 0: expected a whole number from 1/)
  })
})

describe('the tree of the bench', () => {
  it('has the same names and sizes each time, and sizes as in a source tree', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dfs-tree-'))
    try {
      const [a, b] = [await tree(join(folder, 'a'), 400), await tree(join(folder, 'b'), 400)]
      assert.deepEqual(a, { ...b, folder: join(folder, 'a') })
      assert.equal(new Set(a.names).size, 400)
      const sizes = await Promise.all(a.names.map(async (name) => (await stat(join(folder, 'a', name))).size))
      const below = sizes.filter((size) => size < 2048).length
      assert.ok(below > 150 && below < 250, `${below} of 400 below 2 KiB`)
      assert.ok(a.bytes / 400 > 5000 && a.bytes / 400 < 25_000, `a mean of ${a.bytes / 400} bytes`)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('a measured program', () => {
  it('gives its seconds, the CPU of what it starts too, and what it prints', async () => {
    const { seconds, cpuS, output } = await measureProgram('sh', ['-c', 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; echo done'], { read: true })
    assert.equal(output, 'done\n')
    assert.ok(seconds !== undefined && seconds > 0)
    assert.ok(cpuS !== undefined && cpuS > 0)
  })

  it('is an error when it ends with another code, with what it said', async () => {
    await assert.rejects(measureProgram('sh', ['-c', 'echo no such thing >&2; exit 3']), /sh ended with 3: no such thing/)
  })

  it('is ended at its first byte, and where the time is up', async () => {
    const { ms } = await measureProgram('sh', ['-c', 'echo first; exec sleep 1000'], { firstByte: true })
    assert.ok(ms !== undefined && ms > 0)
    const stop = new AbortController()
    const running = measureProgram('sleep', ['1000'], { signal: stop.signal })
    stop.abort(new Error('time is up'))
    await assert.rejects(running, /time is up/)
  })

  it('is named where it is not installed', () => {
    assert.equal(missingProgram('sh', 'no-such-program-here'), 'no-such-program-here is not installed')
    assert.equal(missingProgram('sh'), undefined)
  })
})

describe('the page of the bench', () => {
  const rows = [{ workload: 'W1', measure: 'add', system: 'dfs', runs: 1, mbPerS: 100, seconds: 1 }, { workload: 'W1', measure: 'add', system: '<b>cp', runs: 1, mbPerS: 400, seconds: 0.25 }]
  const html = page({ rows, judged: [{ number: 1, text: 'W1 & more', word: 'at least', bar: 2, figure: 0.25, state: 'fail' }], absent: new Map([['restic', 'restic is not installed']]), about: ['One run.'], texts: { W1: 'one file' } })

  it('asks nothing from elsewhere, and is made for light and dark', () => {
    assert.doesNotMatch(html, /https?:|src=|<link|<script|url\(|@import/)
    assert.match(html, /prefers-color-scheme: dark/)
  })

  it('draws bars in proportion, the best first, and dfs as its own', () => {
    assert.ok(html.indexOf('cp</span>') < html.indexOf('dfs</span>'))
    assert.match(html, /<div class="bar own"><span>dfs<\/span><span class="track"><span class="fill" style="width:25\.0%">/)
  })

  it('shows the bars and what is missing, and no text as markup', () => {
    assert.match(html, /W1 &#38; more<\/td><td class="n">0\.25<\/td><td class="n">at least 2<\/td><td class="fail">fail/)
    assert.match(html, /restic is not installed/)
    assert.doesNotMatch(html, /<b>cp/)
  })
})
