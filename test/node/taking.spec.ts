import assert from 'node:assert/strict'
import type { MemberRecord } from '../../protocols/vault/record.js'
import type { NotDurableError } from '../../src/errors.js'
import type { DfsNode } from '../../src/api/node.js'
import { pushVersion } from '../../src/replication/push/push-version.js'
import { find } from '../../src/operations/stat.js'
import { bytesOf, Cluster, failsWith, held, inside } from './cluster.js'
import { LIES, misbehave } from './liars.js'

const MIB = 1024 ** 2

describe('node: a member that says that it', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  /** Makes the record of `b`, which has room, say otherwise; resolves once `a` has heard that. */
  async function says (a: DfsNode, b: DfsNode, otherwise: { capacity?: number, accepting: false }): Promise<void> {
    const { memberRecords: keeping } = inside(b).parts as unknown as { memberRecords: { say: () => object, records: { changed: () => void } } }
    const say = keeping.say.bind(keeping)
    keeping.say = () => ({ ...say(), ...otherwise })
    const { presence } = inside(a).parts.memberRecords
    const { promise, resolve } = Promise.withResolvers<void>()
    const hear = presence.heard.bind(presence)
    presence.heard = (peer, record) => {
      hear(peer, record)
      if (peer === b.peer && !(record as MemberRecord).accepting) resolve()
    }
    keeping.records.changed()
    await promise
  }
  /** A push of what lies here, whatever the member says. */
  const push = (a: DfsNode, to: DfsNode, name: string): Promise<unknown> => {
    const { parts } = inside(a)
    return find(parts, name).then(({ root, bytes, id, entry }) => pushVersion(parts.clients, parts.store, to.peer, { root, bytes, id, entry }))
  }

  it('lends nothing is brought nothing, counts for nothing, and refuses what is brought', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a, { label: 'idle' })
    // also of what it holds: a word of it would count for nothing
    await a.put('held', bytesOf('held', 3 * MIB), { durable: 2 })
    const before = held(b).blocks
    await says(a, b, { capacity: 0, accepting: false })
    await failsWith(push(a, b, 'held'), 'NO_SPACE')
    for (const [name, size] of [['small', 300], ['large', 3 * MIB]] as const) {
      assert.deepEqual((await a.put(name, bytesOf(name, size))).copies.map(({ peer }) => peer), [a.peer])
      const error = await failsWith<NotDurableError>(a.put(`${name} on two`, bytesOf(`${name} on two`, size), { durable: 2 }), 'NOT_DURABLE')
      assert.deepEqual([error.reached, error.wanted], [1, 2])
      assert.match(error.message, /idle lends nothing/)
      await failsWith(push(a, b, name), 'NO_SPACE')
    }
    assert.equal(held(b).blocks, before)
    await failsWith(a.evict('held'), 'NOT_PROMISED')
  })

  it('takes nothing more is brought nothing new, and gives its word for what it holds', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a, { label: 'full' })
    for (const [name, size] of [['small', 300], ['large', 3 * MIB]] as const) await a.put(name, bytesOf(name, size), { durable: 2 })
    await says(a, b, { accepting: false })
    // what it ranks for it fetches all the same, which is not what is looked at here
    await misbehave(a, LIES.missing ?? (() => {}))
    const before = held(b).blocks
    await push(a, b, 'small')
    await push(a, b, 'large')
    for (const [name, size] of [['new and small', 300], ['new and large', 3 * MIB]] as const) {
      const file = await a.put(name, bytesOf(name, size))
      assert.deepEqual(file.copies.map(({ peer }) => peer), [a.peer])
      await failsWith(push(a, b, name), 'NO_SPACE')
    }
    assert.equal(held(b).blocks, before)
    assert.equal((await a.evict('large')).peer, b.peer)
  })
})
