import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import type { InvalidOptionError, FileNotFoundError } from '../../src/errors.js'
import type { DfsNodeInit, InviteOptions, PutOptions } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, failsWith, inside, next } from './cluster.js'

describe('node: what is asked for', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  describe('a name that nobody knows', () => {
    it('is FileNotFoundError at once where there is no other member', async () => {
      const node = await cluster.node()
      for (const work of [node.stat('nope'), collect(node.get('nope')), node.evict('nope')]) {
        const error = await failsWith<FileNotFoundError>(work, 'FILE_NOT_FOUND')
        assert.equal(error.retry, false)
      }
    })

    it('is FileNotFoundError after one round with the members that are connected', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const error = await failsWith<FileNotFoundError>(collect(b.get('nope')), 'FILE_NOT_FOUND')
      assert.equal(error.retry, false)
    })

    it('may be known by a member that is away, and the error says so', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const gone = next(a, 'peer:disconnect')
      await b.stop()
      await gone
      const error = await failsWith<FileNotFoundError>(a.stat('nope'), 'FILE_NOT_FOUND')
      assert.equal(error.retry, true)
    })

    it('is bounded when a connected member never answers', async () => {
      const a = await cluster.node({}, { askMs: 20 })
      const b = await cluster.member(a)
      inside(a).parts.sync.ask = (_peer, { signal } = {}) => new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => { reject(signal.reason as Error) })
      })
      const error = await failsWith<FileNotFoundError>(a.stat('nope'), 'FILE_NOT_FOUND')
      assert.equal(error.retry, true)
      assert.equal((await b.status()).running, true)
    })

    it('is found by the round when the entry had not come yet', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a, { role: 'write' })
      // what a put tells others is lost on the way
      inside(a).parts.sync.forward = () => {}
      const file = await a.put('late', 'told late', { durable: 1 })
      assert.equal((await b.stat('late')).version, file.version)
    })

    it('ends with the signal', async () => {
      const a = await cluster.node()
      await failsWith(a.stat('nope', { signal: AbortSignal.abort() }), 'ABORTED')
    })
  })

  it('says which version there is not, and takes a prefix of one', async () => {
    const node = await cluster.node()
    const first = await node.put('a', 'one')
    const second = await node.put('a', 'two')
    assert.equal((await node.stat('a', { version: first.version.slice(0, 8) })).version, first.version)
    assert.equal(Buffer.from(await collect(node.get('a', { version: first.version }))).toString(), 'one')
    assert.equal((await node.stat('a')).version, second.version)
    await failsWith(node.stat('a', { version: 'a'.repeat(52) }), 'VERSION_NOT_FOUND')
    const short = await failsWith<InvalidOptionError>(node.stat('a', { version: first.version.slice(0, 5) }), 'INVALID_OPTION')
    assert.equal(short.field, 'version')
  })

  it('refuses names that nobody could keep', async () => {
    const node = await cluster.node()
    for (const name of ['', '/a', 'a/', 'a//b', '.', 'a/../b', 'a\u0000', 'a\nb', '\ud800', 'x'.repeat(1025)]) {
      await failsWith(node.put(name, 'x'), 'INVALID_NAME')
      await failsWith(node.stat(name), 'INVALID_NAME')
    }
    await node.put('x'.repeat(1024), 'longest')
    await failsWith(node.put(5 as unknown as string, 'x'), 'INVALID_NAME')
  })

  describe('options that are not what is accepted', () => {
    const inits: Array<[string, Partial<Record<keyof DfsNodeInit, unknown>>]> = [
      ['listen', { listen: ['127.0.0.1:4040'] }],
      ['listen', { listen: [''] }],
      ['announce', { announce: ['/dns4/'] }],
      ['bootstrap', { bootstrap: ['/ip4/127.0.0.1/tcp/1'] }],
      ['bootstrap', { bootstrap: ['nowhere'] }],
      ['label', { label: 'x'.repeat(65) }],
      ['operator', { operator: 'ä'.repeat(33) }],
      ['capacity', { capacity: -1 }],
      ['capacity', { capacity: 1.5 }],
      ['capacity', { capacity: Number.NaN }],
      ['copies', { copies: 0 }],
      ['copies', { copies: 'most' }],
      ['durable', { durable: 0 }],
      ['durable', { durable: '2' }],
      ['dir', { dir: '' }],
      ['encryption', { encryption: 'rot13' }],
      ['lockWait', { lockWait: -1 }]
    ]
    for (const [field, init] of inits) {
      it(`createNode: ${field} = ${JSON.stringify(init[field as keyof DfsNodeInit])}`, async () => {
        const error = await failsWith<InvalidOptionError>(cluster.node(init as DfsNodeInit), 'INVALID_OPTION')
        assert.equal(error.field, field)
      })
    }

    const puts: Array<[string, PutOptions]> = [
      ['durable', { durable: 0 }],
      ['durable', { durable: 1.5 }],
      ['copies', { copies: 0 }],
      ['copies', { copies: 'none' as 'all' }],
      ['size', { size: -1 }],
      ['size', { size: 0.5 }],
      ['type', { type: 'x'.repeat(129) }],
      ['mtime', { mtime: new Date(Number.NaN) }],
      ['mtime', { mtime: 5 as unknown as Date }]
    ]
    for (const [field, options] of puts) {
      it(`put: ${field} = ${JSON.stringify(Object.values(options))}, before a byte is read`, async () => {
        const node = await cluster.node()
        const source = unread()
        const error = await failsWith<InvalidOptionError>(node.put('a', source, options), 'INVALID_OPTION')
        assert.equal(error.field, field)
        assert.equal(source.asked, 0)
        await failsWith(node.stat('a'), 'FILE_NOT_FOUND')
      })
    }

    it('put: a source that is none', async () => {
      const node = await cluster.node()
      for (const source of [null, undefined, 5, {}]) {
        const error = await failsWith<InvalidOptionError>(node.put('a', source as string), 'INVALID_OPTION')
        assert.equal(error.field, 'source')
      }
    })

    it('get: offset and length', async () => {
      const node = await cluster.node()
      await node.put('a', 'text')
      for (const [field, value] of [['offset', -1], ['offset', 0.5], ['offset', Number.NaN], ['length', -1], ['length', '3']] as const) {
        const error = await failsWith<InvalidOptionError>(collect(node.get('a', { [field]: value })), 'INVALID_OPTION')
        assert.equal(error.field, field)
      }
      const beyond = await failsWith<InvalidOptionError>(collect(node.get('a', { offset: 5 })), 'INVALID_OPTION')
      assert.equal(beyond.field, 'offset')
    })

    const invites: Array<[string, Partial<Record<keyof InviteOptions, unknown>>]> = [
      ['role', { role: 'admin' }],
      ['role', {}],
      ['expires', { expires: 0 }],
      ['expires', { expires: -5 }],
      ['expires', { expires: new Date(0) }],
      ['expires', { expires: Number.NaN }],
      ['expires', { expires: Number.MAX_VALUE }],
      ['uses', { uses: 0 }],
      ['uses', { uses: 2.5 }],
      ['label', { label: 'x'.repeat(65) }],
      ['operator', { operator: 'x'.repeat(65) }]
    ]
    for (const [field, options] of invites) {
      it(`invite: ${field} = ${String(options[field as keyof InviteOptions])}`, async () => {
        const node = await cluster.node()
        const error = await failsWith<InvalidOptionError>(node.invite({ role: 'write', ...(field === 'role' ? { role: undefined } : {}), ...options } as InviteOptions), 'INVALID_OPTION')
        assert.equal(error.field, field)
      })
    }
  })

  describe('ranges', () => {
    const content = bytesOf('ranges', 3 * 1024 ** 2 + 12_345)
    const MIB = 1024 ** 2

    it('give exactly what lies in them', async () => {
      const node = await cluster.node()
      await node.put('big', content)
      const ranges: Array<[offset: number, length?: number]> = [
        [0, 0], [0, 1], [0], [MIB - 1, 2], [MIB, MIB], [MIB - 5, 2 * MIB + 10], [content.length - 1], [content.length], [content.length - 1, 100], [12, Number.MAX_SAFE_INTEGER]
      ]
      for (const [offset, length] of ranges) {
        const got = await collect(node.get('big', { offset, ...(length === undefined ? {} : { length }) }))
        const expected = content.subarray(offset, length === undefined ? undefined : offset + length)
        assert.equal(got.length, expected.length, `${offset}, ${length ?? 'to the end'}`)
        assert.equal(Buffer.compare(got, expected), 0)
      }
    })

    it('end with the signal, and with the loop that reads them', async () => {
      const node = await cluster.node()
      await node.put('big', content)
      const stop = new AbortController()
      let read = 0
      const work = (async () => {
        for await (const piece of node.get('big', { signal: stop.signal })) {
          read += piece.length
          stop.abort()
        }
      })()
      await failsWith(work, 'ABORTED')
      assert.ok(read < content.length)
      for await (const piece of node.get('big')) {
        assert.ok(piece.length > 0)
        break
      }
    })
  })

  it('get does nothing before the first byte is asked for', async () => {
    const node = await cluster.node()
    const never = node.get('nope')
    const invalid = node.get('nope', { offset: -1 })
    await failsWith(collect(never), 'FILE_NOT_FOUND')
    await failsWith(collect(invalid), 'INVALID_OPTION')
  })

  it('takes every kind of source, and every result says what is there', async () => {
    const node = await cluster.node()
    const text = 'some text, ünïcode'
    const bytes = new TextEncoder().encode(text)
    async function * pieces (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 3)
      yield new Uint8Array(0)
      yield bytes.subarray(3)
    }
    const mtime = new Date('2001-02-03T04:05:06.007Z')
    const sources = { text, bytes, iterable: [bytes.subarray(0, 1), bytes.subarray(1)], async: pieces(), web: new Blob([bytes]).stream() }
    for (const [name, source] of Object.entries(sources)) {
      const file = await node.put(name, source, { mtime, type: 'text/plain' })
      assert.deepEqual({ name: file.name, size: file.size, mtime: file.mtime, type: file.type, conflict: file.conflict }, { name, size: bytes.length, mtime, type: 'text/plain', conflict: false })
      assert.equal(CID.parse(file.cid).toString(), file.cid)
      assert.deepEqual(file.copies.map(({ peer }) => peer), [node.peer])
      const { copies: _, ...info } = file
      assert.deepEqual(await node.stat(name), info)
      assert.equal(Buffer.from(await collect(node.get(name))).toString(), text)
    }
  })
})

function unread (): AsyncIterable<Uint8Array> & { asked: number } {
  return {
    asked: 0,
    async * [Symbol.asyncIterator] () {
      this.asked++
      yield new Uint8Array(10)
    }
  }
}
