import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import type { DfsNode } from '../../src/api/node.js'
import { Cluster, connected, failsWith, inside } from './cluster.js'

describe('node: names of members', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  const names = async (node: DfsNode): Promise<string[]> => (await node.members()).map(({ label }) => label).sort()
  /** Resolves when `node` calls a member so. */
  async function calls (node: DfsNode, peer: string, label: string): Promise<void> {
    const { records } = inside(node).parts.memberRecords
    while ((await node.members()).find((member) => member.peer === peer)?.label !== label) {
      records.changed()
      await new Promise((resolve) => { setImmediate(resolve) })
    }
  }

  it('a member that its user named is called so everywhere, whatever its invite says; after a restart too', async () => {
    const a = await cluster.node({ label: 'a' })
    const dir = await cluster.dir()
    const invite = await a.invite({ role: 'write', label: 'nas' })
    const b = await cluster.node({ dir, invite })
    assert.equal((await b.status()).label, 'nas')
    await calls(a, b.peer, 'nas')
    await b.stop()
    const again = await cluster.node({ dir, label: 'cellar' })
    assert.equal((await again.status()).label, 'cellar')
    await connected(a, again)
    await calls(a, b.peer, 'cellar')
    await again.put('x', 'y', { durable: 2 })
    for await (const { writer } of a.history('x')) assert.equal(writer.label, 'cellar')
    assert.deepEqual((await a.peers()).map(({ label }) => label), ['cellar'])
    const gone = new Promise((resolve) => { a.addEventListener('member:revoke', ({ detail }) => { resolve(detail) }, { once: true }) })
    assert.deepEqual(await a.revoke('cellar'), { kind: 'member', peer: b.peer, label: 'cellar' })
    assert.equal((await gone as { peer: string }).peer, b.peer)
  })

  it('without a name in its invite a member is called like its host', async () => {
    const a = await cluster.node({ label: 'a' })
    const b = await cluster.node({ invite: await a.invite({ role: 'read' }) })
    await calls(a, b.peer, hostname().slice(0, 63))
  })

  it('members of one invite are told apart, and revoked only by what tells them apart', async () => {
    const a = await cluster.node({ label: 'a' })
    const invite = await a.invite({ role: 'store', label: 'nas', uses: 2 })
    const b = await cluster.node({ invite })
    await connected(a, b)
    const c = await cluster.node({ invite })
    await connected(a, c)
    const second = `nas-${c.peer.slice(-4)}`
    for (const node of [a, b, c]) {
      while ((await node.members()).length < 3) await new Promise((resolve) => { setImmediate(resolve) })
      assert.deepEqual(await names(node), ['a', 'nas', second].sort())
    }
    const error = await failsWith(a.revoke('nas'), 'INVALID_OPTION')
    assert.match(error.message, new RegExp(`nas \\(${b.peer}\\), ${second} \\(${c.peer}\\)`))
    assert.deepEqual(await a.revoke(second), { kind: 'member', peer: c.peer, label: second })
    assert.deepEqual(await names(a), ['a', 'nas'])
    // the other one is the only one now
    assert.deepEqual(await a.revoke('nas'), { kind: 'member', peer: b.peer, label: 'nas' })
  })
})
