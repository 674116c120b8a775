import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNode, WrongPassphraseError } from '../../src/index.js'

const NODE = { listen: ['/ip4/127.0.0.1/tcp/0'], capacity: 1e9, start: false }

describe('kill -9 while the passphrase is changed', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-change-')) })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  /** Kills the change at the moment that a file of this name is touched, or this was said. */
  const cutOff = async (from: string, to: string, moment: string): Promise<void> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'changer.js'), dir, from, to], { stdio: ['ignore', 'pipe', 'inherit'] })
    const closed = once(child, 'close')
    const watcher = watch(dir)
    watcher.on('change', (_, name) => { if (name === moment) child.kill('SIGKILL') })
    child.stdout.setEncoding('utf8').on('data', (text: string) => { if (text.includes(moment)) child.kill('SIGKILL') })
    await closed
    watcher.close()
    assert.equal(child.signalCode, 'SIGKILL', 'the process ended by itself')
  }

  const opens = async (passphrase: string): Promise<string | undefined> => {
    try {
      await using node = await createNode({ ...NODE, dir, passphrase })
      return node.vault
    } catch (error) {
      if (error instanceof WrongPassphraseError) return undefined
      throw error
    }
  }

  it('one of the two opens the folder, never both and never none; once it was said to be done, the new one', async () => {
    const made = await createNode({ ...NODE, dir, passphrase: 'number 0' })
    await made.stop()
    let now = 0
    for (const moment of ['OPEN', 'keyring.new', 'keyring', 'CHANGED']) {
      await cutOff(`number ${now}`, `number ${now + 1}`, moment)
      const [old, fresh] = [await opens(`number ${now}`), await opens(`number ${now + 1}`)]
      assert.deepEqual([old, fresh].filter((vault) => vault !== undefined), [made.vault], moment)
      if (moment === 'CHANGED') assert.equal(old, undefined)
      if (fresh !== undefined) now++
    }
    assert.ok(now > 0)
  })
})
