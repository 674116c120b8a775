import assert from 'node:assert/strict'
import { first, freePort, joined, lines, Scene, start, until } from './harness.js'

interface Line { name: string, version: string }

describe('dfs revoke', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('takes a machine out everywhere, with what it wrote from a version on', async () => {
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)
    let c = await joined(scene, 'c', a)
    for (const name of ['good', 'bad']) await scene.ok(['--dir', c.folder, 'put', '-', name, '--durable', '2'], name)
    const bad = lines<Line>(await c.ok('ls', '--json')).find(({ name }) => name === 'bad')
    await until('b lists both', async () => await b.ok('ls') === 'bad\ngood\n')
    await c.stop()

    assert.equal((JSON.parse(await a.ok('revoke', 'c', '--since', bad?.version ?? '', '--json')) as { label: string }).label, 'c')
    await until('b has heard of it', async () => await b.ok('ls') === 'good\n')
    for (const node of [a, b]) {
      assert.equal(await node.ok('ls'), 'good\n')
      assert.deepEqual((await node.members()).map(({ label }) => label).sort(), ['a', 'b'])
      assert.deepEqual((await node.members('--all')).map(({ label, revoked }) => [label, revoked !== undefined]).sort(), [['a', false], ['b', false], ['c', true]])
    }

    // it comes back, and is told
    c = await start(scene, c.folder)
    await until('it was refused', async () => ((await a.status()).refused.REVOKED ?? 0) > 0 && (await c.status()).notes.length > 0)
    assert.equal((await c.status()).members.connected, 0)
    for (const durable of ['1', '2']) {
      const { code, stderr } = await scene.run(['--dir', c.folder, 'put', '-', 'more', '--durable', durable, '--json'], 'more')
      assert.equal(code, 5)
      assert.equal((JSON.parse(stderr) as { error: { code: string } }).error.code, 'NOT_ALLOWED')
    }
    assert.equal((await scene.run(['--dir', c.folder, 'rm', 'good'])).code, 5)
    assert.equal(await scene.ok(['--dir', c.folder, 'get', 'good', '-o', '-']), 'good')
    await c.stop()
    // it was told by a proof, which stays
    const { code, stderr } = await scene.run(['--dir', c.folder, 'rm', 'good'])
    assert.equal(code, 5)
    assert.match(stderr, /taken out of the vault by an owner/)
    await scene.ok(['--dir', a.folder, 'put', '-', 'last', '--durable', '2'], 'last')
    assert.equal(await b.ok('ls'), 'good\nlast\n')
  })

  it('closes an invite', async () => {
    const a = await first(scene, 'a')
    const invite = (await a.ok('invite', '--role', 'write')).trim()
    await scene.ok(['--dir', a.folder, 'revoke', '-'], invite)
    const { code, stderr } = await scene.run(['--dir', scene.path('b'), 'join', '-', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`, '--json'], invite)
    assert.equal(code, 5)
    assert.equal((JSON.parse(stderr) as { error: { code: string } }).error.code, 'INVITE_REVOKED')
  })
})
