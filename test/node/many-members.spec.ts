import assert from 'node:assert/strict'
import { KEEP_ROUND_MS } from '../../src/network/connection-manager.js'
import { OTHERS_A_BLOCK } from '../../src/replication/download/on-demand-dialer.js'
import { RANDOM_LINKS, RING_LINKS } from '../../src/network/topology.js'
import { MAX_CONNECTIONS, MAX_CONNECTIONS_PER_PEER } from '../../src/defaults.js'
import type { DfsNode } from '../../src/api/node.js'
import { FakeClock } from '../network/fake-clock.js'
import { bytesOf, Cluster, collect, failsWith, inside, knows, same } from './cluster.js'

const MEMBERS = 36
/** The first few lend space. */
const LENDERS = 18
const MIB = 1024 ** 2

describe('node: in a vault where a member has links to some only', function () {
  this.timeout(60_000)
  const cluster = new Cluster()
  const nodes: DfsNode[] = []
  /** Of connections and idle streams, in the order of the nodes: they move when a test says. */
  const clocks: FakeClock[] = []
  let over = false

  const parts = (node: DfsNode): ReturnType<typeof inside>['parts'] => inside(node).parts
  const connected = (a: DfsNode, b: DfsNode): boolean => parts(a).peers.get(b.peer) !== undefined
  const sessions = (node: DfsNode): string[] => parts(node).peers.sessions().map(({ peer }) => peer)

  /** Lets the time of some nodes' connections pass until the condition holds; the time limit of the test is the bound. */
  async function until (condition: () => boolean, some = nodes, stepMs = KEEP_ROUND_MS): Promise<void> {
    while (!over && !condition()) {
      await Promise.all(some.map(async (node) => clocks[nodes.indexOf(node)]?.advance(stepMs)))
      await new Promise((resolve) => { setTimeout(resolve, 10) })
    }
  }

  /** One that lends nothing, and one that does: they are not connected, so that neither is a link of the other. */
  function strangers (): { reader: DfsNode, putter: DfsNode } {
    for (const reader of nodes.slice(LENDERS)) {
      const putter = nodes.slice(1, LENDERS).find((node) => !connected(reader, node) && !connected(node, reader))
      if (putter !== undefined) return { reader, putter }
    }
    throw new Error('everybody is connected with everybody')
  }

  /** Everybody knows everybody, and where, and has links. */
  before(async () => {
    const clock = (): FakeClock => {
      const made = new FakeClock()
      clocks.push(made)
      return made
    }
    const owner = await cluster.node({ label: 'owner' }, { clock: clock() })
    nodes.push(owner)
    for (let n = 1; n < MEMBERS; n++) {
      nodes.push(await cluster.member(owner, { label: `member ${n}`, start: false, ...(n < LENDERS ? {} : { capacity: 0 }) }, { clock: clock() }))
    }
    // a thread each would take longer to start than all the rest of this
    for (const node of nodes) (inside(node).parts.verifier as unknown as { threads: number }).threads = Infinity
    await Promise.all(nodes.slice(1).map((node) => node.start()))
    const settled = (node: DfsNode): boolean => {
      const { vault, memberRecords } = parts(node)
      return vault.members().length === MEMBERS && nodes.every(({ peer }) => memberRecords.records.get(peer) !== undefined) && sessions(node).length >= RING_LINKS + RANDOM_LINKS
    }
    await until(() => nodes.every(settled), nodes, 100)
  })
  after(async () => {
    over = true
    await cluster.end()
  })
  afterEach(() => {
    for (const node of nodes) {
      const open = inside(node).host.getConnections()
      assert.ok(open.length <= MAX_CONNECTIONS)
      for (const ofOne of Map.groupBy(open, ({ remotePeer }) => remotePeer.toString()).values()) assert.ok(ofOne.length <= MAX_CONNECTIONS_PER_PEER)
    }
  })

  it('a put on one is read on another without a link to it, and the connection goes when nobody uses it', async () => {
    const { reader, putter } = strangers()
    const content = bytesOf('far', 3 * MIB)
    // no other copy is made meanwhile: the reader has to go where it is
    const resume = nodes.filter((node) => node !== reader && node !== putter).map((node) => withhold(node))
    const { version } = await putter.put('far', content, { durable: 1 })
    await knows(reader, 'far', version)
    assert.equal(connected(reader, putter), false)
    same(await collect(reader.get('far')), content)
    assert.deepEqual([connected(reader, putter), parts(reader).sync.linked(putter.peer)], [true, false])
    for (const tell of resume) tell()
    await until(() => !connected(reader, putter), [reader])
    assert.ok(sessions(reader).length >= RING_LINKS)
  })

  it('a version that everybody is to have comes to all that lend space', async () => {
    const { putter } = strangers()
    const { version } = await putter.put('everywhere', bytesOf('everywhere', MIB), { durable: 1, copies: 'all' })
    const lenders = nodes.slice(0, LENDERS)
    await Promise.all(lenders.map((node) => knows(node, 'everywhere', version)))
    await until(() => lenders.every((node) => inside(node).folder.store.usage().used > MIB && parts(node).downloader.state().versions === 0), [])
    for (const node of lenders) assert.ok(inside(node).folder.store.usage().used > MIB)
  })

  it('a put that wants many copies reaches members without a link', async () => {
    const { putter } = strangers()
    const before = new Set(sessions(putter))
    const { copies } = await putter.put('many', bytesOf('many', 100_000), { durable: LENDERS })
    assert.deepEqual(new Set(copies.map(({ peer }) => peer)), new Set(nodes.slice(0, LENDERS).map(({ peer }) => peer)))
    assert.ok(copies.some(({ peer }) => peer !== putter.peer && !before.has(peer)))
  })

  it('what no member that is there has is a typed error, after a few dials', async () => {
    const { reader, putter } = strangers()
    const resume = nodes.filter((node) => node !== reader && node !== putter).map((node) => withhold(node))
    const { version } = await putter.put('gone', bytesOf('gone', MIB), { durable: 1 })
    await knows(reader, 'gone', version)
    await putter.stop()
    const before = new Set(sessions(reader))
    await failsWith(collect(reader.get('gone')), 'BLOCKS_UNAVAILABLE')
    const more = sessions(reader).filter((peer) => !before.has(peer))
    assert.ok(more.length > 0 && more.length <= OTHERS_A_BLOCK)
    for (const tell of resume) tell()
  })
})

/** As if this node had much else to do: it brings itself nothing until it is told. */
function withhold (node: DfsNode): () => void {
  const { blocks } = inside(node).parts
  const { fetch: real } = blocks
  const gate = Promise.withResolvers<void>()
  blocks.fetch = async (cid, options) => {
    await Promise.race([gate.promise, ...(options?.signal === undefined ? [] : [aborted(options.signal)])])
    return real.call(blocks, cid, options)
  }
  return () => {
    blocks.fetch = real
    gate.resolve()
  }
}

async function aborted (signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve() }, { once: true }) })
}
