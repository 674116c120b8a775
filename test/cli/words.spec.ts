import assert from 'node:assert/strict'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import * as errors from '../../src/errors.js'
import { EXIT } from '../../src/cli/exit-codes.js'
import { explain } from '../../src/cli/messages.js'
import { sentences } from '../../src/cli/sentences.js'
import { TestWorld } from './harness.js'

describe('sentences of a message', () => {
  it('end at a stop before a capital letter or a quote, never within quotes', () => {
    assert.deepEqual(sentences('One. Two; three. "four" is. `five` too. Ünf'), ['One.', 'Two; three.', '"four" is.', '`five` too.', 'Ünf'])
    assert.deepEqual(sentences('No file named "a. B. c". This node is alone.'), ['No file named "a. B. c".', 'This node is alone.'])
    assert.deepEqual(sentences('Look in v1.2. x for it'), ['Look in v1.2. x for it'])
    assert.deepEqual(sentences('A lone " is. Nothing'), ['A lone " is.', 'Nothing'])
    assert.deepEqual(sentences(''), [])
  })

  it('keep a name whole, whatever it is', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', '.', ' ', ':', '(', '`', '?', 'Close: ', '. ') }).filter((text) => text.trim() !== '')
    fc.assert(fc.property(name, (text) => {
      const [first = '', ...rest] = explain(new errors.FileNotFoundError(`No file named "${text}". This node is the only member. Close: "x", "y"`))
      assert.equal(first, `No file named "${text}" (FileNotFoundError).`)
      assert.deepEqual(rest, ['This node is the only member.', 'Close: "x", "y".'])
    }), { numRuns: 300 })
  })
})

describe('messages in the words of the command line', () => {
  const typed = { dfs: 'npx dfs --dir x', program: 'npx dfs', command: 'mv', options: new Set(['force', 'durable']) }

  it('say the program as it is called here, and options as they are typed', () => {
    assert.deepEqual(explain(new errors.FileExistsError('"a" is there already. Nothing was moved. `force` moves it over that one'), typed), ['"a" is there already (FileExistsError).', 'Nothing was moved. --force moves it over that one.'])
    assert.deepEqual(explain(new errors.MemberNotFoundError('No member is called "x". See `dfs members`'), typed), ['No member is called "x" (MemberNotFoundError).', 'See `npx dfs --dir x members`'])
    assert.deepEqual(explain(new errors.InvalidOptionError('to', '"a" is the name that it has', 'another name'), typed)[0], 'NEW-NAME: "a" is the name that it has (InvalidOptionError).')
    assert.deepEqual(explain(new errors.InvalidOptionError('durable', '0 is too few', 'more'), typed)[0], '--durable: 0 is too few (InvalidOptionError).')
    assert.deepEqual(explain(new errors.InvalidOptionError('durable', '0 is too few', 'more'), { ...typed, options: new Set() })[0], 'durable: 0 is too few (InvalidOptionError).')
  })

  it('name one folder, where that is another one than was given', () => {
    const told = explain(new errors.NotAllowedError('This machine was taken out of the vault. It joins anew:  dfs --dir FOLDER join -'), typed)
    assert.equal(told.at(-1), 'It joins anew:  npx dfs --dir FOLDER join -')
    assert.equal(explain(new errors.NotAllowedError('No. Type:  dfs --dir FOLDER join -'), { ...typed, dfs: 'dfs --dir x', program: 'dfs' }).at(-1), 'Type:  dfs --dir FOLDER join -')
    assert.equal(explain(new errors.NotAllowedError('No. See:  dfs --json ls'), typed).at(-1), 'See:  npx dfs --dir x --json ls')
  })

  it('put no stop behind a command', () => {
    assert.equal(explain(new errors.FileNotFoundError('"a" is a folder. All of it:  dfs rm -r a'), typed).at(-1), 'All of it:  npx dfs --dir x rm -r a')
  })
})

describe('help', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('says that there is no such command, and which is close', async () => {
    const { code, stdout, stderr } = await world.run('help', 'statsu')
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /^TOPIC: there is no help for "statsu"; did you mean status\?/)
    assert.match((await world.run('help', 'nonsense')).stderr, /^TOPIC: there is no help for "nonsense" \(/)
    assert.match((await world.run('nonsense')).stderr, /^Unknown command "nonsense" \(UsageError\)\.\nSee: {2}dfs help\n$/)
    assert.match((await world.run('put', '--drable', '2')).stderr, /^Unknown option "--drable" \(UsageError\)\.\nDid you mean --durable\?\nSee: {2}dfs help put\n$/)
  })

  it('explains every exit code, and every error', async () => {
    const { stdout } = await world.run('help', 'exit-codes')
    for (const code of Object.values(EXIT)) assert.match(stdout, new RegExp(`^ +${code}  \\w`, 'm'))
    const text = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'errors.md'), 'utf8')
    const codes = [...text.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code = '']) => code)
    assert.ok(codes.length > 30)
    for (const code of codes) assert.match((await world.run('help', code)).stdout, new RegExp(`^${code}\n  \\S`))
    assert.match((await world.run('help', 'NoSpaceError')).stdout, /^NO_SPACE\n {2}`NoSpaceError` \(6/)
  })

  it('of each command names it and the options of all', async () => {
    world.program = 'npx dfs'
    const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec((await world.run('help')).stdout) ?? []
    const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
    assert.ok(names.includes('put') && names.includes('help') && names.length > 20)
    for (const name of names) {
      const { code, stdout } = await world.run('help', name)
      assert.equal(code, 0, name)
      assert.match(stdout, new RegExp(`^Usage: npx dfs ${name}`))
      assert.match(stdout, /--json/)
    }
  })
})

describe('words that are no file', () => {
  let world: TestWorld
  beforeEach(async () => {
    world = await TestWorld.open()
    await world.node.put('photos/cat.jpg', [Buffer.from('cat')])
  })
  afterEach(async () => { await world.close() })

  for (const words of [['ls', 'nope'], ['ls', '-d', 'nope'], ['ls', '*.jpg'], ['du', 'nope']]) {
    it(`${words.join(' ')} finds nothing, and says so`, async () => {
      const { code, stdout, stderr } = await world.run(...words)
      assert.equal(code, 3)
      assert.equal(stdout, '')
      assert.match(stderr, new RegExp(`^No name begins with "${words.at(-1)?.replace('*', '\\*') ?? ''}" \\(FileNotFoundError\\)`))
      assert.equal(/Patterns such as/.test(stderr), words.includes('*.jpg'))
    })
  }

  it('an empty vault is no failure', async () => {
    world.node.files.clear()
    const { code, stdout, stderr } = await world.run('ls')
    assert.deepEqual([code, stdout], [0, ''])
    assert.match(stderr, /^There is no file in this vault\. Next: {2}dfs put FILE\n$/)
  })

  for (const command of ['get', 'stat', 'why']) {
    it(`${command} says that a word is a folder`, async () => {
      const slash = await world.run(command, 'photos/')
      assert.equal(slash.code, 2)
      assert.match(slash.stderr, /^NAME: "photos\/" ends in a slash, so it means a folder/)
      const { code, stderr } = await world.run(command, 'photos')
      assert.equal(code, 3)
      assert.match(stderr, /^"photos" is no file: it is a folder \(FileNotFoundError\)\.\n/)
      assert.ok(stderr.includes(command === 'get' ? `dfs ${command} -r photos\n` : 'dfs ls photos/\n'), stderr)
    })
  }

  it('get says that a folder here is in the way', async () => {
    await mkdir(world.path('photos'))
    const { code, stderr } = await world.run('get', 'photos')
    assert.equal(code, 2)
    assert.match(stderr, /^"photos" is a folder here, so no file of that name can be written .*For a folder of the vault: -r/s)
  })

  it('--json tells what put -r left out', async () => {
    await mkdir(world.path('t'))
    await world.file('t/a')
    await symlink('a', world.path('t/link'))
    const lines = (await world.run('put', '-r', 't', '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line) as { name?: string, path?: string, skipped?: string })
    assert.deepEqual(lines.filter(({ skipped }) => skipped !== undefined), [{ path: 't/link', skipped: 'a link, not followed' }])
    assert.deepEqual(lines.filter(({ name }) => name !== undefined).map(({ name }) => name), ['t/a'])
  })
})
