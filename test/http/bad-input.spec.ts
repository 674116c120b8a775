/** Requests that no honest program sends, byte by byte: each ends with its status, and nothing is kept. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { OpenDoor, readAnswer } from './raw.js'

const MIB = 1024 ** 2

describe('http: bad input', function () {
  this.timeout(60_000)
  let door: OpenDoor
  beforeEach(async () => { door = await OpenDoor.open({ transfers: 4, streams: 8, stallMs: 300, lagBytes: 64 * 1024 }) })
  afterEach(async () => { await door.close() })

  async function names (): Promise<string[]> {
    const all: string[] = []
    for await (const { name } of door.node.list()) all.push(name)
    return all
  }

  /** No version, no upload, and no block of one is left. */
  async function nothingKept (): Promise<void> {
    assert.deepEqual(await names(), [])
    const { blocks } = await door.node.verify()
    assert.equal(blocks, 0)
    assert.equal((await door.node.status()).disk.used, 0)
  }

  it('names that are none', async () => {
    for (const path of ['..', '../x', 'a/../b', 'a%2f..%2fb', '%2e%2e/x', '%00', 'a%00b', 'a%0ab', 'a//b', '/a', 'a/', '%2f', '', '.', `${'n'.repeat(1025)}`]) {
      const put = await door.ask('PUT', `/v1/files/${path}`, {}, 'x')
      assert.deepEqual([put.status, put.json()['code']], [400, 'INVALID_NAME'], path)
      assert.equal((await door.ask('GET', `/v1/files/${path}`)).status, 400, path)
    }
    for (const path of ['%', '%zz', '%ff', '%c0%af', '%ed%a0%80']) assert.equal((await door.ask('PUT', `/v1/files/${path}`, {}, 'x')).status, 400, path)
    await nothingKept()
    // what is decoded once stays: this is a name like any other
    assert.equal((await door.ask('PUT', '/v1/files/a%252fb', {}, 'x')).json()['name'], 'a%2fb')
  })

  it('a header of 1 MiB, a line that is no request, a smuggled length', async () => {
    const long = await door.ask('GET', '/v1/files', { 'x-long': 'x'.repeat(MIB) })
    assert.deepEqual([long.status, long.json()['code']], [431, 'HEADERS_TOO_LARGE'])
    for (const bytes of ['\u0016\u0003\u0001\r\n\r\n', 'hello\r\n\r\n', 'GET\r\n\r\n', `GET /v1/files HTTP/1.1\r\nhost: ${door.host}\r\nbad header\r\n\r\n`]) {
      const { status, json } = await door.raw(bytes)
      assert.deepEqual([status, json()['code']], [400, 'BAD_REQUEST'], JSON.stringify(bytes))
    }
    for (const headers of [{ 'content-length': '3', 'transfer-encoding': 'chunked' }, { 'content-length': '-1' }, { 'content-length': '1x' }, { 'content-length': '3, 4' }, { 'transfer-encoding': 'chunked, identity' }]) {
      assert.equal((await door.raw(`${door.head('PUT', '/v1/files/x', headers)}abc`)).status, 400, JSON.stringify(headers))
    }
    assert.equal((await door.ask('GET', `/v1/files?prefix=${'x'.repeat(20_000)}`)).status, 400)
    await nothingKept()
  })

  it('JSON that is none, too long, or of another shape', async () => {
    for (const [body, status] of [['{', 400], ['', 400], ['[]', 400], ['null', 400], ['{"from":1,"to":"x"}', 400], ['{"from":"x"}', 400], ['{"from":"x","to":"y","__proto__":{"force":true}}', 400], [`{"from":"${'x'.repeat(70_000)}","to":"y"}`, 413]] as const) {
      const answer = await door.ask('POST', '/v1/mv', { 'content-type': 'application/json' }, body)
      assert.equal(answer.status, status, body.slice(0, 40))
      assert.equal(typeof answer.json()['code'], 'string')
    }
    assert.equal((await door.ask('POST', '/v1/mv', { 'content-type': 'text/plain' }, '{"from":"x","to":"y"}')).status, 400)
    for (const query of ['durable=0', 'durable=x', 'copies=-1', 'unknown=1', 'durable=99']) assert.ok([400, 503].includes((await door.ask('PUT', `/v1/files/x?${query}`, {}, 'x')).status), query)
    for (const headers of [{ 'dfs-mtime': 'yesterday' }, { 'content-range': 'bytes 0-1/2' }, { 'dfs-prop-x': 'y'.repeat(2048) }, { 'dfs-prop-dfs.x': 'y' }, { 'content-type': 'x'.repeat(129) }]) assert.equal((await door.ask('PUT', '/v1/files/x', headers, 'x')).status, 400, JSON.stringify(headers))
    await nothingKept()
  })

  it('a body that is shorter than said, or cut off in a chunk, leaves neither version nor blocks', async () => {
    for (const [headers, bytes] of [[{ 'content-length': String(8 * MIB) }, Buffer.alloc(3 * MIB)], [{ 'transfer-encoding': 'chunked' }, Buffer.concat([Buffer.from('300000\r\n'), Buffer.alloc(2 * MIB)])]] as const) {
      const socket = await door.socket()
      socket.write(door.head('PUT', '/v1/files/cut', headers))
      await new Promise((resolve) => { socket.write(bytes, resolve) })
      socket.destroy()
    }
    // the door answers others meanwhile, and has let go of both when it has room for four more
    const four = await Promise.all([1, 2, 3, 4].map(async () => eventually(async () => (await door.ask('GET', '/v1/files/none')).status === 404)))
    assert.equal(four.length, 4)
    await eventually(async () => (await door.node.status()).disk.used === 0)
    await nothingKept()
  })

  it('a body that is longer than said is a file of the said length, and what follows is no request', async () => {
    const socket = await door.socket()
    const answer = readAnswer(socket)
    socket.write(`${door.head('PUT', '/v1/files/said', { 'content-length': '3' })}abcdef\r\n\r\n`)
    assert.equal((await answer).status, 200)
    socket.destroy()
    assert.equal((await door.ask('GET', '/v1/files/said')).body.toString(), 'abc')
    assert.deepEqual(await names(), ['said'])
  })

  it('an upload that stands still ends with 408, and a place is free again', async () => {
    const sockets = await Promise.all([1, 2, 3, 4].map(async () => door.socket()))
    const answers = sockets.map(async (socket) => readAnswer(socket))
    for (const [n, socket] of sockets.entries()) socket.write(`${door.head('PUT', `/v1/files/slow${n}`, { 'content-length': '100' })}x`)
    const ended = await Promise.all(answers)
    assert.deepEqual(ended.map(({ status, json }) => [status, json()['code']]), Array(4).fill([408, 'STALLED']))
    sockets.forEach((socket) => socket.destroy())
    await nothingKept()
    assert.equal((await door.ask('PUT', '/v1/files/next', {}, 'x')).status, 200)
  })

  it('more uploads than there are places: the fifth is told to come again, and nothing of it is read', async () => {
    const sockets = await Promise.all([1, 2, 3, 4].map(async () => door.socket()))
    for (const [n, socket] of sockets.entries()) socket.write(`${door.head('PUT', `/v1/files/open${n}`, { 'content-length': '10' })}x`)
    const full = await eventually(async () => {
      const answer = await door.ask('PUT', '/v1/files/fifth', {}, 'x')
      return answer.status === 503 ? answer : undefined
    })
    assert.deepEqual([full.json()['code'], full.json()['retry'], full.headers['retry-after']], ['TOO_MANY', true, '5'])
    sockets.forEach((socket) => socket.destroy())
  })

  it('refuses a put that may not be before its body is there', async () => {
    await door.node.put('there', 'x')
    const { status, headers } = await door.raw(door.head('PUT', '/v1/files/there', { 'if-none-match': '*', 'content-length': String(1024 * MIB) }))
    assert.deepEqual([status, headers['connection']], [412, 'close'])
  })

  it('a reader that stands still holds a bound of bytes, then its place is free', async () => {
    const one = await OpenDoor.open({ transfers: 1, stallMs: 300 })
    await one.node.put('big', new Uint8Array(64 * MIB))
    const socket = await one.socket()
    socket.pause()
    const closed = once(socket, 'close')
    socket.write(one.head('GET', '/v1/files/big'))
    const status = async (): Promise<number> => (await one.ask('GET', '/v1/files/big', { range: 'bytes=0-9' })).status
    await eventually(async () => await status() === 503)
    await eventually(async () => await status() === 206)
    let got = 0
    socket.on('data', (piece: Buffer) => { got += piece.length })
    socket.resume()
    await closed
    assert.ok(got < 32 * MIB, `${got} bytes came`)
    await one.close()
  })

  it('event streams: so many and no more, and a place is free when one goes', async () => {
    const sockets = await Promise.all(Array.from({ length: 8 }, async () => door.socket()))
    const heads = sockets.map(async (socket) => once(socket, 'data'))
    sockets.forEach((socket) => socket.write(door.head('GET', '/v1/events')))
    await Promise.all(heads)
    const many = await Promise.all(Array.from({ length: 50 }, async () => door.ask('GET', '/v1/events')))
    assert.deepEqual([...new Set(many.map(({ status, json }) => `${status} ${String(json()['code'])}`))], ['503 TOO_MANY'])
    sockets.forEach((socket) => socket.destroy())
    await eventually(async () => {
      const socket = await door.socket()
      socket.write(door.head('GET', '/v1/events'))
      const [first] = await once(socket, 'data') as [Buffer]
      socket.destroy()
      return first.toString().startsWith('HTTP/1.1 200')
    })
  })

  it('garbage of every length leaves the door open', async () => {
    for (let n = 0; n < 40; n++) {
      const socket = await door.socket()
      socket.write(Buffer.from(Array.from({ length: n * 7 }, (_, i) => (i * 31 + n * 17) % 256)))
      socket.destroy()
    }
    assert.equal((await door.ask('GET', '/v1/files')).status, 200)
    await nothingKept()
  })
})

/** Resolves with what `look` gives once it gives something. */
async function eventually<T> (look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
}
