import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { first, joined, lines, type RunningNode, Scene, until } from './harness.js'

const FILES = 300

describe('-r of rm, mv, restore, evict, log and share', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  const names = async (node: RunningNode): Promise<string[]> => lines<{ name: string }>((await node.run('ls', '--json')).stdout).map(({ name }) => name)
  const rows = async (node: RunningNode, ...words: string[]): Promise<string[]> => lines<{ name: string }>(await node.ok(...words, '--json')).map(({ name }) => name)

  it('acts on every file of a folder, with and without a running node, and others follow', async () => {
    await mkdir(scene.path('t/deep'), { recursive: true })
    for (let n = 0; n < FILES; n++) await writeFile(scene.path(n % 2 === 0 ? `t/${n}` : `t/deep/${n}`), `content ${n}`)
    await writeFile(scene.path('other'), 'other')
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)
    await a.ok('put', 'other')
    await a.ok('put', '-r', 't', '--durable', '2')
    const all = (await names(a)).filter((name) => name.startsWith('t/'))
    assert.equal(all.length, FILES)

    assert.deepEqual(await rows(a, 'share', '-r', 't'), all)
    assert.deepEqual([...new Set(await rows(a, 'log', '-r', 't'))], all)
    assert.deepEqual(await rows(b, 'evict', '-r', 't'), all)
    const link = (await a.ok('share', '-r', 't')).split('\n')[0]?.split('  ') ?? []
    await scene.ok(['fetch', '-', '-o', scene.path('fetched')], link[0])

    assert.equal((await rows(a, 'mv', '-r', 't', 'u')).length, FILES)
    const moved = all.map((name) => name.replace('t/', 'u/'))
    await until('b has the new names', async () => (await names(b)).join() === ['other', ...moved].join())
    assert.equal((await rows(b, 'rm', '-r', 'u/deep')).length, FILES / 2)
    await until('a has heard of it', async () => (await names(a)).length === 1 + FILES / 2)

    for (const node of [a, b]) assert.equal(await node.stop(), 0)
    // of what a deleted nothing is left under t that could be taken back by itself: all of it is
    assert.deepEqual((await rows(a, 'restore', '-r', 'u')).sort(), moved.filter((name) => name.includes('deep')).sort())
    assert.deepEqual(await names(a), ['other', ...moved])
    assert.equal((await rows(a, 'rm', '-r', 'u')).length, FILES)
    assert.deepEqual(await names(a), ['other'])
  })
})
