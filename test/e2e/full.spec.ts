/** A small node in a vault that wants more than it lends. */
import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Status } from '../../src/interface.js'
import { first, joined, MIB, randomFile, type RunningNode, Scene, start, until } from './harness.js'

const CAPACITY = 100_000_000
const FILES = 60
const FILE_BYTES = 5 * MIB
const FLAGS = ['--offline-grace', '10s', '--let-go-after', '10s', '--guard', '1s', '--trash', '1s']

/** Bytes of block files of a folder, trash and quarantine included, and of the blocks in its index (status). */
async function onDisk (folder: string): Promise<number> {
  let bytes = 0
  for (const place of ['blocks', 'trash', 'quarantine', 'tmp']) {
    for (const entry of await readdir(join(folder, place), { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0
    }
  }
  return bytes
}

describe('a node that is full', function () {
  this.timeout(300_000)
  let scene: Scene
  before(async () => { scene = await Scene.open() })
  after(() => scene.close())

  it('is never over what it lends, another takes its place, and it is useful again when there is room', async () => {
    const nas = await first(scene, 'nas', ...FLAGS)
    const big = await joined(scene, 'big', nas, 'write', ...FLAGS)
    const third = await joined(scene, 'third', nas, 'write', ...FLAGS)
    const small = await joinedSmall(nas)
    const nodes = [nas, big, third, small]
    await until('all are linked', async () => (await Promise.all(nodes.map((node) => node.inSync(3)))).every(Boolean))

    let most = 0
    const watch = async (): Promise<Status['disk']> => {
      const { disk } = await small.status()
      most = Math.max(most, disk.used, await onDisk(small.folder))
      return disk
    }
    const path = scene.path('file')
    // everybody is to have everything: the small one cannot
    await nas.ok('config', '--vault', 'copies', 'all')
    for (let n = 0; n < FILES; n++) {
      await randomFile(path, FILE_BYTES)
      await nas.ok('put', path, '--as', `f${n}`, '--durable', '2')
      await watch()
    }
    await until('it says that it is full', async () => (await nas.members()).some(({ label, accepting }) => label === 'small' && accepting === false), 60_000)
    const full = await watch()
    console.log(`      it lends ${full.capacity}, holds ${full.used}, at most ${most}`)
    assert.ok(most <= CAPACITY, `${most}`)
    assert.ok(full.used >= 0.8 * CAPACITY)
    const why = await small.ok('why', `f${FILES - 1}`)
    assert.match(why, /this machine {2}has no room for it/)
    console.log(why.replace(/^/gm, '      '))

    // two copies of each are enough, among those that take them: those that the small one lacks are elsewhere
    await nas.ok('config', '--vault', 'copies', '3')
    const counted = async (): Promise<Status['copies']> => (await nas.status()).copies
    await until('as many copies as wanted', async () => {
      const copies = await counted()
      return copies !== undefined && copies.ok === FILES && copies.low + copies.atRisk + copies.lost === 0
    }, 120_000)
    await watch()
    assert.ok(most <= CAPACITY, `${most}`)

    // room is made: it takes part again, and brings what it should hold, each block once
    for (let n = 0; n < FILES - 10; n++) await nas.ok('rm', `f${n}`)
    await nas.ok('config', '--vault', 'retention', '0')
    for (const node of nodes) await node.ok('gc')
    await until('it takes more', async () => (await nas.members()).some(({ label, accepting }) => label === 'small' && accepting === true), 60_000)
    await nas.ok('put', path, '--as', 'new', '--durable', '4')
    await watch()
    assert.ok(most <= CAPACITY, `${most}`)
    console.log(`      in the end it holds ${(await small.status()).disk.used}, at most ${most}`)
  })

  async function joinedSmall (by: RunningNode): Promise<RunningNode> {
    const node = await joined(scene, 'small', by, 'write', ...FLAGS)
    await node.stop()
    await node.ok('config', 'capacity', `${CAPACITY}`)
    return start(scene, node.folder, ...FLAGS)
  }
})
