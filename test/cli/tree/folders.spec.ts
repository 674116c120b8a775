import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { BlocksUnavailableError, FileExistsError, NoSpaceError, NotPromisedError } from '../../../src/errors.js'
import { TestWorld } from '../harness.js'

const lines = (text: string): Array<Record<string, unknown>> => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)

describe('-r of what acts on names', () => {
  let world: TestWorld
  beforeEach(async () => {
    world = await TestWorld.open()
    await have('a', 'photos.txt', 'photos/2024/cat', 'photos/dog', 'photos2/x')
  })
  afterEach(async () => { await world.close() })

  const have = async (...names: string[]): Promise<void> => { for (const name of names) await world.node.put(name, [Buffer.from(name)]) }
  const names = (): string[] => [...world.node.files.keys()].sort()
  const many = Array.from({ length: 400 }, (_, n) => `t/${String(n).padStart(3, '0')}`)

  it('rm takes the files of the folder and no others, and restore takes them back', async () => {
    const { code, stdout, stderr } = await world.run('rm', '-r', 'photos/')
    assert.equal(code, 0, stderr)
    assert.equal(stdout, 'photos/2024/cat is deleted\nphotos/dog is deleted\n')
    assert.match(stderr, /^2 files of photos\/ are deleted\. To take back all that is deleted there: {2}dfs restore -r photos$/m)
    assert.deepEqual(names(), ['a', 'photos.txt', 'photos2/x'])
    await world.run('rm', 'a')
    const back = await world.run('restore', '-r', 'photos', '--json')
    assert.equal(back.code, 0)
    assert.deepEqual(lines(back.stdout).map(({ name }) => name), ['photos/2024/cat', 'photos/dog'])
    assert.deepEqual(names(), ['photos.txt', 'photos/2024/cat', 'photos/dog', 'photos2/x'])
    const none = await world.run('restore', '-r', 'photos')
    assert.equal(none.code, 3)
    assert.match(none.stderr, /^No file in "photos\/" is deleted, as far as this machine knows \(FileNotFoundError\)\./)
    assert.equal((await world.run('restore', '-r', '/')).stdout.split('\n').length, 2)
    assert.ok(names().includes('a'))
  })

  it('restore --since leaves what was deleted before', async () => {
    await world.run('rm', '-r', 'photos', 'photos2')
    world.node.deletedAt.set('photos2/x', new Date(Date.now() - 3600e3))
    world.node.deletedAt.set('photos/dog', new Date(Date.now() - 60e3))
    assert.equal((await world.run('restore', '-r', '/', '--since', '2h')).code, 0)
    assert.deepEqual(names(), ['a', 'photos.txt', 'photos/dog', 'photos2/x'])
    assert.match((await world.run('restore', '-r', '/', '--since', '5min')).stderr, /is deleted since then/)
  })

  const moves: Array<[string, string[], string[]]> = [
    ['to another name', ['photos', 'pics'], ['a', 'photos.txt', 'photos2/x', 'pics/2024/cat', 'pics/dog']],
    ['below a folder', ['photos/', 'old/'], ['a', 'old/photos/2024/cat', 'old/photos/dog', 'photos.txt', 'photos2/x']],
    ['into one that is there', ['photos', 'photos2'], ['a', 'photos.txt', 'photos2/2024/cat', 'photos2/dog', 'photos2/x']],
    ['up by one', ['photos/2024', 'photos'], ['a', 'photos.txt', 'photos/cat', 'photos/dog', 'photos2/x']],
    ['to the top, under its own name', ['photos/2024', '/'], ['2024/cat', 'a', 'photos.txt', 'photos/dog', 'photos2/x']],
    ['as what is in it', ['photos/2024', '.'], ['a', 'cat', 'photos.txt', 'photos/dog', 'photos2/x']]
  ]
  for (const [what, words, expected] of moves) {
    it(`mv moves a folder ${what}`, async () => {
      const { code, stderr } = await world.run('mv', '-r', ...words)
      assert.equal(code, 0, stderr)
      assert.deepEqual(names(), expected)
    })
  }

  it('mv refuses what would never end or move a file twice, before anything is moved', async () => {
    await have('b/b/x', 'b/y')
    const before = names()
    for (const words of [['photos', 'photos/2024'], ['photos', 'photos'], ['photos', './photos/'], ['b/b', 'b/'], ['/', 'x'], ['.', 'x'], ['b', '/']]) {
      assert.equal((await world.run('mv', '-r', ...words)).code, 2, words.join(' '))
    }
    await have('b/b/b/z')
    const inTheWay = await world.run('mv', '-r', 'b/b', 'b')
    assert.equal(inTheWay.code, 2)
    assert.match(inTheWay.stderr, /^NAME: there is a folder "b\/b\/b" in it, which would take its place/)
    assert.deepEqual(names(), [...before, 'b/b/b/z'].sort())
  })

  it('mv names what is there already, moves the rest, and --force moves that too', async () => {
    await have('pics/dog')
    const { code, stdout, stderr } = await world.run('mv', '-r', 'photos', 'pics', '--json')
    assert.equal(code, 2)
    assert.deepEqual(lines(stdout).map(({ name, from }) => [from, name]), [['photos/2024/cat', 'pics/2024/cat']])
    assert.deepEqual(lines(stderr).map(({ error }) => error as { name: string, path: string }).map(({ name, path }) => [name, path]), [['FileExistsError', 'photos/dog']])
    assert.ok(names().includes('photos/dog'))
    assert.equal((await world.run('mv', '-r', 'photos', 'pics', '--force')).code, 0)
    assert.deepEqual(names(), ['a', 'photos.txt', 'photos2/x', 'pics/2024/cat', 'pics/dog'])
  })

  it('evict drops each copy, and names what stays', async () => {
    const evict = world.node.evict.bind(world.node)
    world.node.evict = async (name) => {
      if (name === 'photos/dog') throw new NotPromisedError('"photos/dog" stays here: nobody gave its word')
      return evict(name)
    }
    const { code, stdout, stderr } = await world.run('evict', '-r', 'photos')
    assert.equal(code, 4)
    assert.match(stdout, /^photos\/2024\/cat: 15 B in 1 block freed here; nas keeps it\.\n$/)
    assert.match(stderr, /^photos\/dog: "photos\/dog" stays here.*\(NotPromisedError\)/m)
    assert.match(stderr, /^1 file, 15 B freed here\.$/m)
  })

  it('share prints a link a line, with the name behind it', async () => {
    const { code, stdout } = await world.run('share', '-r', 'photos')
    assert.equal(code, 0)
    assert.deepEqual(stdout.trimEnd().split('\n').map((line) => line.split('  ')[1]), ['photos/2024/cat', 'photos/dog'])
    const rows = lines((await world.run('share', '-r', 'photos', '--json')).stdout)
    assert.deepEqual(rows.map(({ name, link }) => [name, link]), [['photos/2024/cat', await world.node.share('photos/2024/cat')], ['photos/dog', await world.node.share('photos/dog')]])
    assert.equal((await world.run('share', '-r', 'photos', '--version', 'x')).code, 2)
  })

  it('log lists each file behind its name', async () => {
    const { code, stdout } = await world.run('log', '-r', 'photos')
    assert.equal(code, 0)
    assert.match(stdout, /^photos\/2024\/cat\n.*put.*\n.*delete.*\n\nphotos\/dog\n.*put.*\n.*delete.*\n\n$/)
    assert.deepEqual([...new Set(lines((await world.run('log', '-r', '/', '--json')).stdout).map(({ name }) => name))], names())
  })

  for (const words of [['rm', '-r', 'none'], ['mv', '-r', 'none', 'x'], ['evict', '-r', 'none'], ['log', '-r', 'none'], ['share', '-r', 'none']]) {
    it(`${words.join(' ')} says that there is no such folder; of a file, that it is one`, async () => {
      const { code, stderr } = await world.run(...words)
      assert.equal(code, 3)
      assert.match(stderr, /^No name begins with "none\/" \(FileNotFoundError\)/)
      const file = await world.run(...words.map((word) => word === 'none' ? 'a' : word))
      assert.equal(file.code, 3)
      assert.match(file.stderr, /"a" is a file: leave -r out/)
    })
  }

  for (const words of [['rm'], ['evict'], ['log'], ['share'], ['restore'], ['mv', 'x']]) {
    it(`${words.join(' ')} without -r says that the word is a folder`, async () => {
      const [command = '', ...more] = words
      const { code, stderr } = await world.run(command, 'photos', ...more)
      assert.equal(code, 3)
      assert.ok(stderr.includes(`"photos" is no file: it is a folder (FileNotFoundError).\n`) && stderr.includes(`dfs ${command} -r photos\n`), stderr)
      assert.equal((await world.run(command, 'photos/', ...more)).code, 2)
      assert.equal(names().length, 5)
    })
  }

  it('rm of all the vault is refused, and leaves all', async () => {
    for (const word of ['/', '.', './']) {
      const { code, stderr } = await world.run('rm', '-r', 'photos', word)
      assert.equal(code, 2)
      assert.match(stderr, /is all of the vault/)
    }
    assert.equal(names().length, 5)
  })

  it('Ctrl-C stops between files: what has begun ends and is told, and the next run goes on', async () => {
    await have(...many)
    const remove = world.node.delete.bind(world.node)
    let begun = 0
    world.node.delete = async (name) => {
      if (++begun === 150) world.signals.emit('SIGINT')
      await turn()
      return remove(name)
    }
    const { code, stdout, stderr } = await world.run('rm', '-r', 't')
    const done = stdout.trimEnd().split('\n').length
    assert.equal(code, 130)
    assert.equal(done, begun)
    assert.equal(many.length - names().filter((name) => name.startsWith('t/')).length, done)
    assert.match(stderr, new RegExp(`^Stopped after ${done} files\\. They are deleted; the same command goes on with the rest\\.$`, 'm'))
    assert.ok(done >= 150 && done < 300)
    assert.equal((await world.run('rm', '-r', 't')).stdout.trimEnd().split('\n').length, many.length - done)
  })

  it('a failure that concerns all files ends it, and says how far it came', async () => {
    await have(...many)
    const remove = world.node.delete.bind(world.node)
    world.node.delete = async (name) => {
      if (name === 't/100') throw new NoSpaceError('The disk is full')
      return remove(name)
    }
    const { code, stdout, stderr } = await world.run('rm', '-r', 't')
    assert.equal(code, 6)
    const done = many.length - names().filter((name) => name.startsWith('t/')).length
    assert.equal(stdout.trimEnd().split('\n').length, done)
    assert.match(stderr, new RegExp(`^Ended after ${done} files\\.`, 'm'))
    assert.match(stderr, /NoSpaceError/)
  })

  it('holds so many files at once, however many there are, and tells them in their order', async () => {
    await have(...many)
    let [now, most] = [0, 0]
    world.node.share = async (name) => {
      most = Math.max(most, ++now)
      // the later of two is often ready first
      for (let turns = name.charCodeAt(4) % 7; turns > 0; turns--) await turn()
      now--
      return name
    }
    const { stdout } = await world.run('share', '-r', 't')
    assert.deepEqual(stdout.trimEnd().split('\n').map((line) => line.split('  ')[1]), many)
    assert.ok(most > 50 && most <= 128, `${most} at once`)
  })

  it('several kinds of failure are exit code 1', async () => {
    world.node.mv = async (from) => { throw from === 'photos/dog' ? new FileExistsError('it is there') : new BlocksUnavailableError('nobody has it') }
    assert.equal((await world.run('mv', '-r', 'photos', 'x')).code, 1)
  })
})
