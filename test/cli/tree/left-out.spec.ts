import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isUnfinished, unfinishedName } from '../../../src/cli/unfinished.js'
import { TestWorld } from '../harness.js'

describe('put -r and get -r: what is nobody\'s file', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })
  const make = async (files: Record<string, string>): Promise<void> => {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(world.path(file)), { recursive: true })
      await writeFile(world.path(file), content)
    }
  }
  const names = (): string[] => [...world.node.files.keys()].sort()
  /** As a process that has ended called it. */
  const ofDead = (): string => unfinishedName().replace(`-${process.pid}.`, `-${spawnSync('true').pid}.`)

  describe('folders of other nodes', () => {
    const KEYS = { 'home/deep/node/keyring': 'k', 'home/deep/node/identity.key': 'i' }
    const WHOLE = { ...KEYS, 'home/deep/node/format': 'dfs 1\n', 'home/deep/node/blocks/aa/x': 'b' }

    for (const [what, files] of Object.entries({
      'a whole one': WHOLE,
      'one of a newer format': { 'home/deep/node/format': 'dfs 12\n', 'home/deep/node/keyring': 'k' },
      'one that is being made': KEYS
    })) {
      it(`${what} is left out and named, and all around it is put`, async () => {
        await make({ 'home/a': 'a', 'home/deep/b': 'b', 'home/z': 'z', ...files })
        const { code, stderr } = await world.run('put', '-r', 'home')
        assert.equal(code, 0)
        assert.deepEqual(names(), ['home/a', 'home/deep/b', 'home/z'])
        assert.match(stderr, /^skipped {2}home\/deep\/node\/: the folder of a dfs node, with its keys$/m)
      })
    }

    it('the folder that is named itself is left out', async () => {
      await make(WHOLE)
      for (const word of ['home/deep/node', 'home/deep/node/.']) {
        assert.match((await world.run('put', '-r', word, 'x')).stderr, /the folder of a dfs node/)
      }
      assert.deepEqual(names(), [])
    })

    it('its keys are refused as files too, also through a link; its other files, and files that are only called so, are not', async () => {
      await make({ ...WHOLE, 'home/deep/node/identity.key.0123456789ab': 'i', 'docs/keyring': 'my key rings', 'docs/format': 'a4' })
      await symlink(world.path('home/deep/node/keyring'), world.path('link'))
      for (const file of ['home/deep/node/keyring', 'home/deep/node/identity.key', 'home/deep/node/identity.key.0123456789ab', 'link']) {
        const { code, stderr } = await world.run('put', file, 'x')
        assert.deepEqual([code, names()], [2, []], file)
        assert.match(stderr, /keys of the dfs node/)
        assert.match((await world.run('put', '-r', file, 'x')).stderr, /^skipped .*keys of the dfs node/m)
        assert.deepEqual(names(), [])
      }
      assert.equal((await world.run('put', 'home/deep/node/format', 'home/deep/node/blocks/aa/x', 'x/')).code, 0)
      assert.equal((await world.run('put', '-r', 'docs')).code, 0)
      assert.deepEqual(names(), ['docs/format', 'docs/keyring', 'x/format', 'x/x'])
    })
  })

  describe('what a get has not finished', () => {
    it('is never put', async () => {
      const left = [ofDead(), unfinishedName(), '.dfs-0123456789ab.part', unfinishedName('-\u00e9')]
      await make({ 't/a': 'a', 't/.dfs-notes.part': 'n', ...Object.fromEntries(left.map((name) => [`t/${name}`, 'half'])) })
      const { stderr } = await world.run('put', '-r', 't')
      assert.deepEqual(names(), ['t/.dfs-notes.part', 't/a'])
      assert.equal(stderr.match(/^skipped .*: what a get has not finished$/gm)?.length, left.length)
    })

    it('is removed by the next get into its folder, with -r in each folder, unless its process runs', async () => {
      await world.node.put('t/a', Buffer.from('a'))
      await world.node.put('t/deep/b', Buffer.from('b'))
      const [dead, alive] = [[ofDead(), ofDead()], unfinishedName()]
      for (const name of [...dead, alive, 'mine.part']) await make({ [`t/${name}`]: 'half', [`t/deep/${name}`]: 'half', [name]: 'half' })
      assert.equal((await world.run('get', '-r', 't')).code, 0)
      const left = async (folder: string): Promise<string[]> => (await readdir(join(world.cwd, folder))).filter((name) => name.endsWith('.part')).sort()
      assert.deepEqual([await left('t'), await left('t/deep')], [[alive, 'mine.part'], [alive, 'mine.part']])
      assert.equal((await left('.')).length, 4)
      assert.equal((await world.run('get', 't/a')).code, 0)
      assert.deepEqual(await left('.'), [alive, 'mine.part'])
      assert.ok(isUnfinished(alive))
    })
  })
})
