import assert from 'node:assert/strict'
import { tcp } from '@libp2p/tcp'
import { unbase32 } from '../../protocols/vault/text.js'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, connected, failsWith, inside, knows, same } from './cluster.js'

const LOCAL: DfsNodeInit = { listen: ['/ip4/127.0.0.1/tcp/0'], libp2p: { transports: [tcp()] } }
const DHT: DfsNodeInit = { ...LOCAL, discovery: { dht: true } }

/** What a host keeps of others: values of its datastore, and its peer store, which lies there too. */
async function stored (node: DfsNode): Promise<Buffer> {
  const { datastore } = (inside(node).host as unknown as { components: { datastore: { query: (q: object) => AsyncIterable<{ key: { toString: () => string }, value: Uint8Array }> } } }).components
  const all: Uint8Array[] = []
  for await (const { key, value } of datastore.query({})) all.push(Buffer.from(key.toString()), value)
  return Buffer.concat(all)
}

describe('node: discovery', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('members that share nothing but the vault find each other through one DHT node that is none, which learns nothing of it', async () => {
    const dirs = await Promise.all(Array.from({ length: 4 }, () => cluster.dir()))
    const [home = ''] = dirs
    const founder = await cluster.node({ ...LOCAL, dir: home, label: 'canary-label-0' })
    for (const [n, dir] of dirs.slice(1).entries()) {
      const invite = await founder.invite({ role: 'write', label: `canary-label-${n + 1}` })
      const joined = await cluster.node({ ...LOCAL, dir, invite })
      await connected(founder, joined)
      await joined.stop()
    }
    await founder.stop()
    // of another vault, and reached by all; the ports of the members are others than those that they knew
    const other = await cluster.node({ ...DHT, label: 'other' })
    const nodes = await Promise.all(dirs.map((dir) => cluster.node({ ...DHT, dir, createIfMissing: false, bootstrap: other.addresses })))
    for (const [at, one] of nodes.entries()) for (const two of nodes.slice(at + 1)) await connected(one, two)
    const [first, , , last] = nodes
    assert.ok(first !== undefined && last !== undefined)
    const bytes = bytesOf('found', 300_000)
    const { version } = await first.put('canary-name.bin', bytes, { durable: 2 })
    await knows(last, 'canary-name.bin', version)
    same(await collect(last.get('canary-name.bin')), bytes)
    assert.equal(inside(other).parts.peers.sessions().length, 0)
    const seen = await stored(other)
    assert.ok(seen.length > 1000, 'the DHT node keeps what was announced to it')
    for (const secret of [Buffer.from(unbase32(first.vault)), Buffer.from(first.vault), Buffer.from('canary')]) assert.equal(seen.includes(secret), false)
  }).timeout(60_000)

  it('a vault is recovered by its code alone where a member is found through the DHT', async () => {
    const other = await cluster.node({ ...DHT, label: 'other' })
    const owner = await cluster.node({ ...DHT, dir: await cluster.dir(), bootstrap: other.addresses })
    const code = await owner.recoveryCode()
    const keeper = await cluster.node({ ...DHT, dir: await cluster.dir(), bootstrap: other.addresses, invite: await owner.invite({ role: 'store' }) })
    await connected(owner, keeper)
    const bytes = bytesOf('recovered', 100_000)
    await owner.put('kept.bin', bytes, { durable: 2 })
    await owner.stop()
    const again = await cluster.node({ ...DHT, dir: await cluster.dir(), bootstrap: other.addresses, recoveryCode: code, dialOnly: true })
    assert.equal(again.vault, owner.vault)
    same(await collect(again.get('kept.bin')), bytes)
  }).timeout(60_000)

  it('and not where nobody is found', async () => {
    const owner = await cluster.node(LOCAL)
    const other = await cluster.node({ ...DHT, label: 'other' })
    await failsWith(cluster.node({ ...DHT, dir: await cluster.dir(), bootstrap: other.addresses, recoveryCode: await owner.recoveryCode(), dialOnly: true }, { seekMs: 300 }), 'WRONG_VAULT')
  })
})
