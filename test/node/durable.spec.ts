import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ABORTED_PIN_MS } from '../../src/defaults.js'
import type { NotDurableError, SourceError } from '../../src/errors.js'
import type { DfsNode, ProgressEvent } from '../../src/api/node.js'
import { stall } from './liars.js'
import { bytesOf, Cluster, collect, connected, failsWith, held, inside, names, next, parted, same } from './cluster.js'

const MIB = 1024 ** 2

describe('node: putting', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  describe('durable', () => {
    it('more than there are members is refused before a byte is read', async () => {
      const a = await cluster.node()
      await cluster.member(a)
      const source = pieces(1)
      const error = await failsWith<NotDurableError>(a.put('x', source, { durable: 3 }), 'NOT_DURABLE')
      assert.deepEqual([error.reached, error.wanted, error.file, source.asked], [0, 3, undefined, 0])
      assert.deepEqual(await names(a), [])
      assert.equal(held(a).blocks, 0)
    })

    it('with nobody there keeps the version, and the put can be repeated', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      await b.stop()
      await parted(a, b.peer)
      const entries = (await a.status()).entries
      const error = await failsWith<NotDurableError>(a.put('x', bytesOf('x', 2 * MIB), { durable: 2 }), 'NOT_DURABLE')
      assert.deepEqual([error.reached, error.wanted, error.retry, error.file?.copies.map(({ peer }) => peer)], [1, 2, true, [a.peer]])
      assert.equal((await a.stat('x')).version, error.file?.version)
      same(await collect(a.get('x')), bytesOf('x', 2 * MIB))
      const before = held(a)
      const again = await failsWith<NotDurableError>(a.put('x', bytesOf('x', 2 * MIB), { durable: 2 }), 'NOT_DURABLE')
      assert.equal(again.file?.version, error.file?.version)
      assert.equal((await a.status()).entries, entries + 1)
      assert.deepEqual(held(a), before)
    })

    it('is reached by repeating the put once somebody is there, without a second version', async () => {
      const a = await cluster.node()
      const dir = await cluster.dir()
      const b = await cluster.member(a, { dir })
      const [listen] = b.addresses
      await b.stop()
      await parted(a, b.peer)
      const error = await failsWith<NotDurableError>(a.put('x', bytesOf('x', 2 * MIB), { durable: 2 }), 'NOT_DURABLE')
      const back = await cluster.node({ dir, listen: [listen?.replace(/\/p2p\/.*/, '') ?? ''] })
      await connected(a, back)
      const file = await a.put('x', bytesOf('x', 2 * MIB), { durable: 2 })
      assert.equal(file.version, error.file?.version)
      assert.deepEqual(file.copies.map(({ peer }) => peer), [a.peer, back.peer])
      assert.equal(held(back).blocks, held(a).blocks)
    })

    it('waits for a member that comes while it waits', async () => {
      const a = await cluster.node({}, { progressMs: 60_000 })
      const b = await cluster.member(a, { start: false })
      const put = a.put('x', 'soon', { durable: 2 })
      await next(a, 'file:put')
      await b.start()
      assert.deepEqual((await put).copies.map(({ peer }) => peer), [a.peer, b.peer])
    })

    it('does not count a member twice that connects anew while it waits for another', async () => {
      const a = await cluster.node({}, { progressMs: 60_000 })
      const b = await cluster.member(a)
      const c = await cluster.member(a, { start: false })
      const has = Promise.withResolvers<void>()
      const put = a.put('x', 'three', { durable: 3, onProgress: ({ type }) => { if (type === 'file:put:receipt') has.resolve() } })
      await has.promise
      const away = parted(a, b.peer)
      for (const connection of inside(b).host.getConnections()) connection.abort(new Error('the line was cut'))
      await away
      await connected(a, b)
      await c.start()
      assert.deepEqual((await put).copies.map(({ peer }) => peer), [a.peer, b.peer, c.peer])
    })

    it('an abort after the end of the source only ends the waiting', async () => {
      const a = await cluster.node({}, { progressMs: 60_000 })
      await cluster.member(a, { start: false })
      const stop = new AbortController()
      const put = a.put('x', 'kept', { durable: 2, signal: stop.signal })
      await next(a, 'file:put')
      stop.abort()
      const error = await failsWith<NotDurableError>(put, 'NOT_DURABLE')
      assert.equal((error.cause as { code: string }).code, 'ABORTED')
      assert.equal((await a.stat('x')).version, error.file?.version)
    })

    it('not asked for takes another member when one is there, and needs none', async () => {
      const a = await cluster.node()
      assert.equal((await a.put('alone', 'x')).copies.length, 1)
      const b = await cluster.member(a)
      assert.deepEqual((await a.put('two', 'x')).copies.map(({ peer }) => peer), [a.peer, b.peer])
      await b.stop()
      await parted(a, b.peer)
      assert.equal((await a.put('alone again', 'x')).copies.length, 1)
    })

    it('of the node holds for every put that says nothing else', async () => {
      const a = await cluster.node({ durable: 2 })
      await failsWith(a.put('x', 'x'), 'NOT_DURABLE')
      assert.equal((await a.put('x', 'x', { durable: 1 })).copies.length, 1)
    })
  })

  it('is not held up by a member that takes nothing and only says that it lives, nor is stop', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const seen = await stall(b)
    try {
      const file = await a.put('x', bytesOf('x', 8 * MIB))
      assert.deepEqual(file.copies.map(({ peer }) => peer), [a.peer])
      assert.ok(seen.opens > 0)
      await a.stop()
    } finally {
      seen.end()
    }
  })

  describe('a member without room', () => {
    for (const [what, source] of [['known to be large', () => bytesOf('x', 3 * MIB)], ['small', () => bytesOf('x', 300)], ['of unknown size', () => pieces(24)]] as const) {
      it(`is replaced by another: a file ${what}`, async () => {
        const a = await cluster.node()
        const full = await cluster.member(a, { label: 'full', capacity: what === 'of unknown size' ? 12 * MIB : 0 })
        const roomy = await cluster.member(a)
        const file = await a.put('x', source(), { durable: 2 })
        assert.deepEqual(file.copies.map(({ peer }) => peer), [a.peer, roomy.peer])
        const other = bytesOf('other', 3 * MIB)
        const error = await failsWith<NotDurableError>(a.put('y', what === 'small' ? 'y' : what === 'of unknown size' ? pieces(24) : other, { durable: 3 }), 'NOT_DURABLE')
        assert.deepEqual([error.reached, error.wanted], [2, 3])
        assert.ok(error.message.includes('full'))
        await assert.rejects(inside(full).folder.store.get((await import('multiformats/cid')).CID.parse(file.cid)).next())
      })
    }
  })

  describe('a source that fails in mid-put leaves nothing', () => {
    const cases: Array<[what: string, code: string, work: (a: DfsNode) => Promise<unknown>]> = [
      ['throws', 'SOURCE_FAILED', (a) => a.put('x', pieces(6, new Error('the disk is gone')), { durable: 2 })],
      ['is aborted', 'ABORTED', (a) => {
        const stop = new AbortController()
        return a.put('x', pieces(20), { durable: 2, signal: stop.signal, onProgress: abortAfter(stop, 5 * MIB) })
      }],
      ['is shorter than it said', 'SOURCE_FAILED', (a) => a.put('x', pieces(4), { durable: 2, size: 6 * MIB })],
      ['is longer than it said', 'SOURCE_FAILED', (a) => a.put('x', pieces(8), { durable: 2, size: 6 * MIB })],
      ['gives what are no bytes', 'SOURCE_FAILED', (a) => a.put('x', [bytesOf(1, 2 * MIB), 'text'] as unknown as Uint8Array[], { durable: 2 })]
    ]
    for (const [what, code, work] of cases) {
      it(what, async () => {
        const a = await cluster.node()
        const b = await cluster.member(a)
        await a.put('kept', bytesOf('kept', 2 * MIB), { durable: 2 })
        const before = { a: held(a), b: held(b), entries: (await a.status()).entries }
        const dropped = called(inside(b).folder.store, 'abort')
        await failsWith(work(a), code)
        assert.deepEqual(held(a), before.a)
        assert.deepEqual(await names(a), ['kept'])
        await dropped
        assert.equal(held(b).reserved, 0)
        // what was aborted may be gone on with for an hour
        await inside(b).folder.store.expire(Date.now() + ABORTED_PIN_MS + 1)
        assert.deepEqual(held(b), before.b)
        assert.equal((await a.status()).entries, before.entries)
        await failsWith(b.stat('x'), 'FILE_NOT_FOUND')
        assert.equal((await a.put('x', bytesOf('good', MIB), { durable: 2 })).copies.length, 2)
        same(await collect(b.get('x')), bytesOf('good', MIB))
      })
    }

    it('keeps the cause', async () => {
      const a = await cluster.node()
      const cause = new TypeError('of the source')
      const error = await failsWith<SourceError>(a.put('x', pieces(1, cause)), 'SOURCE_FAILED')
      assert.equal(error.cause, cause)
    })

    it('aborted before it began, nothing is asked of it', async () => {
      const a = await cluster.node()
      const source = pieces(1)
      await failsWith(a.put('x', source, { signal: AbortSignal.abort() }), 'ABORTED')
      assert.equal(source.asked, 0)
      assert.deepEqual(await names(a), [])
    })
  })

  describe('a file of this machine', () => {
    let folder = ''
    beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'dfs-source-')) })
    afterEach(() => rm(folder, { recursive: true }))

    const changing = async (times: number): Promise<{ path: string, onProgress: (event: ProgressEvent) => void, reads: () => number }> => {
      const path = join(folder, 'file')
      await writeFile(path, bytesOf('0', 3 * MIB))
      let reads = 0
      return {
        path,
        onProgress: (event) => {
          if (event.type !== 'file:put:read' || event.bytes !== MIB) return
          reads++
          // in place, and as long as before
          if (reads <= times) writeFileSync(path, bytesOf(String(reads), 3 * MIB), { flag: 'r+' })
        },
        reads: () => reads
      }
    }

    it('that changes each time it is read is refused: no version, no block, here or on the member that got some already', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const before = [held(a), held(b)]
      const { path, onProgress, reads } = await changing(2)
      const error = await failsWith<SourceError>(a.put('x', { path }, { durable: 2, onProgress }), 'SOURCE_CHANGED')
      assert.deepEqual([reads(), error.retry], [2, true])
      assert.deepEqual(await names(a), [])
      await inside(b).folder.store.expire(Date.now() + ABORTED_PIN_MS + 1)
      assert.deepEqual([held(a), held(b)], before)
    })

    it('that changes once is stored as it is then, with its time', async () => {
      const a = await cluster.node()
      const { path, onProgress, reads } = await changing(1)
      const file = await a.put('x', { path }, { onProgress })
      assert.equal(reads(), 2)
      assert.deepEqual([file.size, file.mtime], [3 * MIB, (await stat(path)).mtime])
      same(await collect(a.get('x')), bytesOf('1', 3 * MIB))
    })

    it('that is not there, or is a folder, says why', async () => {
      const a = await cluster.node()
      const error = await failsWith<SourceError>(a.put('x', { path: join(folder, 'none') }), 'SOURCE_FAILED')
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ENOENT')
      await failsWith(a.put('x', { path: folder }), 'SOURCE_FAILED')
    })
  })

  it('bytes or a text that are not as long as `size` says are refused, and nothing is stored', async () => {
    const a = await cluster.node()
    for (const [source, size] of [['hello', 3], ['hello', 6], [bytesOf('x', 10), 9], ['', 1]] as const) {
      await failsWith(a.put('x', source, { size }), 'SOURCE_FAILED')
    }
    assert.deepEqual(await names(a), [])
    assert.equal((await a.put('x', 'hello', { size: 5 })).size, 5)
  })

  describe('no room here', () => {
    it('is known before a byte is read where the size is', async () => {
      const a = await cluster.node({ capacity: 4 * MIB })
      const source = pieces(8)
      await failsWith(a.put('x', source, { size: 8 * MIB }), 'NO_SPACE')
      assert.equal(source.asked, 0)
      assert.deepEqual(held(a), { blocks: 0, used: 0, reserved: 0 })
    })

    it('in mid-put leaves nothing half-visible, and the node goes on serving', async () => {
      const a = await cluster.node({ capacity: 8 * MIB })
      const b = await cluster.member(a)
      await a.put('kept', bytesOf('kept', 3 * MIB), { durable: 2 })
      const before = { a: held(a), b: held(b) }
      const dropped = called(inside(b).folder.store, 'abort')
      const source = pieces(20)
      await failsWith(a.put('x', source, { durable: 2 }), 'NO_SPACE')
      assert.ok(source.asked < 20)
      assert.ok(source.returned)
      assert.deepEqual(held(a), before.a)
      assert.deepEqual(await names(a), ['kept'])
      await dropped
      await inside(b).folder.store.expire(Date.now() + ABORTED_PIN_MS + 1)
      assert.deepEqual(held(b), before.b)
      same(await collect(a.get('kept')), bytesOf('kept', 3 * MIB))
      assert.equal((await a.put('small', 'fits', { durable: 2 })).copies.length, 2)
    })
  })

  it('tells of its progress', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const seen: ProgressEvent[] = []
    const file = await a.put('x', bytesOf('x', 3 * MIB), { durable: 2, onProgress: (event) => { seen.push(event) } })
    const of = <T extends ProgressEvent['type']>(type: T): Array<Extract<ProgressEvent, { type: T }>> => seen.filter((event): event is Extract<ProgressEvent, { type: T }> => event.type === type)
    assert.deepEqual(of('file:put:read').at(-1), { type: 'file:put:read', bytes: 3 * MIB, total: 3 * MIB })
    const [own] = file.copies
    assert.equal(of('file:put:stored').reduce((sum, { bytes }) => sum + bytes, 0), own?.bytes)
    assert.deepEqual([...new Set(of('file:put:pushed').map(({ peer }) => peer))], [b.peer])
    assert.equal(of('file:put:pushed').reduce((sum, { bytes }) => sum + bytes, 0), own?.bytes)
    assert.deepEqual(of('file:put:receipt'), [{ type: 'file:put:receipt', peer: b.peer }])
  })

  it('the same content again is the same version, new content a new one that sends only what changed', async () => {
    const a = await cluster.node()
    await cluster.member(a)
    const content = bytesOf('x', 5 * MIB)
    const first = await a.put('x', content, { durable: 2 })
    assert.equal((await a.put('x', content, { durable: 2 })).version, first.version)
    const before = held(a)
    content[4 * MIB + 5] = (content[4 * MIB + 5] ?? 0) ^ 1
    let pushed = 0
    const second = await a.put('x', content, { durable: 2, onProgress: (event) => { if (event.type === 'file:put:pushed') pushed += event.bytes } })
    assert.notEqual(second.version, first.version)
    // one chunk and the manifest
    assert.equal(held(a).blocks, before.blocks + 2)
    assert.ok(pushed < 2 * MIB)
    assert.equal(second.conflict, false)
  })
})

/** `count` pieces of 1 MiB, then `error` when there is one; counts how often it was asked. */
function pieces (count: number, error?: Error): AsyncIterable<Uint8Array> & { asked: number, returned: boolean } {
  return {
    asked: 0,
    returned: false,
    async * [Symbol.asyncIterator] () {
      try {
        for (let n = 0; n < count; n++) {
          this.asked++
          yield bytesOf(`piece ${n}`, MIB)
        }
        if (error !== undefined) throw error
      } finally {
        this.returned = true
      }
    }
  }
}

function abortAfter (stop: AbortController, bytes: number): (event: ProgressEvent) => void {
  return (event) => { if (event.type === 'file:put:read' && event.bytes >= bytes) stop.abort() }
}

/** Resolves once this method was called and its promise has resolved. */
async function called<K extends string> (target: Record<K, (...args: never[]) => Promise<unknown>>, method: K): Promise<void> {
  const original = target[method]
  return new Promise((resolve, reject) => {
    target[method] = async (...args: never[]) => {
      const result = original.apply(target, args)
      result.then(() => { resolve() }, reject)
      return result
    }
  })
}
