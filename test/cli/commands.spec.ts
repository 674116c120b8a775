import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { AbortError, BlocksUnavailableError, DirectoryLockedError, NotDurableError } from '../../src/errors.js'
import { serveRpc } from '../../src/rpc/server.js'
import { RECOVERY_CODE } from '../rpc/fake-node.js'
import { TestWorld } from './harness.js'

interface ErrorLine { error: { name: string, code: string, message: string, retry: boolean } }

describe('commands', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('store and fetch', async () => {
    await world.file('cat.jpg', 'meow')
    const put = await world.run('put', 'cat.jpg', 'photos/')
    assert.equal(put.code, 0)
    assert.ok(put.stdout.includes('photos/cat.jpg'))
    assert.deepEqual(world.node.files.get('photos/cat.jpg')?.info.mtime, (await stat(world.path('cat.jpg'))).mtime)
    assert.equal((await world.run('get', 'photos/cat.jpg', '-o', 'out')).code, 0)
    assert.equal(await readFile(world.path('out'), 'utf8'), 'meow')
    assert.equal((await world.run('get', 'photos/cat.jpg', '-o', '-', '--offset', '1', '--length', '2')).stdout, 'eo')
    assert.equal(world.node.stopped, 3)
  })

  it('open the folder without listening, and only where there is a vault', async () => {
    await world.run('ls')
    const [init] = world.inits
    assert.equal(init?.createIfMissing, false)
    assert.equal(init.dialOnly, true)
    assert.equal(init.dir, world.path('vault'))
    assert.equal(world.prepared, 1)
    world.env.NO_VAULT = '1'
    for (const words of [['ls'], ['status'], ['get', 'x'], ['invite', '--role', 'read'], ['members'], ['recovery-code']]) {
      assert.equal((await world.run(...words)).code, 8, words.join(' '))
    }
    for (const words of [['start'], ['config']]) assert.equal((await world.run(...words)).code, 8, words.join(' '))
    assert.deepEqual(await readdir(world.cwd), [])
  })

  it('talk to the node that runs in the folder', async () => {
    await mkdir(world.path('vault'), { mode: 0o700 })
    const door = await serveRpc(world.node, world.path('vault'), { env: {} })
    world.input('from a pipe')
    assert.equal((await world.run('put', '-', 'x')).code, 0)
    assert.equal((await world.run('get', 'x', '-o', '-')).stdout, 'from a pipe')
    assert.equal((await world.run('start')).code, 8)
    assert.equal(world.inits.length, 0)
    assert.equal(world.prepared, 1)
    await door.close()
  })

  it('show one level of names, and what folders take', async () => {
    for (const name of ['a', 'docs/b', 'docs/c/d', 'é/x']) await world.node.put(name, [Buffer.alloc(1_000)])
    assert.equal((await world.run('ls')).stdout, 'a\ndocs/b\ndocs/c/d\né/x\n')
    assert.equal((await world.run('ls', '--folders')).stdout, 'a\ndocs/\né/\n')
    assert.equal((await world.run('ls', '-d', 'docs/')).stdout, 'docs/b\ndocs/c/\n')
    const long = (await world.run('ls', '-d', '-l')).stdout.trimEnd().split('\n')
    assert.match(long[0] ?? '', /1 kB .* version-of {2}a$/)
    // names stand below each other
    assert.deepEqual(long.map((line) => line.search(/\S+$/)), Array(3).fill(long[0]?.search(/\S+$/)))
    assert.equal((await world.run('ls', '-d', 'docs/', '--json')).stdout.split('\n')[1], '{"prefix":"docs/c/"}')
    assert.deepEqual((await world.run('du')).stdout.trimEnd().split('\n').map((line) => line.trim().split(/ {2,}/)), [
      ['files', 'size', 'stored'], ['2', '2 kB', '4 kB', 'docs/'], ['1', '1 kB', '2 kB', 'é/'], ['4', '4 kB', '8 kB', '(all)']
    ])
    assert.deepEqual((await world.run('du', 'docs/', '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown), [
      { prefix: 'docs/c/', files: 1, size: 1_000, bytes: 2_000 }, { prefix: 'docs/', files: 2, size: 2_000, bytes: 4_000 }
    ])
  })

  it('wait for another command that has the folder, and take --dir before and after the command', async () => {
    let tries = 0
    world.open = async () => {
      if (++tries < 3) throw new DirectoryLockedError('process 1 has it')
      return world.node
    }
    assert.equal((await world.run('ls', '--dir', 'elsewhere')).code, 0)
    assert.equal(tries, 3)
    await world.run('--dir', 'other', 'ls')
    assert.deepEqual(world.inits.map(({ dir }) => dir).slice(-2), [world.path('elsewhere'), world.path('other')])
  })

  it('refuse wrong use with 2', async () => {
    await world.file('a')
    for (const words of [['nonsense'], ['put'], ['put', 'none'], ['put', 'a', '--durable', '0'], ['put', 'a', '--copies', 'x'], ['get'], ['get', 'x', '--offset', 'y'], ['invite'], ['invite', '--role', 'king'], ['invite', '--role', 'read', '--uses', '0'], ['ls', '--nonsense'], ['init', '--capacity', 'x'], ['init', '--listen', 'x'], ['put', 'a', '--checksum'], ['put', '-r', '-', 'x'], ['get', 'x', '--replace'], ['get', 'x', '--checksum'], ['get', '-r', 'x', '--version', 'v'], ['get', '-r', 'x', '--offset', '1'], ['get', '-r', 'x', '-o', '-'], ['get', '-r', '/']]) {
      const { code, stdout } = await world.run(...words)
      assert.equal(code, 2, words.join(' '))
      assert.equal(stdout, '')
    }
    assert.equal(world.inits.length, 0)
  })

  it('show help and version on stdout, with 0', async () => {
    for (const words of [['--help'], ['put', '--help'], ['help', 'get']]) {
      const { code, stdout, stderr } = await world.run(...words)
      assert.equal(code, 0)
      assert.equal(stderr, '')
      assert.match(stdout, /Usage: dfs/)
    }
    assert.match((await world.run('--version')).stdout, /^\d+\.\d+\.\d+\n$/)
  })

  it('keep --version of get for the version of a file', async () => {
    world.input('x')
    await world.run('put', '-', 'x')
    assert.equal((await world.run('get', 'x', '--version', 'version-of-x', '-o', '-')).stdout, 'x')
  })

  it('print one JSON object a line with --json, errors too', async () => {
    await world.file('a', 'aa')
    await world.file('b', 'b')
    const put = await world.run('put', 'a', 'b', 'd/', '--json')
    const files = put.stdout.trim().split('\n').map((line) => JSON.parse(line) as { name: string, size: number, copies: unknown[] })
    assert.deepEqual(files.map(({ name, size }) => [name, size]), [['d/a', 2], ['d/b', 1]])
    assert.equal(files[0]?.copies.length, 1)
    assert.equal((await world.run('ls', '--json')).stdout.trim().split('\n').length, 2)
    const status = JSON.parse((await world.run('--json', 'status')).stdout) as { vault: string, running: boolean }
    assert.equal(status.vault, world.node.vault)
    assert.equal(status.running, false)
    for (const [words, name] of [[['get', 'none', '--json'], 'FileNotFoundError'], [['put', '--json'], 'UsageError'], [['invite', '--json'], 'InvalidOptionError']] as const) {
      const { stdout, stderr } = await world.run(...words)
      assert.equal(stdout, '')
      const { error } = JSON.parse(stderr) as ErrorLine
      assert.equal(error.name, name)
      assert.deepEqual(Object.keys(error), ['name', 'code', 'message', 'retry'])
    }
  })

  it('leave no file behind a get that fails or is stopped', async () => {
    await world.file('big', new Uint8Array(1024 ** 2))
    await world.run('put', 'big')
    const before = await readdir(world.cwd)
    assert.equal((await world.run('get', 'none', '-o', 'out')).code, 3)
    world.node.getFails = { after: 300_000, error: new BlocksUnavailableError('gone') }
    assert.equal((await world.run('get', 'big', '-o', 'out')).code, 4)
    world.node.getFails = { after: 300_000, get error () { world.signals.emit('SIGINT'); return new AbortError('stopped') } }
    assert.equal((await world.run('get', 'big', '-o', 'out')).code, 130)
    assert.deepEqual(await readdir(world.cwd), before)
  })

  it('refuse to get over a file before anything is opened', async () => {
    await world.file('x', 'mine')
    assert.equal((await world.run('get', 'photos/x')).code, 2)
    assert.equal(world.inits.length, 0)
    assert.equal(await readFile(world.path('x'), 'utf8'), 'mine')
  })

  it('stop the waiting of a put at the first Ctrl-C, and keep the version', async () => {
    await world.file('a', 'aa')
    world.node.waitForOthers = true
    const running = world.run('put', 'a', '--durable', '2', '--json')
    while (world.node.taken < 2) await new Promise((resolve) => setImmediate(resolve))
    world.signals.emit('SIGINT')
    const { code, stdout } = await running
    assert.equal(code, 130)
    assert.equal((JSON.parse(stdout) as { name: string }).name, 'a')
    assert.equal(world.node.files.has('a'), true)
    assert.deepEqual(world.exits, [])
  })

  it('leave nothing of a put that is stopped before its source has ended', async () => {
    const running = world.run('put', '-', 'x')
    world.stdin.emit('data', Buffer.from('x'))
    ;(world.stdin as unknown as { write: (text: string) => void }).write('half')
    while (world.node.taken === 0) await new Promise((resolve) => setImmediate(resolve))
    world.signals.emit('SIGINT')
    ;(world.stdin as unknown as { end: (text: string) => void }).end('rest')
    assert.equal((await running).code, 130)
    assert.equal(world.node.files.size, 0)
  })

  it('end at once at the second Ctrl-C', async () => {
    world.node.waitForOthers = true
    world.input('x')
    const running = world.run('put', '-', 'x')
    while (world.node.taken === 0) await new Promise((resolve) => setImmediate(resolve))
    world.signals.emit('SIGINT')
    world.signals.emit('SIGINT')
    assert.deepEqual(world.exits, [130])
    await running
  })

  it('say what was kept of a put that reached too few', async () => {
    await world.file('a')
    world.node.putFails = new NotDurableError('only 1 of 2', { reached: 1, wanted: 2 })
    assert.equal((await world.run('put', 'a', '--durable', '2')).code, 4)
  })

  it('print nothing of others that acts on the terminal', async () => {
    assert.doesNotMatch((await world.run('members')).stdout, /\u001b/)
  })

  it('draw no bar where nobody looks, and one on a terminal', async () => {
    await world.file('a', new Uint8Array(300_000))
    assert.doesNotMatch((await world.run('put', 'a')).stderr, /\r|\u001b/)
    world.stderr.isTTY = true
    assert.match((await world.run('put', 'a')).stderr, /\r/)
    assert.doesNotMatch((await world.run('put', 'a', '--json')).stderr, /\r/)
  })
})

