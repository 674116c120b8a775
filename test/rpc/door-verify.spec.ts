import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AbortError } from '../../src/errors.js'
import { connectRpc } from '../../src/rpc/client.js'
import { serveRpc } from '../../src/rpc/server.js'
import { FakeNode } from './fake-node.js'

describe('the local door: verify', () => {
  it('comes with how far it is, and ends from either side', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dfs-door-'))
    const node = new FakeNode()
    const door = await serveRpc(node, dir, { env: {} })
    const remote = await connectRpc(dir)
    assert.ok(remote)
    const seen: string[] = []
    node.found = { ...node.found, ok: false, rebuilt: { time: new Date(5), pages: { found: 1, of: 2 }, entries: 3, blocks: 4, bytes: 5, versions: 6, whole: 7, settled: true } }
    assert.deepEqual(await remote.verify({ onProgress: ({ type }) => { seen.push(type) } }), node.found)
    assert.equal(seen[0], 'store:verify:index')
    // what counts up is told of as fast as somebody reads, and no faster
    assert.ok(seen.length >= 2 && seen.length < 11, `${seen.length}`)
    node.verifyStops = 3
    const stop = new AbortController()
    await assert.rejects(remote.verify({ signal: stop.signal, onProgress: ({ type }) => { if (type === 'store:verify:read') stop.abort() } }), AbortError)
    const begun = Promise.withResolvers<void>()
    const waiting = assert.rejects(remote.verify({ onProgress: () => { begun.resolve() } }), AbortError)
    await begun.promise
    await door.close({ drainMs: 0 })
    await waiting
    await remote.stop()
    await rm(dir, { recursive: true })
  })
})
