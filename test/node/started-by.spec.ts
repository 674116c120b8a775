import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const url = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)

/** Uses each thread of this program, and says `all well`. */
const program = (dir: string): string => `
  import { once } from 'node:events'
  const { createNode } = await import(${url('index.js')})
  const node = await createNode({ dir: ${JSON.stringify(dir)}, listen: [], discovery: { mdns: false, dht: false } })
  await node.put('x', 'hello')
  const { ok } = await node.verify()
  await node.stop()
  const { ownWorker } = await import(${url('index/engine/own-worker.js')})
  const verifier = ownWorker(new URL(${url('vault/entries/verify-worker.js')}), {})
  verifier.postMessage({ list: 7, lengths: [], bytes: new ArrayBuffer(0) })
  const [{ list }] = await once(verifier, 'message')
  await verifier.terminate()
  if (!ok || list !== 7) throw new Error('not well')
  console.log('all well')`

describe('node: in a process that was started with', () => {
  let dir = ''
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-started-')) })
  afterEach(() => rm(dir, { recursive: true }))

  const ways: Record<string, (source: string, file: string) => string[]> = {
    '--input-type=module -e': (source) => ['--input-type=module', '-e', source],
    '--input-type=module --eval': (source) => ['--input-type=module', '--eval', source],
    '--import of something that only the main thread can load': (_, file) => ['--import', "data:text/javascript,import { isMainThread } from 'node:worker_threads'; if (!isMainThread) throw new Error('not here')", file],
    '--require of something that only the main thread can load': (_, file) => ['--require', join(dir, 'required.cjs'), file],
    '--test': (_, file) => ['--test', file],
    '--disable-warning and --enable-source-maps': (_, file) => ['--disable-warning=ExperimentalWarning', '--enable-source-maps', file]
  }
  for (const [name, words] of Object.entries(ways)) {
    it(name, async () => {
      const [file, source] = [join(dir, 'program.mjs'), program(join(dir, 'node'))]
      await writeFile(file, source)
      await writeFile(join(dir, 'required.cjs'), "if (!require('node:worker_threads').isMainThread) throw new Error('not here')")
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const { stdout, stderr } = await run(process.execPath, words(source, file), { env })
      assert.match(stdout, name === '--test' ? /pass 1/ : /^all well$/m)
      if (name.startsWith('--disable-warning')) assert.equal(stderr, '')
    })
  }
})
