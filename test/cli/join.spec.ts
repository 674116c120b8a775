import assert from 'node:assert/strict'
import { memory } from '@libp2p/memory'
import { createNode } from '../../src/node/create-node.js'
import { Cluster, inside } from '../node/cluster.js'
import { TestWorld } from './harness.js'

describe('cli: join', () => {
  const cluster = new Cluster()
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => {
    await cluster.end()
    await world.close()
  })

  it('has one connection with the member that admits, and greets nobody again that it leaves at once; a start does', async () => {
    const a = await cluster.node({ label: 'a' })
    const { host } = inside(a)
    let opened = 0
    let greeted = 0
    host.addEventListener('connection:open', () => { opened++ })
    a.addEventListener('peer:connect', () => { greeted++ })
    const transports = { libp2p: { transports: [memory()] } }
    Object.assign(world, { createNode: (init: object) => createNode({ ...init, ...transports }) })
    world.input(await a.invite({ role: 'write' }))
    const { code, stderr } = await world.run('join', '-', '--listen', '/ip4/127.0.0.1/tcp/1')
    assert.equal(code, 0, stderr)
    while (host.getConnections().length > 0) await new Promise((resolve) => { setImmediate(resolve) })
    assert.deepEqual({ opened, greeted }, { opened: 1, greeted: 1 })
    assert.equal((await a.members()).length, 2)
    const b = await cluster.node({ dir: world.path('vault'), createIfMissing: false, dialOnly: true })
    while (inside(b).parts.sync.inSyncWith().length === 0) await new Promise((resolve) => { setImmediate(resolve) })
    assert.deepEqual({ opened, greeted }, { opened: 2, greeted: 2 })
  })
})
