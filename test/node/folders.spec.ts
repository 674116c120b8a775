import assert from 'node:assert/strict'
import { connectRpc } from '../../src/rpc/client.js'
import { serveRpc } from '../../src/rpc/server.js'
import type { DfsNode, FileInfo, FolderInfo } from '../../src/api/node.js'
import { Cluster, failsWith } from './cluster.js'

const NAMES = ['a', 'docs/a', 'docs/b/c', 'docs/b/d', 'docs.txt', 'é/x', 'z']

async function rows<T> (list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const row of list) found.push(row)
  return found
}

const shown = async (list: AsyncIterable<FileInfo | FolderInfo>): Promise<string[]> => (await rows(list)).map((row) => 'prefix' in row ? row.prefix : row.name)

describe('folders', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  const filled = async (dir: string): Promise<DfsNode> => {
    const node = await cluster.node({ dir })
    for (const name of NAMES) await node.put(name, name)
    return node
  }

  // the same calls to a node, and to it through its door
  for (const through of ['the API', 'the door']) {
    it(`are listed, paged and summed through ${through}`, async () => {
      const dir = await cluster.dir()
      const own = await filled(dir)
      const door = await serveRpc(own, dir, { env: {} })
      const remote = await connectRpc(dir)
      assert.ok(remote !== undefined)
      const node = through === 'the door' ? remote : own
      try {
        assert.deepEqual(await shown(node.list({ delimiter: '/' })), ['a', 'docs.txt', 'docs/', 'z', 'é/'])
        assert.deepEqual(await shown(node.list({ prefix: 'docs/', delimiter: '/' })), ['docs/a', 'docs/b/'])
        assert.deepEqual(await shown(node.list({ prefix: 'e\u0301', delimiter: '/' })), ['é/'])
        assert.deepEqual(await shown(node.list({ delimiter: '/', limit: 2 })), ['a', 'docs.txt'])
        assert.deepEqual(await shown(node.list({ delimiter: '/', limit: 2, after: 'docs.txt' })), ['docs/', 'z'])
        assert.deepEqual(await shown(node.list({ limit: 3, after: 'docs/a' })), ['docs/b/c', 'docs/b/d', 'z'])
        const sums = await rows(node.du())
        assert.deepEqual(sums.map(({ prefix, files, size }) => [prefix, files, size]), [['docs/', 3, 22], ['é/', 1, 4], ['', 7, 36]])
        assert.ok(sums.every(({ size, bytes, files }) => bytes > size && bytes >= files * 64))
        assert.deepEqual((await rows(node.du({ prefix: 'docs/b/' }))).map(({ prefix, files }) => [prefix, files]), [['docs/b/', 2]])
        assert.deepEqual((await rows(node.du({ prefix: 'none' }))).map(({ prefix, files }) => [prefix, files]), [['none', 0]])
        await failsWith(rows(node.list({ delimiter: '' })), 'INVALID_OPTION')
        await failsWith(rows(node.list({ limit: 0 })), 'INVALID_OPTION')
        await failsWith(rows(node.du({ delimiter: '' })), 'INVALID_OPTION')
        await failsWith(rows(node.du({ signal: AbortSignal.abort() })), 'ABORTED')
      } finally {
        await remote.stop()
        await door.close()
      }
    })
  }

  it('are closed to a member that knows no names', async () => {
    const owner = await cluster.node()
    const blind = await cluster.member(owner, { role: 'store' })
    await failsWith(rows(blind.list({ delimiter: '/' })), 'NOT_ALLOWED')
    await failsWith(rows(blind.du()), 'NOT_ALLOWED')
  })
})
