import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { appendFile, mkdtemp, open, rename, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { readingFile, type LocalFile } from '../../src/disk/local-file.js'

const MIB = 1024 ** 2

async function read ({ bytes }: LocalFile, each: (total: number) => Promise<void> = async () => {}): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let total = 0
  for await (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) {
    pieces.push(piece)
    await each(total += piece.length)
  }
  return Buffer.concat(pieces)
}

/** What writes into a file that exists, without making it anew. */
function overwrite (path: string, value: number, at: number, length: number): void {
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.alloc(length, value), 0, length, at)
  closeSync(fd)
}

/** The writer below may stand still in the middle of a round: then the file is one value up to there, and from there on the value before. */
function isOfOneMoment (content: Buffer): boolean {
  const [value = 0] = content
  const from = content.findIndex((byte) => byte !== value)
  if (from === -1) return true
  return content.subarray(from).equals(Buffer.alloc(content.length - from, value === 1 ? 255 : value - 1)) || (value === 1 && content.subarray(from).every((byte) => byte === 0))
}

describe('A file of this machine', () => {
  let dir = ''
  let path = ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-local-'))
    path = join(dir, 'file')
  })
  afterEach(() => rm(dir, { recursive: true }))

  for (const size of [0, 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 5]) {
    it(`of ${size} bytes is given whole, with its size and time`, async () => {
      const content = Buffer.from(Array.from({ length: size }, (_, i) => i * 7 + (i >> 16)))
      await writeFile(path, content)
      await utimes(path, 1_234_567.8915, 1_234_567.8915)
      await readingFile({ path }, async (file) => {
        assert.deepEqual([file.size, file.mtime], [size, (await stat(path)).mtime])
        assert.ok(content.equals(await read(file)))
      })
    })
  }

  const changes: Record<string, (value: number) => Promise<void>> = {
    'in its middle': async (value) => { overwrite(path, value, 2 * MIB, 10) },
    'where it was read already': async (value) => { overwrite(path, value, 0, 10) },
    'with its time set back': async (value) => {
      const { atime, mtime } = await stat(path)
      overwrite(path, value, 2 * MIB, 10)
      await utimes(path, atime, mtime)
    },
    'and is longer': async () => appendFile(path, 'more'),
    'and is shorter': async () => truncate(path, (await stat(path)).size - 1),
    'by another in its place': async (value) => {
      await writeFile(`${path}.new`, Buffer.alloc(3 * MIB, value))
      await rename(`${path}.new`, path)
    },
    'by being deleted': async () => rm(path)
  }
  for (const [how, change] of Object.entries(changes)) {
    it(`that changes ${how} is never given to its end`, async () => {
      await writeFile(path, Buffer.alloc(3 * MIB, 1))
      let times = 0
      const gone = how === 'by being deleted'
      await assert.rejects(readingFile({ path }, async (file) => {
        times++
        await read(file, async (total) => {
          assert.ok(total < (file.size ?? 0), 'the last bytes were given')
          if (total === MIB) await change(1 + times)
        })
      }), { code: gone ? 'SOURCE_FAILED' : 'SOURCE_CHANGED' })
      assert.equal(times, gone ? 1 : 2)
    })
  }

  it('that changes once is read once more, from its start', async () => {
    await writeFile(path, Buffer.alloc(3 * MIB, 1))
    let times = 0
    const content = await readingFile({ path }, async (file) => {
      times++
      return read(file, async (total) => { if (times === 1 && total === MIB) await writeFile(path, Buffer.alloc(2 * MIB, 2)) })
    })
    assert.equal(times, 2)
    assert.ok(content.equals(Buffer.alloc(2 * MIB, 2)))
  })

  for (const size of [MIB / 2, 8 * MIB]) {
    it(`of ${size} bytes that another thread writes all the time is never a mixture`, async () => {
      await writeFile(path, Buffer.alloc(size))
      const writer = new Worker(`const { openSync, writeSync } = require('node:fs'); const { workerData: { path, size }, parentPort } = require('node:worker_threads')
        const fd = openSync(path, 'r+'); const piece = 65536
        for (let value = 1; ; value = value % 255 + 1) { for (let at = 0; at < size; at += piece) writeSync(fd, Buffer.alloc(piece, value), 0, piece, at); if (value === 1) parentPort.postMessage('writes') }`, { eval: true, workerData: { path, size } })
      try {
        await once(writer, 'message')
        for (let n = 0; n < 10; n++) {
          await readingFile({ path }, async (file) => {
            const content = await read(file)
            assert.ok(isOfOneMoment(content), 'bytes of two moments')
          }).catch((error: { code?: string }) => { if (error.code !== 'SOURCE_CHANGED') throw error })
        }
      } finally {
        await writer.terminate()
      }
    })
  }

  it('is not followed where it is a link, nor taken where it is a pipe, when that was asked for', async () => {
    await writeFile(path, 'x')
    await symlink(path, join(dir, 'link'))
    execFileSync('mkfifo', [join(dir, 'pipe')])
    await readingFile({ path: join(dir, 'link') }, async (file) => { assert.equal(file.size, 1) })
    for (const name of ['link', 'pipe', 'none']) {
      await assert.rejects(readingFile({ path: join(dir, name), follow: false }, async () => { assert.fail('it was taken') }), { code: 'SOURCE_FAILED' })
    }
    await assert.rejects(readingFile({ path: dir }, async () => { assert.fail('it was taken') }), { code: 'SOURCE_FAILED' })
  })

  it('that is a pipe is given as it comes, also when its writer comes later', async () => {
    execFileSync('mkfifo', [path])
    const reading = readingFile({ path }, async (file) => {
      assert.equal(file.size, undefined)
      return (await read(file)).toString()
    })
    await using writer = await open(path, 'w')
    await writer.writeFile('one ')
    await writer.writeFile('two')
    await writer.close()
    assert.equal(await reading, 'one two')
  })

  it('that is a pipe to which nobody writes is left at once by a signal, and no thread waits for it', async () => {
    execFileSync('mkfifo', [path])
    const stop = new AbortController()
    const reading = readingFile({ path }, async (file) => {
      setImmediate(() => { stop.abort() })
      return read(file)
    }, stop.signal)
    await assert.rejects(reading, { name: 'AbortError' })
    // a process that had a thread waiting for a writer would not end
    const source = `const { readingFile } = await import(${JSON.stringify(new URL('../../src/disk/local-file.js', import.meta.url).href)})
      readingFile({ path: ${JSON.stringify(path)} }, async (file) => { setImmediate(() => process.exit(3)); for await (const _ of file.bytes); })`
    assert.throws(() => execFileSync(process.execPath, ['--input-type=module', '-e', source], { timeout: 20_000, stdio: 'ignore' }), { status: 3 })
  })
})
