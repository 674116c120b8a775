import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { LONG } from '../seed.js'
import { first, joined, Scene } from './harness.js'

const FILES = LONG ? 100 : 25

describe('two nodes at once', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('put many files each and get each the other\'s, all at once, all equal', async () => {
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)
    const hashes = new Map<string, string>()
    const sizes = [0, 1, 300, 5_000, 70_000, 262_144, 300_000, 1_100_000]
    await Promise.all([a, b].map(async (node, which) => {
      const jobs = Array.from({ length: FILES }, (_, n) => n)
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (let n = jobs.pop(); n !== undefined; n = jobs.pop()) {
          const name = `${which}/${n}`
          const path = scene.path(`s-${which}-${n}`)
          const bytes = randomBytes(sizes[n % sizes.length] ?? 0)
          await writeFile(path, bytes)
          hashes.set(name, createHash('sha256').update(bytes).digest('hex'))
          await node.ok('put', path, name, '--durable', '2')
        }
      }))
    }))
    await Promise.all([a, b].map(async (node, which) => {
      const jobs = [...hashes.keys()].filter((name) => name.startsWith(`${1 - which}/`))
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (let name = jobs.pop(); name !== undefined; name = jobs.pop()) {
          const out = scene.path(`o-${which}-${name.replace('/', '-')}`)
          await node.ok('get', name, '-o', out)
          assert.equal(createHash('sha256').update(await readFile(out)).digest('hex'), hashes.get(name), name)
        }
      }))
    }))
    assert.equal((await a.ok('ls', '--json')).trim().split('\n').length, 2 * FILES)
    assert.equal(await a.ok('ls', '--json'), await b.ok('ls', '--json'))
  })

  it('a store member holds everything and can read nothing: a canary is nowhere in its folder or its output', async () => {
    const canary = `canary-${randomBytes(12).toString('hex')}`
    const a = await first(scene, 'a')
    const c = await joined(scene, 'c', a, 'store')
    let said = ''
    c.child.stderr?.setEncoding('utf8').on('data', (text: string) => { said += text })
    const path = scene.path('plain')
    await writeFile(path, `${canary}\n`.repeat(40_000))
    const put = JSON.parse(await a.ok('put', path, `secret/${canary}.txt`, '--durable', '2', '--json')) as { copies: Array<{ peer: string }> }
    assert.ok(put.copies.some(({ peer }) => peer === c.ready.peerId))
    await a.ok('put', path, `again-${canary}`, '--durable', '2')
    // it holds everything: A drops its own copy and gets the file back
    await a.ok('evict', `secret/${canary}.txt`)
    await a.ok('get', `secret/${canary}.txt`, '-o', scene.path('back'))
    assert.deepEqual(await readFile(scene.path('back')), await readFile(path))
    const status = await c.ok('status')
    await c.stop()
    assert.ok(!said.includes(canary) && !status.includes(canary))
    const files = (await readdir(c.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    assert.ok(files.length > 3)
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name))
      assert.ok(!bytes.includes(canary), `${file.name} has the canary`)
      assert.ok(!bytes.includes(Buffer.from(canary, 'utf16le')), file.name)
    }
  })
})
