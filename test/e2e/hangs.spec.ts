/** A member whose process is suspended: its connections stay, and nothing answers. */
import assert from 'node:assert/strict'
import { first, joined, MIB, randomFile, Scene, until } from './harness.js'

const SIZES = { small: 1000, 'of a MiB': MIB, large: 24 * MIB }
/** A put of each size finds this many members in order. */
const PUTS = 4

describe('a member that hangs', function () {
  this.timeout(300_000)
  let scene: Scene
  before(async () => { scene = await Scene.open() })
  after(() => scene.close())

  it('keeps no put from reaching the healthy one, and is not counted', async () => {
    const one = await first(scene, 'one')
    const others = [await joined(scene, 'healthy', one), await joined(scene, 'hangs', one)]
    const [healthy, hangs] = others
    assert.ok(healthy !== undefined && hangs !== undefined)
    await until('everybody knows everybody', async () => (await Promise.all([one, ...others].map((node) => node.inSync(2)))).every(Boolean))
    process.kill(hangs.pid, 'SIGSTOP')
    try {
      for (const [what, size] of Object.entries(SIZES)) {
        const times: number[] = []
        for (let n = 0; n < PUTS; n++) {
          const path = scene.path('file')
          await randomFile(path, size)
          const began = performance.now()
          const said = await one.ok('put', path, '--as', `${what} ${n}`)
          times.push(Math.round(performance.now() - began))
          assert.match(said, /on 2 machines: one, healthy/)
        }
        console.log(`      ${what}: ${times.join(', ')} ms`)
      }
    } finally {
      process.kill(hangs.pid, 'SIGCONT')
    }
    await until('it has everything', () => hangs.inSync(2))
  })
})
