import assert from 'node:assert/strict'
import type { DfsNode } from '../../src/api/node.js'
import { Cluster, collect, failsWith, names } from './cluster.js'

async function all (rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const row of rows) found.push(row)
  return found
}

describe('node: a signal that is aborted', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())
  const signal = AbortSignal.abort()

  /** Every call of the API that takes a signal. */
  const calls: Record<string, (node: DfsNode) => Promise<unknown>> = {
    put: (node) => node.put('y', 'text', { signal }),
    get: (node) => collect(node.get('x', { signal })),
    stat: (node) => node.stat('x', { signal }),
    list: (node) => all(node.list({ signal })),
    du: (node) => all(node.du({ signal })),
    history: (node) => all(node.history('x', { signal })),
    delete: (node) => node.delete('x', { signal }),
    restore: (node) => node.restore('x', undefined, { signal }),
    mv: (node) => node.mv('x', 'y', { signal }),
    why: (node) => node.why('x', { signal }),
    evict: (node) => node.evict('x', { force: true, signal }),
    share: (node) => node.share('x', { signal }),
    invite: (node) => node.invite({ role: 'write', signal }),
    revoke: (node) => node.revoke(node.peer, { force: true, signal }),
    members: (node) => node.members({ signal }),
    peers: (node) => node.peers({ signal }),
    status: (node) => node.status({ signal }),
    gc: (node) => node.gc({ signal }),
    synced: (node) => node.synced({ signal }),
    settings: (node) => node.settings({ signal }),
    set: (node) => node.set({ copies: 3 }, { signal }),
    verify: (node) => node.verify({ signal }),
    recoveryCode: (node) => node.recoveryCode({ signal }),
    checkRecoveryCode: (node) => node.recoveryCode().then((code) => node.checkRecoveryCode(code, { signal })),
    changePassphrase: (node) => node.changePassphrase({ to: 'long enough a text', signal })
  }
  for (const [name, call] of Object.entries(calls)) {
    it(`${name} rejects with AbortError, and nothing has happened`, async () => {
      const a = await cluster.node()
      await a.put('x', 'one')
      await a.put('x', 'two')
      const state = async (): Promise<unknown> => {
        const { entries, storage, links } = await a.status() as unknown as Record<string, unknown>
        return [await names(a), await a.settings(), entries, storage, links, (await a.members()).length]
      }
      const before = await state()
      await failsWith(call(a), 'ABORTED')
      assert.deepEqual(await state(), before)
    })
  }

  it('in the moment in which a put is committed: the put resolves, since nothing is left to wait for', async () => {
    const a = await cluster.node()
    for (let n = 0; n < 20; n++) {
      const stop = new AbortController()
      a.addEventListener('file:put', () => { stop.abort() }, { once: true })
      const file = await a.put(`x${n}`, `text ${n}`, { signal: stop.signal })
      assert.deepEqual([stop.signal.aborted, file.copies.length], [true, 1])
    }
  })
})
