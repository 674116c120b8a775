import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { InvalidOptionError } from '../../src/errors.js'
import { type Config, fromToml, over, readConfig, writeConfig } from '../../src/cli/config.js'
import { TestWorld } from './harness.js'

describe('config.toml', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-config-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('is empty where there is no file', async () => {
    assert.deepEqual(await readConfig(dir), {})
  })

  it('gives back what was written, whatever the texts are', async () => {
    const address = fc.constantFrom('/ip4/127.0.0.1/tcp/1', '/dns4/home.example.net/tcp/14040', '/ip6/::/tcp/0')
    const label = fc.string({ unit: 'grapheme' }).filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text) && Buffer.byteLength(text) <= 64 && text.isWellFormed())
    const config = fc.record({ listen: fc.array(address), announce: fc.array(address), bootstrap: fc.array(address), capacity: fc.nat(), label, operator: label }, { requiredKeys: [], noNullPrototype: true })
    await fc.assert(fc.asyncProperty(config, async (value) => {
      await writeConfig(dir, value)
      assert.deepEqual(await readConfig(dir), value)
    }), { numRuns: 50 })
  })

  it('is for its owner alone', async () => {
    await writeConfig(dir, { label: 'x' })
    assert.equal((await stat(join(dir, 'config.toml'))).mode & 0o777, 0o600)
  })

  it('takes a capacity with a unit', () => {
    assert.deepEqual(fromToml('capacity = "200GB"', 'x'), { capacity: 200e9 })
  })

  for (const [what, toml, field] of [
    ['an unknown key', 'colour = "red"', 'colour'],
    ['a key of every object', 'constructor = "x"', 'constructor'],
    ['a section', '[listen]\na = 1', 'listen'],
    ['a text for a list', 'listen = "/ip4/127.0.0.1/tcp/1"', 'listen'],
    ['a list for a text', 'label = ["a"]', 'label'],
    ['a number for a text', 'label = 7', 'label'],
    ['no multiaddr', 'listen = ["127.0.0.1:80"]', 'listen'],
    ['no size', 'capacity = "a lot"', 'capacity'],
    ['a negative size', 'capacity = -1', 'capacity'],
    ['a long label', `label = "${'x'.repeat(65)}"`, 'label']
  ] as const) {
    it(`refuses ${what}, and names it`, () => {
      assert.throws(() => fromToml(toml, 'config.toml'), (error: unknown) => error instanceof InvalidOptionError && error.field === field)
    })
  }

  it('names the file when it is no TOML', () => {
    assert.throws(() => fromToml('= =', '/x/config.toml'), (error: unknown) => error instanceof InvalidOptionError && error.field === '/x/config.toml')
  })

  it('does not take a file that cannot be read for none', async () => {
    await mkdir(join(dir, 'config.toml'))
    await assert.rejects(readConfig(dir), { code: 'EISDIR' })
  })

  it('stands below options, and above defaults', () => {
    const below: Config = { label: 'a', capacity: 1 }
    assert.deepEqual(over(below, { label: 'b' }), { label: 'b', capacity: 1 })
  })
})

describe('dfs config', () => {
  let world: TestWorld
  beforeEach(async () => {
    world = await TestWorld.open()
    await world.run('init', '--label', 'laptop', '--listen', '/ip4/127.0.0.1/tcp/4000')
    await writeFile(world.path('vault', 'format'), 'dfs 1\n')
  })
  afterEach(async () => { await world.close() })

  it('lists every key with value and source', async () => {
    const { code, stdout } = await world.run('config', '--json')
    assert.equal(code, 0)
    const rows = stdout.trim().split('\n').map((line) => JSON.parse(line) as { key: string, value: unknown, source: string })
    assert.deepEqual(rows.map(({ key }) => key), ['listen', 'announce', 'bootstrap', 'capacity', 'guard', 'trash', 'offline-grace', 'let-go-after', 'mdns', 'dht', 'http', 'http-hosts', 'label', 'operator'])
    assert.deepEqual(rows[0], { key: 'listen', value: ['/ip4/127.0.0.1/tcp/4000'], source: 'config.toml' })
    assert.deepEqual(rows.find(({ key }) => key === 'operator'), { key: 'operator', value: null, source: 'default' })
  })

  it('--json of a change is what holds from then on; a person is told nothing new', async () => {
    const says = async (...words: string[]): Promise<unknown> => JSON.parse((await world.run('--json', 'config', ...words)).stdout)
    assert.deepEqual(await says('capacity', '2GB'), { key: 'capacity', value: 2e9, source: 'config.toml' })
    assert.deepEqual(await says('capacity'), { key: 'capacity', value: 2e9, source: 'config.toml' })
    assert.deepEqual(await says('capacity', '--unset'), { key: 'capacity', value: null, source: 'default' })
    assert.equal((await world.run('config', 'capacity', '2GB')).stdout, '')
  })

  it('sets, shows and unsets', async () => {
    assert.equal((await world.run('config', 'bootstrap', '/ip4/1.2.3.4/tcp/1', '/ip4/1.2.3.5/tcp/1')).code, 0)
    assert.equal((await world.run('config', 'bootstrap')).stdout, '/ip4/1.2.3.4/tcp/1\n/ip4/1.2.3.5/tcp/1\n')
    assert.match(await readFile(world.path('vault', 'config.toml'), 'utf8'), /label = "laptop"/)
    assert.equal((await world.run('config', 'guard', '90min')).code, 0)
    assert.equal((await world.run('config', 'trash', '0')).code, 0)
    assert.match(await readFile(world.path('vault', 'config.toml'), 'utf8'), /guard = "90min"\ntrash = "0"/)
    assert.equal((await world.run('config', 'guard')).stdout, '90min\n')
    assert.deepEqual((await readConfig(world.path('vault'))).guard, 90 * 60e3)
    assert.equal((await world.run('config', 'offline-grace', '90s')).code, 0)
    assert.match(await readFile(world.path('vault', 'config.toml'), 'utf8'), /^offline-grace = "90s"$/m)
    assert.equal((await readConfig(world.path('vault'))).offlineGrace, 90e3)
    assert.equal((await world.run('config', 'capacity', '0')).code, 0)
    assert.equal((await world.run('config', 'capacity', '1MB')).code, 0)
    assert.equal((await world.run('config', 'bootstrap', '--unset')).code, 0)
    assert.deepEqual((await readConfig(world.path('vault'))).bootstrap, undefined)
  })

  for (const words of [['colour'], ['colour', 'red'], ['capacity', 'much'], ['capacity', '100'], ['capacity', '999kB'], ['offline-grace', '0'], ['offline-grace', '1'], ['offlineGrace', '1h'], ['guard', '7'], ['trash', 'x'], ['label', 'a', 'b'], ['label', 'a', '--unset'], ['listen', 'localhost:1']]) {
    it(`refuses ${words.join(' ')}`, async () => {
      const before = await readFile(world.path('vault', 'config.toml'), 'utf8')
      assert.equal((await world.run('config', ...words)).code, 2)
      assert.equal(await readFile(world.path('vault', 'config.toml'), 'utf8'), before)
    })
  }
})

