import assert from 'node:assert/strict'
import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { probe, sameTime, type Disk } from '../../../src/cli/tree/disk.js'
import { folded, pathProblem } from '../../../src/cli/tree/local-name.js'
import { Places } from '../../../src/cli/tree/places.js'

const EXACT: Disk = { folds: false, mtimeMs: 0 }
const FOLDING: Disk = { folds: true, mtimeMs: 0 }

describe('get -r: where names lie on this disk', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-places-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  /** Each name, with the name of its error or its path below the folder. */
  const placed = async (names: string[], disk = EXACT, platform: NodeJS.Platform = 'linux'): Promise<string[]> => {
    const places = new Places(dir, disk, platform)
    const results: string[] = []
    for (const name of names) {
      results.push(await places.place(name).then((path) => path.slice(dir.length + 1), (error: unknown) => (error as Error).name))
    }
    return results
  }

  it('is the name itself, below folders that are made', async () => {
    const names = ['a', 'b/c/d', 'b/c/e', 'b/f', 'g h/ü/😀', 'x\\y']
    assert.deepEqual(await placed(names), names)
    assert.ok((await lstat(join(dir, 'b/c'))).isDirectory())
    assert.ok((await lstat(join(dir, 'g h/ü'))).isDirectory())
  })

  it('is never outside, whatever a name says', async () => {
    for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '', '.', '..', 'a/./b', 'a/..', 'a\u0000b', 'x\u001b[2J', '\ud800']) {
      assert.deepEqual(await placed([name]), ['InvalidNameError'], JSON.stringify(name))
    }
    assert.deepEqual(await readdir(dir), [])
  })

  it('is never behind a link that is here, nor in place of a file', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'dfs-outside-'))
    try {
      await symlink(outside, join(dir, 'link'))
      await mkdir(join(dir, 'sub'))
      await symlink(outside, join(dir, 'sub', 'link'))
      await writeFile(join(dir, 'file'), 'x')
      assert.deepEqual(await placed(['file/x', 'link/deep/er', 'link/x', 'sub/link/y', 'sub/z']), ['FileExistsError', 'FileExistsError', 'FileExistsError', 'FileExistsError', 'sub/z'])
      assert.deepEqual(await readdir(outside), [])
    } finally {
      await rm(outside, { recursive: true })
    }
  })

  it('is for one of a file and a folder of the same name, the file', async () => {
    assert.deepEqual(await placed(['a', 'a-b', 'a.c/x', 'a/b', 'a/c/d', 'a0', 'a0/x', 'b/c', 'b/c/d', 'b/cc/d']),
      ['a', 'a-b', 'a.c/x', 'FileExistsError', 'FileExistsError', 'a0', 'FileExistsError', 'b/c', 'FileExistsError', 'b/cc/d'])
  })

  it('is for one of several names that the disk takes for the same, the first', async () => {
    const names = ['A/x', 'Cafe', 'a/x', 'a/y', 'b/ß', 'b/SS', 'b/x', 'b/X', 'cafe', 'caf\u00e9', 'cafe\u0301']
    assert.deepEqual(await placed(names), names)
    await rm(dir, { recursive: true })
    await mkdir(dir)
    assert.deepEqual(await placed(names, FOLDING),
      ['A/x', 'Cafe', 'FileExistsError', 'FileExistsError', 'b/ß', 'FileExistsError', 'b/x', 'FileExistsError', 'FileExistsError', 'caf\u00e9', 'FileExistsError'])
    assert.deepEqual((await readdir(dir)).sort(), ['A', 'b'])
  })

  it('is refused on Windows where Windows would make something else of it', () => {
    for (const name of ['C:/x', 'c:x', 'a\\..\\b', '\\\\server\\share', 'a/b:stream', 'con', 'CON.txt', 'a/aux', 'lpt1.log', 'COM¹', 'nul /x', 'a.', 'a /b', 'what?', '*', '"', '<', '>', '|']) {
      assert.ok(pathProblem(name, 'win32') !== undefined, name)
      assert.equal(pathProblem(name, 'linux'), undefined, name)
    }
    for (const name of ['console', 'a/b.c', '.hidden', 'com10', 'nullable.txt', 'a b']) assert.equal(pathProblem(name, 'win32'), undefined, name)
  })

  it('knows names that differ in case or accents as one', () => {
    for (const [a, b] of [['A', 'a'], ['É', 'e\u0301'], ['ß', 'SS'], ['ſ', 's'], ['Σ', 'ς'], ['K', 'k']] as const) assert.equal(folded(a), folded(b), `${a} ${b}`)
    for (const [a, b] of [['a', 'b'], ['e', 'é'], ['a', 'a.']] as const) assert.notEqual(folded(a), folded(b))
  })

  it('finds out what the disk does, and leaves nothing of it', async () => {
    const disk = await probe(dir)
    // what Linux file systems do by default; others say something else, and both are right
    if (process.platform === 'linux') assert.deepEqual(disk, EXACT)
    assert.deepEqual(await readdir(dir), [])
  })

  it('takes times for the same that the disk cannot tell apart', () => {
    const at = (ms: number): Date => new Date(1e12 + ms)
    assert.ok(sameTime(EXACT, at(5), at(5)))
    assert.ok(!sameTime(EXACT, at(5), at(6)))
    assert.ok(sameTime({ folds: true, mtimeMs: 2_000 }, at(0), at(1_999)))
    assert.ok(!sameTime({ folds: true, mtimeMs: 2_000 }, at(0), at(2_000)))
  })
})
