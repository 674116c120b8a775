import assert from 'node:assert/strict'
import type { PreconditionFailedError } from '../../src/errors.js'
import type { DfsNode, FileInfo, VersionInfo } from '../../src/api/node.js'
import { Cluster, collect, names } from './cluster.js'

const text = async (source: AsyncIterable<Uint8Array>): Promise<string> => new TextDecoder().decode(await collect(source))

async function log (node: DfsNode, name: string): Promise<VersionInfo[]> {
  const all: VersionInfo[] = []
  for await (const version of node.history(name)) all.push(version)
  return all
}

/** Fails unless the call is refused because the name means `current`. */
async function refused (call: Promise<unknown>, current: string | null): Promise<void> {
  await assert.rejects(call, (error: PreconditionFailedError) => {
    assert.equal(error.name, 'PreconditionFailedError')
    assert.equal(error.code, 'PRECONDITION_FAILED')
    assert.equal(error.current, current)
    assert.equal(error.retry, false)
    return true
  })
}

describe('ifVersion', function () {
  this.timeout(60_000)
  const cluster = new Cluster()
  afterEach(async () => { await cluster.end() })

  it('lets one of 50 writers that expect nothing win, and the others change nothing', async () => {
    const node = await cluster.node()
    const ended = await Promise.allSettled(Array.from({ length: 50 }, async (_, n) => node.put('one', `writer ${n}`, { ifVersion: null })))
    const won = ended.flatMap((end, n) => end.status === 'fulfilled' ? [{ n, version: end.value.version }] : [])
    assert.equal(won.length, 1)
    assert.deepEqual([...new Set(ended.flatMap((end) => end.status === 'rejected' ? [(end.reason as Error).name] : []))], ['PreconditionFailedError'])
    assert.equal(await text(node.get('one')), `writer ${won[0]!.n}`)
    assert.deepEqual((await log(node, 'one')).map(({ version }) => version), [won[0]!.version])
  })

  it('lets 50 writers that read and write anew count to 50: no version is acknowledged twice, none is overwritten unseen', async () => {
    const node = await cluster.node()
    await node.put('count', '0')
    const acknowledged: Array<{ version: string, over: string }> = []
    const add = async (): Promise<void> => {
      for (;;) {
        const { version } = await node.stat('count')
        const count = Number(await text(node.get('count', { version })))
        try {
          const file = await node.put('count', String(count + 1), { ifVersion: version })
          acknowledged.push({ version: file.version, over: version })
          return
        } catch (error) {
          assert.equal((error as Error).name, 'PreconditionFailedError')
        }
      }
    }
    await Promise.all(Array.from({ length: 50 }, add))
    assert.equal(await text(node.get('count')), '50')
    assert.equal(new Set(acknowledged.map(({ version }) => version)).size, 50)
    assert.equal(new Set(acknowledged.map(({ over }) => over)).size, 50)
    const history = await log(node, 'count')
    assert.equal(history.length, 51)
    assert.deepEqual(history.filter(({ state }) => state === 'head').length, 1)
  })

  it('is checked when the version is committed, not only when its put begins', async () => {
    const node = await cluster.node()
    const { version } = await node.put('slow', 'first')
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const slow = node.put('slow', (async function * () {
      begun.resolve()
      await go.promise
      yield new TextEncoder().encode('late')
    })(), { ifVersion: version })
    await begun.promise
    const { version: second } = await node.put('slow', 'second')
    go.resolve()
    await refused(slow, second)
    assert.equal(await text(node.get('slow')), 'second')
    assert.equal((await log(node, 'slow')).length, 2)
  })

  it('refuses a put before a byte is read', async () => {
    const node = await cluster.node()
    const { version } = await node.put('x', 'x')
    let read = 0
    const source = (function * () { read++; yield new Uint8Array(1) })()
    await refused(node.put('x', source, { ifVersion: null }), version)
    await refused(node.put('new', source, { ifVersion: version }), null)
    assert.equal(read, 0)
    assert.deepEqual(await names(node), ['x'])
  })

  it('holds for delete, restore, mv and copy; a version may be shortened to 6 characters', async () => {
    const node = await cluster.node()
    const first = await node.put('x', 'first')
    const second = await node.put('x', 'second', { ifVersion: first.version.slice(0, 6) })
    const wrong = { ifVersion: first.version }
    await refused(node.delete('x', wrong), second.version)
    await refused(node.restore('x', first.version, wrong), second.version)
    await refused(node.mv('x', 'y', wrong), second.version)
    await refused(node.copy('x', 'y', wrong), second.version)
    await refused(node.delete('x', { ifVersion: null }), second.version)
    assert.deepEqual(await names(node), ['x'])
    const right = { ifVersion: second.version }
    const copied: FileInfo = await node.copy('x', 'y', right)
    const moved = await node.mv('x', 'z', right)
    await refused(node.restore('x', first.version, { ifVersion: second.version }), null)
    const back = await node.restore('x', first.version, { ifVersion: null })
    await node.delete('x', { ifVersion: back.version })
    await refused(node.mv('y', 'z', { ifTarget: copied.version }), moved.version)
    await refused(node.mv('y', 'z', { ifTarget: null }), moved.version)
    await node.mv('y', 'z', { ifTarget: moved.version })
    assert.deepEqual(await names(node), ['z'])
  })

  it('accepts nothing but a version or null', async () => {
    const node = await cluster.node()
    await node.put('x', 'x')
    for (const ifVersion of ['', 'abc', 7 as never, {} as never]) {
      for (const call of [node.put('x', 'y', { ifVersion }), node.delete('x', { ifVersion }), node.mv('x', 'y', { ifVersion }), node.restore('x', undefined, { ifVersion })]) {
        await assert.rejects(call, { name: 'InvalidOptionError', field: 'ifVersion' })
      }
    }
    await assert.rejects(node.mv('x', 'y', { ifTarget: 'abc' }), { name: 'InvalidOptionError', field: 'ifTarget' })
    assert.equal(await text(node.get('x')), 'x')
  })
})

describe('copy', function () {
  this.timeout(60_000)
  const cluster = new Cluster()
  afterEach(async () => { await cluster.end() })

  it('gives a version a second name that lives on without the first, on all members, and stores no block again', async () => {
    const node = await cluster.node()
    const other = await cluster.member(node)
    const file = await node.put('a', new Uint8Array(300_000).fill(7), { mtime: new Date(5), type: 'text/x-a', durable: 2 })
    const { disk: { used } } = await node.status()
    const copied = await node.copy('a', 'b/c', { durable: 2 })
    assert.deepEqual({ ...copied, name: 'a', version: file.version, time: file.time }, { ...await node.stat('a') })
    assert.notEqual(copied.version, file.version)
    assert.equal((await node.status()).disk.used, used)
    await node.delete('a', { durable: 2 })
    assert.equal((await collect(other.get('b/c'))).length, 300_000)
    assert.equal((await log(node, 'b/c'))[0]!.note, 'copied from a')
    await assert.rejects(node.copy('none', 'x'), { name: 'FileNotFoundError' })
    await node.put('a', 'new')
    await assert.rejects(node.copy('a', 'b/c'), { name: 'FileExistsError' })
    await node.copy('a', 'b/c', { force: true })
    assert.equal(await text(node.get('b/c')), 'new')
  })
})
