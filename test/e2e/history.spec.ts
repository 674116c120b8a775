import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createNode } from '../../src/index.js'
import type { FileInfo, VersionInfo } from '../../src/api/node.js'
import { first, joined, lines, type RunningNode, Scene, start, until } from './harness.js'

const NAMES = ['both put', 'delete, put', 'delete, restore', 'both delete', 'put, restore', 'restore, delete', 'move, put', 'behind']
/** How far the edit that was made offline is behind when it comes. */
const VERSIONS_BEHIND = 15

/** SHA-256 of every version of every name that can be read, from this disk alone: its node does not run. */
async function versions (folder: string, names: string[]): Promise<Map<string, string>> {
  await using node = await createNode({ dir: folder, createIfMissing: false, start: false })
  const found = new Map<string, string>()
  for (const name of names) {
    for await (const { version, kind } of node.history(name)) {
      if (kind === 'delete') continue
      const hash = createHash('sha256')
      for await (const piece of node.get(name, { version })) hash.update(piece)
      found.set(`${name} ${version}`, hash.digest('hex'))
    }
  }
  return found
}

describe('three machines that were cut off from each other', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('list, log and read the same once they meet: puts, deletes, restores and moves of the same names', async () => {
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)
    const c = await joined(scene, 'c', a)
    const nodes: RunningNode[] = [a, b, c]
    /** With no node running in any folder: this one reaches nobody. */
    const alone = (node: RunningNode, words: string[], input?: string): Promise<string> => scene.ok(['--dir', node.folder, ...words], input)
    const put = async (node: RunningNode, name: string, text: string): Promise<void> => { await alone(node, ['put', '-', name, '--durable', '1'], text) }

    for (const name of NAMES) {
      await scene.ok(['--dir', a.folder, 'put', '-', name, '--durable', '3'], `${name}: first`)
      if (name.includes('restore')) await scene.ok(['--dir', a.folder, 'put', '-', name, '--durable', '3'], `${name}: second`)
    }
    for (const node of nodes) assert.equal(await node.stop(), 0)

    await put(a, 'both put', 'by a')
    await put(b, 'both put', 'by b')
    await put(c, 'both put', 'by c')
    await alone(a, ['rm', 'delete, put'])
    await put(b, 'delete, put', 'by b')
    await alone(a, ['rm', 'delete, restore'])
    await alone(b, ['rm', 'delete, restore'])
    await alone(b, ['restore', 'delete, restore'])
    await alone(a, ['rm', 'both delete'])
    await alone(b, ['rm', 'both delete'])
    await put(a, 'put, restore', 'by a')
    await alone(b, ['restore', 'put, restore'])
    await alone(a, ['restore', 'restore, delete'])
    await alone(b, ['rm', 'restore, delete'])
    await alone(a, ['mv', 'move, put', 'moved'])
    await put(b, 'move, put', 'by b')
    await put(b, 'behind', 'edited offline')
    const { version: edited } = JSON.parse(await alone(b, ['stat', 'behind', '--json'])) as FileInfo
    {
      await using node = await createNode({ dir: a.folder, createIfMissing: false, start: false })
      for (let n = 1; n <= VERSIONS_BEHIND; n++) await node.put('behind', `version ${n}`)
    }

    const again = await Promise.all(nodes.map(({ folder }) => start(scene, folder)))
    const [a2, b2] = again
    assert.ok(a2 !== undefined && b2 !== undefined)
    const settled = async (): Promise<boolean> => (await Promise.all(again.map((node) => node.inSync(2)))).every(Boolean)
    const same = async (...words: string[]): Promise<string> => {
      const [one = '', ...others] = await Promise.all(again.map((node) => node.ok(...words)))
      for (const other of others) assert.equal(other, one, `${words.join(' ')} is the same everywhere`)
      return one
    }
    await until('all have met and hold everything', settled)

    const listed = lines<FileInfo>(await same('ls', '--json'))
    assert.deepEqual(listed.map(({ name, conflict }) => [name, conflict]), [
      ['behind', true], ['both put', true], ['delete, put', true], ['delete, restore', true], ['move, put', true], ['moved', false], ['put, restore', true], ['restore, delete', true]
    ])
    const logs = new Map<string, VersionInfo[]>()
    for (const name of [...NAMES, 'moved']) logs.set(name, lines<VersionInfo>(await same('log', name, '--json')))
    const heads = (name: string): string[] => (logs.get(name) ?? []).filter(({ state }) => state === 'head').map(({ kind, writer }) => `${kind} by ${writer.label}`).sort()
    assert.deepEqual(heads('both put'), ['put by a', 'put by b', 'put by c'])
    assert.deepEqual(heads('delete, put'), ['delete by a', 'put by b'])
    assert.deepEqual(heads('delete, restore'), ['delete by a', 'restore by b'])
    assert.deepEqual(heads('both delete'), ['delete by a', 'delete by b'])
    assert.deepEqual(heads('put, restore'), ['put by a', 'restore by b'])
    assert.deepEqual(heads('restore, delete'), ['delete by b', 'restore by a'])
    assert.deepEqual(heads('move, put'), ['delete by a', 'put by b'])
    assert.deepEqual(heads('behind'), ['put by a', 'put by b'])

    // a delete that had not seen the put keeps it
    assert.equal(await same('get', 'delete, put', '-o', '-'), 'by b')
    assert.equal(await same('get', 'delete, restore', '-o', '-'), 'delete, restore: second')
    assert.equal(await same('get', 'restore, delete', '-o', '-'), 'restore, delete: first')
    assert.equal(await same('get', 'moved', '-o', '-'), 'move, put: first')
    for (const name of ['both put', 'put, restore']) await same('get', name, '-o', '-')
    for (const { code, stderr } of await Promise.all(again.map((node) => node.run('get', 'both delete', '-o', '-')))) {
      assert.equal(code, 3)
      assert.match(stderr, /^No file named "both delete" \(FileNotFoundError\)\.\nIt was deleted by [ab] at /)
    }

    // the edit that is far behind stays, also when the next put has ended the conflict
    assert.equal(await same('get', 'behind', '-o', '-'), `version ${VERSIONS_BEHIND}`)
    assert.ok((logs.get('behind') ?? []).findIndex(({ version }) => version === edited) >= VERSIONS_BEHIND - 1)
    await scene.ok(['--dir', b.folder, 'put', '-', 'behind', '--durable', '3'], 'both')
    await until('all know the end of the conflict', async () => {
      const stats = await Promise.all(again.map((node) => node.ok('stat', 'behind', '--json')))
      return stats.every((text) => !(JSON.parse(text) as FileInfo).conflict) && await settled()
    })
    const ended = lines<VersionInfo>(await same('log', 'behind', '--json'))
    assert.deepEqual(ended.filter(({ state }) => state === 'head').map(({ current }) => current), [true])
    assert.equal(ended.length, VERSIONS_BEHIND + 3)
    assert.equal(await same('get', 'behind', '--version', edited, '-o', '-'), 'edited offline')

    for (const node of again) assert.equal(await node.stop(), 0)
    const [one, ...others] = await Promise.all(nodes.map(({ folder }) => versions(folder, [...NAMES, 'moved'])))
    assert.equal(one?.size, 38)
    for (const other of others) assert.deepEqual(other, one)
  })
})
