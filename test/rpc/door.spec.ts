import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AbortError, BlocksUnavailableError, DfsError, FileExistsError, FileNotFoundError, InvalidOptionError, NodeStoppedError, NoSpaceError, NotDurableError, SourceError, TimeoutError } from '../../src/errors.js'
import { connectRpc, type RemoteNode } from '../../src/rpc/client.js'
import { choosePath, MAX_SOCKET_PATH_BYTES, readPointer, writePointer } from '../../src/rpc/socket-path.js'
import { type Door, serveRpc } from '../../src/rpc/server.js'
import { errorFromJson, errorToJson, parseJson } from '../../src/rpc/wire.js'
import { FakeNode, RECOVERY_CODE } from './fake-node.js'

const MIB = 1024 ** 2
const env = {}

const bytesOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

async function collect (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

describe('the local door', () => {
  let dir: string
  let node: FakeNode
  let door: Door
  let remote: RemoteNode

  const open = async (): Promise<RemoteNode> => {
    const found = await connectRpc(dir)
    assert.ok(found)
    return found
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-door-'))
    node = new FakeNode()
    door = await serveRpc(node, dir, { env })
    remote = await open()
  })
  afterEach(async () => {
    await remote.stop()
    await door.close({ drainMs: 0 })
    await rm(dir, { recursive: true, force: true })
  })

  it('says what node is behind it', () => {
    assert.equal(remote.peer, node.peer)
    assert.equal(remote.vault, node.vault)
    assert.equal(remote.role, node.role)
    assert.deepEqual(remote.addresses, node.addresses)
  })

  it('carries a collection, with its progress, its option and its times', async () => {
    const [seen, onProgress] = [[] as string[], ({ type }: { type: string }): void => { seen.push(type) }]
    assert.deepEqual([await remote.gc({ dryRun: true, onProgress }), node.collected, seen], [await node.gc({ dryRun: true }), [true, true], ['garbage:collect:dead']])
  })

  it('carries versions, deletes, restores and moves, with their options, times and progress', async () => {
    await remote.put('x', 'text')
    const versions = []
    for await (const version of remote.history('x')) versions.push(version)
    assert.deepEqual(versions.map(({ kind, current, time }) => [kind, current, time]), [['put', true, new Date(0)], ['delete', false, new Date(0)]])
    const seen: number[] = []
    await remote.restore('x', undefined, { onProgress: (event) => { if (event.type === 'file:restore:here') seen.push(event.bytes) } })
    await remote.restore('x', 'version')
    assert.deepEqual(node.restored, [['x', undefined], ['x', 'version']])
    assert.deepEqual(seen, [1])
    await remote.put('y', 'other')
    await assert.rejects(remote.mv('x', 'y'), FileExistsError)
    assert.equal((await remote.mv('x', 'y', { force: true })).name, 'y')
    assert.deepEqual(node.moved, [['x', 'y', true]])
    assert.deepEqual([await remote.delete('y'), await Array.fromAsync(remote.deleted({ prefix: 'z' }))], [{ name: 'y', version: 'deleted', time: new Date(0) }, []])
    await assert.rejects(remote.delete('y'), FileNotFoundError)
    await assert.rejects(remote.restore('x'), FileNotFoundError)
    await assert.rejects(collect(remote.history('y') as AsyncIterable<never>), FileNotFoundError)
  })

  it('is a socket for its owner alone', async () => {
    assert.equal((await stat(door.path)).mode & 0o777, 0o600)
    assert.ok((await stat(door.path)).isSocket())
  })

  for (const size of [0, 1, 64 * 1024, 3 * MIB + 7]) {
    it(`carries ${size} bytes both ways`, async () => {
      const bytes = bytesOf(size)
      const mtime = new Date(86400e3)
      const file = await remote.put('a/ü ?#%.bin', bytes, { size, mtime })
      assert.equal(file.size, size)
      assert.deepEqual(file.mtime, mtime)
      assert.deepEqual(node.files.get('a/ü ?#%.bin')?.bytes, bytes)
      assert.deepEqual(await collect(remote.get('a/ü ?#%.bin')), bytes)
    })
  }

  it('takes every kind of source', async () => {
    async function * pieces (): AsyncGenerator<Uint8Array> { yield bytesOf(3); yield bytesOf(2) }
    const web = new ReadableStream<Uint8Array>({ start: (controller) => { controller.enqueue(bytesOf(4)); controller.close() } })
    for (const [source, size] of [['text', 4], [pieces(), 5], [[bytesOf(6)], 6], [web, 4]] as const) {
      assert.equal((await remote.put('x', source)).size, size)
    }
  })

  it('gives ranges', async () => {
    const bytes = bytesOf(200_000)
    await remote.put('x', bytes)
    assert.deepEqual(await collect(remote.get('x', { offset: 65_530, length: 70_000 })), bytes.slice(65_530, 135_530))
  })

  it('carries progress of a put and of a get', async () => {
    const seen: string[] = []
    const onProgress = ({ type }: { type: string }): void => { seen.push(type) }
    await remote.put('x', bytesOf(100), { size: 100, onProgress })
    await collect(remote.get('x', { onProgress }))
    assert.ok(seen.includes('file:put:read'))
    assert.ok(seen.includes('file:get:read'))
    assert.ok(seen.includes('file:get:fetched'))
  })

  it('carries the other calls, with times as Date', async () => {
    await remote.put('b', 'b')
    await remote.put('a', 'a')
    const names: string[] = []
    for await (const { name, time } of remote.list()) {
      assert.ok(time instanceof Date)
      names.push(name)
    }
    assert.deepEqual(names, ['a', 'b'])
    assert.deepEqual(await remote.stat('a'), await node.stat('a'))
    assert.deepEqual(await remote.status(), await node.status())
    assert.deepEqual(await remote.members(), await node.members())
    assert.deepEqual(await remote.peers(), [])
    assert.deepEqual(await remote.evict('a'), { blocks: 1, bytes: 1, peer: 'nas' })
    assert.equal(await remote.recoveryCode(), RECOVERY_CODE)
    assert.equal(await remote.checkRecoveryCode(RECOVERY_CODE), true)
    assert.equal(await remote.invite({ role: 'store', uses: 2, expires: new Date(Date.now() + 60_000) }), 'dfs-invite1fake')
    assert.equal(node.invited[0]?.uses, 2)
    await remote.put('shared', bytesOf(1))
    assert.match(await remote.share('shared', { expires: new Date(Date.now() + 60_000), version: 'v' }), /^dfs-link1/)
    assert.deepEqual(node.shared.map(([name, { version, expires }]) => [name, version, typeof expires === 'number' && expires > 0 && expires <= 60_000]), [['shared', 'v', true]])
  })

  it('keeps the class of an error that comes before the first byte', async () => {
    await assert.rejects(collect(remote.get('none')), FileNotFoundError)
    await assert.rejects(remote.stat('none'), FileNotFoundError)
    node.putFails = new NoSpaceError('full')
    await assert.rejects(remote.put('x', bytesOf(MIB)), (error: unknown) => error instanceof NoSpaceError && error.retry && error.code === 'NO_SPACE')
  })

  it('ends a get that fails in mid-stream with the same error', async () => {
    await remote.put('x', bytesOf(3 * MIB))
    node.getFails = { after: MIB, error: new BlocksUnavailableError('nobody has block 7: "ü"') }
    let got = 0
    await assert.rejects(async () => { for await (const piece of remote.get('x')) got += piece.length }, BlocksUnavailableError)
    assert.equal(got, MIB)
  })

  it('answers a put that fails early without waiting for an endless source', async () => {
    node.putFails = new InvalidOptionError('name', 'bad', 'good')
    let ended = false
    async function * endless (): AsyncGenerator<Uint8Array> {
      try { for (;;) yield bytesOf(65536) } finally { ended = true }
    }
    await assert.rejects(remote.put('x', endless()), (error: unknown) => error instanceof InvalidOptionError && error.field === 'name')
    await remote.status()
    assert.equal(ended, true)
  })

  it('aborts a put in mid-source: nothing is left', async () => {
    const controller = new AbortController()
    async function * source (): AsyncGenerator<Uint8Array> {
      yield bytesOf(MIB)
      controller.abort()
      yield bytesOf(MIB)
      yield bytesOf(MIB)
    }
    await assert.rejects(remote.put('x', source(), { signal: controller.signal }), AbortError)
    assert.equal(node.files.size, 0)
    assert.equal(node.signals[0]?.aborted, true)
  })

  it('ends the waiting of a put whose source has ended: the version is kept and named', async () => {
    node.waitForOthers = true
    const controller = new AbortController()
    const put = remote.put('x', bytesOf(10), { signal: controller.signal, onProgress: ({ type }) => { if (type === 'file:put:receipt') controller.abort() } })
    await assert.rejects(put, (error: unknown) => {
      assert.ok(error instanceof NotDurableError)
      assert.ok(error.cause instanceof AbortError)
      assert.equal(error.reached, 1)
      assert.equal(error.wanted, 2)
      assert.ok(error.file?.time instanceof Date)
      return error.file.name === 'x'
    })
  })

  it('leaves nothing of a put whose source throws', async () => {
    async function * source (): AsyncGenerator<Uint8Array> {
      yield bytesOf(MIB)
      throw new Error('the disk went away')
    }
    await assert.rejects(remote.put('x', source()), (error: unknown) => error instanceof SourceError && (error.cause as Error).message === 'the disk went away')
    await until(() => node.signals[0]?.aborted === true)
    assert.equal(node.files.size, 0)
  })

  it('never takes a cut connection for the end of a file', async () => {
    const socket = connect(door.path)
    await once(socket, 'connect')
    const options = encodeURIComponent(JSON.stringify({ name: 'x', options: {} }))
    socket.write(`POST /v1/put HTTP/1.1\r\nhost: dfs\r\ndfs-options: ${options}\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`)
    await until(() => node.taken === 3)
    socket.destroy()
    await until(() => node.signals[0]?.aborted === true)
    await remote.status()
    assert.equal(node.files.size, 0)
  })

  it('ends the get of a reader that leaves its loop', async () => {
    await remote.put('x', bytesOf(3 * MIB))
    node.signals.length = 0
    for await (const piece of remote.get('x')) {
      assert.ok(piece.length > 0)
      break
    }
    await until(() => node.signals[0]?.aborted === true)
  })

  it('ends a get by its signal', async () => {
    await remote.put('x', bytesOf(3 * MIB))
    const controller = new AbortController()
    await assert.rejects(async () => { for await (const _ of remote.get('x', { signal: controller.signal })) controller.abort() }, AbortError)
  })

  it('lets a slow reader hold the node back', async () => {
    const size = 64 * MIB
    node.files.set('big', { bytes: new Uint8Array(size), info: await fakeInfo(node, 'big') })
    const pieces = remote.get('big')[Symbol.asyncIterator]()
    await pieces.next()
    // one full round of calls through the same door later, the stream has come to rest
    for (let i = 0; i < 20; i++) await remote.status()
    assert.ok(node.given < size / 4, `${node.given} bytes are under way`)
    await pieces.return?.(undefined)
  })

  it('lets a slow node hold the source back', async () => {
    const gate = Promise.withResolvers<void>()
    node.beforePiece = () => gate.promise
    let sent = 0
    async function * source (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 64; i++) {
        sent += MIB
        yield new Uint8Array(MIB)
      }
    }
    const put = remote.put('x', source())
    for (let i = 0; i < 20; i++) await remote.status()
    assert.ok(sent < 16 * MIB, `${sent} bytes are under way`)
    gate.resolve()
    assert.equal((await put).size, 64 * MIB)
  })

  it('refuses what it does not serve', async () => {
    for (const path of ['/v1/call/stop', '/v1/call/constructor', '/v2/node', '/']) {
      const socket = connect(door.path)
      socket.end(`GET ${path} HTTP/1.1\r\nhost: dfs\r\nconnection: close\r\n\r\n`)
      let text = ''
      for await (const piece of socket.setEncoding('utf8') as AsyncIterable<string>) text += piece
      assert.match(text, /^HTTP\/1\.1 500/)
      assert.match(text, /INVALID_OPTION/)
    }
    assert.equal(node.stopped, 0)
  })

  it('closes while calls run: they end with a typed error, and nothing is left', async () => {
    node.waitForOthers = true
    const put = remote.put('x', 'x').catch((error: unknown) => error)
    await until(() => node.taken === 1)
    await door.close({ drainMs: 0 })
    assert.ok(await put instanceof DfsError)
    await assert.rejects(access(door.path))
    assert.equal(await readPointer(dir), undefined)
    assert.equal(await connectRpc(dir), undefined)
    door = await serveRpc(node, dir, { env })
  })

  it('tells a client whose node dies in mid-stream', async () => {
    const child = fork(join(import.meta.dirname, 'door-process.js'), [await mkdtemp(join(dir, 'child-'))], { execArgv: [] })
    const [other] = await once(child, 'message') as [string]
    const client = await connectRpc(other)
    assert.ok(client)
    let got = 0
    await assert.rejects(async () => {
      for await (const piece of client.get('big')) {
        got += piece.length
        child.kill('SIGKILL')
      }
    }, NodeStoppedError)
    assert.ok(got > 0)
    // until then its socket still takes connections
    if (child.signalCode === null) await once(child, 'exit')
    // what it left is no node, and a new node takes its place
    assert.equal(await connectRpc(other), undefined)
    const stale = await readPointer(other)
    const again = await serveRpc(node, other, { env })
    assert.equal(again.path, stale)
    const found = await connectRpc(other)
    assert.ok(found)
    await found.stop()
    await again.close()
  })
})

