import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { cp, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNode } from '../../src/index.js'
import type { DfsNode } from '../../src/index.js'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'dfs.js')
/** Changes in the folder, counted from the start of the rebuild, after which the process is killed. */
const MOMENTS = [1, 3, 6, 10, 15, 25, 40, 60, 100]

async function names (node: DfsNode): Promise<string[]> {
  const found: string[] = []
  for await (const { name } of node.list()) found.push(name)
  return found
}

describe('a rebuild of the index, killed', function () {
  this.timeout(600_000)
  let base: string
  beforeEach(async () => { base = await mkdtemp(join(tmpdir(), 'dfs-rebuilding-')) })
  afterEach(async () => { await rm(base, { recursive: true, force: true }) })

  it('at any change of the folder: nothing was lost, and the next one does it', async () => {
    const template = join(base, 'template')
    {
      await using node = await createNode({ dir: template, start: false })
      await node.put('large', new Uint8Array(5 * 1024 ** 2).fill(7), { durable: 1 })
      for (let n = 0; n < 100; n++) await node.put(`small/${n}`, `text ${n}`, { durable: 1 })
    }
    const index = join(template, 'index.db')
    await truncate(index, Math.floor((await stat(index)).size * 0.7))
    const whole = join(base, 'whole')
    await cp(template, whole, { recursive: true })
    const reference = await createNode({ dir: whole, start: false, createIfMissing: false, rebuildIndex: true })
    const expected = await names(reference)
    await reference.stop()
    assert.ok(expected.length > 20)

    let cut = 0
    for (const moment of MOMENTS) {
      const dir = join(base, `at-${moment}`)
      await cp(template, dir, { recursive: true })
      const child = spawn(process.execPath, [BIN, '--dir', dir, 'verify', '--rebuild', '--json'], { stdio: 'ignore' })
      const closed = once(child, 'close')
      let changes = 0
      const watcher = watch(dir, (_, name) => { if (name?.startsWith('index.db') === true && ++changes >= moment) child.kill('SIGKILL') })
      await closed
      watcher.close()
      if (child.signalCode === 'SIGKILL') cut++
      await using node = await createNode({ dir, start: false, createIfMissing: false, rebuildIndex: true })
      assert.deepEqual(await names(node), expected, `after ${moment} changes`)
      assert.equal((await node.verify()).ok, true)
      // the damaged one is kept, and nothing half-made is left
      const files = await readdir(dir)
      assert.equal(files.filter((name) => /^index\.db\.damaged-[^.]*Z$/.test(name)).length, 1)
      assert.deepEqual(files.filter((name) => name.startsWith('index.db.new')), [])
    }
    console.log(`      ${cut} of ${MOMENTS.length} rebuilds were killed in the middle`)
    assert.ok(cut > 3)
  })
})
