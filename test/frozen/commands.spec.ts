/**
 * What programs see of the command line: what each command prints with --json, its errors and its exit code, in a vault
 * of three machines. The other specs of this folder hold what else people, programs and other nodes see, and
 * test/sim/frozen.spec.ts the logs of the simulation. The fixtures are there so that a change of the inside can be shown
 * to change nothing outside.
 *
 * `npm run freeze` writes all of them anew. That is right when a change is meant to be seen: it is named in CHANGELOG.md,
 * and the commit that makes it holds the fixtures, of which each changed line is one that the change speaks of. It is not
 * right to make a test green: a refactoring that changes a line has a fault, and so has a fixture that is another from
 * run to run. What depends on time or on the machine is mended in normal.ts or in its scene, by waiting for what settles it.
 *
 * The order of the scenes counts: each goes on where the one before ended.
 */
import assert from 'node:assert/strict'
import { hold, holdOnly } from './hold.js'
import { House } from './house.js'
import { changing, conflicting } from './scenes/changing.js'
import { getting, putting } from './scenes/files.js'
import { keeping, rebuilding } from './scenes/keeping.js'
import { looking, telling } from './scenes/looking.js'
import { making } from './scenes/making.js'
import { codes, settings } from './scenes/settings.js'
import { revoking, sharing } from './scenes/sharing.js'

/** A busy machine takes its time. */
const SCENES_MS = 300_000
const SCENES = [putting, looking, getting, changing, settings, telling, sharing, keeping, revoking, conflicting, codes, rebuilding]
const COMMANDS = [
  'config', 'cp', 'du', 'evict', 'fetch', 'gc', 'get', 'help', 'init', 'invite', 'join', 'log', 'ls', 'members', 'mv', 'nonsense', 'passphrase', 'put', 'recovery-code', 'restore', 'revoke',
  'rm', 'share', 'start', 'stat', 'status', 'token', 'verify', 'why'
]

describe('frozen: --json of', () => {
  let house: House
  before(async function () {
    this.timeout(SCENES_MS)
    house = await House.open()
    const vault = await making(house)
    for (const scene of SCENES) await scene(house, vault)
  })
  after(() => house.close())

  for (const command of COMMANDS) {
    it(command, () => hold(`commands/${command}.txt`, house.of(command)))
  }

  it('each command, and no other', async () => {
    assert.deepEqual(house.commands, COMMANDS)
    // test/e2e runs the demo, which takes as long as all the others together
    await holdOnly('commands', [...COMMANDS, 'demo'].map((command) => `${command}.txt`))
  })
})