describe('init', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('writes its options, with a port that stays', async () => {
    assert.equal((await world.run('init', '--label', 'nas', '--operator', 'ana', '--announce', '/dns4/a/tcp/1', '--bootstrap', '/ip4/1.2.3.4/tcp/1', '--bootstrap', '/ip4/1.2.3.5/tcp/1')).code, 0)
    const [init] = world.inits
    assert.equal(init?.start, false)
    assert.deepEqual(init.bootstrap, ['/ip4/1.2.3.4/tcp/1', '/ip4/1.2.3.5/tcp/1'])
    const toml = await readFile(world.path('vault', 'config.toml'), 'utf8')
    const port = Number(/\/ip4\/0\.0\.0\.0\/tcp\/(\d+)/.exec(toml)?.[1])
    assert.ok(port >= 14040 && port < 32768)
    assert.match(toml, /operator = "ana"/)
    assert.match(toml, /capacity = 1000000000/)
  })

  it('shows the recovery code to a terminal only, never with --json', async () => {
    for (const words of [['init'], ['init', '--json']]) {
      const { stdout, stderr } = await world.run(...words)
      assert.ok(!stdout.includes('dfs-recovery1') && !stderr.includes('dfs-recovery1'))
    }
    world.stdout.isTTY = true
    assert.ok(!(await world.run('init', '--json')).stdout.includes('dfs-recovery1'))
    assert.ok((await world.run('init')).stdout.includes(RECOVERY_CODE))
    assert.ok(!(await world.run('status')).stdout.includes('dfs-recovery1'))
  })
})
