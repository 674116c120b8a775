import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { first, freePort, Scene, sha256, start, until } from './harness.js'

const GREETING = 'Hello from node 1.\n'

describe('three nodes of which two are never there at once', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('hand a file on by its name: one puts it, another gets it later, a third gets it when the first is gone', async () => {
    const one = await first(scene, 'one')
    const two = scene.path('two')
    const invite = (await one.ok('invite', '--role', 'owner', '--label', 'two')).trim()
    await scene.ok(['--dir', two, 'join', '-', '--capacity', '1GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`], invite)

    // node 2 does not run
    await writeFile(scene.path('greeting.txt'), GREETING)
    await one.ok('put', 'greeting.txt', '--durable', '1')
    const second = await start(scene, two)
    await until('node 2 has heard of the file and holds it', async () => await second.ok('ls') === 'greeting.txt\n' && await second.inSync(1))
    await second.ok('get', 'greeting.txt', '-o', 'from-two')
    assert.equal(await readFile(scene.path('from-two'), 'utf8'), GREETING)
    assert.equal(await one.stop(), 0)

    // all that node 3 is ever told is the address of node 2
    const text = (await second.ok('invite', '--role', 'write', '--label', 'three')).trim()
    await scene.ok(['--dir', scene.path('three'), 'join', '-', '--capacity', '1GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`], text)
    const third = await start(scene, scene.path('three'))
    await until('node 3 holds the file', async () => await third.ok('ls') === 'greeting.txt\n' && await third.inSync(1))
    await third.ok('get', 'greeting.txt', '-o', 'from-three')
    assert.equal(await sha256(scene.path('from-three')), await sha256(scene.path('greeting.txt')))

    const members = await third.members()
    assert.deepEqual(members.map(({ label, connected, self }) => [label, connected, self]).sort(), [['one', false, false], ['three', false, true], ['two', true, false]])
    assert.match(await third.ok('members'), /^one .* away/m)
    assert.match(await third.ok('status'), /2 of 3 members here \(one away/)

    // and it needs nobody any more
    assert.equal(await second.stop(), 0)
    await third.ok('get', 'greeting.txt', '-o', 'alone')
    assert.equal(await readFile(scene.path('alone'), 'utf8'), GREETING)

    // what only reads, where no node runs, asks nobody, and ends with its answer
    assert.equal(await third.stop(), 0)
    for (const verb of ['stat', 'log']) assert.deepEqual([verb, (await third.run(verb, 'nothing')).code], [verb, 3])
  })
})
