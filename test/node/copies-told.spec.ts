import assert from 'node:assert/strict'
import type { CopiesStatus, DfsNode } from '../../src/api/node.js'
import { address, Cluster, connected, inside, next, parted } from './cluster.js'

/** How long a member is away before others make up for it: so often copies are counted, too. */
const GRACE_MS = 1000

/** Resolves once a node has asked others so many times more what they hold. */
async function asked (node: DfsNode, times: number): Promise<void> {
  const { port } = inside(node).parts.replicas
  const have = port.have.bind(port)
  await new Promise<void>((resolve) => {
    port.have = async (...call) => {
      if (--times === 0) resolve()
      return have(...call)
    }
  })
  port.have = have
}

describe('node: what is told of copies', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('that versions have too few, once, and once that all have enough again, each with the numbers', async () => {
    const waits = { tellCopiesMs: GRACE_MS }
    const init = { offlineGrace: GRACE_MS }
    const a = await cluster.node(init, waits)
    await cluster.member(a, init, waits)
    const place = { ...init, dir: await cluster.dir(), listen: [address()] }
    const c = await cluster.member(a, place, waits)
    for (const name of ['x', 'y']) await a.put(name, name, { durable: 3 })
    const told: Array<[string, CopiesStatus]> = []
    for (const type of ['copies:low', 'copies:ok'] as const) a.addEventListener(type, ({ detail }) => { told.push([type, detail]) })

    const either = (): Promise<unknown> => Promise.race([next(a, 'copies:low'), next(a, 'copies:ok')])
    const low = either()
    await c.stop()
    await parted(a, c.peer)
    await low
    const first: typeof told = [['copies:low', { ok: 0, low: 2, atRisk: 0, lost: 0 }]]
    assert.deepEqual(told, first)
    await asked(a, 2)
    assert.deepEqual(told, first)
    const ok = either()
    await connected(a, await cluster.node(place, waits))
    await ok
    assert.deepEqual(told, [...first, ['copies:ok', { ok: 2, low: 0, atRisk: 0, lost: 0 }]])
  })
})