describe('where the door is', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-door-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('is the runtime folder when that is private', async () => {
    const runtime = join(dir, 'run')
    await mkdir(runtime, { mode: 0o700 })
    const { path } = await choosePath(dir, { XDG_RUNTIME_DIR: runtime })
    assert.ok(path.startsWith(join(runtime, 'dfs/')))
    await chmod(join(runtime, 'dfs'), 0o755)
    const { path: other } = await choosePath(dir, { XDG_RUNTIME_DIR: runtime })
    assert.ok(other.startsWith(dir) && other.endsWith('/door.sock'))
  })

  it('is a short private folder when the path is too long for a socket', async () => {
    const deep = join(dir, 'd'.repeat(MAX_SOCKET_PATH_BYTES))
    await mkdir(deep, { mode: 0o700 })
    const door = await serveRpc(new FakeNode(), deep, { env })
    assert.ok(Buffer.byteLength(door.path) <= MAX_SOCKET_PATH_BYTES)
    const folder = join(door.path, '..')
    assert.equal((await stat(folder)).mode & 0o777, 0o700)
    const client = await connectRpc(deep)
    assert.ok(client)
    await client.stop()
    await door.close()
    await assert.rejects(access(folder))
  })

  it('is not one where nothing listens', async () => {
    assert.equal(await connectRpc(dir), undefined)
    assert.equal(await connectRpc(join(dir, 'none')), undefined)
    await writePointer(dir, join(dir, 'gone.sock'))
    assert.equal(await connectRpc(dir), undefined)
  })

  it('does not wait for ever for a process that says nothing', async () => {
    const path = join(dir, 'door.sock')
    const server = createServer((socket) => socket.resume()).listen(path)
    await once(server, 'listening')
    await writePointer(dir, path)
    await assert.rejects(connectRpc(dir, { answerMs: 20 }), TimeoutError)
    server.close()
    await once(server, 'close')
  })

  it('never removes a socket that answers', async () => {
    const path = join(dir, 'door.sock')
    const server = createServer((socket) => socket.destroy()).listen(path)
    await once(server, 'listening')
    await writePointer(dir, path)
    await assert.rejects(serveRpc(new FakeNode(), dir, { env }), { code: 'EADDRINUSE' })
    await access(path)
    server.close()
    await once(server, 'close')
  })
})

