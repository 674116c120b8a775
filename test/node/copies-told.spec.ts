import assert from 'node:assert/strict'
import type { CopiesStatus, DfsNode } from '../../src/api/node.js'
import { address, bytesOf, Cluster, connected, inside, next, parted } from './cluster.js'

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
    // what was counted while they were put may have been told already
    while ((await a.status()).copies?.ok !== 2) await asked(a, 1)
    await asked(a, 2)
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

  it('by status and why, that no machine has room for a copy, and what to type; not once one more lends space', async () => {
    const init = { offlineGrace: GRACE_MS }
    const a = await cluster.node(init)
    await cluster.member(a, { ...init, label: 'full', capacity: 1024 ** 2 })
    await a.put('x', bytesOf('x', 3 * 1024 ** 2), { durable: 1, copies: 2 })
    const asks = async (): Promise<string[]> => (await a.status()).notes.filter((note) => note.includes('can take one'))
    while ((await asks()).length === 0) await asked(a, 1)
    assert.deepEqual(await asks(), ['1 version has fewer copies than wanted, and no machine that is here can take one (no room, or put away there). Lend more on one of them:  dfs config capacity SIZE'])
    assert.deepEqual((await a.why('x')).members.map(({ has }) => has?.state), ['cannot'])
    await cluster.member(a, { ...init, label: 'new' })
    while ((await asks()).length > 0) await asked(a, 1)
  })
})
