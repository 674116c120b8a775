import assert from 'node:assert/strict'
import { Known } from '../../../src/cli/tree/known.js'
import { compareNames } from '../../../src/cli/tree/order.js'
import { FakeNode } from '../../rpc/fake-node.js'

const signal = new AbortController().signal

describe('put -r: what the vault has', () => {
  const nodeOf = async (names: string[]): Promise<FakeNode> => {
    const node = new FakeNode()
    for (const name of names) await node.put(name, new Uint8Array(1))
    return node
  }

  it('is found by one list beside the names that are asked for', async () => {
    const has = ['p', 'p/a', 'p/c', 'p/d/x', 'p/😀', 'q']
    const node = await nodeOf(has)
    await using known = new Known(node, 'p', signal)
    for (const name of ['p/a', 'p/b', 'p/c', 'p/d/x', 'p/d/y', 'p/\ufffd', 'p/😀', 'p/😀😀'].sort(compareNames)) {
      assert.equal((await known.find(name))?.name, has.includes(name) ? name : undefined, name)
    }
    assert.ok(node.listed <= has.length)
  })

  it('is not read where the caller has nothing', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `p/m/${String(n).padStart(6, '0')}`)
    const node = await nodeOf(['p/a', ...many, 'p/n', 'p/z'])
    await using known = new Known(node, 'p', signal)
    for (const [name, there] of [['p/a', true], ['p/m/009999', true], ['p/m/009999x', false], ['p/m/010000', true], ['p/mm', false], ['p/n', true], ['p/z', true]] as const) {
      assert.equal((await known.find(name)) !== undefined, there, name)
    }
    assert.ok(node.listed < 5_000, `${node.listed} rows`)
  })
})
