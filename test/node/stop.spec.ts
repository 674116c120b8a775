import assert from 'node:assert/strict'
import { memory } from '@libp2p/memory'
import { createNode } from '../../src/node/create-node.js'
import { address, Cluster, failsWith, inside, names } from './cluster.js'

describe('node: the end', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  for (const step of ['clients', 'downloader', 'sync', 'peers'] as const) {
    it(`goes on when the end of ${step} fails, and says so`, async () => {
      const dir = await cluster.dir()
      const a = await createNode({ dir, listen: [address()], libp2p: { transports: [memory()] } })
      await a.put('x', 'kept')
      const { parts, host } = inside(a)
      const reason = new Error(`${step} do not end`)
      const part: { stop: () => Promise<void> } = parts[step]
      const stop = part.stop.bind(part)
      part.stop = async () => {
        await stop()
        throw reason
      }
      const other = parts.peers.stop.bind(parts.peers)
      if (step !== 'peers') {
        parts.peers.stop = async () => {
          await other()
          throw new Error('not the first')
        }
      }
      await assert.rejects(a.stop(), reason)
      assert.equal(host.status, 'stopped')
      // the lock is free
      const again = await cluster.node({ dir })
      assert.deepEqual(await names(again), ['x'])
    })
  }

  it('stays the end for a start that was under way', async () => {
    const dir = await cluster.dir()
    const a = await cluster.node({ dir, start: false })
    const { host } = inside(a)
    const starting = failsWith(a.start(), 'NODE_STOPPED')
    await a.stop()
    await starting
    assert.equal(host.status, 'stopped')
    await failsWith(a.status(), 'NODE_STOPPED')
    await failsWith(a.start(), 'NODE_STOPPED')
    await cluster.node({ dir })
  })

  it('two starts at once are one', async () => {
    const a = await cluster.node({ start: false })
    await Promise.all([a.start(), a.start()])
    assert.equal(inside(a).host.status, 'started')
    assert.equal((await a.status()).peer, a.peer)
  })
})
