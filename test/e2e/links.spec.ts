import assert from 'node:assert/strict'
import { mkdir, readdir, unlink } from 'node:fs/promises'
import { openLink } from '../../src/index.js'
import { spliced } from '../fixtures/links.js'
import { first, joined, MIB, randomFile, Scene, sha256, until, type Result, type RunningNode } from './harness.js'

describe('dfs share and dfs fetch', () => {
  let scene: Scene
  let a: RunningNode
  let b: RunningNode
  let hash: string
  beforeEach(async () => {
    scene = await Scene.open()
    a = await first(scene, 'a')
    b = await joined(scene, 'b', a, 'store')
    hash = await randomFile(scene.path('cat.jpg'), 20 * MIB + 7)
    await a.ok('put', scene.path('cat.jpg'), 'photos/cat.jpg', '--durable', '2')
    await scene.ok(['--dir', a.folder, 'put', '-', 'other', '--durable', '2'], 'not shared')
    await until('a knows where b is', async () => (await a.members()).every(({ addresses }) => addresses.length > 0))
    await mkdir(scene.path('empty'))
  })
  afterEach(async () => { await scene.close() })

  const share = async (...flags: string[]): Promise<string> => (await a.ok('share', 'photos/cat.jpg', ...flags)).trim()
  /** In an empty folder, with a link on stdin. */
  const fetch = async (link: string, ...words: string[]): Promise<Result> => scene.run(['--dir', scene.path('none'), 'fetch', '-', '--json', ...words], link)

  async function fails (link: string, exit: number, code: string): Promise<void> {
    const { code: ended, stdout, stderr } = await fetch(link, '-o', scene.path('empty', 'out'))
    assert.deepEqual([ended, stdout, (JSON.parse(stderr) as { error: { code: string } }).error.code], [exit, '', code])
    assert.deepEqual(await readdir(scene.path('empty')), [])
  }

  it('a store member serves a link while the machine that made it is off; wrong ones fail each with its own code', async () => {
    const link = await share()
    const short = await share('--expires', '1s')
    const back = await share()
    const other = (await a.ok('share', 'other')).trim()
    await a.ok('revoke', back)
    await until('b has heard of the revoke', async () => b.inSync(1))
    assert.equal(await a.stop(), 0)

    await scene.ok(['fetch', link, '-o', scene.path('empty', 'cat.jpg')])
    assert.equal(await sha256(scene.path('empty', 'cat.jpg')), hash)
    // it made nothing else, and a library user gets the same
    assert.deepEqual(await readdir(scene.path('empty')), ['cat.jpg'])
    assert.equal((await readdir(scene.dir)).includes('none'), false)
    const shared = await openLink(link)
    let bytes = 0
    for await (const piece of shared.get({ offset: 10 * MIB, length: MIB })) bytes += piece.length
    await shared.close()
    assert.deepEqual([shared.name, shared.size, bytes], ['photos/cat.jpg', 20 * MIB + 7, MIB])
    const { code, stderr } = await scene.run(['fetch', link])
    assert.equal(code, 2)
    assert.match(stderr, /FileExistsError/)
    await scene.ok(['fetch', other, '-o', scene.path('other')])
    assert.deepEqual(await b.status().then(({ members }) => members), { total: 2, connected: 0 })

    await unlink(scene.path('empty', 'cat.jpg'))
    const at = 300
    await fails(link.slice(0, at) + (link[at] === 'a' ? 'b' : 'a') + link.slice(at + 1), 2, 'INVALID_LINK')
    await fails(back, 5, 'LINK_REVOKED')
    await fails(spliced(link, other), 5, 'LINK_ALTERED')
    await until('the short one has ended', async () => (await fetch(short, '-o', scene.path('gone'))).code === 5)
    await fails(short, 5, 'LINK_EXPIRED')

    await b.stop()
    await fails(link, 4, 'NO_MEMBER_REACHABLE')
  })
})
