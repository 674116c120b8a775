import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { compareNames } from '../../../src/cli/tree/order.js'
import { walk, type Found, type WalkOptions } from '../../../src/cli/tree/walk.js'

const signal = new AbortController().signal

describe('put -r: the walk through a folder', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-walk-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  const make = async (...files: string[]): Promise<void> => {
    for (const file of files) {
      await mkdir(join(dir, file, '..'), { recursive: true })
      await writeFile(join(dir, file), file)
    }
  }
  const found = async (name = '', options: Partial<WalkOptions> = {}): Promise<Found[]> => {
    const all: Found[] = []
    for await (const one of walk(dir, name, { signal, ...options })) all.push(one)
    return all
  }
  const names = async (name?: string): Promise<string[]> => (await found(name)).flatMap((one) => one.kind === 'file' ? [one.name] : [])
  const others = async (options?: Partial<WalkOptions>): Promise<Array<[string, string, string]>> => (await found('', options)).flatMap((one): Array<[string, string, string]> => {
    if (one.kind === 'file') return []
    return [[one.kind, one.path.slice(dir.length + 1), one.kind === 'failed' ? one.error.name : one.why]]
  })

  it('finds files in the order of their names in the vault, with size and time', async () => {
    const all = ['a/b', 'a-b', 'a.txt', 'a/b.c/d', 'a/é', 'ab', 'b/\ufffd', 'b/😀', 'Z']
    await make(...all)
    await utimes(join(dir, 'a/b'), 1_000, 1_000.5)
    assert.deepEqual(await names(), all.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))))
    assert.deepEqual((await names('p/q')).slice(0, 2), ['p/q/Z', 'p/q/a-b'])
    const file = (await found()).find((one) => one.kind === 'file' && one.name === 'a/b')
    assert.deepEqual(file, { kind: 'file', path: join(dir, 'a/b'), name: 'a/b', size: 3, mtime: new Date(1_000_500) })
  })

  it('names more than one page of files', async () => {
    await make(...Array.from({ length: 150 }, (_, n) => `f${n}`))
    assert.equal(new Set(await names()).size, 150)
  })

  it('follows no link and opens nothing that is no file, and says so', async () => {
    await make('sub/x')
    await mkdir(join(dir, 'none', 'deep'), { recursive: true })
    await symlink('sub', join(dir, 'link'))
    await symlink('..', join(dir, 'sub', 'up'))
    await symlink('nowhere', join(dir, 'dangling'))
    execFileSync('mkfifo', [join(dir, 'pipe')])
    const server = createServer().listen(join(dir, 'socket'))
    await once(server, 'listening')
    try {
      assert.deepEqual(await names(), ['sub/x'])
      assert.deepEqual(await others(), [
        ['skipped', 'dangling', 'a link, not followed'], ['skipped', 'link', 'a link, not followed'],
        ['skipped', 'none/deep/', 'an empty folder, which has no name in a vault'], ['skipped', 'pipe', 'a pipe'], ['skipped', 'socket', 'a socket'],
        ['skipped', 'sub/up', 'a link, not followed']
      ])
    } finally {
      server.close()
    }
  })

  it('takes neither of two files whose names a vault cannot tell apart, and no name that is no text', async function () {
    if (process.platform === 'darwin' || process.platform === 'win32') this.skip()
    await make('ok', 'caf\u00e9', 'cafe\u0301', 'only-cafe\u0301')
    await writeFile(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0x62, 0xff])]), 'x')
    assert.deepEqual(await names(), ['ok', 'only-caf\u00e9'])
    assert.deepEqual((await others()).sort(), [['failed', 'b\ufffd', 'InvalidNameError'], ['failed', 'cafe\u0301', 'InvalidNameError'], ['failed', 'caf\u00e9', 'InvalidNameError']].sort())
  })

  it('leaves out the folder that it is told to, and goes on behind one that cannot be read', async () => {
    await make('a', 'vault/keyring', 'z')
    const own = await stat(join(dir, 'vault'))
    assert.deepEqual(await others({ leaveOut: ({ ino }) => ino === own.ino ? 'keys' : undefined }), [['skipped', 'vault/', 'keys']])
    const gone: Found[] = []
    for await (const one of walk(join(dir, 'not-there'), '', { signal })) gone.push(one)
    assert.deepEqual(gone.map(({ kind }) => kind), ['failed'])
  })

  it('ends with its signal', async () => {
    await make('a', 'b')
    const stop = new AbortController()
    const steps = walk(dir, '', { signal: stop.signal })
    await steps.next()
    stop.abort(new Error('enough'))
    await assert.rejects(steps.next(), /enough/)
  })

  it('sorts any names as their bytes are sorted', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '/', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}', '\u{10ffff}'), maxLength: 4 })
    fc.assert(fc.property(text, text, (a, b) => Math.sign(compareNames(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })
})
