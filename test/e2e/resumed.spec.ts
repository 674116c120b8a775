/** A repair that is cut off goes on from what was fetched, and a machine that slept does not think that the others died. */
import assert from 'node:assert/strict'
import type { Status, Why } from '../../src/api/node.js'
import { filesIn, total, wholeIn } from './folders.js'
import { LONG } from '../seed.js'
import { first, joined, MIB, randomFile, type RunningNode, Scene, start, until } from './harness.js'

const FILE_BYTES = (LONG ? 2048 : 384) * MIB
const FILES = 8
const FLAGS = ['--offline-grace', '4s', '--let-go-after', '3s']

describe('interrupted', function () {
  this.timeout(LONG ? 600_000 : 180_000)
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(() => scene.close())

  it('a copy that is being made when its node is killed goes on from what is there', async () => {
    const nas = await first(scene, 'nas', ...FLAGS)
    const laptop = await joined(scene, 'laptop', nas, 'write', ...FLAGS)
    await until('both are linked', async () => await nas.inSync(1) && await laptop.inSync(1))
    await laptop.stop()
    const path = scene.path('film')
    await randomFile(path, FILE_BYTES)
    await nas.ok('put', path, '--as', 'film', '--durable', '1')
    const again = await start(scene, laptop.folder, ...FLAGS)
    await until('a third of it came', async () => total(await filesIn(laptop.folder)) > FILE_BYTES / 3)
    await again.kill()
    const had = total(await filesIn(laptop.folder))
    assert.ok(had < FILE_BYTES, 'it was killed too late')
    const last = await start(scene, laptop.folder, ...FLAGS)
    await until('it is whole', async () => (JSON.parse(await last.ok('why', 'film', '--json')) as Why).here?.whole === true, 120_000)
    const came = await last.received()
    console.log(`      ${Math.round(had / MIB)} of ${FILE_BYTES / MIB} MiB were there; ${Math.round(came / MIB)} MiB came after the restart`)
    // what was in a file and not in the index is looked at behind everything else, and may come twice: 8 blocks
    assert.ok(came <= FILE_BYTES - had + 16 * MIB + 0.02 * FILE_BYTES, `${came} bytes came`)
  })

  it('a machine that sleeps longer than offlineGrace starts no repair when it wakes', async () => {
    const nas = await first(scene, 'n0', ...FLAGS)
    await nas.ok('config', '--vault', 'copies', '2')
    const nodes = [nas]
    for (let n = 1; n < 4; n++) nodes.push(await joined(scene, `n${n}`, nas, 'write', ...FLAGS))
    await until('all are linked', async () => (await Promise.all(nodes.map((node) => node.inSync(3)))).every(Boolean))
    const path = scene.path('file')
    for (let n = 0; n < FILES; n++) {
      await randomFile(path, MIB)
      await nas.ok('put', path, '--as', `f${n}`)
    }
    /** Waits for each file twice in these folders, and no third time. */
    const twice = async (what: string, of: readonly RunningNode[]): Promise<void> => {
      let last: number[] = []
      await until(what, async () => {
        const found = await Promise.all(of.map(({ folder }) => wholeIn(folder)))
        last = [...Map.groupBy(found.flatMap(({ roots }) => [...roots]), (root) => root).values()].map(({ length }) => length)
        return last.length === FILES && last.every((copies) => copies === 2)
      }, 90_000).catch((error: unknown) => { throw new Error(`${String(error)}; copies of each: ${last.join(' ')}`) })
    }
    await twice('two copies of each', nodes)

    const sleeper = nodes[3]
    assert.ok(sleeper !== undefined)
    const before = await filesIn(sleeper.folder)
    const came = await sleeper.received()
    process.kill(sleeper.pid, 'SIGSTOP')
    // the others make up for what only it had beside another one
    await twice('the others have two copies of each', nodes.slice(0, 3))
    process.kill(sleeper.pid, 'SIGCONT')
    await until('everybody is there again', async () => (await Promise.all(nodes.map(async (node) => (JSON.parse(await node.ok('status', '--json')) as Status).members.connected === 3))).every(Boolean), 60_000)
    // it has looked at everything and wants nothing; what the others have made meanwhile may be bound by a promise for an hour
    await until('it wants nothing', () => sleeper.inSync(3), 60_000)
    const after = await filesIn(sleeper.folder)
    const fresh = [...after.keys()].filter((name) => !before.has(name))
    const more = await sleeper.received() - came
    console.log(`      it slept, woke, and fetched ${fresh.length} blocks; ${Math.round(more / 1024)} KiB came`)
    assert.deepEqual(fresh, [])
    assert.ok(more < MIB)
  })
})
