import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BlocksUnavailableError, InvalidNameError, NoSpaceError, NotDurableError } from '../../../src/errors.js'
import type { FileInfo, PutOptions, Source } from '../../../src/api/node.js'
import { TestWorld } from '../harness.js'

interface Line { name: string, version?: string, path?: string, bytes?: number, unchanged?: boolean }
const lines = (text: string): Line[] => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
const failures = (text: string): Array<[string, string]> => text.split('\n').filter((line) => line !== '').map((line) => {
  const { error } = JSON.parse(line) as { error: { name: string, path: string } }
  return [error.path, error.name]
})

const TIME = new Date(1_700_000_000_123)

describe('put -r and get -r', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  const make = async (...files: string[]): Promise<void> => {
    for (const file of files) {
      await mkdir(dirname(world.path(file)), { recursive: true })
      await writeFile(world.path(file), `content of ${file}`)
      await utimes(world.path(file), TIME, TIME)
    }
  }
  const names = (): string[] => [...world.node.files.keys()].sort()
  const have = async (...names: string[]): Promise<void> => { for (const name of names) await world.node.put(name, Buffer.from(`content of ${name}`), { mtime: TIME }) }
  const tree = async (path: string): Promise<string[]> => {
    const entries = await readdir(world.path(path), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => `${parentPath}/${name}`.slice(world.path(path).length + 1)).sort()
  }
  const text = (path: string): Promise<string> => readFile(world.path(path), 'utf8')

  const plans: Array<[string, string[], string[]]> = [
    ['under its own name', ['photos'], ['photos/2024/cat.jpg', 'photos/dog.jpg']],
    ['below a prefix', ['photos/', 'backup/'], ['backup/photos/2024/cat.jpg', 'backup/photos/dog.jpg']],
    ['under another name', ['photos', 'pics'], ['pics/2024/cat.jpg', 'pics/dog.jpg']],
    ['under another name, with --as', ['photos', '--as', 'notes.txt'], ['notes.txt/2024/cat.jpg', 'notes.txt/dog.jpg']],
    ['as what is in it', ['photos/.', 'backup/'], ['backup/2024/cat.jpg', 'backup/dog.jpg']],
    ['as what is in it, at the top', ['./photos/.'], ['2024/cat.jpg', 'dog.jpg']],
    ['together with files', ['photos', 'notes.txt', 'all/'], ['all/notes.txt', 'all/photos/2024/cat.jpg', 'all/photos/dog.jpg']]
  ]
  for (const [what, words, expected] of plans) {
    it(`a folder is put ${what}`, async () => {
      await make('photos/2024/cat.jpg', 'photos/dog.jpg', 'notes.txt')
      const { code, stdout, stderr } = await world.run('put', '-r', ...words)
      assert.equal(code, 0, stderr)
      assert.deepEqual(names(), expected)
      assert.match(stdout, new RegExp(`  ${expected.length} files, \\d+ B in .* on 1 machine\n$`))
      const [name = ''] = expected
      assert.deepEqual(world.node.files.get(name)?.info.mtime, TIME)
    })
  }

  it('two folders that would share names are refused, before anything is put', async () => {
    await make('a/x/1', 'b/x/2', 'x/3')
    for (const words of [['a/x', 'b/x', 'p/'], ['x', 'b/.', 'p/'], ['a/.', 'x', '--as', 'p/']]) {
      assert.equal((await world.run('put', '-r', ...words)).code, 2, words.join(' '))
    }
    assert.equal((await world.run('put', 'x')).code, 2)
    assert.deepEqual(names(), [])
  })

  it('what the vault has with size and time is neither read nor put again; the rest is, also what changed', async () => {
    await make('t/a', 't/b', 't/c', 't/d')
    await world.run('put', '-r', 't')
    const taken = world.node.taken
    await make('t/new')
    await writeFile(world.path('t/b'), 'content of t/B')
    await writeFile(world.path('t/c'), 'longer than the one before')
    await utimes(world.path('t/c'), TIME, TIME)
    // touched only: read, and found to be the same
    await utimes(world.path('t/d'), TIME, new Date(0))
    const again = await world.run('put', '-r', 't', '--json')
    assert.deepEqual(lines(again.stdout).map(({ name, version, unchanged }) => [name, version, unchanged]).sort(), [
      ['t/a', 'version-of-t/a', true], ['t/b', 'version-of-t/b+', undefined], ['t/c', 'version-of-t/c+', undefined], ['t/d', 'version-of-t/d', true], ['t/new', 'version-of-t/new', undefined]
    ])
    const size = async (name: string): Promise<number> => (await stat(world.path('t', name))).size
    assert.equal(world.node.taken - taken, await size('b') + await size('c') + await size('d') + await size('new'))
    assert.match((await world.run('put', '-r', 't')).stdout, /^t {2}0 files.* and 5 files were there already/)
  })

  it('--checksum reads all, and so does --durable, which wants to hear of copies; neither makes versions of what is the same', async () => {
    await make('t/a', 't/b')
    await world.run('put', '-r', 't')
    await writeFile(world.path('t/b'), 'CONTENT OF t/b')
    await utimes(world.path('t/b'), TIME, TIME)
    assert.match((await world.run('put', '-r', 't')).stdout, /0 files.* and 2 files were there/)
    assert.match((await world.run('put', '-r', '--checksum', 't')).stdout, /1 file, .* and 1 file was there/)
    const taken = world.node.taken
    assert.match((await world.run('put', '-r', '--durable', '1', 't')).stdout, /0 files.* and 2 files were there/)
    assert.equal(world.node.taken - taken, 28)
  })

  it('what cannot be put is named, with the code that it has, and all else is put', async () => {
    await make('t/a', 't/gone', 't/shrinks', 't/turns', 't/z')
    await mkdir(world.path('t/empty'))
    await symlink('a', world.path('t/link'))
    const list = world.node.list.bind(world.node)
    // when all have been looked at and none was read
    world.node.list = (async function * (options: { prefix?: string }): AsyncGenerator<FileInfo> {
      await Promise.all([rm(world.path('t/gone'), { force: true }), rm(world.path('t/turns'), { force: true }), writeFile(world.path('t/shrinks'), '')])
      execFileSync('mkfifo', [world.path('t/turns')])
      yield * list(options)
    }) as typeof world.node.list
    const put = world.node.put.bind(world.node)
    world.node.put = async (name: string, source: Source, options?: PutOptions) => {
      if (name === 't/z') throw new InvalidNameError('Not a file name: for a test. Accepted: none')
      return put(name, source, options)
    }
    const { code, stderr, stdout } = await world.run('put', '-r', 't')
    // it is stored as it was when it was read
    assert.deepEqual([names(), world.node.files.get('t/shrinks')?.info.size], [['t/a', 't/shrinks'], 0])
    assert.match(stderr, /^skipped {2}t\/link: a link, not followed$/m)
    assert.match(stderr, /^skipped {2}t\/empty\/: an empty folder/m)
    assert.match(stderr, /^t\/z: Not a file name: for a test \(InvalidNameError\)\. Accepted: none\.$/m)
    assert.match(stderr, /^t\/gone: no such file or folder \(ENOENT\)\.$/m)
    assert.match(stderr, /^t\/turns: .*\(SourceError\)/m)
    assert.match(stderr, /^3 files could not be put: see above\. All others are kept\.$/m)
    assert.match(stdout, /^t {2}2 files, /)
    // of several kinds
    assert.equal(code, 1)
    await rm(world.path('t/turns'))
    world.node.list = list
    const json = await world.run('put', '-r', 't', '--json')
    assert.equal(json.code, 2)
    assert.deepEqual(failures(json.stderr), [['t/z', 'InvalidNameError']])
  })

  it('a file that changes each time it is read is named, and the others are put; alone it ends with code 1', async () => {
    await make('photos/a', 'photos/c')
    await writeFile(world.path('photos/b'), Buffer.alloc(3 * 1024 ** 2))
    let value = 0
    world.node.beforePiece = async () => { await writeFile(world.path('photos/b'), Buffer.alloc(3 * 1024 ** 2, ++value), { flag: 'r+' }) }
    const { code, stderr } = await world.run('put', '-r', 'photos', '--json')
    assert.deepEqual([code, failures(stderr), names()], [1, [['photos/b', 'SourceChangedError']], ['photos/a', 'photos/c']])
    const alone = await world.run('put', 'photos/b')
    assert.equal(alone.code, 1)
    assert.match(alone.stderr, /changed while it was read/)
    assert.deepEqual(names(), ['photos/a', 'photos/c'])
    world.node.beforePiece = async () => {}
    assert.equal((await world.run('put', '-r', 'photos')).code, 0)
    assert.deepEqual(names(), ['photos/a', 'photos/b', 'photos/c'])
  })

  it('a link that is named on the command line is followed', async () => {
    await make('real')
    await symlink(world.path('real'), world.path('link'))
    assert.equal((await world.run('put', '-r', 'link')).code, 0)
    assert.deepEqual(names(), ['link'])
  })

  it('the folder of the node itself is never put', async () => {
    await make('home/a', 'home/vault/keyring')
    world.env.DFS_DIR = world.path('home/vault')
    const { stderr } = await world.run('put', '-r', 'home')
    assert.deepEqual(names(), ['home/a'])
    assert.match(stderr, /^skipped {2}home\/vault\/: the folder of this node$/m)
    await world.run('put', '-r', 'home/vault')
    assert.deepEqual(names(), ['home/a'])
  })

  it('a failure that concerns all files ends the put, and says how far it came', async () => {
    await make(...Array.from({ length: 100 }, (_, n) => `t/${String(n).padStart(3, '0')}`))
    const put = world.node.put.bind(world.node)
    world.node.put = async (name: string, source: Source, options?: PutOptions) => {
      if (name === 't/040') throw new NoSpaceError('The disk is full')
      return put(name, source, options)
    }
    const { code, stderr } = await world.run('put', '-r', 't')
    assert.equal(code, 6)
    assert.match(stderr, /^Ended after \d+ files.*These are kept; the same command goes on with the rest\.$/m)
    assert.ok(names().length < 90, `${names().length} were put`)
  })

  it('Ctrl-C keeps what was put, says how far it came, and the next run goes on', async () => {
    await make(...Array.from({ length: 100 }, (_, n) => `t/${String(n).padStart(3, '0')}`))
    let pieces = 0
    world.node.beforePiece = async () => { if (++pieces === 50) world.signals.emit('SIGINT') }
    const { code, stderr } = await world.run('put', '-r', 't')
    assert.equal(code, 130)
    const [, kept] = /^Stopped after (\d+) files?, .*These are kept; the same command goes on with the rest\.$/m.exec(stderr) ?? []
    assert.equal(Number(kept), names().length)
    assert.ok(names().length < 100)
    const before = world.node.taken
    assert.match((await world.run('put', '-r', 't')).stdout, new RegExp(`^t {2}${100 - Number(kept)} files?, .* and ${kept} files? w`))
    assert.equal(names().length, 100)
    assert.equal(world.node.taken - before, (100 - Number(kept)) * 'content of t/000'.length)
  })

  it('too few machines end the put; the file is counted as kept', async () => {
    await make('t/a', 't/b')
    const put = world.node.put.bind(world.node)
    world.node.put = async (name: string, source: Source, options?: PutOptions) => {
      const file = await put(name, source, options)
      throw new NotDurableError('Saved here, but on 1 of 2 machines: nas is away. It is kept', { reached: 1, wanted: 2, file })
    }
    const { code, stderr } = await world.run('put', '-r', 't', '--durable', '2')
    assert.equal(code, 4)
    assert.match(stderr, /^Ended after [12] files?, /m)
    assert.match(stderr, /NotDurableError/)
  })

  const targets: Array<[string, string[], string]> = [
    ['a folder of its name, here', ['docs'], 'docs'],
    ['a folder of its name, with a slash', ['docs/'], 'docs'],
    ['a folder of its name in DIR/', ['docs', '-o', 'out/'], 'out/docs'],
    ['DIR itself', ['docs/', '-o', 'out/x'], 'out/x'],
    ['DIR, of a folder in a folder', ['docs/b', '-o', 'out'], 'out'],
    ['DIR, of all there is', ['/', '-o', 'out'], 'out'],
    ['DIR/, of all there is', ['.', '-o', 'out/'], 'out']
  ]
  for (const [what, words, where] of targets) {
    it(`a folder is fetched into ${what}`, async () => {
      await have('a', 'docs.txt', 'docs/a', 'docs/b/c', 'docs2/x')
      const { code, stderr } = await world.run('get', '-r', ...words)
      assert.equal(code, 0, stderr)
      const below = words[0] === 'docs/b' ? ['c'] : words[0]?.startsWith('docs') === true ? ['a', 'b/c'] : ['a', 'docs.txt', 'docs/a', 'docs/b/c', 'docs2/x']
      assert.deepEqual(await tree(where), below)
      assert.deepEqual((await stat(world.path(where, below[0] ?? ''))).mtime, TIME)
      assert.match(stderr, new RegExp(`  ${below.length} files?, \\d+ B in .*  ->  .*${where}\n$`))
      // the second run goes where the first did, and fetches nothing
      const given = world.node.given
      assert.match((await world.run('get', '-r', ...words)).stderr, new RegExp(`and ${below.length} files? (was|were) here already`))
      assert.equal(world.node.given, given)
      assert.deepEqual(await tree(where), below)
    })
  }

  it('what there is not makes no folder', async () => {
    await have('docs')
    const { code, stderr } = await world.run('get', '-r', 'none', '-o', 'out/')
    assert.equal(code, 3)
    assert.match(stderr, /No name begins with "none\/"/)
    assert.match((await world.run('get', '-r', 'docs')).stderr, /"docs" is a file: leave -r out/)
    assert.deepEqual(await readdir(world.cwd), [])
  })

  it('what is here and differs is named and stays, unless --replace; what is the same is left alone', async () => {
    await have('t/a', 't/b', 't/c', 't/d', 't/e')
    await make('t/a', 't/b', 't/c')
    await writeFile(world.path('t/b'), 'mine')
    await chmod(world.path('t/b'), 0o640)
    // same size, other time, other content
    await writeFile(world.path('t/c'), 'CONTENT OF t/c')
    await mkdir(world.path('t/d'))
    await symlink('a', world.path('t/e'))
    const kept = await world.run('get', '-r', 't', '--json')
    assert.equal(kept.code, 2)
    assert.deepEqual(failures(kept.stderr).sort(), [['t/b', 'FileExistsError'], ['t/c', 'FileExistsError'], ['t/d', 'FileExistsError'], ['t/e', 'FileExistsError']])
    assert.deepEqual(lines(kept.stdout), [{ name: 't/a', path: world.path('t/a'), bytes: 14, version: 'version-of-t/a', unchanged: true }])
    assert.equal(await text('t/b'), 'mine')
    const replaced = await world.run('get', '-r', 't', '--replace')
    assert.equal(replaced.code, 2)
    assert.match(replaced.stderr, /^t\/d: a folder is here in its place \(FileExistsError\)\.$/m)
    assert.match(replaced.stderr, /^t\/e: a link, not followed is here|^t\/e: a link/m)
    assert.equal(await text('t/b'), 'content of t/b')
    assert.equal((await stat(world.path('t/b'))).mode & 0o777, 0o640)
    assert.equal(await text('t/c'), 'content of t/c')
    assert.ok((await lstat(world.path('t/e'))).isSymbolicLink())
    assert.deepEqual(await tree('t'), ['a', 'b', 'c'])
  })

  it('--checksum compares contents, and sets the time of what is the same', async () => {
    await have('t/a', 't/b')
    await make('t/a', 't/b')
    await utimes(world.path('t/a'), TIME, new Date(0))
    await writeFile(world.path('t/b'), 'CONTENT OF t/b')
    await utimes(world.path('t/b'), TIME, TIME)
    assert.match((await world.run('get', '-r', 't')).stderr, /^t\/a: .*FileExistsError/m)
    const { code, stderr } = await world.run('get', '-r', 't', '--checksum')
    assert.equal(code, 2)
    assert.deepEqual(/^(t\/.): another file/m.exec(stderr)?.[1], 't/b')
    assert.deepEqual((await stat(world.path('t/a'))).mtime, TIME)
  })

  it('a file without a time in the vault is compared by its content', async () => {
    await world.node.put('t/a', Buffer.from('same'))
    await world.node.put('t/b', Buffer.from('same'))
    await mkdir(world.path('t'))
    await world.file('t/a', 'same')
    await world.file('t/b', 'else')
    assert.deepEqual(failures((await world.run('get', '-r', 't', '--json')).stderr), [['t/b', 'FileExistsError']])
  })

  it('a file that cannot be fetched leaves nothing, and the others come', async () => {
    await have('t/a', 't/b', 't/c')
    const get = world.node.get.bind(world.node)
    world.node.get = async function * (name, options) {
      if (name === 't/b') {
        yield Buffer.from('half')
        throw new BlocksUnavailableError('No member that has it is here')
      }
      yield * get(name, options)
    }
    const { code, stderr } = await world.run('get', '-r', 't')
    assert.equal(code, 4)
    assert.match(stderr, /^t\/b: No member that has it is here \(BlocksUnavailableError\)\.$/m)
    assert.match(stderr, /^1 file was not written: see above\./m)
    assert.deepEqual(await tree('t'), ['a', 'c'])
  })

  it('names that lead outside are refused, and nothing is written there', async () => {
    await have('t/a', 't/c/x')
    const { info } = world.node.files.get('t/a') ?? {}
    assert.ok(info !== undefined)
    const hostile = ['t/../../evil', 't//etc/evil', 't/./evil', 't/b\u0000evil']
    const list = world.node.list.bind(world.node)
    world.node.list = (async function * (options: { prefix?: string }): AsyncGenerator<FileInfo> {
      yield * list(options)
      for (const name of hostile) yield { ...info, name }
    }) as typeof world.node.list
    const outside = await readdir(dirname(world.cwd))
    const { code, stderr } = await world.run('get', '-r', 't', '--json', '-o', 'deep/out')
    assert.equal(code, 2)
    assert.deepEqual(failures(stderr), hostile.map((name) => [name, 'InvalidNameError']))
    assert.deepEqual(await tree('deep'), ['out/a', 'out/c/x'])
    assert.deepEqual((await readdir(dirname(world.cwd))).filter((name) => name.includes('evil')), outside.filter((name) => name.includes('evil')))
  })

  it('Ctrl-C leaves whole files only, and the next run goes on', async () => {
    await have(...Array.from({ length: 100 }, (_, n) => `t/${String(n).padStart(3, '0')}`))
    let gets = 0
    const get = world.node.get.bind(world.node)
    world.node.get = async function * (name, options) {
      if (++gets === 50) world.signals.emit('SIGTERM')
      options?.signal?.throwIfAborted()
      yield * get(name, options)
    }
    const { code, stderr } = await world.run('get', '-r', 't')
    assert.equal(code, 130)
    const [, whole] = /^Stopped after (\d+) files?, .*These are whole; the same command goes on with the rest\.$/m.exec(stderr) ?? []
    const here = await tree('t')
    assert.equal(Number(whole), here.length)
    assert.ok(here.length < 100)
    for (const name of here) assert.equal(await text(`t/${name}`), `content of t/${name}`)
    gets = 1_000
    assert.match((await world.run('get', '-r', 't')).stderr, new RegExp(`  ${100 - here.length} files, .* and ${here.length} files were here already`))
    assert.equal(gets, 1_000 + 100 - here.length)
    assert.equal((await tree('t')).length, 100)
  })
})
