import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { Directory } from '../../src/blockstore/directory.js'
import { openStorage, type Storage } from '../../src/blockstore/open-storage.js'
import { rawBlock } from './fixtures.js'

const MODULE = new URL('../../src/blockstore/directory.js', import.meta.url).href
const HOLD = `import(${JSON.stringify(MODULE)}).then(async ({ Directory }) => {
  await Directory.open(process.argv[1])
  for (let turn = 0; turn < 3 && globalThis.gc !== undefined; turn++) {
    await new Promise((resolve) => { setImmediate(resolve) }) // finalizers run between two turns
    globalThis.gc()
  }
  console.log('held')
  setInterval(() => {}, 1000)
})`
/** User id of `nobody`, who may write nothing. */
const NOBODY = 65_534
const ASK = `import(${JSON.stringify(MODULE)}).then(({ Directory }) => Directory.open(process.argv[1]))
  .then(() => { console.log('open') }, (error) => { console.log(error.code + ' ' + error.pid) })`

async function ended (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('store folder', () => {
  let base: string
  let dir: string

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'dfs-folder-'))
    dir = join(base, 'node')
  })
  afterEach(async () => { await rm(base, { recursive: true, force: true }) })

  const open = async (path = dir): Promise<{ directory: Directory, storage: Storage, close: () => Promise<void> }> => {
    const directory = await Directory.open(path, { create: true })
    const storage = await openStorage({ directory, capacity: 1024 ** 3 })
    await directory.commit()
    return {
      directory,
      storage,
      async close () {
        await storage.close()
        await directory.close()
      }
    }
  }

  it('has the layout of the design, closed to others', async () => {
    const node = await open()
    assert.deepEqual((await readdir(dir)).filter((name) => !/-(wal|shm)$/.test(name)).sort(), ['ballast', 'blocks', 'format', 'index.db', 'lock', 'lock.pid', 'quarantine', 'tmp', 'trash'])
    assert.equal(await readFile(join(dir, 'format'), 'utf8'), 'dfs 1\n')
    assert.equal((await readdir(join(dir, 'blocks'))).length, 1024)
    for (const folder of ['', 'blocks', 'tmp', 'quarantine', 'trash', 'blocks/aa']) assert.equal((await stat(join(dir, folder))).mode & 0o777, 0o700)
    const block = rawBlock('x', 100_000)
    await node.storage.store.put(block.cid, block.bytes)
    const name = block.cid.toString()
    assert.equal((await stat(join(dir, 'blocks', name.slice(-3, -1), name))).mode & 0o777, 0o600)
    await node.close()
    await node.close()
  })

  it('is only made when that was asked for', async () => {
    await assert.rejects(Directory.open(dir), { code: 'NO_VAULT' })
    await assert.rejects(stat(dir), { code: 'ENOENT' })
    await mkdir(dir)
    await assert.rejects(Directory.open(dir), { code: 'NO_VAULT' })
    assert.deepEqual(await readdir(dir), [])
  })

  it('that was never committed leaves nothing', async () => {
    const directory = await Directory.open(dir, { create: true })
    const storage = await openStorage({ directory, capacity: 1 })
    await storage.close()
    await directory.close()
    assert.deepEqual(await readdir(base), [])
    await mkdir(dir)
    await writeFile(join(dir, 'mine'), 'x')
    await (await Directory.open(dir, { create: true })).close()
    assert.equal(await readFile(join(dir, 'mine'), 'utf8'), 'x')
  })

  it('whose making was cut off is made anew, and what is not of that attempt stays', async () => {
    await (await open()).close()
    const left = ['keyring', 'keyring.new', 'identity.key', 'identity.key.0123456789ab', 'format.new', 'index.db-wal']
    const others = ['mine', 'config.toml', 'identity.key.mine', 'keyring.bak']
    for (const name of [...left, ...others]) await writeFile(join(dir, name), 'x')
    await rm(join(dir, 'format'))
    const directory = await Directory.open(dir, { create: true })
    assert.deepEqual((await readdir(dir)).sort(), [...others, 'lock', 'lock.pid'].sort())
    await directory.close()
    await (await open()).close()
    for (const name of others) assert.equal(await readFile(join(dir, name), 'utf8'), 'x')
  })

  it('without a format that holds data, or was never an attempt, loses nothing', async () => {
    const block = rawBlock('x', 100_000)
    const small = rawBlock('y', 10)
    for (const { cid, bytes } of [block, small]) {
      const node = await open(join(dir, cid.toString()))
      await node.storage.store.put(cid, bytes)
      await node.close()
      await rm(join(node.directory.path, 'format'))
      const before = await readdir(node.directory.path)
      await assert.rejects(Directory.open(node.directory.path, { create: true }), { code: 'DIRECTORY_NOT_WRITABLE' })
      assert.deepEqual(await readdir(node.directory.path), before)
    }
    const other = join(dir, 'other')
    await mkdir(join(other, 'trash'), { recursive: true })
    for (const name of ['keyring', 'trash/mine']) await writeFile(join(other, name), 'x')
    await (await Directory.open(other, { create: true })).close()
    for (const name of ['keyring', 'trash/mine']) assert.equal(await readFile(join(other, name), 'utf8'), 'x')
  })

  it('of a newer format is refused, and nothing in it touched', async () => {
    await (await open()).close()
    await writeFile(join(dir, 'format'), 'dfs 2\n')
    const before = await readdir(dir)
    await assert.rejects(Directory.open(dir, { create: true }), { code: 'NEWER_FORMAT' })
    assert.deepEqual(await readdir(dir), before)
  })

  it('whose format is not readable is refused', async () => {
    await (await open()).close()
    for (const text of ['', 'dfs', 'dfs 01\n', 'something else']) {
      await writeFile(join(dir, 'format'), text)
      await assert.rejects(Directory.open(dir, { create: true }), { code: 'INDEX_DAMAGED' })
    }
  })

  it('whose index is gone or damaged is refused; no new one is made', async () => {
    await (await open()).close()
    const refused = async (): Promise<void> => {
      const directory = await Directory.open(dir, { create: true })
      await assert.rejects(openStorage({ directory, capacity: 1 }), { code: 'INDEX_DAMAGED' })
      await directory.close()
    }
    await truncate(join(dir, 'index.db'), 5000)
    await refused()
    assert.equal((await stat(join(dir, 'index.db'))).size, 5000)
    await rm(join(dir, 'index.db'))
    await refused()
    await assert.rejects(stat(join(dir, 'index.db')), { code: 'ENOENT' })
  })

  it('that is a file, or cannot be written, is a typed error', async () => {
    await writeFile(dir, 'x')
    await assert.rejects(Directory.open(dir, { create: true }), { code: 'DIRECTORY_NOT_WRITABLE' })
    await assert.rejects(Directory.open(join(dir, 'below'), { create: true }), { code: 'DIRECTORY_NOT_WRITABLE' })
    await chmod(base, 0o500)
    // nothing is forbidden to root, so root is nobody meanwhile
    const root = process.geteuid?.() === 0
    if (root) process.seteuid?.(NOBODY)
    try {
      await assert.rejects(Directory.open(join(base, 'other'), { create: true }), { code: 'DIRECTORY_NOT_WRITABLE' })
    } finally {
      if (root) process.seteuid?.(0)
      await chmod(base, 0o700)
    }
  })

  for (const name of ['blocks', 'tmp', 'quarantine', 'index.db', 'format', 'lock']) {
    it(`does not follow a link at ${name}`, async () => {
      await (await open()).close()
      const elsewhere = join(base, 'elsewhere')
      await rm(join(dir, name), { recursive: true })
      await (name.includes('.') || name === 'format' || name === 'lock' ? writeFile(elsewhere, 'dfs 1\n') : mkdir(elsewhere))
      await symlink(elsewhere, join(dir, name))
      await assert.rejects(Directory.open(dir), { code: 'DIRECTORY_NOT_WRITABLE' })
    })
  }

  it('does not follow a link among the blocks', async () => {
    const block = rawBlock('x', 100_000)
    const [fan, name] = [block.cid.toString().slice(-3, -1), block.cid.toString()]
    const node = await open()
    await node.storage.store.put(block.cid, block.bytes)
    await rm(join(dir, 'blocks', fan, name))
    await writeFile(join(base, 'secret'), block.bytes)
    await symlink(join(base, 'secret'), join(dir, 'blocks', fan, name))
    await assert.rejects(node.storage.store.read(block.cid), { code: 'ELOOP' })
    await node.close()
    await rm(join(dir, 'blocks', fan), { recursive: true })
    await symlink(base, join(dir, 'blocks', fan))
    const directory = await Directory.open(dir)
    await assert.rejects(openStorage({ directory, capacity: 1 }), { code: 'DIRECTORY_NOT_WRITABLE' })
    await directory.close()
  })

  it('empties tmp at start', async () => {
    await (await open()).close()
    await writeFile(join(dir, 'tmp', '7'), 'half a block')
    await (await open()).close()
    assert.deepEqual(await readdir(join(dir, 'tmp')), [])
  })

  describe('lock', () => {
    const children: ChildProcess[] = []
    const hold = async (...flags: string[]): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [...flags, '-e', HOLD, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
      children.push(child)
      const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
      assert.equal(value, 'held')
      return child
    }

    beforeEach(async () => { await (await open()).close() })
    afterEach(async () => { for (const child of children.splice(0)) await ended(child) })

    it('refuses this process a second time, and not after it was closed', async () => {
      const first = await Directory.open(dir)
      await assert.rejects(Directory.open(dir), { code: 'DIRECTORY_LOCKED', pid: process.pid })
      await symlink(dir, join(base, 'same'))
      await assert.rejects(Directory.open(join(base, 'same')), { code: 'DIRECTORY_LOCKED' })
      await first.close()
      await (await Directory.open(dir)).close()
    })

    it('refuses another process, naming the pid; kill -9 frees it', async () => {
      const child = await hold()
      await assert.rejects(Directory.open(dir), { code: 'DIRECTORY_LOCKED', pid: child.pid })
      await assert.rejects(Directory.open(dir), { code: 'DIRECTORY_LOCKED', pid: child.pid }, 'asking does not free it')
      await ended(child)
      await (await Directory.open(dir)).close()
    })

    it('is kept although nobody refers to it and the garbage is collected', async () => {
      const child = await hold('--expose-gc')
      await assert.rejects(Directory.open(dir), { code: 'DIRECTORY_LOCKED', pid: child.pid })
    })

    it('is not freed by another thread of this process that asks', async () => {
      const held = await Directory.open(dir)
      const worker = new Worker(`const { parentPort } = require('node:worker_threads')
        import(${JSON.stringify(MODULE)}).then(({ Directory }) => Directory.open(${JSON.stringify(dir)})).then(() => 'open', ({ code, pid }) => code + ' ' + pid).then((said) => parentPort.postMessage(said))`, { eval: true })
      const [said] = await once(worker, 'message') as [string]
      assert.equal(said, `DIRECTORY_LOCKED ${process.pid}`)
      await worker.terminate()
      const child = spawn(process.execPath, ['-e', ASK, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
      const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
      await once(child, 'exit')
      assert.equal(value, `DIRECTORY_LOCKED ${process.pid}`)
      await held.close()
    })

    it('can be waited for', async () => {
      const first = await Directory.open(dir)
      const second = Directory.open(dir, { waitMs: 10_000 })
      await first.close()
      await (await second).close()
    })

    it('waiting ends with the signal', async () => {
      const first = await Directory.open(dir)
      await assert.rejects(Directory.open(dir, { waitMs: 10_000, signal: AbortSignal.abort(new Error('stopped')) }), { message: 'stopped' })
      await first.close()
    })
  })
})
