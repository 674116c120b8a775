import assert from 'node:assert/strict'
import type { DfsNode, VersionInfo } from '../../src/api/node.js'
import { Cluster, next } from './cluster.js'

const PROPS = { 'cache-control': 'max-age=60', 'Ключ': '値', __proto__: 'x', empty: '' }

async function newest (node: DfsNode, name: string): Promise<VersionInfo> {
  for await (const version of node.history(name)) return version
  throw new Error('no version')
}

describe('props', function () {
  this.timeout(60_000)
  const cluster = new Cluster()
  afterEach(async () => { await cluster.end() })

  it('are what was given, on all members, and are carried on by mv, copy and restore, not by a put', async () => {
    const node = await cluster.node()
    const other = await cluster.member(node)
    const props = Object.fromEntries(Object.entries(PROPS))
    const heard = next(other, 'file:put', ({ name }) => name === 'a')
    const file = await node.put('a', 'content', { props, type: 'text/plain', durable: 2 })
    await heard
    assert.deepEqual(file.props, props)
    for (const of of [node, other]) {
      const { props: seen, type } = await of.stat('a')
      assert.deepEqual(seen, props)
      assert.equal(type, 'text/plain')
    }
    assert.deepEqual((await newest(node, 'a')).props, props)
    assert.deepEqual((await node.copy('a', 'b')).props, props)
    assert.deepEqual((await node.mv('b', 'c')).props, props)
    assert.deepEqual((await node.stat('c')).props, props)
    assert.equal((await node.put('a', 'other')).props, undefined)
    assert.deepEqual((await node.restore('a', file.version)).props, props)
  })

  it('make a new version of the same content where they differ, and none where they do not', async () => {
    const node = await cluster.node()
    const first = await node.put('a', 'content', { props: { x: '1' } })
    assert.equal((await node.put('a', 'content', { props: { x: '1' } })).version, first.version)
    assert.equal((await node.put('a', 'content')).version, first.version)
    const second = await node.put('a', 'content', { props: { x: '2' } })
    assert.notEqual(second.version, first.version)
    assert.equal(second.cid, first.cid)
    const third = await node.put('a', 'content', { props: {}, type: 'text/x' })
    assert.equal((await node.stat('a')).props, undefined)
    assert.equal((await node.put('a', 'content', { type: 'text/x' })).version, third.version)
  })

  it('are refused before a byte is read where they are too many, too long, reserved or no text', async () => {
    const node = await cluster.node()
    let read = 0
    const source = { * [Symbol.iterator] () { read++; yield new Uint8Array(1) } }
    const most = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, '']))
    for (const props of [most, { x: 'y'.repeat(2048) }, { '': 'x' }, { 'dfs.x': '' }, { x: 1 }, { x: '\ud800' }, { 'a\n': 'x' }, ['x'], null, 'x']) {
      await assert.rejects(node.put('a', source, { props: props as never }), { name: 'InvalidOptionError', field: 'props' })
    }
    assert.equal(read, 0)
    const all = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`k${String(n).padStart(3, '0')}`, 'v'.repeat(28)]))
    assert.deepEqual((await node.put('n'.repeat(1024), 'x', { props: all, type: 't'.repeat(128) })).props, all)
  })
})
