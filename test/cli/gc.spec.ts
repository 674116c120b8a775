import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { describe as lines } from '../../src/cli/commands/gc.js'
import type { GcResult } from '../../src/api/node.js'
import { TestWorld } from './harness.js'

const NOW = new Date(2026, 10, 21, 9, 0)
const NOTHING: GcResult = { dryRun: false, dead: { versions: 0, blocks: 0, bytes: 0 }, uploads: { uploads: 0, blocks: 0, bytes: 0 }, emptied: { blocks: 0, bytes: 0 }, guarded: { versions: 0, bytes: 0 }, trash: { blocks: 0, bytes: 0 } }
const ALL: Partial<GcResult> = {
  dead: { versions: 12, blocks: 1204, bytes: 1.2e9 },
  uploads: { uploads: 1, blocks: 3, bytes: 4000 },
  emptied: { blocks: 1, bytes: 500 },
  guarded: { versions: 1, bytes: 7000, next: new Date(2026, 10, 28, 9, 12) },
  trash: { blocks: 1204, bytes: 1.2e9, until: new Date(2026, 10, 22, 9, 0) }
}

describe('commands: gc', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('says what went where, what is kept and until when', () => {
    assert.deepEqual(lines({ ...NOTHING, ...ALL }, NOW), [
      'gone to the trash  1.2 GB in 1,204 blocks, of 12 dead versions',
      'gone for good      500 B in 1 block, whose time in the trash was over',
      'gone for good      4 kB in 3 blocks, of 1 upload that nobody finished',
      'kept               7 kB of 1 dead version; the first may go 28 Nov 09:12',
      'in the trash       1.2 GB in 1,204 blocks; gone by 22 Nov 09:00, or before when room is needed'
    ])
    assert.deepEqual(lines({ ...NOTHING, ...ALL, dryRun: true }, NOW).slice(0, 3), [
      'would go to the trash  1.2 GB in 1,204 blocks, of 12 dead versions',
      'would go for good      500 B in 1 block, whose time in the trash is over',
      'would go for good      4 kB in 3 blocks, of 1 upload that nobody finished'
    ])
    assert.deepEqual(lines(NOTHING, NOW), ['Nothing to collect.'])
    assert.match(lines({ ...NOTHING, ...ALL, off: 'rebuilt' }, NOW).join('\n'), /^Nothing was collected: the index of this folder was lost and made anew/)
  })

  it('collects, or only looks, and prints one object with --json', async () => {
    const { code, stdout } = await world.run('gc')
    assert.equal(code, 0)
    assert.match(stdout, /^gone to the trash {2}3 kB in 2 blocks, of 1 dead version\n/)
    const object = JSON.parse((await world.run('gc', '--dry-run', '--json')).stdout) as GcResult
    assert.deepEqual([object.dryRun, object.dead], [true, { versions: 1, blocks: 2, bytes: 3000 }])
    assert.deepEqual(world.node.collected, [false, true])
  })

  it('start and config take guard and trash', async () => {
    await world.run('init', '--label', 'laptop', '--listen', '/ip4/127.0.0.1/tcp/4000')
    await writeFile(world.path('vault', 'format'), 'dfs 1\n')
    await world.run('config', 'guard', '2d')
    for (const [words, guard, trash] of [[[], 2 * 86400e3, undefined], [['--guard', '1s', '--trash', '0'], 1000, 0]] as Array<[string[], number, number | undefined]>) {
      const started = world.run('start', ...words)
      world.signals.emit('SIGINT')
      await started
      assert.deepEqual([world.inits.at(-1)?.guard, world.inits.at(-1)?.trash], [guard, trash])
    }
    assert.equal((await world.run('start', '--guard', 'soon')).code, 2)
  })
})
