import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkInit } from '../../src/node/check-init.js'
import { checkPut } from '../../src/operations/check-put.js'
import { text } from '../../src/operations/invite.js'
import { TestWorld } from './harness.js'
import { member } from './member.js'

const EVIL = ['\u001b[2J', '\u009b2J', '\u007f', '\n', '\u0000', '\u202e']

describe('what a terminal obeys', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('is refused in labels, operators and types', () => {
    for (const evil of EVIL) {
      const value = `nas${evil}`
      for (const work of [() => text('label', value), () => { checkInit({ label: value }) }, () => { checkInit({ operator: value }) }, () => { checkPut({ type: value }) }]) {
        assert.throws(work, { code: 'INVALID_OPTION' })
      }
    }
    assert.equal(text('label', 'Anas Büro 🖥'), 'Anas Büro 🖥')
    assert.throws(() => text('label', '\ud800'), { code: 'INVALID_OPTION' })
  })

  it('reaches none, whatever others wrote', async () => {
    for (const evil of EVIL) {
      world.node.members = async () => [member({ label: `nas${evil}`, operator: evil })]
      const { stdout, stderr } = await world.run('members')
      assert.doesNotMatch(`${stdout}${stderr}`.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
      assert.equal(stdout.split('\n').length, 2)
      const json = (await world.run('members', '--json')).stdout
      assert.doesNotMatch(json.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
      assert.equal((JSON.parse(json) as { label: string }).label, `nas${evil}`)
      world.node.members = async () => { throw new Error(`a peer said ${evil}`) }
      for (const words of [['members'], ['members', '--json']]) assert.doesNotMatch((await world.run(...words)).stderr.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
  })

  it('an invite goes into a file that its owner alone can read', async () => {
    const file = join(world.cwd, 'invite')
    await world.file('invite', 'of before, for all to read')
    const { code, stdout } = await world.run('invite', '--role', 'write', '-o', 'invite')
    assert.deepEqual([code, stdout], [0, ''])
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.match(await readFile(file, 'utf8'), /^dfs-invite1\w+\n$/)
    const { stdout: json } = await world.run('--json', 'invite', '--role', 'write', '-o', 'invite')
    assert.equal((JSON.parse(json) as { file: string }).file, file)
    assert.ok(!json.includes('dfs-invite1'))
  })
})
