import assert from 'node:assert/strict'
import { memory } from '@libp2p/memory'
import { createNode, InvalidOptionError, NotAllowedError } from '../../src/index.js'
import type { DfsNode } from '../../src/api/node.js'

describe('deleted names', () => {
  const names = async (node: DfsNode, prefix?: string): Promise<string[]> =>
    (await Array.fromAsync(node.deleted(prefix === undefined ? {} : { prefix }))).map(({ name }) => name)

  it('are those that mean nothing now, each once, below a prefix', async () => {
    await using node = await createNode({ listen: [], start: false })
    for (const name of ['a/1', 'a/2', 'b', 'caf\u00e9/x']) await node.put(name, name)
    assert.deepEqual(await names(node), [])
    const { version, time } = await node.delete('a/2')
    for (const name of ['a/1', 'b', 'caf\u00e9/x']) await node.delete(name)
    assert.deepEqual(await names(node), ['a/2', 'a/1', 'b', 'caf\u00e9/x'])
    assert.deepEqual((await Array.fromAsync(node.deleted({ prefix: 'a/2' })))[0], { name: 'a/2', version, time })
    assert.deepEqual(await names(node, 'cafe\u0301/'), ['caf\u00e9/x'])
    // there again, by a put, by a restore, and gone once more
    await node.put('b', 'anew')
    await node.restore('a/1')
    assert.deepEqual(await names(node), ['a/2', 'caf\u00e9/x'])
    await node.delete('a/1')
    assert.deepEqual(await names(node), ['a/2', 'caf\u00e9/x', 'a/1'])
    // a move leaves a delete behind
    await node.mv('b', 'c')
    assert.deepEqual(await names(node, 'b'), ['b'])
    await assert.rejects(names(node, '\ud800'), InvalidOptionError)
  })

  it('are read in pages: more than one, and what is taken back meanwhile does not disturb', async () => {
    await using node = await createNode({ listen: [], start: false })
    const all = Array.from({ length: 1_500 }, (_, n) => `n${n}`)
    await Promise.all(all.map(async (name) => node.put(name, name)))
    await Promise.all(all.map(async (name) => node.delete(name)))
    const seen: string[] = []
    for await (const { name } of node.deleted()) {
      seen.push(name)
      if (seen.length % 2 === 0) await node.restore(name)
    }
    assert.deepEqual(seen.sort(), [...all].sort())
    assert.equal((await names(node)).length, 750)
  })

  it('are known to no store member, and to a node when it has heard of the delete', async () => {
    const libp2p = { transports: [memory()] }
    await using owner = await createNode({ listen: ['/memory/deleted-owner'], libp2p })
    await using store = await createNode({ listen: ['/memory/deleted-store'], libp2p, invite: await owner.invite({ role: 'store' }) })
    await owner.put('x', 'x')
    await owner.delete('x')
    await assert.rejects(names(store), NotAllowedError)
  })
})
