import assert from 'node:assert/strict'
import { OpenDoor } from './raw.js'

describe('http: files', function () {
  this.timeout(60_000)
  let door: OpenDoor
  before(async () => { door = await OpenDoor.open() })
  after(async () => { await door.close() })

  it('puts and gets what was put, with its headers, and lists it', async () => {
    const put = await door.ask('PUT', '/v1/files/photos/%C3%A4%20b.png', { 'content-type': 'image/png', 'cache-control': 'max-age=60', 'dfs-prop-camera': 'K70', 'dfs-mtime': '2026-01-02T03:04:05.000Z' }, 'picture')
    assert.equal(put.status, 200)
    const file = put.json()
    assert.equal(file['name'], 'photos/ä b.png')
    assert.equal(put.headers['etag'], `"${String(file['version'])}"`)
    assert.deepEqual(file['props'], { 'cache-control': 'max-age=60', camera: 'K70' })
    const { status, headers, body } = await door.ask('GET', '/v1/files/photos/%C3%A4%20b.png')
    assert.equal(status, 200)
    assert.equal(body.toString(), 'picture')
    assert.deepEqual([headers['content-type'], headers['content-length'], headers['etag'], headers['accept-ranges'], headers['cache-control'], headers['last-modified']],
      ['image/png', '7', put.headers['etag'], 'bytes', 'max-age=60', 'Fri, 02 Jan 2026 03:04:05 GMT'])
    const head = await door.ask('HEAD', '/v1/files/photos%2F%C3%A4%20b.png')
    assert.deepEqual([head.status, head.headers['content-length'], head.headers['etag'], head.body.length], [200, '7', put.headers['etag'], 0])
    const list = (await door.ask('GET', '/v1/files?prefix=photos/')).json()
    assert.deepEqual(list.rows.map(({ name }) => name), ['photos/ä b.png'])
    assert.deepEqual((await door.ask('GET', '/v1/files?delimiter=/')).json().rows, [{ prefix: 'photos/' }])
    assert.equal((await door.ask('GET', '/v1/stat/photos/%C3%A4%20b.png')).json()['cid'], file['cid'])
    for (const path of ['history', 'why']) assert.equal((await door.ask('GET', `/v1/${path}/photos/%C3%A4%20b.png`)).status, 200)
  })

  it('lists page by page, each name once', async () => {
    for (const n of [1, 2, 3, 4, 5]) await door.node.put(`pages/${n}`, 'x')
    const seen: unknown[] = []
    let after = ''
    for (;;) {
      const { rows, next } = (await door.ask('GET', `/v1/files?prefix=pages/&limit=2${after}`)).json()
      seen.push(...rows.map(({ name }) => name))
      if (next === undefined) break
      after = `&after=${encodeURIComponent(next as string)}`
    }
    assert.deepEqual(seen, [1, 2, 3, 4, 5].map((n) => `pages/${n}`))
    for (const limit of ['0', '1001', 'x', '-1', '1.5']) assert.equal((await door.ask('GET', `/v1/files?limit=${limit}`)).status, 400, limit)
  })

  it('gives one range, all of it for what is no range or several, and says where none exists', async () => {
    await door.node.put('range', '0123456789')
    const etag = (await door.ask('HEAD', '/v1/files/range')).headers['etag']!
    const part = async (range: string, more: Record<string, string> = {}): Promise<[number, string, string | undefined]> => {
      const { status, headers, body } = await door.ask('GET', '/v1/files/range', { range, ...more })
      return [status, status === 416 ? '' : body.toString(), headers['content-range']]
    }
    assert.deepEqual(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10'])
    assert.deepEqual(await part('bytes=7-'), [206, '789', 'bytes 7-9/10'])
    assert.deepEqual(await part('bytes=-3'), [206, '789', 'bytes 7-9/10'])
    assert.deepEqual(await part('bytes=-99'), [206, '0123456789', 'bytes 0-9/10'])
    assert.deepEqual(await part('bytes=5-99'), [206, '56789', 'bytes 5-9/10'])
    for (const range of ['bytes=10-', 'bytes=99999999999999999999-', 'bytes=-0']) assert.deepEqual(await part(range), [416, '', 'bytes */10'], range)
    for (const range of ['bytes=', 'bytes=-', 'bytes=4-2', 'bytes=0-1,4-5', 'items=0-1', 'bytes=a-b', 'bytes=0x1-2', '2-4']) assert.deepEqual(await part(range), [200, '0123456789', undefined], range)
    assert.deepEqual(await part('bytes=2-4', { 'if-range': etag }), [206, '234', 'bytes 2-4/10'])
    for (const ifRange of ['"other"', `W/${etag}`, 'Fri, 02 Jan 2026 03:04:05 GMT']) assert.deepEqual(await part('bytes=2-4', { 'if-range': ifRange }), [200, '0123456789', undefined])
    await door.node.put('empty', '')
    assert.deepEqual([(await door.ask('GET', '/v1/files/empty')).status, (await door.ask('GET', '/v1/files/empty', { range: 'bytes=0-' })).status], [200, 416])
  })

  it('writes only over the version that If-Match names, or over nothing with If-None-Match', async () => {
    const first = await door.ask('PUT', '/v1/files/cond', { 'if-none-match': '*' }, 'one')
    assert.equal(first.status, 201)
    const again = await door.ask('PUT', '/v1/files/cond', { 'if-none-match': '*' }, 'two')
    assert.deepEqual([again.status, again.json()['code'], again.json()['current'], again.headers['content-type']], [412, 'PRECONDITION_FAILED', first.json()['version'], 'application/problem+json'])
    const etag = first.headers['etag']!
    const second = await door.ask('PUT', '/v1/files/cond', { 'if-match': `"other", ${etag}` }, 'two')
    assert.equal(second.status, 200)
    for (const tag of [etag, '"other"', `W/${second.headers['etag']}`]) assert.equal((await door.ask('PUT', '/v1/files/cond', { 'if-match': tag }, 'three')).status, 412, tag)
    for (const tag of ['other', '"', '"a" "b"']) assert.equal((await door.ask('PUT', '/v1/files/cond', { 'if-match': tag }, 'three')).status, 400, tag)
    assert.equal((await door.ask('PUT', '/v1/files/none', { 'if-match': '*' }, 'x')).status, 412)
    assert.equal((await door.ask('PUT', '/v1/files/cond', { 'if-none-match': etag }, 'x')).status, 400)
    assert.equal((await door.ask('GET', '/v1/files/cond', { 'if-none-match': second.headers['etag']! })).status, 304)
    assert.equal((await door.ask('GET', '/v1/files/cond', { 'if-match': etag })).status, 412)
    assert.equal((await door.ask('DELETE', '/v1/files/cond', { 'if-match': etag })).status, 412)
    assert.equal((await door.ask('DELETE', '/v1/files/cond', { 'if-match': second.headers['etag']! })).status, 200)
    assert.equal((await door.ask('GET', '/v1/files/cond')).status, 404)
    const back = await door.ask('POST', '/v1/restore', {}, { name: 'cond', version: first.json()['version'], ifVersion: null })
    assert.deepEqual([back.status, (await door.ask('GET', '/v1/files/cond')).body.toString()], [200, 'one'])
  })

  it('lets one of 50 PUTs with If-None-Match win, and each If-Match once', async () => {
    const ended = await Promise.all(Array.from({ length: 50 }, async (_, n) => door.ask('PUT', '/v1/files/race', { 'if-none-match': '*' }, `writer ${n}`)))
    assert.deepEqual(ended.map(({ status }) => status).sort(), [201, ...Array<number>(49).fill(412)])
    const { version } = await door.node.stat('race')
    const next = await Promise.all(Array.from({ length: 50 }, async (_, n) => door.ask('PUT', '/v1/files/race', { 'if-match': `"${version}"` }, `next ${n}`)))
    assert.equal(next.filter(({ status }) => status === 200).length, 1)
    assert.deepEqual((await door.ask('GET', '/v1/history/race')).json().rows.length, 2)
  })

  it('moves, copies and shares', async () => {
    await door.node.put('m/a', 'a')
    assert.equal((await door.ask('POST', '/v1/cp', {}, { from: 'm/a', to: 'm/b' })).status, 200)
    assert.deepEqual([(await door.ask('POST', '/v1/mv', {}, { from: 'm/a', to: 'm/b' })).status, (await door.ask('POST', '/v1/mv', {}, { from: 'm/a', to: 'm/b', force: true })).status], [409, 200])
    assert.equal((await door.ask('POST', '/v1/mv', {}, { from: 'm/b', to: 'm/c', forced: true })).json()['code'], 'INVALID_OPTION')
    assert.match(String((await door.ask('POST', '/v1/share', {}, { name: 'm/b', expiresIn: 60 })).json()['link']), /^dfs-link1/)
    for (const path of ['/v1/status', '/v1/members', '/v1/openapi.json']) assert.equal((await door.ask('GET', path)).status, 200, path)
    const api = (await door.ask('GET', '/v1/openapi.json')).json()
    assert.equal(api['openapi'], '3.1.0')
    const paths = api['paths'] as Record<string, Record<string, { parameters?: Array<{ name: string, in: string }>, responses: object }>>
    assert.deepEqual(paths['/v1/files/{name}']?.['get']?.parameters?.map(({ name, in: place }) => `${name} ${place}`).sort(), ['name path', 'version query'])
    assert.deepEqual(Object.keys(paths['/v1/mv']?.['post']?.responses ?? {}).sort(), ['200', '4XX', '5XX'])
    assert.deepEqual(Object.keys(api['paths'] as object).sort(), ['/v1/cp', '/v1/events', '/v1/files', '/v1/files/{name}', '/v1/history/{name}', '/v1/members', '/v1/mv', '/v1/restore', '/v1/session', '/v1/share', '/v1/stat/{name}', '/v1/status', '/v1/why/{name}'])
  })

  it('shows nothing that a browser would run', async () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'text/html;charset=utf-8', 'TEXT/HTML', 'application/javascript', undefined]) {
      await door.node.put('evil', `<script>${String(type)}</script>`, type === undefined ? {} : { type, props: { 'content-disposition': 'inline' } })
      const { headers } = await door.ask('GET', '/v1/files/evil')
      assert.match(headers['content-disposition']!, /^attachment; /, type)
      assert.match(headers['content-security-policy']!, /^sandbox; default-src 'none'/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
    await door.node.put('picture"\';.png', 'x', { type: 'image/png\u00e9', props: { 'cache-control': 'a\u0085b', 'content-language': 'x\r\nset-cookie: a=b' } })
    const { status, headers } = await door.ask('GET', `/v1/files/${encodeURIComponent('picture"\';.png')}`)
    assert.deepEqual([status, headers['content-type'], headers['content-language'], headers['cache-control'], headers['set-cookie']], [200, 'application/octet-stream', undefined, 'private, no-cache', undefined])
  })
})
