/** Who gets in: each way of coming without leave has its status and code, and changes nothing. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listTokens, revokeToken } from '../../src/http/tokens.js'
import { type Answer, OpenDoor } from './raw.js'

describe('http: who gets in', function () {
  this.timeout(60_000)
  let door: OpenDoor
  before(async () => {
    door = await OpenDoor.open({}, { allowedHosts: ['files.example.net:443'] })
    await door.node.put('secret', 'canary-content')
    await door.node.put('photos/cat', 'cat')
  })
  after(async () => { await door.close() })

  /** Refused, and nothing of the vault in the answer. */
  function refused ({ status, headers, body, json }: Answer, expected: number, code: string, why = ''): void {
    assert.deepEqual([status, json()['code']], [expected, code], why)
    assert.equal(headers['content-type'], 'application/problem+json')
    assert.doesNotMatch(body.toString(), /canary|\/tmp\/|12D3KooW|    at /)
    for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^access-control-/)
  }

  async function unchanged (): Promise<void> {
    const names: string[] = []
    for await (const { name } of door.node.list()) names.push(name)
    assert.deepEqual(names, ['photos/cat', 'secret'])
  }

  /** The cookie of a new session. */
  async function session (role: 'read' | 'admin' = 'admin'): Promise<string> {
    const token = await door.tokenFor({ role, once: true })
    const { status, headers } = await door.ask('POST', '/v1/session', { authorization: null, 'dfs-request': '1', origin: `http://${door.host}` }, { token })
    assert.equal(status, 200)
    assert.match(headers['set-cookie']!, /^dfs-[a-z2-7]{10}=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
    return headers['set-cookie']!.split(';')[0]!
  }

  it('refuses a missing, mistyped, foreign, used or revoked token', async () => {
    const other = await OpenDoor.open()
    const [head, tail] = [door.token.slice(0, -1), door.token.at(-1)]
    const gone = await door.tokenFor({ role: 'admin' })
    await revokeToken(door.dir, gone)
    const late = await door.tokenFor({ role: 'admin', expires: new Date(Date.now() - 1) })
    const once = await door.tokenFor({ role: 'admin', once: true })
    const wrong = [null, '', 'Bearer', 'Bearer ', `Basic ${door.token}`, door.token, `Bearer ${head}${tail === 'A' ? 'B' : 'A'}`, `Bearer ${door.token}x`, `Bearer ${other.token}`, `Bearer ${gone}`, `Bearer ${late}`, `Bearer ${once}`,
      'Bearer dfs-token1../../../etc/passwd.x', `Bearer dfs-token10000000000000000.${'A'.repeat(43)}`, `Bearer ${'x'.repeat(10_000)}`]
    for (const authorization of wrong) {
      for (const [method, path] of [['GET', '/v1/files/secret'], ['PUT', '/v1/files/new'], ['DELETE', '/v1/files/secret'], ['GET', '/v1/files'], ['GET', '/v1/events'], ['GET', '/v1/openapi.json'], ['GET', '/nothing']] as const) {
        const answer = await door.ask(method, path, { authorization }, method === 'PUT' ? 'x' : undefined)
        refused(answer, 401, 'UNAUTHORIZED', `${String(authorization)} ${path}`)
        assert.equal(answer.headers['www-authenticate'], 'Bearer')
      }
    }
    assert.equal((await door.ask('HEAD', '/v1/files/secret', { authorization: null })).status, 401)
    await unchanged()
    await other.close()
  })

  it('refuses another Host: a rebinding name, another port, none, two', async () => {
    for (const host of ['evil.example', `evil.example:${door.door.port}`, '127.0.0.1', `127.0.0.1:${door.door.port + 1}`, `127.0.0.1:${door.door.port}.evil.example`, `localhost.:${door.door.port}`, `0.0.0.0:${door.door.port}`, `[::1]:${door.door.port}`, '', `files.example.net:${door.door.port}`]) {
      refused(await door.ask('GET', '/v1/files/secret', { host }), 421, 'HOST_NOT_ALLOWED', host)
      refused(await door.ask('PUT', '/v1/files/new', { host }, 'x'), 421, 'HOST_NOT_ALLOWED', host)
    }
    assert.equal((await door.ask('GET', '/v1/files/secret', { host: null })).status, 400)
    assert.equal((await door.raw(`GET /v1/files/secret HTTP/1.0\r\nauthorization: Bearer ${door.token}\r\n\r\n`)).status, 421)
    for (const host of [door.host, `localhost:${door.door.port}`, `LOCALHOST:${door.door.port}`, 'files.example.net:443', 'files.example.net']) assert.equal((await door.ask('GET', '/v1/files/secret', { host })).status, 200, host)
    assert.equal((await door.ask('GET', '/v1/files/secret', { host: 'files.example.net', origin: 'https://files.example.net' })).status, 200)
    await unchanged()
  })

  it('refuses what a page of another origin sends, with or without CORS, with a token or a cookie', async () => {
    const cookie = await session()
    const foreign: Array<Record<string, string>> = [
      { origin: 'http://evil.example' }, { origin: 'null' }, { origin: `http://127.0.0.1:${door.door.port + 1}` }, { origin: `http://localhost:${door.door.port}` }, { origin: `http://${door.host}.evil.example` },
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, { origin: `http://${door.host}`, 'sec-fetch-site': 'cross-site' }
    ]
    for (const headers of foreign) {
      for (const who of [{}, { authorization: null, cookie, 'dfs-request': '1' }]) {
        refused(await door.ask('GET', '/v1/files/secret', { ...who, ...headers }), 403, 'ORIGIN_NOT_ALLOWED', JSON.stringify(headers))
        refused(await door.ask('PUT', '/v1/files/new', { ...who, ...headers }, 'x'), 403, 'ORIGIN_NOT_ALLOWED', JSON.stringify(headers))
        refused(await door.ask('POST', '/v1/mv', { ...who, ...headers }, { from: 'secret', to: 'x' }), 403, 'ORIGIN_NOT_ALLOWED', JSON.stringify(headers))
      }
    }
    // a preflight is answered like any request without a token, and without a word of CORS
    refused(await door.ask('OPTIONS', '/v1/files/secret', { authorization: null, 'access-control-request-method': 'PUT' }), 401, 'UNAUTHORIZED')
    refused(await door.ask('OPTIONS', '/v1/files/secret', { authorization: null, origin: 'http://evil.example', 'access-control-request-method': 'PUT' }), 403, 'ORIGIN_NOT_ALLOWED')
    await unchanged()
  })

  it('takes a cookie only with the header of its own page, and to change something only with its Origin', async () => {
    const cookie = await session()
    const mine = { authorization: null, cookie, 'dfs-request': '1' }
    assert.equal((await door.ask('GET', '/v1/files/secret', mine)).status, 200)
    for (const path of ['/v1/files/secret', '/v1/files', '/v1/events', '/v1/status']) refused(await door.ask('GET', path, { authorization: null, cookie }), 403, 'HEADER_MISSING', path)
    refused(await door.ask('PUT', '/v1/files/new', { authorization: null, cookie, origin: `http://${door.host}` }, 'x'), 403, 'HEADER_MISSING')
    refused(await door.ask('PUT', '/v1/files/new', mine, 'x'), 403, 'ORIGIN_NOT_ALLOWED')
    // a wrong token is no reason to look at the cookie
    refused(await door.ask('GET', '/v1/files/secret', { ...mine, authorization: 'Bearer x' }), 401, 'UNAUTHORIZED')
    refused(await door.ask('GET', '/v1/files/secret', { ...mine, cookie: cookie.replace(/=.*/, `=${'A'.repeat(43)}`) }), 401, 'UNAUTHORIZED')
    refused(await door.ask('GET', '/v1/files/secret', { ...mine, cookie: cookie.replace(/^dfs-..../, 'dfs-aaaa') }), 401, 'UNAUTHORIZED')
    const put = await door.ask('PUT', '/v1/files/photos/cat', { ...mine, origin: `http://${door.host}` }, 'cat')
    assert.equal(put.status, 200)
    assert.equal((await door.ask('DELETE', '/v1/session', { ...mine, origin: `http://${door.host}` })).status, 204)
    refused(await door.ask('GET', '/v1/files/secret', mine), 401, 'UNAUTHORIZED')
    await unchanged()
  })

  it('opens one session for a token that is good once, and none for any other', async () => {
    const own = { authorization: null, 'dfs-request': '1', origin: `http://${door.host}` }
    const token = await door.tokenFor({ role: 'admin', once: true })
    assert.equal((await door.ask('POST', '/v1/session', { ...own, 'dfs-request': null }, { token })).status, 403)
    assert.equal((await door.ask('POST', '/v1/session', { ...own, origin: null }, { token })).status, 403)
    assert.deepEqual((await Promise.all([1, 2, 3].map(async () => door.ask('POST', '/v1/session', own, { token })))).map(({ status }) => status).sort(), [200, 401, 401])
    for (const bad of [door.token, '', 'x', await door.tokenFor({ role: 'admin', once: true, expires: new Date(1) })]) refused(await door.ask('POST', '/v1/session', own, { token: bad }), 401, 'UNAUTHORIZED')
    for (const body of [{}, { token: 1 }, { token, more: 1 }, [], 'x']) assert.equal((await door.ask('POST', '/v1/session', { ...own, 'content-type': 'application/json' }, typeof body === 'string' ? body : JSON.stringify(body))).status, 400)
  })

  it('holds a token to its role and to the names of its prefix, however they are written', async () => {
    const as = async (role: 'read' | 'write' | 'admin', prefix = ''): Promise<Record<string, string>> => ({ authorization: `Bearer ${await door.tokenFor({ role, prefix })}` })
    const read = await as('read')
    assert.equal((await door.ask('GET', '/v1/files/secret', read)).status, 200)
    for (const [method, path, body] of [['PUT', '/v1/files/new', 'x'], ['DELETE', '/v1/files/secret', undefined], ['POST', '/v1/mv', { from: 'secret', to: 'x' }], ['POST', '/v1/cp', { from: 'secret', to: 'x' }], ['POST', '/v1/share', { name: 'secret' }], ['POST', '/v1/restore', { name: 'secret' }]] as const) {
      refused(await door.ask(method, path, read, body), 403, 'OUT_OF_SCOPE', path)
    }
    const photos = await as('write', 'photos/')
    assert.equal((await door.ask('GET', '/v1/files/photos/cat', photos)).status, 200)
    assert.equal((await door.ask('GET', '/v1/files?prefix=photos/', photos)).status, 200)
    for (const [method, path, body] of [
      ['GET', '/v1/files/secret', undefined], ['GET', '/v1/files/photos', undefined], ['GET', '/v1/files', undefined], ['GET', '/v1/files?prefix=photo', undefined], ['GET', '/v1/stat/secret', undefined], ['GET', '/v1/history/secret', undefined],
      ['GET', '/v1/why/secret', undefined], ['GET', '/v1/status', undefined], ['GET', '/v1/members', undefined], ['PUT', '/v1/files/new', 'x'], ['DELETE', '/v1/files/secret', undefined], ['POST', '/v1/share', { name: 'secret' }], ['POST', '/v1/restore', { name: 'secret' }],
      ['POST', '/v1/mv', { from: 'secret', to: 'photos/x' }], ['POST', '/v1/cp', { from: 'photos/cat', to: 'x' }], ['GET', '/v1/files/%2e%2e/secret', undefined]
    ] as const) refused(await door.ask(method, path, photos, body), 403, 'OUT_OF_SCOPE', path)
    for (const path of ['photos/../secret', 'photos%2f..%2fsecret', 'photos/%2e%2e/secret', 'photos//secret', 'photos/./cat']) refused(await door.ask('GET', `/v1/files/${path}`, photos), 400, 'INVALID_NAME', path)
    await unchanged()
  })

  it('keeps the hash of a token alone, and refuses a revoked one with the next request', async () => {
    const token = await door.tokenFor({ role: 'read', label: 'backup' })
    const id = token.slice('dfs-token1'.length).split('.')[0]!
    const path = join(door.dir, 'tokens', `${id}.json`)
    const stored = await readFile(path, 'utf8')
    assert.equal(stored.includes(token.split('.')[1]!), false)
    assert.deepEqual((await listTokens(door.dir)).filter(({ label }) => label === 'backup').map(({ role }) => role), ['read'])
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await door.ask('GET', '/v1/files/secret', headers)).status, 200)
    await writeFile(path, stored.replace(/"hash":"../, '"hash":"zz'))
    assert.equal((await door.ask('GET', '/v1/files/secret', headers)).status, 401)
    await writeFile(path, stored)
    await revokeToken(door.dir, id)
    assert.equal((await door.ask('GET', '/v1/files/secret', headers)).status, 401)
    await assert.rejects(revokeToken(door.dir, id), { code: 'MEMBER_NOT_FOUND' })
    await assert.rejects(revokeToken(door.dir, '../x'), { code: 'INVALID_OPTION' })
  })
})
