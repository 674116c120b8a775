import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { lstat, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { LONG } from '../seed.js'
import { first, joined, lines, MIB, Scene, until, type RunningNode } from './harness.js'

interface Line { name: string, unchanged?: boolean }
interface Kept { size: number, mtime: number }

/** Regular files below a folder, by their path in it. */
async function files (dir: string): Promise<Map<string, Kept>> {
  const found = new Map<string, Kept>()
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size, mtime } = await lstat(path)
    found.set(relative(dir, path), { size, mtime: mtime.getTime() })
  }
  return found
}

/** Paths, sizes, times and contents are the same. */
async function same (dir: string, expected: string): Promise<number> {
  const [own, other] = [await files(dir), await files(expected)]
  assert.deepEqual([...own].sort(), [...other].sort())
  for (const path of own.keys()) {
    // without printing what differs
    assert.ok((await readFile(join(dir, path))).equals(await readFile(join(expected, path))), path)
  }
  return own.size
}

const inverted = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff)

/** The file looks the same by size and time and is not: who reads or fetches it again shows. */
async function spoil (path: string): Promise<void> {
  const { mtime } = await lstat(path)
  await writeFile(path, inverted(await readFile(path)))
  await utimes(path, mtime, mtime)
}

/** A folder of folders with names and sizes of all kinds. */
async function grow (dir: string): Promise<void> {
  const sizes = [0, 1, 700, 3_000, 20_000, 70_000]
  for (let n = 0; n < 600; n++) {
    const path = join(dir, `d${n % 7}`, n % 3 === 0 ? 'ünter' : 'sub dir', `${n}.d-${n % 5}`, `file ${n}.txt`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, randomBytes(sizes[n % sizes.length] ?? 0))
    await utimes(path, 1_600_000_000 + n + 0.123, 1_600_000_000 + n + 0.123)
  }
  for (const [name, size] of [['large', 5 * MIB + 3], ['d1-', 300_000], ['d1.x', 10], ['😀', 5], ['z'.repeat(250), 5]] as const) await writeFile(join(dir, name), randomBytes(size))
}

describe('put -r and get -r of a tree', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  /** Runs a command that prints a line a file, and interrupts it when it has printed so many; the names it printed. */
  const interrupted = async (node: RunningNode, args: string[], after: number): Promise<Set<string>> => {
    const child = scene.spawn(['--dir', node.folder, ...args, '--json'])
    assert.ok(child.stdout)
    child.stderr?.resume()
    const ended = once(child, 'exit')
    const names = new Set<string>()
    for await (const line of createInterface({ input: child.stdout })) {
      names.add((JSON.parse(line) as Line).name)
      if (names.size === after) child.kill('SIGINT')
    }
    assert.deepEqual(await ended, [130, null])
    return names
  }

  const timed = async (what: string, count: number, work: () => unknown): Promise<void> => {
    const began = performance.now()
    await work()
    const seconds = (performance.now() - began) / 1000
    console.log(`      ${what}: ${count} files in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} files a second`)
  }

  it('come back equal, and go on after Ctrl-C without what is there', async () => {
    const [tree, work] = [scene.path('tree'), scene.path('work', 'tree')]
    if (LONG) {
      // what is in it: the folder itself may be a link
      execFileSync('cp', ['-a', `${join(import.meta.dirname, '..', '..', '..', 'node_modules')}/.`, tree])
      execFileSync('find', [tree, '-type', 'l', '-delete'])
    } else {
      await grow(tree)
    }
    await mkdir(dirname(work))
    execFileSync('cp', ['-a', tree, work])
    const all = await files(tree)
    const half = Math.floor(all.size / 2)
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)

    const kept = await interrupted(a, ['put', '-r', 'work/tree'], half)
    assert.ok(kept.size >= half && kept.size < all.size, `${kept.size} of ${all.size}`)
    assert.deepEqual(new Set(lines<Line>(await a.ok('ls', '--json')).map(({ name }) => name)), kept)
    for (const name of kept) await spoil(join(work, '..', name))
    const again: Line[] = []
    await timed('put -r, the second half', all.size - kept.size, async () => { again.push(...lines<Line>(await a.ok('put', '-r', 'work/tree', '--json'))) })
    assert.deepEqual(new Set(again.filter(({ unchanged }) => unchanged === true).map(({ name }) => name)), kept)
    // two members, and one version of each file
    assert.equal((await a.status()).entries, 2 + all.size)
    await timed('put -r of what is there', all.size, async () => a.ok('put', '-r', 'work/tree'))

    await until('the other member has it all', () => b.inSync(1), LONG ? 600_000 : 60_000)
    const got = await interrupted(b, ['get', '-r', 'tree', '-o', 'out'], half)
    const here = await files(scene.path('out'))
    assert.deepEqual(new Set([...here.keys()].map((path) => `tree/${path}`)), got)
    for (const path of here.keys()) assert.ok((await readFile(scene.path('out', path))).equals(await readFile(join(tree, path))), path)
    const spoilt = [...here.keys()].filter((path) => (all.get(path)?.size ?? 0) > 0)
    for (const path of spoilt) await spoil(scene.path('out', path))
    await timed('get -r, the second half', all.size - here.size, async () => b.ok('get', '-r', 'tree', '-o', 'out'))
    for (const path of spoilt) assert.ok((await readFile(scene.path('out', path))).equals(inverted(await readFile(join(tree, path)))), path)
    const { code, stderr } = await b.run('get', '-r', 'tree', '-o', 'out', '--checksum')
    assert.equal(code, 2)
    assert.equal(stderr.match(/FileExistsError/g)?.length, spoilt.length)
    await b.ok('get', '-r', 'tree', '-o', 'out', '--checksum', '--replace')
    assert.equal(await same(scene.path('out'), tree), all.size)

    // for scale
    await timed('put -r', all.size, async () => a.ok('put', '-r', 'tree', 'again/'))
    await timed('get -r', all.size, async () => a.ok('get', '-r', 'again', '-o', 'again'))
    await same(scene.path('again', 'tree'), tree)
    await timed('cp -r', all.size, () => execFileSync('cp', ['-r', tree, scene.path('cp')]))
    await timed('tar | tar', all.size, () => execFileSync('sh', ['-c', 'mkdir tar && tar -C tree -cf - . | tar -C tar -xf -'], { cwd: scene.dir }))
    await rm(scene.path('cp'), { recursive: true })

    const [folder, top] = lines<{ prefix: string, files: number, size: number }>(await b.ok('du', 'tree', '--json'))
    assert.deepEqual([folder?.prefix, folder?.files, top?.files], ['tree/', all.size, all.size])
    assert.equal(folder?.size, [...all.values()].reduce((sum, { size }) => sum + size, 0))
    assert.equal(await b.ok('ls', '--folders'), 'again/\ntree/\n')
  })
})
