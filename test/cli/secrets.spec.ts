import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { AbortError } from '../../src/errors.js'
import { readTerminal } from '../../src/cli/terminal.js'
import type { Input } from '../../src/cli/world.js'
import { RECOVERY_CODE } from '../rpc/fake-node.js'
import { TestWorld } from './harness.js'

describe('secrets', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('a recovery code comes from a pipe, a file or a terminal', async () => {
    world.input(`${RECOVERY_CODE}\n`)
    assert.equal((await world.run('recovery-code', '--check', '-')).code, 0)
    await world.file('code', RECOVERY_CODE)
    assert.equal((await world.run('recovery-code', '--check', 'code')).code, 0)
    world.input(`${RECOVERY_CODE}\r`, true)
    const { code, stdout, stderr } = await world.run('recovery-code', '--check', '-')
    assert.equal(code, 0)
    assert.ok(!`${stdout}${stderr}`.includes('canary'))
    assert.deepEqual(world.rawModes, [true, false])
    assert.equal(world.node.checkedCodes.length, 3)
  })

  it('a recovery code is never an argument, and is repeated nowhere', async () => {
    for (const words of [['recovery-code', '--check', RECOVERY_CODE], ['recovery-code', '--check', ` ${RECOVERY_CODE.toUpperCase()}`, '--json']]) {
      const { code, stdout, stderr } = await world.run(...words)
      assert.equal(code, 2)
      assert.ok(!`${stdout}${stderr}`.toLowerCase().includes('canary'))
    }
    assert.equal(world.node.checkedCodes.length, 0)
  })

  it('a wrong code is 5, and is repeated nowhere', async () => {
    for (const text of ['dfs-recovery1othercanary', 'no code: canary']) {
      world.input(text)
      const { code, stdout, stderr } = await world.run('recovery-code', '--check', '-')
      assert.equal(code, 5)
      assert.ok(!`${stdout}${stderr}`.includes('canary'))
    }
  })

  it('an invite is an argument, a pipe or a file, and is repeated nowhere', async () => {
    await world.file('invite.txt', 'dfs-invite1 canary\n')
    world.input('dfs-invite1canary')
    for (const word of ['dfs-invite1canary', '@invite.txt', '-']) {
      const { code, stdout, stderr } = await world.run('join', word, '--dir', world.cwd, '--listen', '/ip4/127.0.0.1/tcp/1')
      assert.equal(code, 0)
      assert.ok(!`${stdout}${stderr}`.includes('canary'))
    }
    assert.deepEqual(world.inits.map(({ invite }) => invite?.replace(/\s/g, '')), Array.from({ length: 3 }, () => 'dfs-invite1canary'))
  })

  const typed = async (...pieces: string[]): Promise<string> => {
    const input: Input & { write: PassThrough['write'] } = new PassThrough()
    const reading = readTerminal(input, new AbortController().signal)
    // its end may come before the last piece was written
    reading.catch(() => {})
    for (const piece of pieces) {
      input.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return (await reading).trim()
  }

  it('what is typed can be corrected', async () => {
    assert.equal(await typed('a', 'x', '\u007f', 'b', '\r'), 'ab')
    assert.equal(await typed('wrong\u0015right', '\r'), 'right')
    assert.equal(await typed('\r', 'a', '\r'), 'a')
  })

  it('what is pasted may have line breaks, and be longer than a cooked line', async () => {
    const long = 'x'.repeat(5000)
    assert.equal((await typed(`${long}\r${long}`, '\r')).replace(/\s/g, ''), long + long)
    assert.equal(await typed('\u001b[200~abc\u001b[201~', '\r'), 'abc')
  })

  it('Ctrl-C and Ctrl-D end it', async () => {
    await assert.rejects(typed('abc', '\u0003'), AbortError)
    assert.equal(await typed('abc', '\u0004'), 'abc')
  })
})