describe('errors through the door', () => {
  it('keep class, code, retry, fields and cause', () => {
    const error = new NotDurableError('on 1 of 3', { reached: 1, wanted: 3, cause: new AbortError('stopped') })
    const again = errorFromJson(parseJson(JSON.stringify(errorToJson(error))) as ReturnType<typeof errorToJson>)
    assert.ok(again instanceof NotDurableError)
    const { name, code, retry, reached, wanted } = again
    assert.deepEqual({ name, code, retry, reached, wanted }, { name: 'NotDurableError', code: 'NOT_DURABLE', retry: true, reached: 1, wanted: 3 })
    assert.ok(again.cause instanceof AbortError)
  })

  it('carry no stack, and unknown classes become DfsError', () => {
    assert.equal('stack' in (errorToJson(new Error('x')).fields ?? {}), false)
    assert.ok(errorFromJson({ name: 'LaterError', code: 'LATER', message: 'x', retry: false }) instanceof DfsError)
    assert.ok(errorFromJson({ name: 'constructor', code: 'X', message: 'x', retry: false }) instanceof DfsError)
  })
})

async function fakeInfo (node: FakeNode, name: string): Promise<Awaited<ReturnType<FakeNode['stat']>>> {
  await node.put(name, [])
  return node.stat(name)
}

/** Looks again each time that the loop has turned; the test's own timeout is the bound. */
async function until (check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve))
}

