import assert from 'node:assert/strict'
import { cp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { contents, first, joined, lines, MIB, randomFile, type RunningNode, Scene, start, until } from './harness.js'

/** Dead versions are kept for a second, and their blocks for another one in the trash. */
const SHORT = ['--guard', '1s', '--trash', '1s']

/** What lies on a disk: files of large blocks, in use and in the trash, and what the index has of all of them. */
interface Lying { files: number, bytes: number, trash: number, rows: number, rowBytes: number, inIndex: number }

async function filesIn (folder: string): Promise<{ files: number, bytes: number }> {
  const found = { files: 0, bytes: 0 }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    // a running node may remove it between the two looks
    const there = await stat(join(entry.parentPath, entry.name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return undefined
    })
    if (there === undefined) continue
    found.files++
    found.bytes += there.size
  }
  return found
}

/** Of a folder whose node does not run. */
async function lying (folder: string): Promise<Lying> {
  const db = new DatabaseSync(join(folder, 'index.db'), { readOnly: true })
  try {
    const row = db.prepare('SELECT count(*) AS rows, coalesce(sum(size), 0) AS rowBytes, coalesce(sum(length(bytes)), 0) AS inIndex FROM blocks').get()
    return { ...await filesIn(join(folder, 'blocks')), trash: (await filesIn(join(folder, 'trash'))).files, ...(row as unknown as Pick<Lying, 'rows' | 'rowBytes' | 'inIndex'>) }
  } finally {
    db.close()
  }
}

const names = async (node: RunningNode): Promise<string[]> => lines<{ name: string }>(await node.ok('ls', '--json')).map(({ name }) => name)

describe('a deleted file', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('is gone everywhere and stays so, although a member comes back with a folder from before, and its disk space comes back on all', async () => {
    const a = await first(scene, 'a', ...SHORT)
    const b = await joined(scene, 'b', a, 'write', ...SHORT)
    const c = await joined(scene, 'c', a, 'write', ...SHORT)
    const folders = [a, b, c].map(({ folder }) => folder)
    const put = async (name: string, size: number): Promise<string> => {
      const hash = await randomFile(scene.path('source'), size)
      await a.ok('put', scene.path('source'), name, '--durable', '3')
      return hash
    }
    const stays = new Map([['stays', await put('stays', 2 * MIB)], ['stays too', await put('stays too', 1000)]])
    for (const node of [a, b, c]) assert.equal(await node.stop(), 0)
    const before = await Promise.all(folders.map(lying))

    let [x, y, z] = await Promise.all(folders.map((folder) => start(scene, folder, ...SHORT))) as [RunningNode, RunningNode, RunningNode]
    for (const [name, size] of [['doomed', 5 * MIB], ['doomed too', 2000]] as const) {
      await randomFile(scene.path('source'), size)
      await x.ok('put', scene.path('source'), name, '--durable', '3')
    }
    // a copy of c from before the delete; c itself then hears of it
    assert.equal(await z.stop(), 0)
    await cp(z.folder, scene.path('copy'), { recursive: true })
    const copied = await lying(scene.path('copy'))
    assert.ok(copied.files > (before[2]?.files ?? 0) && copied.inIndex > (before[2]?.inIndex ?? 0))
    z = await start(scene, z.folder, ...SHORT)
    await x.ok('config', '--vault', 'keep', '0')
    await x.ok('config', '--vault', 'retention', '1s')
    for (const name of ['doomed', 'doomed too']) await y.ok('rm', name)
    await until('c has heard of the delete', async () => (await names(z)).length === 2)
    assert.equal(await z.stop(), 0)

    // it comes back with the folder from before, in which the names are there
    await rm(z.folder, { recursive: true })
    await rename(scene.path('copy'), z.folder)
    assert.deepEqual([...(await contents(z.folder)).keys()], ['doomed', 'doomed too', 'stays', 'stays too'])
    z = await start(scene, z.folder, ...SHORT)
    const nodes = [x, y, z]
    await until('the names are gone everywhere', async () => (await Promise.all(nodes.map(names))).every((list) => list.join() === 'stays,stays too'))
    for (const node of nodes) {
      const { code, stderr } = await node.run('get', 'doomed', '-o', '-')
      assert.equal(code, 3, stderr)
    }
    await until('nothing dead is left', async () => {
      const found = await Promise.all(nodes.map(async (node) => ({ garbage: (await node.status()).garbage, large: (await filesIn(join(node.folder, 'blocks'))).files })))
      return found.every(({ garbage, large }, n) => garbage.trash.blocks === 0 && large === before[n]?.files)
    })

    // and after another life of all of them
    for (const node of nodes) assert.equal(await node.stop(), 0)
    ;[x, y, z] = await Promise.all(folders.map((folder) => start(scene, folder, ...SHORT))) as [RunningNode, RunningNode, RunningNode]
    await until('all are in sync', async () => (await Promise.all([x, y, z].map((node) => node.inSync(2)))).every(Boolean))
    for (const node of [x, y, z]) {
      assert.deepEqual(await names(node), ['stays', 'stays too'])
      assert.match(await node.ok('gc', '--dry-run'), /^Nothing to collect\.\n$/)
      assert.equal(await node.stop(), 0)
    }
    const after = await Promise.all(folders.map(lying))
    for (const [n, folder] of folders.entries()) {
      assert.deepEqual(after[n], { ...before[n], trash: 0 }, folder)
      assert.deepEqual(await contents(folder), stays)
    }
    console.log(`      ${['a', 'b', 'c'].map((name, n) => `${name}: ${after[n]?.files} files, ${after[n]?.rows} rows, ${after[n]?.rowBytes} bytes`).join(' · ')}; with the deleted file ${copied.files}, ${copied.rows}, ${copied.rowBytes}`)
  })
})
