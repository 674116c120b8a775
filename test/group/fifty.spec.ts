import assert from 'node:assert/strict'
import { MAX_CONNECTIONS, MAX_CONNECTIONS_PER_PEER } from '../../src/defaults.js'
import type { DfsNode } from '../../src/api/node.js'
import { IDLE_MS, KEEP_ROUND_MS } from '../../src/network/connection-manager.js'
import { MAX_ACCEPTED_LINKS, RANDOM_LINKS, RING_LINKS } from '../../src/network/topology.js'
import type { SyncSession } from '../../protocols/sync/session.js'
import { Cluster, inside, knows, next } from '../node/cluster.js'
import { JumpingClock } from './jumping-clock.js'

const NODES = 50
const ENTRIES = 5
const WITNESSES = 4

describe('fifty nodes in one process', function () {
  this.timeout(180_000)
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('keep few links each, and an entry reaches all over them', async () => {
    const clock = new JumpingClock()
    const nodes = await joined(clock)
    const began = performance.now()
    // everybody has heard of everybody, and has the links that it wants
    await Promise.all(nodes.map((node) => settled(node, NODES)))
    const settledMs = performance.now() - began
    // what nobody uses is closed: the connections over which they joined and first heard of each other
    const most = RING_LINKS + RANDOM_LINKS + MAX_ACCEPTED_LINKS
    const counts = (): number[] => nodes.map((node) => inside(node).host.getConnections().length)
    const atFirst = counts()
    for (let passed = 0; passed < 2 * IDLE_MS || (Math.max(...counts()) > most && passed < 20 * IDLE_MS); passed += KEEP_ROUND_MS) {
      clock.jump(KEEP_ROUND_MS)
      await turns()
    }

    const links = nodes.map((node) => sessionsOf(node).length)
    console.log(`      links a node: ${range(links)}; connections: ${range(counts())}, at first ${range(atFirst)}; settled ${(settledMs / 1000).toFixed(1)} s after the last one joined`)
    for (const node of nodes) {
      const own = inside(node).host.getConnections()
      const peers = Map.groupBy(own, ({ remotePeer }) => remotePeer.toString())
      assert.ok(sessionsOf(node).length <= most && peers.size <= most, `${sessionsOf(node).length} links, ${peers.size} peers`)
      for (const connections of peers.values()) assert.ok(connections.length <= MAX_CONNECTIONS_PER_PEER)
    }
    assert.ok(Math.max(...atFirst) <= MAX_CONNECTIONS)

    const messages: number[] = []
    const times: number[] = []
    for (let n = 0; n < ENTRIES; n++) {
      const writer = nodes[(n * 17) % NODES]!
      const before = sent(nodes)
      const start = performance.now()
      const { version } = await writer.put(`file-${n}`, `text ${n}`, { durable: 1 })
      await Promise.all(nodes.map((node) => knows(node, `file-${n}`, version)))
      times.push(performance.now() - start)
      messages.push(sent(nodes) - before)
    }
    console.log(`      an entry reached all: ${range(messages)} messages of sync, in ${range(times.map(Math.round))} ms`)
    const listed = await Promise.all(nodes.map(async (node) => (await node.status()).entries))
    assert.deepEqual(new Set(listed).size, 1)
  })

  /** One after the other, each through one of the first few; they begin to talk to each other when all are in, so that no smaller group's links are left over. */
  async function joined (clock: JumpingClock): Promise<DfsNode[]> {
    const nodes = [await cluster.node({ label: 'n0' }, { clock })]
    for (let n = 1; n < NODES; n++) nodes.push(await cluster.member(nodes[n % Math.min(n, WITNESSES)]!, { role: 'owner', label: `n${n}`, start: n < WITNESSES }, { clock }))
    await Promise.all(nodes.map((node) => node.start()))
    return nodes
  }
})

function sessionsOf (node: DfsNode): Array<[peer: string, sessions: SyncSession[]]> {
  return [...(inside(node).parts.sync as unknown as { sessions: Map<string, SyncSession[]> }).sessions]
}

/** Messages of sync that these nodes sent on the streams that are open. */
function sent (nodes: DfsNode[]): number {
  return nodes.flatMap(sessionsOf).flatMap(([, sessions]) => sessions).reduce((sum, { stats }) => sum + stats.messagesSent, 0)
}

/** Resolves once the node knows so many members and is connected with those that it wants links to. */
async function settled (node: DfsNode, members: number): Promise<void> {
  const { peers } = inside(node).parts
  const isSettled = async (): Promise<boolean> => {
    const all = await node.members()
    const wanted = all.filter(({ peer, self }) => !self && peers.wants(peer))
    return all.length === members && wanted.length >= RING_LINKS + RANDOM_LINKS && wanted.every(({ connected }) => connected)
  }
  while (!await isSettled()) await Promise.race([next(node, 'peer:connect'), next(node, 'member:join'), next(node, 'sync:round'), next(node, 'peer:disconnect')])
}

/** Lets what is due be done, and what follows from it. */
async function turns (): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise<void>((resolve) => { setTimeout(resolve) })
}

function range (values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `${sorted[0]} to ${sorted.at(-1)}, median ${sorted[Math.floor(sorted.length / 2)]}`
}
