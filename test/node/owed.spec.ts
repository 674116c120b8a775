import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import type { NotDurableError } from '../../src/errors.js'
import type { DfsNode } from '../../src/interface.js'
import { address, bytesOf, Cluster, connected, failsWith, inside, next } from './cluster.js'

const MIB = 1024 ** 2

/** Until nothing is owed any more; the test's own time limit is the bound. */
async function settled (node: DfsNode): Promise<void> {
  while (inside(node).parts.vault.owedCount() > 0) await new Promise(setImmediate)
}

describe('a put that reached fewer members than wanted', () => {
  const cluster = new Cluster()
  afterEach(async () => { await cluster.end() })

  it('goes on copying by itself when a member connects, also after a restart', async () => {
    const dir = await cluster.dir()
    const other = await cluster.dir()
    const listen = [address()]
    const a = await cluster.node({ dir, listen })
    const b = await cluster.member(a, { dir: other })
    await b.stop()
    const error = await failsWith<NotDurableError>(a.put('x', bytesOf('x', 2 * MIB), { durable: 2 }), 'NOT_DURABLE')
    assert.equal(error.reached, 1)
    await a.put('small', 'y', {}) // asked for nothing, but one other member was wanted
    assert.equal(inside(a).parts.vault.owedCount(), 2)
    assert.equal((await a.status()).notes.filter((note) => note.includes('still to be copied')).length, 1)
    await a.stop()

    const again = await cluster.node({ dir, listen })
    const back = await cluster.node({ dir: other, bootstrap: again.addresses })
    await connected(again, back)
    await settled(again)
    for (const name of ['x', 'small']) {
      assert.ok(await inside(back).parts.store.complete(CID.parse((await again.stat(name)).cid)), name)
    }
  })

  it('counts one member once, however often it connects', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const c = await cluster.member(a)
    const gone = next(a, 'peer:disconnect', ({ peer }) => peer === c.peer)
    await c.stop()
    await gone
    await failsWith(a.put('x', 'text', { durable: 3 }), 'NOT_DURABLE')
    assert.equal(inside(a).parts.vault.owedCount(), 1)
    const back = next(a, 'peer:connect', ({ peer }) => peer === b.peer)
    await inside(a).parts.peers.drop(b.peer)
    await back
    await inside(a).parts.background.idle(AbortSignal.timeout(5_000))
    assert.equal(inside(a).parts.vault.owedCount(), 1)
  })

  it('what was put before anybody else joined goes to who joins', async () => {
    const a = await cluster.node()
    await a.put('early', bytesOf('early', 2 * MIB))
    await a.put('all', 'to everybody', { copies: 'all' })
    await a.put('mine', 'for one copy only', { copies: 1, durable: 1 })
    assert.equal(inside(a).parts.vault.owedCount(), 0) // there is nobody to owe it to
    const b = await cluster.member(a)
    await settled(a)
    for (const [name, there] of [['early', true], ['all', true], ['mine', false]] as const) {
      assert.equal(await inside(b).parts.store.complete(CID.parse((await a.stat(name)).cid)), there, name)
    }
  })

  it('what was let go is owed no more', async () => {
    const a = await cluster.node()
    await cluster.member(a)
    const c = await cluster.member(a)
    await c.stop()
    await a.put('x', 'text', { durable: 2 })
    await a.evict('x')
    assert.equal(inside(a).parts.vault.owedCount(), 0)
  })
})
