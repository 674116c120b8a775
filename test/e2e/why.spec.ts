/** What `dfs why` and `dfs status` say of copies, in the words that a person reads. */
import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { first, joined, MIB, randomFile, type RunningNode, Scene, start, until } from './harness.js'

const FLAGS = ['--offline-grace', '5s', '--let-go-after', '5s']

describe('why', function () {
  this.timeout(120_000)
  let scene: Scene
  before(async () => { scene = await Scene.open() })
  after(() => scene.close())

  const says = async (node: RunningNode, name: string, ...patterns: RegExp[]): Promise<void> => {
    let text = ''
    await until(`why ${name} says ${patterns.join(' ')}`, async () => {
      text = await node.ok('why', name)
      return patterns.every((pattern) => pattern.test(text))
    }, 30_000).catch((error: unknown) => { throw new Error(`${String(error)}\n${text}`) })
  }

  it('says of each kind of file why it is as it is', async () => {
    const nas = await first(scene, 'nas', ...FLAGS)
    let laptop = await joined(scene, 'laptop', nas, 'write', ...FLAGS)
    const pi = await joined(scene, 'pi', nas, 'write', ...FLAGS)
    await until('all are linked', async () => (await Promise.all([nas, laptop, pi].map((node) => node.inSync(2)))).every(Boolean))
    const path = scene.path('film')
    await randomFile(path, 3 * MIB)

    await nas.ok('put', path, '--as', 'film', '--durable', '3')
    await says(laptop, 'film', /^film {2}3\.15 MB, version /, /^nas put it, /m, /It can be read here, whoever else is away\./, /^Copies: 3, as many as are wanted\./m, /^nas +here · wrote it · has all of it$/m)

    // one of those that should have a copy is away
    await pi.stop()
    await randomFile(path, 2 * MIB)
    await nas.ok('put', path, '--as', 'alone', '--durable', '2')
    await says(nas, 'alone', /^Copies: 2 of 3\. pi should have a copy and is away, and no other machine is here to make one\.$/m)
    const reader = await start(scene, pi.folder, ...FLAGS)
    await says(nas, 'alone', /^Copies: 3, as many as are wanted\.$/m)
    // two put it away, and the third goes
    for (const node of [reader, laptop]) await node.ok('evict', 'alone')
    await says(nas, 'alone', /^Copies: 1 of 3\. (laptop and pi|pi and laptop) should have a copy and cannot take one/m)
    await nas.kill()
    await says(reader, 'alone', /It cannot be read here now: no machine that is here has it\. nas (has|wrote) it and is away since /, /^Copies: 0 of 3\. This machine let its copy go\. /m)

    // and comes back, but one copy is damaged
    const again = await start(scene, nas.folder, ...FLAGS)
    await says(reader, 'alone', /It can be read here while nas is there\./)
    const blocks = (await readdir(join(laptop.folder, 'blocks'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    for (const { parentPath, name } of blocks) await writeFile(join(parentPath, name), 'not what it was')
    await again.stop()
    await reader.stop()
    const verified = await laptop.run('verify')
    assert.equal(verified.code, 7, verified.stdout)
    await says(laptop, 'film', /^Copies: 0 of 3\. This machine has a damaged copy, /m)
    assert.match(await laptop.ok('status'), /1 version here lacks blocks that were found damaged or gone/)

    // two that were apart put the same name
    await laptop.ok('put', path, '--as', 'note', '--durable', '1')
    await laptop.stop()
    const other = await start(scene, pi.folder, ...FLAGS)
    await other.ok('put', path, '--as', 'note', '--durable', '1')
    laptop = await start(scene, laptop.folder, ...FLAGS)
    await says(other, 'note', /^Conflict: without knowledge of it/m, /^The next put ends it; to take another one instead: {2}(?:npx )?dfs (--dir \S+ )?restore note VERSION$/m)
    await other.ok('rm', 'note')
    await says(other, 'note', /^note is deleted\./, /^Before that it was 2\.\d+ MB, version .* To take it back: {2}(?:npx )?dfs (--dir \S+ )?restore note$/m)
    const never = await other.run('why', 'nothing')
    assert.equal(never.code, 3)
  })
})
