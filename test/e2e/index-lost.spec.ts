import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createNode } from '../../src/index.js'
import type { RebuildInfo, VerifyResult } from '../../src/api/node.js'
import { contents, first, joined, lines, MIB, randomFile, type RunningNode, Scene, start, until } from './harness.js'

interface Line { name: string, version: string }
interface Link { self: boolean, link?: { bytesReceived: number } }

const SMALL = 40

async function blocksOf (folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'blocks'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name).sort()
}

/** What damages the index of a folder that no process has open. */
const DAMAGES: Record<string, (folder: string) => Promise<void>> = {
  deleted: async (folder) => {
    for (const part of ['', '-wal', '-shm']) await rm(join(folder, `index.db${part}`), { force: true })
  },
  'cut in half': async (folder) => {
    const index = join(folder, 'index.db')
    await truncate(index, Math.floor((await stat(index)).size / 2))
  }
}

describe('a machine whose index was lost', function () {
  this.timeout(300_000)
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  /** Puts files of all sizes from `node`; resolves to the bytes of those that are still there at the end. */
  async function fill (node: RunningNode, durable: number): Promise<{ hashes: Map<string, string>, bytes: number }> {
    const hashes = new Map<string, string>()
    let bytes = 0
    const put = async (name: string, size: number): Promise<void> => {
      hashes.set(name, await randomFile(scene.path('source'), size))
      bytes += size
      await node.ok('put', scene.path('source'), name, '--durable', String(durable))
    }
    await put('large', 24 * MIB)
    await put('one block', 500_000)
    for (let n = 0; n < SMALL; n++) await put(`small/${n}`, 3000 + n)
    await put('deleted', 2 * MIB)
    await node.ok('rm', 'deleted')
    hashes.delete('deleted')
    return { hashes, bytes: bytes - 2 * MIB }
  }

  for (const [what, damage] of Object.entries(DAMAGES)) {
    it(`${what}, with its peers away: nothing is collected; when they are back everything is there, fetched from the own disk`, async () => {
      const a = await first(scene, 'a')
      const b = await joined(scene, 'b', a)
      let c = await joined(scene, 'c', a)
      const { hashes, bytes } = await fill(a, 3)
      await until('all three have everything', async () => (await Promise.all([a, b, c].map((node) => node.inSync(2)))).every(Boolean))
      const listed = lines<Line>(await a.ok('ls', '--json'))
      assert.equal(listed.length, hashes.size)
      for (const node of [a, b, c]) await node.stop()
      await damage(c.folder)
      const blocks = await blocksOf(c.folder)
      assert.ok(blocks.length > 20)

      // it is not made anew by itself
      const refused = await c.run('ls')
      assert.equal(refused.code, 7)
      assert.match(refused.stderr, /\(IndexDamagedError\)[\s\S]*Nothing was changed[\s\S]*dfs --dir \S+ verify --rebuild/)
      const { code, stdout } = await c.run('verify', '--rebuild', '--json')
      assert.equal(code, 0)
      const { rebuilt, ok, blocks: read } = lines<VerifyResult>(stdout)[0] as VerifyResult & { rebuilt: RebuildInfo }
      assert.deepEqual([ok, rebuilt.settled], [true, false])
      assert.ok(read >= blocks.length)
      console.log(`      ${what}: ${rebuilt.entries} entries, ${rebuilt.blocks} blocks (${(rebuilt.bytes / MIB).toFixed(1)} MiB) taken in, ${rebuilt.whole} of ${rebuilt.versions} versions whole before anybody was asked`)

      // its peers are away: nothing goes
      c = await start(scene, c.folder)
      const gc = await c.run('gc')
      assert.match(gc.stdout + gc.stderr, /Nothing was collected: the index of this folder was lost and made anew/)
      assert.match(await c.ok('status'), /the index\b.* was made anew: .*nothing is collected/)
      assert.deepEqual(await blocksOf(c.folder), blocks)
      const names = new Set(lines<Line>(await c.ok('ls', '--json')).map(({ name }) => name))
      if (what === 'deleted') assert.equal(names.size, 0)

      const again = [await start(scene, a.folder), await start(scene, b.folder), c]
      await until('the three are one again', async () => (await Promise.all(again.map((node) => node.inSync(2)))).every(Boolean))
      for (const node of again) assert.deepEqual(lines<Line>(await node.ok('ls', '--json')), listed)
      const received = lines<Link>(await c.ok('members', '--json')).reduce((sum, { link }) => sum + (link?.bytesReceived ?? 0), 0)
      console.log(`      ${what}: ${(received / MIB).toFixed(2)} MiB came over the wire, of ${(bytes / MIB).toFixed(1)} MiB of files`)
      assert.ok(received < bytes / 10, `${received} bytes came`)
      assert.doesNotMatch(await c.ok('status'), /was made anew/)
      assert.equal((await c.run('stat', 'deleted')).code, 3)
      for (const node of again) {
        assert.deepEqual((await node.status()).forks, [])
        await node.stop()
      }
      assert.deepEqual(await contents(c.folder), new Map([...hashes].sort(([x], [y]) => x < y ? -1 : 1)))
    })
  }

  it('cut in half, of the only member: what can be read of the index is back, and it says how much', async () => {
    const a = await first(scene, 'a')
    await a.stop()
    const hashes = new Map<string, string>()
    {
      await using node = await createNode({ dir: a.folder, createIfMissing: false, start: false })
      const put = async (name: string, size: number): Promise<void> => {
        hashes.set(name, await randomFile(scene.path('source'), size))
        await node.put(name, createReadStream(scene.path('source')), { durable: 1 })
      }
      await put('large', 8 * MIB)
      for (let n = 0; n < 300; n++) await put(`small/${n}`, 3000 + n)
    }
    await DAMAGES['cut in half']?.(a.folder)
    const blocks = await blocksOf(a.folder)
    const told = await a.run('verify', '--rebuild')
    assert.equal(told.code, 0, told.stderr)
    console.log(told.stdout.trimEnd().split('\n').map((line) => `      ${line}`).join('\n'))
    assert.match(told.stdout, /A new index was made: [\d,]+ of [\d,]+ pages of the old one were there\. The old one is \S+\/index\.db\.damaged-\S+\./)
    assert.match(told.stdout, /\d+ entries and [\d,]+ blocks were found/)
    assert.deepEqual(await blocksOf(a.folder), blocks)
    let same = 0
    {
      await using node = await createNode({ dir: a.folder, createIfMissing: false, start: false })
      for await (const { name } of node.list()) {
        const hash = createHash('sha256')
        try {
          for await (const piece of node.get(name)) hash.update(piece)
        } catch (error) {
          assert.equal((error as Error).name, 'BlocksUnavailableError')
          continue
        }
        assert.equal(hash.digest('hex'), hashes.get(name), name)
        same++
      }
    }
    console.log(`      ${same} of ${hashes.size} files read back`)
    assert.ok(same > 30)
    // it is a vault like any other
    await writeFile(scene.path('text'), 'more')
    await a.ok('put', scene.path('text'), 'more', '--durable', '1')
    assert.equal((await a.run('verify')).code, 0)
  })

  it('a rebuild is refused while a node runs in the folder, and by a folder without a vault', async () => {
    const a = await first(scene, 'a')
    const running = await a.run('verify', '--rebuild')
    assert.equal(running.code, 8)
    assert.match(running.stderr, /Stop it first/)
    assert.equal((await scene.run(['--dir', scene.path('nothing'), 'verify', '--rebuild'])).code, 8)
    assert.deepEqual((await readdir(scene.dir)).includes('nothing'), false)
  })
})