describe('dfs config, where a key or a number is wrong', () => {
  it('names the key that was meant, and the unit that is missing', async () => {
    const world = await TestWorld.open()
    try {
      await world.run('init', '--label', 'laptop', '--listen', '/ip4/127.0.0.1/tcp/4000')
      await writeFile(world.path('vault', 'format'), 'dfs 1\n')
      assert.match((await world.run('config', 'capcity', '1GB')).stderr, /did you mean capacity\?/)
      assert.match((await world.run('config', 'keep', '5')).stderr, /^keep: it holds for the whole vault.*\nAccepted: dfs config --vault keep 5\n$/)
      assert.match((await world.run('config', 'capacity', '100')).stderr, /^capacity: 100 bytes hold no file \(InvalidOptionError\)\.\nAccepted: .*with its unit: such as 200GB\.\n$/)
      assert.equal((await world.run('--dir', world.path('other'), 'init', '--capacity', '100')).code, 2)
      // a small disk wrote its half into the file: it goes on being read
      assert.deepEqual(fromToml('capacity = 100', 'x'), { capacity: 100 })
    } finally {
      await world.close()
    }
  })
})

describe('dfs config --vault', () => {
  let world: TestWorld
  beforeEach(async () => {
    world = await TestWorld.open()
    await world.run('init', '--label', 'laptop', '--listen', '/ip4/127.0.0.1/tcp/4000')
    await writeFile(world.path('vault', 'format'), 'dfs 1\n')
  })
  afterEach(async () => { await world.close() })

  it('lists what holds for all machines, and who said so', async () => {
    const { stdout } = await world.run('config', '--vault', '--json')
    assert.deepEqual(stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown), [
      { key: 'copies', value: 3, source: 'default' }, { key: 'durable', value: null, source: 'default' }, { key: 'keep', value: 10, source: 'vault' },
      { key: 'retention', value: 30 * 86400e3, source: 'default' }, { key: 'scope', value: 'lineage', source: 'default' }
    ])
    assert.match((await world.run('config', '--vault')).stdout, /^retention {2}30d +\(default\)$/m)
    assert.equal((await world.run('config', '--vault', 'keep')).stdout, '10\n')
  })

  it('sets one, or takes it back', async () => {
    for (const words of [['copies', 'all'], ['durable', '2'], ['keep', '0'], ['retention', '36h'], ['retention', '0'], ['scope', 'vault'], ['scope', '--unset']]) {
      assert.equal((await world.run('config', '--vault', ...words)).code, 0)
    }
    assert.deepEqual(world.node.set_, [{ copies: 'all' }, { durable: 2 }, { keep: 0 }, { retention: 36 * 3600e3 }, { retention: 0 }, { scope: 'vault' }, { scope: null }])
    assert.match((await world.run('config', '--vault', 'copies', '2')).stderr, /once this one runs: {2}dfs start/)
  })

  for (const words of [['colour'], ['label', 'x'], ['copies', '0'], ['keep', '1', '2'], ['retention', 'long'], ['keep', '3', '--unset'], ['--unset']]) {
    it(`refuses ${words.join(' ')}`, async () => {
      assert.equal((await world.run('config', '--vault', ...words)).code, 2)
      assert.deepEqual(world.node.set_, [])
    })
  }
})
