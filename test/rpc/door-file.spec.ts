import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectRpc, type RemoteNode } from '../../src/rpc/client.js'
import { serveRpc, type Door } from '../../src/rpc/server.js'
import { FakeNode } from './fake-node.js'

const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)
const LENGTH = 3 * 1024 ** 2

describe('the local door: a file of this machine', () => {
  let dir = ''
  let node: FakeNode
  let door: Door
  let remote: RemoteNode | undefined
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-door-'))
    node = new FakeNode()
    door = await serveRpc(node, dir, { env: {} })
    remote = await connectRpc(dir)
  })
  afterEach(async () => {
    await remote?.stop()
    await door.close({ drainMs: 0 })
    await rm(dir, { recursive: true, force: true })
  })

  it('is sent with its size and time, and never when it changes while it is read', async () => {
    assert.ok(remote)
    const path = join(dir, 'file')
    await writeFile(path, bytesOf(LENGTH, 0))
    const { size, mtime } = await remote.put('a', { path })
    assert.deepEqual([size, mtime], [LENGTH, (await stat(path)).mtime])
    assert.ok(Buffer.from(node.files.get('a')?.bytes ?? []).equals(bytesOf(LENGTH, 0)))
    let pieces = 0
    node.beforePiece = async () => { writeFileSync(path, bytesOf(LENGTH, ++pieces), { flag: 'r+' }) }
    await assert.rejects(remote.put('b', { path }), { name: 'SourceChangedError', code: 'SOURCE_CHANGED' })
    assert.ok(pieces > 2)
    assert.equal(node.files.has('b'), false)
  })
})
