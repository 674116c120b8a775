// Nodes without ports and without disk, for the tests of whoever builds on dfs.
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { memory } from '@libp2p/memory'
import { createNode, FileNotFoundError } from '../../src/index.js'

describe('example: in memory', () => {
  it('several nodes in one process', async () => {
    const libp2p = { transports: [memory()] }
    await using a = await createNode({ listen: ['/memory/example-a'], libp2p, label: 'a' })
    await using b = await createNode({ listen: ['/memory/example-b'], libp2p, invite: await a.invite({ role: 'write', label: 'b' }) })
    await using c = await createNode({ listen: ['/memory/example-c'], libp2p, invite: await a.invite({ role: 'write', label: 'c' }), bootstrap: b.addresses })

    await a.put('greeting.txt', 'hello, all of you', { durable: 3 })
    for (const node of [a, b, c]) {
      const pieces = node.get('greeting.txt')
      assert.equal(await text(pieces), 'hello, all of you')
    }
    assert.deepEqual((await a.members()).map(({ label }) => label).sort(), ['a', 'b', 'c'])

    // errors are classes with a stable code; nothing hangs
    await assert.rejects(async () => { for await (const _ of b.get('no such file')) assert.fail() }, (error) => error instanceof FileNotFoundError && error.code === 'FILE_NOT_FOUND')
  })
})
