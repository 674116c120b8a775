import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { createHash } from 'node:crypto'
import { first, freePort, MIB, randomFile, Scene, start } from './harness.js'

const BIN = join(import.meta.dirname, '..', '..', 'bin')

describe('the HTTP API', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  async function ask (port: number, method: string, path: string, token: string, body?: string): Promise<IncomingMessage> {
    const call = request({ host: '127.0.0.1', port, method, path, headers: { authorization: `Bearer ${token}` }, agent: false })
    const answer = once(call, 'response') as Promise<[IncomingMessage]>
    if (body === undefined) call.end()
    else await pipeline(createReadStream(body), call)
    return (await answer)[0]
  }

  it('is off unless it is asked for, takes a file of many blocks and gives it back, and lets a revoked token in no more', async () => {
    const node = await first(scene, 'a')
    assert.equal('http' in node.ready, false)
    assert.equal(await node.stop(), 0)
    const port = await freePort()
    await scene.ok(['--dir', node.folder, 'config', 'http', String(port)])
    const again = await start(scene, node.folder)
    assert.equal((again.ready as { http?: string }).http, `http://127.0.0.1:${port}/`)
    const token = (await again.ok('token', 'create', '--role', 'write', '--prefix', 'in/', '--label', 'backup')).trim()
    const source = scene.path('source')
    const hash = await randomFile(source, 40 * MIB + 5)
    const put = await ask(port, 'PUT', '/v1/files/in/big', token, source)
    assert.equal(put.statusCode, 200)
    put.resume()
    const got = createHash('sha256')
    await pipeline(await ask(port, 'GET', '/v1/files/in/big', token), got)
    assert.equal(got.digest('hex'), hash)
    assert.equal((await ask(port, 'GET', '/v1/files/out', token)).statusCode, 403)
    assert.match(await again.ok('token', 'list'), /^[0-9a-f]{16} {2}write {2}in\/ .* backup\n$/)
    const [id = ''] = (await again.ok('token', 'list')).split(' ')
    await again.ok('token', 'revoke', id)
    assert.equal((await ask(port, 'GET', '/v1/files/in/big', token)).statusCode, 401)
    assert.equal(await again.ok('token', 'list'), '')
    assert.equal(await again.stop(), 0)
  })

  it('costs other commands nothing: its libraries stand in a part that is loaded when it is on', async () => {
    const seen = new Set<string>()
    const walk = async (file: string, how: RegExp): Promise<void> => {
      if (seen.has(file)) return
      seen.add(file)
      const text = await readFile(join(BIN, file), 'utf8')
      assert.doesNotMatch(text, /from\s*"fastify"/, file)
      for (const [, part = ''] of text.matchAll(how)) await walk(part, /(?:\bfrom|^import) "\.\/(part-[^"]+)"/gm)
    }
    // the first file loads what every command needs
    await walk('dfs.js', /"\.\/(part-[^"]+)"/g)
    assert.ok(seen.size > 3, String(seen.size))
    const parts = await Promise.all((await readdir(BIN)).map(async (file) => readFile(join(BIN, file), 'utf8')))
    assert.equal(parts.filter((text) => /from\s*"fastify"/.test(text)).length, 1)
  })

  it('refuses a taken port with PortInUseError, and words that are no port', async () => {
    const port = await freePort()
    const node = await first(scene, 'a', '--http', String(port))
    const other = await first(scene, 'b')
    assert.equal(await other.stop(), 0)
    const { code, stderr } = await scene.run(['--dir', other.folder, 'start', '--http', String(port)])
    assert.deepEqual([code, /PortInUseError/.test(stderr)], [2, true])
    for (const word of ['0', 'x', '65536', '-1']) assert.equal((await scene.run(['--dir', other.folder, 'start', `--http=${word}`])).code, 2, word)
    for (const words of [['token', 'create', '--role', 'owner'], ['token', 'make'], ['token', 'revoke'], ['token', 'revoke', '../x'], ['token', 'list', 'x'], ['token', 'list', '--role', 'read']]) assert.equal((await scene.run(['--dir', other.folder, ...words])).code, 2, words.join(' '))
    assert.equal((await scene.run(['--dir', other.folder, 'token', 'revoke', '0000000000000000'])).code, 3)
    assert.equal((await scene.run(['--dir', scene.path('none'), 'token', 'create'])).code, 8)
    assert.equal(await node.stop(), 0)
  })
})
