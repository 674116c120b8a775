import assert from 'node:assert/strict'
import { createNode } from '../../src/node/create-node.js'
import type { DfsNode } from '../../src/api/node.js'
import { address, Cluster, collect, connected, failsWith, inside, knows, next, parted } from './cluster.js'
import { memory } from '@libp2p/memory'

describe('node: a machine that was taken out', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  /** Resolves once the node knows that it is out. */
  async function told (node: DfsNode): Promise<void> {
    const { untilOut } = inside(node).parts.vault
    if (!untilOut.aborted) await new Promise((resolve) => { untilOut.addEventListener('abort', resolve, { once: true }) })
  }

  async function two (): Promise<{ a: DfsNode, b: DfsNode, dir: string, aAt: string[] }> {
    const dir = await cluster.dir()
    const aAt = [address()]
    const a = await cluster.node({ listen: aAt })
    const b = await cluster.member(a, { label: 'b', dir })
    const file = await a.put('x', 'text', { durable: 2 })
    await knows(b, 'x', file.version)
    return { a, b, dir, aAt }
  }
  const open = (dir: string): Promise<DfsNode> => cluster.node({ dir })

  it('while it runs: it is told by proof when it dials again, writes nothing more, and says what to do; what it holds is read', async () => {
    const { a, b } = await two()
    const before = (await a.status()).entries
    await a.revoke('b')
    await parted(a, b.peer)
    await told(b)
    for (const work of [b.put('y', 'later'), b.put('y', 'later', { durable: 2 }), b.delete('x'), b.mv('x', 'y'), b.restore('x'), b.share('x')]) {
      assert.match((await failsWith(work, 'NOT_ALLOWED')).message, /taken out of the vault by an owner.*join -/)
    }
    assert.equal(Buffer.from(await collect(b.get('x'))).toString(), 'text')
    assert.ok((await b.status()).notes.some((note) => note.includes('taken out of the vault')))
    assert.equal((await b.status()).entries, before + 1)
  })

  it('while it was off: a put that waits for others ends as soon as it is told, and it knows ever after', async () => {
    const { a, b, dir } = await two()
    await b.stop()
    await a.revoke('b')
    const back = await createNode({ dir, listen: [address()], libp2p: { transports: [memory()] } }, { progressMs: 600_000, answerMs: 600_000, reconnectMaxMs: 1_000 })
    try {
      await failsWith(back.put('y', 'later', { durable: 2 }), 'NOT_ALLOWED')
    } finally {
      await back.stop()
    }
    await a.stop()
    const again = await open(dir)
    await failsWith(again.delete('x'), 'NOT_ALLOWED')
    assert.equal(Buffer.from(await collect(again.get('x'))).toString(), 'text')
  })

  it('what it put after that is void: nobody restores it without naming it, though it is the newest and all of it is there', async () => {
    const [at, aDir, cDir] = [[address()], await cluster.dir(), await cluster.dir()]
    const first = await cluster.node({ dir: aDir, listen: at })
    const b = await cluster.member(first, { label: 'b', listen: [address()] })
    const c = await cluster.member(first, { dir: cDir })
    await first.put('x', 'one', { durable: 3 })
    await first.stop()
    await connected(b, c)
    const later = await b.put('x', 'two', { durable: 2 })
    await Promise.all([b.stop(), c.stop()])
    const a = await cluster.node({ dir: aDir, listen: at })
    await a.revoke('b')
    await connected(a, await cluster.node({ dir: cDir, listen: [address()] }))
    const states = async (): Promise<string[]> => {
      const all: string[] = []
      for await (const { version, state } of a.history('x')) all.push(`${version === later.version ? 'later' : 'first'} ${state}`)
      return all
    }
    while ((await states()).length < 2) await next(a, 'sync:round')
    assert.deepEqual((await states()).sort(), ['first head', 'later void'])
    await failsWith(a.restore('x'), 'VERSION_NOT_FOUND')
    assert.equal(Buffer.from(await collect(a.get('x'))).toString(), 'one')
  })
})
