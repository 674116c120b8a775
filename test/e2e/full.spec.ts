/** A small node in a vault that wants more than it lends. */
import assert from 'node:assert/strict'
import type { Status, Why } from '../../src/api/node.js'
import { filesIn, total } from './folders.js'
import { first, joined, MIB, randomFile, type RunningNode, Scene, start, until } from './harness.js'

const CAPACITY = 100_000_000
const OTHERS = 4 * CAPACITY
const FILES = 21
/** At least, and until the small one should hold some of them. */
const LATER = 6
const FILE_BYTES = 5 * MIB
const FLAGS = ['--offline-grace', '10s', '--let-go-after', '10s', '--guard', '1s', '--trash', '1s']

describe('a node that is full', function () {
  this.timeout(300_000)
  let scene: Scene
  before(async () => { scene = await Scene.open() })
  after(() => scene.close())

  it('is never over what it lends, another takes its place, and it is useful again when there is room', async () => {
    const nas = await lending(await first(scene, 'nas', ...FLAGS), OTHERS)
    const others = [await joined(scene, 'big', nas, 'write', ...FLAGS), await joined(scene, 'third', nas, 'write', ...FLAGS)]
    const nodes = [nas, ...await Promise.all(others.map((node) => lending(node, OTHERS))), await lending(await joined(scene, 'small', nas, 'write', ...FLAGS), CAPACITY)]
    const [, , , small] = nodes
    assert.ok(small !== undefined)
    await until('all are linked', async () => (await Promise.all(nodes.map((node) => node.inSync(3)))).every(Boolean))

    let most = 0
    const watch = async (): Promise<Status['disk']> => {
      const { disk } = await small.status()
      most = Math.max(most, disk.used, total(await filesIn(small.folder, 'blocks', 'trash', 'quarantine', 'tmp')))
      return disk
    }
    const path = scene.path('file')
    // everybody is to have everything: the small one cannot
    for (let n = 0; n < FILES; n++) {
      await randomFile(path, FILE_BYTES)
      await nas.ok('put', path, '--as', `f${n}`, '--durable', '2', '--copies', 'all')
      await watch()
    }
    await until('it says that it is full', async () => (await nas.members()).some(({ label, accepting }) => label === 'small' && accepting === false), 60_000)
    const full = await watch()
    console.log(`      it lends ${full.capacity}, holds ${full.used}, at most ${most}`)
    assert.ok(most <= CAPACITY, `${most}`)
    assert.ok(full.used >= 0.8 * CAPACITY)
    const why = await small.ok('why', `f${FILES - 1}`)
    assert.match(why, /this machine {2}has no room for it/)

    // of what comes now two copies are enough; where it is one of those that should have them, another takes its place
    await nas.ok('config', '--vault', 'copies', '2')
    await randomFile(path, 2 * MIB)
    const places = { its: 0, held: 0 }
    let later = 0
    for (; later < LATER || (places.its === 0 && later < 6 * LATER); later++) {
      const n = later
      await nas.ok('put', path, '--as', `later${n}`)
      await until(`two copies of later${n}`, async () => {
        const { copies } = JSON.parse(await nas.ok('why', `later${n}`, '--json')) as Why
        return copies !== undefined && copies.held >= 2
      }, 60_000)
      const { should, here } = JSON.parse(await small.ok('why', `later${n}`, '--json')) as Why
      if (should === true) places.its++
      if (here?.whole === true) places.held++
    }
    await watch()
    console.log(`      of ${later} files it should hold ${places.its}, and holds ${places.held}`)
    assert.ok(places.its > 0)
    assert.equal(places.held, 0)
    assert.ok(most <= CAPACITY, `${most}`)

    // room is made: it takes part again, and brings what it should hold, each block once
    for (let n = 0; n < FILES - 1; n++) await nas.ok('rm', `f${n}`)
    await nas.ok('config', '--vault', 'retention', '0')
    for (const node of nodes) await node.ok('gc')
    await until('it takes more', async () => (await nas.members()).some(({ label, accepting }) => label === 'small' && accepting === true), 60_000)
    await until('what is dead is gone', async () => {
      await small.ok('gc')
      const { garbage: { dead, trash }, disk } = await small.status()
      return (dead?.versions ?? 0) === 0 && trash.blocks === 0 && disk.used <= 2 * FILE_BYTES + LATER * 2 * MIB + MIB
    }, 60_000)
    const before = { received: await small.received(), used: (await watch()).used }
    await nas.ok('config', '--vault', 'copies', 'all')
    await nas.ok('put', path, '--as', 'new', '--durable', '4')
    await until('it has everything', async () => (await Promise.all(['new', ...Array.from({ length: later }, (_, n) => `later${n}`)].map(async (name) => (JSON.parse(await small.ok('why', name, '--json')) as Why).here?.whole))).every(Boolean), 60_000)
    const { used } = await watch()
    const came = await small.received() - before.received
    console.log(`      in the end it holds ${used}, at most ${most}; ${came} bytes came for ${used - before.used}`)
    assert.ok(most <= CAPACITY, `${most}`)
    assert.ok(used - before.used >= 2 * MIB)
    assert.ok(came <= 1.1 * (used - before.used) + MIB)
  })

  async function lending (node: RunningNode, capacity: number): Promise<RunningNode> {
    await node.stop()
    await node.ok('config', 'capacity', `${capacity}`)
    return start(scene, node.folder, ...FLAGS)
  }
})
