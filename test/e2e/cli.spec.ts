import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { access, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { shapes } from '../frozen/shapes.js'
import { hold } from '../frozen/hold.js'
import { first, freePort, joined, MIB, randomFile, Scene, sha256, start, until } from './harness.js'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'dfs.js')

const errorOf = (stderr: string): { name: string, code: string, retry: boolean } => (JSON.parse(stderr) as { error: { name: string, code: string, retry: boolean } }).error

describe('the command line', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('makes a folder only with init and join', async () => {
    for (const words of [['start'], ['put', BIN], ['get', 'x'], ['ls'], ['stat', 'x'], ['evict', 'x'], ['invite', '--role', 'read'], ['members'], ['status'], ['recovery-code'], ['config']]) {
      const { code, stdout, stderr } = await scene.run(['--dir', scene.path('none'), ...words, '--json'])
      assert.equal(code, 8, words.join(' '))
      assert.equal(errorOf(stderr).name, 'NoVaultError')
      assert.equal(stdout, '')
    }
    assert.deepEqual(await readdir(scene.dir), [])
  })

  it('works with and without a running node in the folder, on the same files', async () => {
    const folder = scene.path('a')
    await scene.ok(['--dir', folder, 'init', '--capacity', '5GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`])
    const hash = await randomFile(scene.path('source'), 5 * MIB + 3)
    await scene.ok(['--dir', folder, 'put', 'source', 'photos/'])
    const node = await start(scene, folder)
    await scene.ok(['--dir', folder, 'put', '-', 'from/stdin'], 'piped')
    assert.equal(await node.ok('ls'), 'from/stdin\nphotos/source\n')
    await node.ok('get', 'photos/source', '-o', scene.path('with'))
    assert.equal(await node.stop(), 0)
    await scene.ok(['--dir', folder, 'get', 'photos/source', '-o', scene.path('without')])
    assert.equal(await sha256(scene.path('with')), hash)
    assert.equal(await sha256(scene.path('without')), hash)
    assert.equal(await scene.ok(['--dir', folder, 'get', 'from/stdin', '-o', '-']), 'piped')
    assert.equal(await scene.ok(['--dir', folder, 'get', 'from/stdin', '-o', '-', '--offset', '1', '--length', '3']), 'ipe')
    assert.equal(await scene.ok(['--dir', folder, 'ls', 'photos/']), 'photos/source\n')
  })

  it('gives a folder to one process at a time, and lets commands wait for each other', async () => {
    const node = await first(scene, 'a')
    const again = await node.run('start', '--json')
    assert.equal(again.code, 8)
    assert.equal(errorOf(again.stderr).name, 'DirectoryLockedError')
    await node.stop()
    const names = Array.from({ length: 4 }, (_, i) => `file-${i}`)
    await Promise.all(names.map((name) => scene.ok(['--dir', node.folder, 'put', '-', name], name)))
    assert.deepEqual((await node.ok('ls')).trim().split('\n'), names)
  })

  it('finds the folder free and the door closed after kill -9', async () => {
    const node = await first(scene, 'a')
    await node.ok('put', BIN, 'dfs.js')
    await node.kill()
    assert.equal(await node.ok('ls'), 'dfs.js\n')
    const again = await start(scene, node.folder)
    assert.equal(again.ready.peerId, node.ready.peerId)
    assert.equal(await again.ok('ls'), 'dfs.js\n')
    assert.equal(await again.stop(), 0)
  })

  it('keeps its port: a taken one is an error', async () => {
    const node = await first(scene, 'a')
    await node.stop()
    const port = Number(/tcp\/(\d+)/.exec(node.address)?.[1])
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const { code, stderr } = await node.run('start', '--json')
    other.close()
    assert.equal(code, 2)
    assert.equal(errorOf(stderr).name, 'PortInUseError')
    const again = await start(scene, node.folder)
    assert.equal(again.address, node.address)
  })

  it('init picks another port when the usual one is taken, and never makes a second vault in a folder', async () => {
    const here = createServer().listen(14040, '0.0.0.0')
    // somebody else may have it already, which is as good
    here.on('error', () => {})
    await scene.ok(['--dir', scene.path('a'), 'init'])
    here.close()
    const toml = await readFile(scene.path('a', 'config.toml'), 'utf8')
    const port = Number(/ip4\/0\.0\.0\.0\/tcp\/(\d+)/.exec(toml)?.[1])
    assert.ok(port > 14040 && port < 32768)
    const again = await scene.run(['--dir', scene.path('a'), 'init', '--json'])
    assert.equal(again.code, 8)
    assert.equal(errorOf(again.stderr).name, 'VaultExistsError')
    assert.equal(await readFile(scene.path('a', 'config.toml'), 'utf8'), toml)
  })

  it('start --init makes the vault once', async () => {
    const folder = scene.path('a')
    const listen = `/ip4/127.0.0.1/tcp/${await freePort()}`
    const node = await start(scene, folder, '--init', '--listen', listen)
    assert.equal(node.ready.role, 'owner')
    assert.equal(await node.stop(), 0)
    const again = await start(scene, folder, '--init')
    assert.equal(again.ready.vault, node.ready.vault)
    assert.ok(again.address.startsWith(listen))
  })

  it('leaves no file behind a get of what is not there', async () => {
    const node = await first(scene, 'a')
    for (const output of [[], ['-o', 'out'], ['-o', './']]) {
      const { code, stderr } = await node.run('get', 'none', '--json', ...output)
      assert.equal(code, 3)
      assert.equal(errorOf(stderr).name, 'FileNotFoundError')
    }
    assert.deepEqual(await readdir(scene.dir), ['a'])
  })

  it('ends a put at Ctrl-C: with nothing left before the source has ended', async () => {
    const node = await first(scene, 'a')
    for (const running of [true, false]) {
      if (!running) await node.stop()
      const child = scene.spawn(['--dir', node.folder, 'put', '-', 'half', '--json'], 'pipe')
      let stderr = ''
      child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
      // more than every buffer on the way holds: when it is gone, the put is in the middle of its source
      await new Promise((resolve) => child.stdin?.write(new Uint8Array(16 * MIB), resolve))
      child.kill('SIGINT')
      const [code] = await once(child, 'close') as [number]
      assert.equal(code, 130)
      assert.equal(errorOf(stderr).name, 'AbortError')
      assert.equal(await node.ok('ls'), '')
    }
  })

  it('ends the waiting of a put at Ctrl-C after the last byte: the version is kept', async () => {
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)
    await b.stop()
    const child = scene.spawn(['--dir', a.folder, 'put', BIN, 'kept', '--durable', '2', '--json'])
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text })
    await until('the version is there', async () => (await a.ok('ls')) === 'kept\n')
    child.kill('SIGINT')
    const [code] = await once(child, 'close') as [number]
    assert.equal(code, 130)
    const file = JSON.parse(stdout) as { name: string, copies: unknown[] }
    assert.equal(file.name, 'kept')
    assert.equal(file.copies.length, 1)
  })

  it('more members than there are is refused before a byte is read', async () => {
    const node = await first(scene, 'a')
    const { code, stderr } = await node.run('put', BIN, '--durable', '5', '--json')
    assert.equal(code, 4)
    assert.equal(errorOf(stderr).name, 'NotDurableError')
    assert.equal(await node.ok('ls'), '')
  })

  it('shows the recovery code to nobody who did not ask, and takes it only from a pipe or a file', async () => {
    const folder = scene.path('a')
    const said = [await scene.run(['--dir', folder, 'init', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`])]
    const code = (await scene.ok(['--dir', folder, 'recovery-code'])).trim()
    assert.ok(code.startsWith('dfs-recovery1'))
    const refused = await scene.run(['--dir', folder, 'recovery-code', '--check', code])
    assert.equal(refused.code, 2)
    const notes = async (): Promise<string[]> => (JSON.parse(await scene.ok(['--dir', folder, 'status', '--json'])) as { notes: string[] }).notes
    assert.equal((await notes()).length, 1)
    await writeFile(scene.path('code'), `${code.slice(0, 30).toUpperCase()}\n  ${code.slice(30)}\n`)
    said.push(refused, await scene.run(['--dir', folder, 'recovery-code', '--check', scene.path('code')]), await scene.run(['--dir', folder, 'status']))
    assert.deepEqual(await notes(), [])
    assert.equal((await scene.run(['--dir', folder, 'recovery-code', '--check', '-'], code.replace(/.$/, ''))).code, 5)
    for (const { stdout, stderr } of said) assert.ok(!`${stdout}${stderr}`.includes(code.slice(13)))
  })

  it('speaks JSON, one object a line', async () => {
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a, 'store')
    assert.deepEqual(Object.keys(b.ready).sort(), ['addresses', 'event', 'peerId', 'role', 'vault'])
    assert.equal(b.ready.role, 'store')
    assert.ok(b.address.endsWith(`/p2p/${b.ready.peerId}`))
    const file = JSON.parse(await a.ok('put', BIN, 'x', '--durable', '2', '--json')) as { copies: Array<{ peer: string }>, time: string }
    assert.deepEqual(file.copies.map(({ peer }) => peer).sort(), [a.ready.peerId, b.ready.peerId].sort())
    assert.equal(new Date(file.time).toISOString(), file.time)
    const members = (await a.ok('members', '--json')).trim().split('\n').map((line) => JSON.parse(line) as { role: string, self: boolean })
    assert.deepEqual(members.map(({ role }) => role).sort(), ['owner', 'store'])
    const denied = await b.run('get', 'x', '--json')
    assert.equal(denied.code, 5)
    assert.equal(errorOf(denied.stderr).name, 'NotAllowedError')
  })

  it('streams a put and a get through pipes', async () => {
    const node = await first(scene, 'a')
    const hash = await randomFile(scene.path('source'), 40 * MIB + 1)
    const put = scene.spawn(['--dir', node.folder, 'put', '-', 'big'], 'pipe')
    assert.ok(put.stdin)
    createReadStream(scene.path('source')).pipe(put.stdin)
    assert.deepEqual(await once(put, 'exit'), [0, null])
    await node.ok('get', 'big', '-o', 'out')
    assert.equal(await sha256(scene.path('out')), hash)
    assert.equal((await stat(scene.path('out'))).size, 40 * MIB + 1)
  })

  it('ends quietly when nobody reads its output any more', async () => {
    const node = await first(scene, 'a')
    await randomFile(scene.path('source'), 20 * MIB)
    await node.ok('put', 'source', 'big')
    const get = scene.spawn(['--dir', node.folder, 'get', 'big', '-o', '-'])
    assert.ok(get.stdout)
    await once(get.stdout, 'readable')
    get.stdout.destroy()
    let stderr = ''
    get.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    await once(get, 'close')
    assert.equal(stderr, '')
    assert.equal(await node.ok('ls'), 'big\n')
  })

  it('says which Node it needs on one that is too old', async () => {
    const old = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.20.2"})'
    const child = spawn(process.execPath, ['--import', old, BIN, 'start'], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    const [code] = await once(child, 'close') as [number]
    assert.equal(code, 2)
    assert.match(stderr, /Node 24[^\n]*20\.20\.2[^\n]*\n$/)
  })

  it('runs the demo, and leaves nothing of it', async () => {
    const child = scene.spawn(['demo', '--json'])
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text })
    const [code] = await once(child, 'close') as [number]
    assert.equal(code, 0)
    const events = stdout.trim().split('\n').map((line) => JSON.parse(line) as { event: string, pid: number, same: boolean, files: number, equal: number, copies: string[] })
    const files = events.filter(({ event }) => event === 'file')
    assert.equal(files.length, 20)
    assert.ok(files.every(({ same, copies }) => same && copies.length === 3))
    for (const { pid } of events.filter(({ event }) => event === 'node')) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    await assert.rejects(access(scene.path('dfs')))
    await hold('commands/demo.txt', shapes(events))
  })

  it('stops the demo, and its nodes, at Ctrl-C', async () => {
    const child = scene.spawn(['demo', '--json'])
    let stdout = ''
    assert.ok(child.stdout)
    for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      stdout += text
      if (stdout.split('\n').length > 3) child.kill('SIGINT')
    }
    const code = child.exitCode ?? (await once(child, 'exit') as [number])[0]
    assert.equal(code, 130)
    for (const line of stdout.trim().split('\n')) {
      const { pid } = JSON.parse(line) as { pid: number }
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    }
  })
})
