import assert from 'node:assert/strict'
import { memory } from '@libp2p/memory'
import type { Connection } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { encodeWant } from '../../protocols/get/codec.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { GetClient, type MissingBlockError } from '../../protocols/get/dialer.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { encodeMessage as encodeHello } from '../../protocols/hello/codec.js'
import { dialGrant } from '../../protocols/hello/dialer.js'
import { encodeBlockHeader, encodeMessage as encodeStore } from '../../protocols/store/codec.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import { encodeMessage as encodeSync } from '../../protocols/sync/codec.js'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { makeGrant } from '../../protocols/vault/grant.js'
import { readLinkText, type LinkText } from '../../protocols/vault/link.js'
import type { DfsNode } from '../../src/api/node.js'
import { openLink } from '../../src/share/open-link.js'
import { allCids } from '../node/blocks.js'
import { bytesOf, Cluster, collect, connected, held, inside, same, secretsOf } from '../node/cluster.js'
import { inlineVersion } from '../blockstore/fixtures.js'
import { counting, dial, digestsOf, everything, framed, over, stopStrangers, stranger } from './strangers.js'

const MIB = 1024 ** 2
const NOTHING = { count: 0, sum: new Uint8Array(32) }
const CANARY = 'canary-4f1c9e'

describe('hostile: visitors', () => {
  const cluster = new Cluster()
  /** The owner, and a store member that is asked. */
  let a: DfsNode
  let s: DfsNode
  let link: LinkText
  let text: string
  let shared: Uint8Array
  let before: unknown

  beforeEach(async () => {
    a = await cluster.node()
    s = await cluster.member(a, { role: 'store' })
    shared = bytesOf('shared', 2 * MIB)
    await a.put('shared', shared, { durable: 2 })
    await a.put(`not shared ${CANARY}`, bytesOf('not shared', 2 * MIB), { durable: 2 })
    await a.put(`small ${CANARY}`, CANARY, { durable: 2 })
    await a.put('shared', bytesOf('newer', MIB), { durable: 2 })
    text = await a.share('shared', { version: (await versionsOf(a, 'shared'))[1] ?? '' })
    link = readLinkText(text)
    // signs its own record now and then, which is not what the state is about
    await inside(s).parts.memberRecords.stop()
    before = await state()
  })
  afterEach(async () => {
    await stopStrangers()
    await cluster.end()
  })

  async function versionsOf (node: DfsNode, name: string): Promise<string[]> {
    const found: string[] = []
    for await (const { version } of node.history(name)) found.push(version)
    return found
  }

  /** Everything that a visitor must leave as it is. */
  async function state (): Promise<unknown> {
    const { entries, files, members: { connected: sessions } } = await s.status()
    return { ...held(s), entries, files, sessions, members: (await s.members()).map(({ peer, role, connected: here }) => [peer, role, here]), peers: (await s.peers()).map(({ peer }) => peer), digests: digestsOf(s) }
  }

  async function visitor (): Promise<Connection> {
    const host = await stranger()
    const connection = await dial(host, s)
    await dialGrant(await connection.newStream(HELLO_PROTOCOL), { encryption: connection.encryption, vault: link.vault, grant: link.grant.encoded })
    return connection
  }

  const refusals = async (code: string): Promise<number> => (await s.status()).refused[code] ?? 0

  it('get the blocks of their version and of nothing else, whatever is here', async () => {
    const connection = await visitor()
    const client = new GetClient(await connection.newStream(GET_PROTOCOL))
    const mine = new Set((await allCids(s, link.root)).map(String))
    assert.equal(mine.size, 3)
    const all = [...await everyCid(s), inlineVersion('nowhere').cid]
    assert.ok(all.length > mine.size + 4)
    const got: string[] = []
    for (const cid of all) {
      const answer = await client.want(cid).then(() => 'block', (error: unknown) => (error as MissingBlockError).reason)
      if (answer === 'block') got.push(cid.toString())
      else assert.equal(answer, 'NOT_HELD')
    }
    assert.deepEqual(new Set(got), mine)
    await client.close()
    assert.deepEqual(await state(), before)
  })

  it('are refused on every other protocol, and a second hello; nothing is stored, served or told', async () => {
    const version = inlineVersion('of a visitor')
    const first: Record<string, Uint8Array[]> = {
      [SYNC_PROTOCOL]: [encodeSync({ start: { vault: NOTHING, file: NOTHING } })],
      [STORE_PROTOCOL]: [
        encodeStore({ open: { upload: 1, id: bytesOf('id', 16), expected: version.bytes.length } }),
        new Uint8Array(Buffer.concat([encodeBlockHeader(1, version.cid.bytes, version.bytes.length), version.bytes]))
      ],
      [HELLO_PROTOCOL]: [encodeHello({ grant: { vault: link.vault, grant: link.grant.encoded } })]
    }
    const connection = await visitor()
    for (const [protocol, messages] of Object.entries(first)) {
      const stream = await connection.newStream(protocol)
      const answers = everything(stream)
      for (const message of messages) if (stream.status === 'open') stream.send(framed(message))
      assert.deepEqual(await answers, [], protocol)
    }
    assert.deepEqual(await state(), before)
    assert.ok(await refusals('REFUSED') >= 2 && await refusals('LIMIT') >= 1)
    // it is still served what it may have
    const client = new GetClient(await connection.newStream(GET_PROTOCOL))
    assert.ok((await client.want(link.root)).length > 0)
    await client.close()
  })

  it('nothing of what goes over the wire of a fetch names or shows anything else', async () => {
    const connection = await visitor()
    const stream = await connection.newStream(GET_PROTOCOL)
    const answers = everything(stream)
    stream.send(framed(encodeWant((await everyCid(s)).map((cid) => cid.bytes))))
    await stream.close()
    const all = Buffer.concat(await answers)
    assert.ok(all.length > 2 * MIB && all.length < 3 * MIB)
    const { secret, reads: [read], writer, meet } = secretsOf(a)
    for (const needle of [Buffer.from(CANARY), secret, read, writer, meet, shared.subarray(0, 32)]) {
      assert.ok(needle !== undefined)
      assert.equal(all.includes(Buffer.from(needle)), false)
    }
  })

  it('whose grant is forged cost one signature and are barred; whatever else is wrong costs none', async () => {
    const forged = link.grant.encoded.with(-1, (link.grant.encoded.at(-1) ?? 0) ^ 1)
    const strange = makeGrant({ ...link.grant, by: bytesOf('nobody', 32) })
    const late = makeGrant({ ...link.grant, notAfter: 1, by: secretsOf(a).writer ?? assert.fail() })
    for (const [vault, grant, code] of [[bytesOf('vault', 32), link.grant.encoded, 'WRONG_VAULT'], [link.vault, strange, 'UNKNOWN_WRITER'], [link.vault, late, 'EXPIRED'], [link.vault, forged, 'INVALID_DATA']] as const) {
      const host = await stranger()
      const connection = await dial(host, s)
      const stream = await connection.newStream(HELLO_PROTOCOL)
      const counts = await counting(async () => {
        await assert.rejects(dialGrant(stream, { encryption: connection.encryption, vault, grant }), { code })
      })
      assert.deepEqual([counts.verify, counts.createHmac, counts.sign], [code === 'INVALID_DATA' ? 1 : 0, 0, 0], code)
      await over(connection)
      if (code === 'INVALID_DATA') {
        await dial(host, s).then(over, () => { /* refused at once */ })
        assert.ok(await refusals('BARRED') > 0)
      }
    }
    assert.deepEqual(await state(), before)
  })

  it('that open streams and read nothing keep no member, and no other visitor, from being served', async () => {
    const lazy = await Promise.all(Array.from({ length: 6 }, async () => visitor().then(async (connection) => {
      const stream = await connection.newStream(GET_PROTOCOL)
      stream.send(framed(encodeWant((await allCids(s, link.root)).map((cid) => cid.bytes))))
      return stream
    })))
    const m = await cluster.member(a, { bootstrap: s.addresses })
    await connected(m, s)
    await a.evict('shared')
    same(await collect(m.get('shared')), bytesOf('newer', MIB))
    const { version } = await a.put('after', 'text', { durable: 3 })
    assert.equal((await m.stat('after')).version, version)
    // and one who reads is served too
    const file = await openLink(text, { libp2p: { transports: [memory()] } })
    same(await collect(file.get()), shared)
    await file.close()
    assert.deepEqual(lazy.map(({ status }) => status), lazy.map(() => 'open'))
  })

  it('an honest one gets the whole version, byte for byte', async () => {
    await a.stop()
    const file = await openLink(text, { libp2p: { transports: [memory()] } })
    same(await collect(file.get()), shared)
    await file.close()
  })

  async function everyCid (node: DfsNode): Promise<CID[]> {
    const found: CID[] = []
    for await (const { cid } of inside(node).folder.store.getAll()) found.push(cid)
    return found
  }
})
