import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNode } from '../../src/index.js'
import type { DfsNode } from '../../src/api/node.js'

const BIN = join(dirname(fileURLToPath(import.meta.url)), '../../bin/dfs.js')
const ALONE = { dialOnly: true, discovery: { mdns: false, dht: false } }
const NOT_WRITABLE = { code: 'DIRECTORY_NOT_WRITABLE' }
const LARGE = randomBytes(300_000)

async function bytesOf (node: DfsNode, name: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of node.get(name)) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function all<T> (rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const row of rows) list.push(row)
  return list
}

/** Every path below a folder, with its bytes. */
async function contents (dir: string): Promise<Map<string, string>> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  return new Map(await Promise.all(files.map(async ({ parentPath, name }) => [join(parentPath, name), (await readFile(join(parentPath, name))).toString('base64')] as const)))
}

const copies = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('dfs-reading-'))

async function fill (dir: string): Promise<void> {
  await using node = await createNode({ dir, ...ALONE })
  await node.put('small', 'text')
  await node.put('large', LARGE)
  await node.put('small', 'newer text')
}

describe('a folder that is read-only', () => {
  describe('by its disk (root, which may mount a tmpfs)', () => {
    let disk = ''
    let dir = ''
    before(async function () {
      if (process.getuid?.() !== 0 || process.platform !== 'linux') return this.skip()
      disk = await mkdtemp(join(tmpdir(), 'dfs-ro-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3g', 'dfs-test', disk])
    })
    beforeEach(async () => {
      dir = join(disk, 'node')
      await fill(dir)
    })
    afterEach(async () => {
      execFileSync('mount', ['-o', 'remount,rw', disk])
      await rm(dir, { recursive: true })
    })
    after(async () => {
      if (disk === '') return
      execFileSync('umount', [disk])
      await rm(disk, { recursive: true })
    })
    const freeze = (): void => { execFileSync('mount', ['-o', 'remount,ro', disk]) }

    it('everything is read, nothing is written, no copy is left', async () => {
      const before = await contents(dir)
      const earlier = await copies()
      freeze()
      {
        await using node = await createNode({ dir, ...ALONE })
        assert.deepEqual(await bytesOf(node, 'large'), LARGE)
        assert.equal((await bytesOf(node, 'small')).toString(), 'newer text')
        assert.deepEqual((await all(node.list())).map(({ name }) => name).sort(), ['large', 'small'])
        assert.equal((await node.stat('large')).size, LARGE.length)
        assert.equal((await all(node.history('small'))).length, 2)
        assert.equal((await node.members()).length, 1)
        assert.equal((await node.status()).dir, dir)
        assert.equal((await node.why('large')).name, 'large')
        assert.equal((await all(node.du())).length > 0, true)
        const added = (await copies()).filter((name) => !earlier.includes(name))
        assert.equal(added.length, 1)
      }
      assert.deepEqual(await copies(), earlier)
      assert.deepEqual(await contents(dir), before)
    })

    it('whatever writes says so before it does anything', async () => {
      freeze()
      await using node = await createNode({ dir, ...ALONE })
      let taken = false
      async function * source (): AsyncGenerator<Uint8Array> { taken = true; yield new Uint8Array(1) }
      const writing: Array<() => Promise<unknown>> = [
        () => node.put('new', source()), () => node.delete('small'), () => node.restore('small'), () => node.mv('small', 'other'), () => node.evict('large'),
        () => node.share('large'), () => node.invite({ role: 'store' }), () => node.revoke('x'), () => node.set({ copies: 2 }), () => node.gc(), () => node.verify(),
        () => node.changePassphrase({ to: 'correct horse battery staple' }), () => node.start()
      ]
      for (const call of writing) await assert.rejects(call, NOT_WRITABLE, call.toString())
      assert.equal(taken, false)
      assert.deepEqual((await all(node.list())).map(({ name }) => name).sort(), ['large', 'small'])
    })

    it('what only the log of the index holds is read', async () => {
      // as a process leaves it that was killed: the log is not in the database yet
      const node = await createNode({ dir, ...ALONE })
      await node.put('late', 'in the log')
      await cp(dir, join(disk, 'killed'), { recursive: true, filter: (path) => !path.endsWith('/ballast') })
      await node.stop()
      freeze()
      const killed = await createNode({ dir: join(disk, 'killed'), ...ALONE })
      try {
        assert.equal((await bytesOf(killed, 'late')).toString(), 'in the log')
      } finally {
        await killed.stop()
        execFileSync('mount', ['-o', 'remount,rw', disk])
        await rm(join(disk, 'killed'), { recursive: true })
      }
    })

    it('a damaged block is reported and stays where it is', async () => {
      const [path] = [...await contents(join(dir, 'blocks'))].find(([, bytes]) => bytes.length > 100_000) ?? []
      assert.ok(path)
      await writeFile(path, randomBytes(300_000))
      const before = await contents(dir)
      freeze()
      {
        await using node = await createNode({ dir, ...ALONE })
        const found: string[] = []
        node.addEventListener('block:corrupt', () => { found.push('corrupt') })
        await assert.rejects(bytesOf(node, 'large'))
        assert.equal(found.length, 1)
      }
      assert.deepEqual(await contents(dir), before)
    })

    it('a process that writes through another mount keeps readers out, and is kept out by them', async () => {
      const view = await mkdtemp(join(tmpdir(), 'dfs-view-'))
      execFileSync('mount', ['--bind', disk, view])
      execFileSync('mount', ['-o', 'remount,bind,ro', view])
      try {
        {
          await using writer = await createNode({ dir, ...ALONE })
          assert.ok(writer)
          await assert.rejects(createNode({ dir: join(view, 'node'), ...ALONE }), { code: 'DIRECTORY_LOCKED' })
        }
        await using reader = await createNode({ dir: join(view, 'node'), ...ALONE })
        await assert.rejects(createNode({ dir, ...ALONE }), { code: 'DIRECTORY_LOCKED' })
        assert.equal((await bytesOf(reader, 'small')).toString(), 'newer text')
      } finally {
        execFileSync('umount', [view])
        await rm(view, { recursive: true })
      }
    })
  })

  it('by its permissions: commands that read work, those that write say so with exit code 8', async function () {
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const home = await mkdtemp(join(tmpdir(), 'dfs-perm-'))
    const dir = join(home, 'node')
    const paths: string[] = [home]
    try {
      await mkdir(dir)
      await fill(dir)
      const run = (...args: string[]): { status: number | null, out: string, err: string } => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { ...user, cwd: home, env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, DFS_DIR: dir } })
        return { status, out: String(stdout), err: String(stderr) }
      }
      for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) paths.push(join(entry.parentPath, entry.name))
      if (user.uid !== undefined) for (const path of paths) await chown(path, user.uid, user.gid)
      const probe = spawnSync(process.execPath, [BIN, '--version'], { ...user, cwd: home })
      if (probe.status !== 0) return this.skip() // another user may not read the program where it lies here
      for (const path of paths.slice(1).reverse()) await chmod(path, (await readdir(path).then(() => true, () => false)) ? 0o500 : 0o400)
      for (const args of [['ls'], ['stat', 'large'], ['log', 'small'], ['status'], ['members'], ['du'], ['why', 'large']]) {
        const { status, err } = run(...args)
        assert.equal(status, 0, `${args.join(' ')}: ${err}`)
      }
      assert.equal(run('get', 'small', '-o', '-').out, 'newer text')
      await writeFile(join(home, 'f'), 'f')
      for (const args of [['put', join(home, 'f')], ['rm', 'small'], ['gc'], ['mv', 'small', 'b'], ['start']]) {
        const { status, err } = run(...args)
        assert.equal(status, 8, `${args.join(' ')}: ${err}`)
      }
      assert.deepEqual((await readdir(home)).filter((name) => name.startsWith('dfs-reading-')), [])
    } finally {
      for (const path of paths) await chmod(path, 0o700).catch(() => {})
      await rm(home, { recursive: true })
    }
  })
})
