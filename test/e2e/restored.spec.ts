import assert from 'node:assert/strict'
import { cp, rename, rm, writeFile } from 'node:fs/promises'
import { contents, first, joined, lines, type RunningNode, Scene, sha256, start, until } from './harness.js'

interface Line { name: string, conflict: boolean }

describe('a node whose folder was replaced by an older copy', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('goes on putting before it meets anybody, and nothing that anybody acknowledged is lost', async () => {
    const a = await first(scene, 'a')
    let b = await joined(scene, 'b', a)
    const c = await joined(scene, 'c', a)
    const expected = new Map<string, string>()
    const put = async (name: string, text: string, durable: number): Promise<void> => {
      await writeFile(scene.path('source'), text)
      await scene.ok(['--dir', b.folder, 'put', 'source', name, '--durable', String(durable)])
      expected.set(name, await sha256(scene.path('source')))
    }
    await put('before', 'before the copy', 3)
    await put('both', 'before the copy', 3)
    assert.equal(await b.stop(), 0)
    await cp(b.folder, scene.path('copy'), { recursive: true })

    // what the copy lacks: acknowledged by all three
    b = await start(scene, b.folder)
    await put('after', 'after the copy', 3)
    await put('both', 'after the copy', 3)
    const nodes: RunningNode[] = [a, b, c]
    for (const node of nodes) await node.stop()
    await rm(b.folder, { recursive: true })
    await rename(scene.path('copy'), b.folder)

    // it goes on alone, and writes second entries under numbers that are taken
    await put('alone', 'by the restored folder', 1)
    await put('both', 'by the restored folder', 1)
    assert.equal(lines<Line>(await b.ok('ls', '--json')).some(({ name }) => name === 'after'), false)

    const again = await Promise.all(nodes.map(({ folder }) => start(scene, folder)))
    const [first_, , last] = again
    assert.ok(first_ !== undefined && last !== undefined)
    await until('all three hold the same', async () => {
      const said = await Promise.all(again.map((node) => node.ok('ls', '--json')))
      return lines(said[0] ?? '').length === 4 && new Set(said).size === 1 && (await Promise.all(again.map((node) => node.inSync(2)))).every(Boolean)
    })
    const listed = lines<Line>(await first_.ok('ls', '--json'))
    assert.deepEqual(listed.map(({ name, conflict }) => [name, conflict]), [['after', false], ['alone', false], ['before', false], ['both', true]])
    // of the name that both wrote each version is there; which is the newest the ids decide
    expected.delete('both')

    for (const node of again) {
      const { forks } = await node.status()
      assert.ok(forks.length > 0)
      assert.ok(forks.every(({ peer, label }) => peer === b.ready.peerId && label === 'b'))
      assert.match(await node.ok('status'), /^(notes| {5}) {3}b wrote two entries as its number /m)
    }
    for (const node of again) await node.stop()
    for (const { folder } of again) {
      const found = await contents(folder)
      assert.deepEqual([...found.keys()], ['after', 'alone', 'before', 'both'])
      for (const [name, hash] of expected) assert.equal(found.get(name), hash, name)
    }
  })
})
