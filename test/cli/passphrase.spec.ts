import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { WrongPassphraseError } from '../../src/errors.js'
import { readTerminal } from '../../src/cli/terminal.js'
import { serveRpc } from '../../src/rpc/server.js'
import { RECOVERY_CODE } from '../rpc/fake-node.js'
import { TestWorld } from './harness.js'

const CANARY = 'canary Passphrase'

describe('commands with a passphrase', () => {
  let world: TestWorld
  /** What createNode was given, asked for or not. */
  let given: Array<string | undefined>
  beforeEach(async () => {
    world = await TestWorld.open()
    given = []
  })
  afterEach(async () => { await world.close() })

  /** The folder's keys are under this passphrase; undefined: under none. */
  const under = (passphrase: string | undefined): void => {
    world.node.passphrase = passphrase
    world.open = async () => {
      const init = world.inits.at(-1)
      if (passphrase === undefined) return world.node
      given.push(typeof init?.passphrase === 'function' ? await init.passphrase() : init?.passphrase)
      if (given.at(-1) !== passphrase) throw new WrongPassphraseError('That is not the passphrase')
      return world.node
    }
  }
  const run = async (...words: string[]): Promise<{ code: number, stdout: string, stderr: string }> => {
    const result = await world.run(...words)
    assert.equal(`${result.stdout}${result.stderr}`.toLowerCase().includes('canary'), false)
    return result
  }

  it('every command that opens the folder takes it from a file, a pipe or the terminal', async () => {
    under(CANARY)
    await world.file('secret', `${CANARY}\r\n`)
    assert.equal((await run('ls', '--passphrase', 'secret')).code, 0)
    world.input(`${CANARY}\n`)
    assert.equal((await run('--passphrase', '-', 'status')).code, 0)
    world.input(`${CANARY}\r`, true)
    const { code, stderr } = await run('members')
    assert.equal(code, 0)
    assert.match(stderr, /^Passphrase of .*vault \(not shown\): \n$/)
    assert.deepEqual(world.rawModes, [true, false])
    assert.deepEqual(given, [CANARY, CANARY, CANARY])
  })

  it('asks on a terminal up to three times, and nobody else twice', async () => {
    under(CANARY)
    world.input(`wrong\r${CANARY}\r`, true)
    const { code, stderr } = await run('ls')
    assert.equal(code, 0)
    assert.equal(stderr.match(/That is not it/g)?.length, 1)
    world.input('a\rb\rc\rd\r', true)
    assert.equal((await run('ls')).code, 5)
    assert.deepEqual(given, ['wrong', CANARY, 'a', 'b', 'c'])
    world.input('wrong')
    assert.equal((await run('ls', '--passphrase', '-')).code, 5)
    assert.equal(given.length, 6)
  })

  it('says what to do where there is no terminal', async () => {
    under(CANARY)
    const { code, stderr } = await run('ls')
    assert.equal(code, 2)
    assert.match(stderr, /PassphraseRequiredError.*\n.*--passphrase FILE/)
    const { error } = JSON.parse((await run('ls', '--json')).stderr) as { error: { name: string, retry: boolean } }
    assert.deepEqual([error.name, error.retry], ['PassphraseRequiredError', false])
  })

  it('is no argument: what is no file is repeated nowhere', async () => {
    under(CANARY)
    for (const word of [CANARY, `${CANARY}/x`, 'canary'.repeat(100)]) {
      for (const words of [['ls', '--passphrase', word], ['init', '--passphrase', word], ['passphrase', '--new', word], ['init', '--recover', word], ['recovery-code', '--check', word]]) {
        world.input(`${CANARY}\r`, true)
        const { code, stderr } = await run(...words)
        assert.equal(code, 2, stderr)
      }
    }
  })

  it('a pipe has one thing to say', async () => {
    under(CANARY)
    world.input(CANARY)
    assert.equal((await run('put', '-', 'name', '--passphrase', '-')).code, 2)
    assert.equal(world.node.files.size, 0)
    world.input('dfs-invite1x')
    assert.equal((await run('join', '-', '--passphrase', '-', '--listen', '/ip4/127.0.0.1/tcp/1')).code, 2)
    world.input(RECOVERY_CODE)
    assert.equal((await run('init', '--recover', '-', '--passphrase', '-')).code, 2)
    assert.deepEqual(await readdir(world.cwd), [])
  })

  it('refuses what is no text', async () => {
    under(CANARY)
    await world.file('latin', Uint8Array.of(0x63, 0xe9))
    await world.file('long', 'x'.repeat(70_000))
    for (const name of ['latin', 'long']) assert.equal((await run('ls', '--passphrase', name)).code, 2)
    assert.deepEqual(given, [])
  })

  it('init and join make a folder under a new one, which a terminal is asked for twice', async () => {
    world.input(`\r${CANARY}\rother\r${CANARY}\r${CANARY}\r`, true)
    const { code, stderr } = await run('init', '--passphrase', '-', '--listen', '/ip4/127.0.0.1/tcp/1')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /at least one character[^]*not the same/)
    await world.file('secret', CANARY)
    assert.equal((await run('join', 'dfs-invite1x', '--dir', 'other', '--passphrase', 'secret', '--listen', '/ip4/127.0.0.1/tcp/1')).code, 0)
    await run('init', '--dir', 'third', '--listen', '/ip4/127.0.0.1/tcp/1')
    assert.deepEqual(world.inits.map(({ passphrase }) => passphrase), [CANARY, CANARY, undefined])
  })

  it('dfs passphrase sets, changes and removes it', async () => {
    under(undefined)
    world.input(`${CANARY}\r${CANARY}\r`, true)
    const set = await run('passphrase')
    assert.equal(set.code, 0, set.stderr)
    assert.equal(world.node.passphrase, CANARY)
    under(CANARY)
    await world.file('new', 'second canary')
    world.input(`${CANARY}\r`, true)
    assert.equal((await run('passphrase', '--new', 'new')).code, 0)
    assert.equal(world.node.passphrase, 'second canary')
    under('second canary')
    assert.equal((await run('passphrase', '--remove', '--new', 'new')).code, 2)
    const removed = await run('passphrase', '--remove', '--passphrase', 'new', '--json')
    assert.deepEqual(JSON.parse(removed.stdout), { passphrase: false })
    assert.equal(world.node.passphrase, undefined)
  })

  it('dfs passphrase asks for the old one too where a node runs, which alone needs none', async () => {
    await mkdir(world.path('vault'), { mode: 0o700 })
    world.node.passphrase = CANARY
    const door = await serveRpc(world.node, world.path('vault'), { env: {} })
    assert.equal((await run('ls')).code, 0)
    world.input(`wrong\rnew\rnew\r`, true)
    assert.equal((await run('passphrase')).code, 5)
    assert.equal(world.node.passphrase, CANARY)
    world.input(`${CANARY}\rnew\rnew\r`, true)
    assert.equal((await run('passphrase')).code, 0)
    assert.equal(world.node.passphrase, 'new')
    assert.equal(world.inits.length, 0)
    await door.close()
  })

  it('says that one was given for nothing', async () => {
    under(undefined)
    await world.file('secret', CANARY)
    assert.match((await run('ls', '--passphrase', 'secret')).stderr, /no passphrase/)
  })

  it('a line ends at its break, without keys that are no text, and what was typed ahead is the next one', async () => {
    world.input('', true)
    const { stdin } = world
    const signal = new AbortController().signal
    world.input('\u001b[Aab\u001b[D\u0001 c \t\r\nsecond\u{1f600}\u007f\r', true)
    assert.equal(await readTerminal(world.stdin, signal, 'line'), 'ab c \t')
    assert.equal(await readTerminal(world.stdin, signal, 'line'), 'second')
    await assert.rejects(readTerminal(stdin, AbortSignal.abort(new Error('stopped')), 'line'), /stopped/)
  })

  it('init --recover asks for the code, and keeps of its addresses those that name a peer', async () => {
    const peer = '/ip4/127.0.0.1/tcp/2/p2p/12D3KooWFake'
    world.input(`${RECOVERY_CODE}\r`, true)
    const { code, stdout, stderr } = await run('init', '--recover', '-', '--bootstrap', '/ip4/127.0.0.1/tcp/1', '--bootstrap', peer, '--listen', '/ip4/127.0.0.1/tcp/1')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^Recovered k7qf2m, in .*: 0 files/)
    const [init] = world.inits
    assert.equal(String(init?.recoveryCode).trim(), RECOVERY_CODE)
    assert.deepEqual(init?.bootstrap, ['/ip4/127.0.0.1/tcp/1', peer])
    const config = await readFile(world.path('vault', 'config.toml'), 'utf8')
    assert.ok(config.includes(`bootstrap = [ "${peer}" ]`), config)
  })

  it('a recovery code is never an argument, and a folder that has a vault is left alone', async () => {
    assert.equal((await run('init', '--recover', RECOVERY_CODE)).code, 2)
    assert.equal((await run('init', '--recover', '-', '--invite', 'x')).code, 2)
    await world.file('vault/format').catch(async () => { await mkdir(world.path('vault')); await world.file('vault/format') })
    world.input(RECOVERY_CODE)
    assert.equal((await run('init', '--recover', '-')).code, 8)
    assert.equal(world.inits.length, 0)
  })
})
