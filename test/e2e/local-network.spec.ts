import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { first, joined, Scene, start, until } from './harness.js'

const run = promisify(execFile)
const ip = async (...args: string[]): Promise<void> => { await run('ip', args) }

/** Making a network of its own needs root. Elsewhere these tests are pending, which CI counts. */
const MAY_MAKE_NETWORKS = process.getuid?.() === 0

/** Two hosts on one wire, with addresses that nothing outside has. */
async function wire (names: [string, string]): Promise<void> {
  for (const [n, name] of names.entries()) {
    await ip('netns', 'add', name)
    if (n === 1) await ip('link', 'add', 'wire', 'netns', names[0], 'type', 'veth', 'peer', 'name', 'wire', 'netns', name)
  }
  for (const [n, name] of names.entries()) {
    const inside = ['-n', name]
    await ip(...inside, 'link', 'set', 'lo', 'up')
    await ip(...inside, 'address', 'add', `10.117.0.${n + 1}/24`, 'dev', 'wire')
    await ip(...inside, 'link', 'set', 'wire', 'up')
    await ip(...inside, 'route', 'add', '224.0.0.0/4', 'dev', 'wire')
  }
}

const describeThere = MAY_MAKE_NETWORKS ? describe : describe.skip

describeThere('two machines on one local network', () => {
  const names: [string, string] = [`dfs-${process.pid}-a`, `dfs-${process.pid}-b`]
  let scene: Scene
  beforeEach(async () => {
    scene = await Scene.open()
    await wire(names)
  })
  afterEach(async () => {
    await scene.close()
    for (const name of names) await ip('netns', 'delete', name)
  })

  it('find each other by mDNS alone: no address that either knows is one of the other', async () => {
    const laptop = await first(scene, 'laptop')
    const nas = await joined(scene, 'nas', laptop)
    await Promise.all([laptop.stop(), nas.stop()])
    scene.namespaces.set(laptop.folder, names[0]).set(nas.folder, names[1])
    const listen = ['--listen', '/ip4/0.0.0.0/tcp/14040']
    for (const { folder } of [laptop, nas]) await scene.ok(['--dir', folder, 'config', 'dht', 'off'])
    const [one, two] = await Promise.all([start(scene, laptop.folder, ...listen), start(scene, nas.folder, ...listen)])
    await until('each sees the other', async () => (await one.status()).members.connected === 1 && (await two.status()).members.connected === 1)
    await writeFile(scene.path('note.txt'), 'on one wire\n')
    await one.ok('put', 'note.txt', '--durable', '2')
    assert.equal(await two.ok('get', 'note.txt', '-o', '-'), 'on one wire\n')
    assert.match((await two.members()).find(({ label }) => label === 'laptop')?.addresses.join(' ') ?? '', /10\.117\.0\.1/)
  })

  it('bring a vault back by its code alone: the member is found by mDNS', async () => {
    const laptop = await first(scene, 'laptop')
    await writeFile(scene.path('note.txt'), 'kept\n')
    await laptop.ok('put', 'note.txt')
    const code = await laptop.ok('recovery-code')
    await laptop.stop()
    const folder = scene.path('new')
    scene.namespaces.set(laptop.folder, names[0]).set(folder, names[1])
    await start(scene, laptop.folder, '--listen', '/ip4/0.0.0.0/tcp/14040')
    assert.match(await scene.ok(['--dir', folder, 'init', '--recover', '-', '--capacity', '1GB'], code), /^Recovered \w{6}, in .*: 1 file, 5 B/)
    assert.equal(await scene.ok(['--dir', folder, 'get', 'note.txt', '-o', '-']), 'kept\n')
  })
})
