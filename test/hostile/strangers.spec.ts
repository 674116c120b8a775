import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p, Stream } from '@libp2p/interface'
import { WIRE_CODES } from '../../protocols/errors.js'
import { Channel } from '../../protocols/framing/channel.js'
import { encodeWant } from '../../protocols/get/codec.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { decodeMessage as decodeHello, encodeMessage as encodeHello } from '../../protocols/hello/codec.js'
import type { Message as HelloMessage } from '../../protocols/hello/codec.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { encodeBlockHeader, encodeMessage as encodeStore } from '../../protocols/store/codec.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import { encodeMessage as encodeSync } from '../../protocols/sync/codec.js'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { helloMac } from '../../protocols/vault/keys.js'
import { MAX_CONNECTIONS_IN_LINE, MAX_CONNECTIONS_WITHOUT_HELLO, MAX_WAITING_STREAMS_PER_CONNECTION } from '../../src/defaults.js'
import { allEntries } from '../../src/index/queries/entries.js'
import type { DfsNode } from '../../src/api/node.js'
import { address, bytesOf, Cluster, collect, connected, held, inside, same, secretsOf } from '../node/cluster.js'
import { inlineVersion } from '../blockstore/fixtures.js'
import { counting, dial, digestsOf, everything, framed, over, stopStrangers, stranger } from './strangers.js'

const MIB = 1024 ** 2
const NOTHING = { count: 0, sum: new Uint8Array(32) }
const entriesOf = (node: DfsNode): Uint8Array[] => [...allEntries(inside(node).folder.db)]
const bytesOfPeer = (host: Libp2p): Uint8Array => host.peerId.toMultihash().bytes
const refused = async (node: DfsNode, code: string): Promise<number> => (await node.status()).refused[code] ?? 0

describe('hostile: strangers', () => {
  const cluster = new Cluster()
  let a: DfsNode
  let cid: Uint8Array
  let before: unknown
  beforeEach(async () => {
    a = await cluster.node()
    // signs its own record now and then, which is not what the counts are about
    await inside(a).parts.memberRecords.stop()
    const file = await a.put('x', bytesOf('x', 2 * MIB))
    cid = CID.parse(file.cid).bytes
    before = await state()
  })
  afterEach(async () => {
    await stopStrangers()
    await cluster.end()
  })

  /** Everything that a stranger must leave as it is. */
  async function state (): Promise<unknown> {
    const { entries, files } = await a.status()
    return { ...held(a), entries, files, members: await a.members(), digests: digestsOf(a) }
  }

  const version = inlineVersion('of a stranger')
  /** What a member would say first. */
  const FIRST: Record<string, () => Uint8Array[]> = {
    [GET_PROTOCOL]: () => [encodeWant([cid])],
    [SYNC_PROTOCOL]: () => [encodeSync({ start: { vault: NOTHING, file: NOTHING } })],
    [STORE_PROTOCOL]: () => [
      encodeStore({ open: { upload: 1, id: bytesOf('id', 16), expected: version.bytes.length } }),
      new Uint8Array(Buffer.concat([encodeBlockHeader(1, version.cid.bytes, version.bytes.length), version.bytes]))
    ]
  }

  it('without hello are refused on each protocol, nothing is stored and nothing served', async () => {
    const host = await stranger()
    const connection = await dial(host, a)
    let got: Uint8Array[][] = []
    const counts = await counting(async () => {
      const streams = await Promise.all(Object.keys(FIRST).map((protocol) => connection.newStream(protocol)))
      got = await Promise.all(streams.map(async (stream) => {
        const answers = everything(stream)
        for (const message of FIRST[stream.protocol]?.() ?? []) stream.send(framed(message))
        return answers
      }))
    })
    assert.deepEqual(got, [[], [], []])
    assert.deepEqual(counts, { createHmac: 0, verify: 0, sign: 0 })
    assert.ok(await refused(a, 'REFUSED') >= 3)
    await over(connection)
    assert.deepEqual(await state(), before)
  })

  it('with a wrong hello are refused for one HMAC, and kept out', async () => {
    const host = await stranger()
    const connection = await dial(host, a)
    let answers: Uint8Array[] = []
    const counts = await counting(async () => {
      const stream = await connection.newStream(HELLO_PROTOCOL)
      const coming = everything(stream)
      stream.send(framed(encodeHello({ greet: { mac: bytesOf('mac', 32) } })))
      answers = await coming
      await over(connection)
    })
    assert.deepEqual(counts, { createHmac: 1, verify: 0, sign: 0 })
    assert.equal(answers.length, 1)
    assert.equal(decodeHello(answers[0] ?? new Uint8Array(0)).refusal?.code, WIRE_CODES.REFUSED)
    await assert.rejects(async () => {
      // whether the dial or the first stream fails is the transport's to say
      const again = await dial(host, a)
      await again.newStream(HELLO_PROTOCOL)
    })
    assert.ok(await refused(a, 'BARRED') > 0)
    assert.deepEqual(await state(), before)
  })

  it('are what the counts are about: a member costs signatures', async () => {
    const counts = await counting(async () => { await cluster.member(a) })
    assert.ok(counts.verify > 0 && counts.sign > 0 && counts.createHmac > 1)
  })

  it('with certificates and no greeting are refused without a look at a signature', async () => {
    const other = await cluster.node()
    const real = entriesOf(other)
    for (const message of [{ admits: { admits: real } }, { admits: { admits: [bytesOf('garbage', 500)] } }, { join: { invite: bytesOf('i', 300), certificate: bytesOf('c', 300) } }]) {
      const connection = await dial(await stranger(), a)
      const counts = await counting(async () => {
        const stream = await connection.newStream(HELLO_PROTOCOL)
        const coming = everything(stream)
        stream.send(framed(encodeHello(message)))
        await coming
        await over(connection)
      })
      assert.deepEqual([counts.verify, counts.createHmac], [0, 0])
    }
    assert.deepEqual(await state(), before)
  })

  it('with garbage instead of a hello are refused', async () => {
    const garbage = [bytesOf('g', 1), bytesOf('g', 64), framed(bytesOf('g', 300)), framed(new Uint8Array(0)), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), framed(bytesOf('g', 30_000)), bytesOf('g', 2 * MIB)]
    for (const bytes of garbage) {
      const connection = await dial(await stranger(), a)
      const counts = await counting(async () => {
        const stream = await connection.newStream(HELLO_PROTOCOL)
        const coming = everything(stream)
        try {
          stream.send(bytes)
          await stream.close()
        } catch {
          // it was reset before all of it was out
        }
        await coming
        await over(connection)
      })
      assert.equal(counts.verify, 0)
    }
    assert.deepEqual(await state(), before)
  })

  it('cannot use the greeting of a member, nor send back that of the node', async () => {
    const b = await cluster.member(a)
    before = await state()
    const { meet } = secretsOf(a)
    const host = await stranger()
    const connection = await dial(host, a)
    const stream = await connection.newStream(HELLO_PROTOCOL)
    const coming = everything(stream)
    const peerOf = (node: DfsNode): Uint8Array => inside(node).host.peerId.toMultihash().bytes
    stream.send(framed(encodeHello({ greet: { mac: helloMac(meet, 1, peerOf(b), peerOf(a)) } })))
    assert.equal(decodeHello((await coming)[0] ?? new Uint8Array(0)).refusal?.code, WIRE_CODES.REFUSED)

    const mirror = await stranger([address()])
    const heard: Uint8Array[] = []
    const ended = Promise.withResolvers<void>()
    await mirror.handle(HELLO_PROTOCOL, async (inbound: Stream) => {
      const channel = new Channel(inbound)
      try {
        for (let frame = await channel.read({ inactivityMs: Infinity }); frame !== undefined; frame = await channel.read({ inactivityMs: Infinity })) {
          heard.push(frame.slice())
          if (heard.length === 1) await channel.write(frame.slice())
        }
      } finally {
        ended.resolve()
      }
    })
    await assert.rejects(inside(a).parts.peers.connect(mirror.getMultiaddrs()))
    await ended.promise
    // its greeting, and why it goes: no certificate
    assert.deepEqual(heard.map((frame) => Object.keys(decodeHello(frame))), [['greet'], ['refusal']])
    assert.equal(inside(a).parts.peers.get(mirror.peerId.toString()), undefined)
    assert.deepEqual((await a.members()).map(({ peer }) => peer), [a.peer, b.peer])
  })

  it('who know the greeting of the vault, from an old invite, get no further', async () => {
    const { meet } = secretsOf(a)
    const other = await cluster.node()
    const admits = entriesOf(other)
    const cases: Array<[message: HelloMessage, code?: number]> = [
      [{ admits: { admits: [bytesOf('garbage', 500)] } }],
      [{ admits: { admits } }, WIRE_CODES.WRONG_VAULT],
      [{ admits: { admits: entriesOf(a).slice(0, 1) } }],
      [{ join: { invite: bytesOf('i', 300), certificate: bytesOf('c', 300) } }]
    ]
    for (const [message, code] of cases) {
      const host = await stranger()
      const connection = await dial(host, a)
      const stream = await connection.newStream(HELLO_PROTOCOL)
      const coming = everything(stream)
      stream.send(framed(encodeHello({ greet: { mac: helloMac(meet, 1, bytesOfPeer(host), inside(a).host.peerId.toMultihash().bytes) } })))
      stream.send(framed(encodeHello(message)))
      const said = (await coming).map(decodeHello)
      assert.deepEqual(said.map((one) => Object.keys(one)), [['greet'], ['refusal']])
      if (code !== undefined) assert.equal(said[1]?.refusal?.code, code)
      await over(connection)
    }
    assert.deepEqual(await state(), before)
  })

  it('that flood with connections stay below the limit, and a member still gets in', async () => {
    const listen = [address()]
    const dir = await cluster.dir()
    const b = await cluster.member(a, { dir, listen })
    await b.stop()
    const hosts = await Promise.all(Array.from({ length: MAX_CONNECTIONS_WITHOUT_HELLO + MAX_CONNECTIONS_IN_LINE + 10 }, () => stranger()))
    await Promise.allSettled(hosts.map(async (host) => dial(host, a)))
    assert.ok(inside(a).host.getConnections().length <= MAX_CONNECTIONS_WITHOUT_HELLO + 1)
    assert.ok(await refused(a, 'IN_LINE') >= 10)
    const back = await cluster.node({ dir, listen })
    await connected(a, back)
    same(await collect(back.get('x')), bytesOf('x', 2 * MIB))
  })

  it('that flood with connections from one address wait in line, and the line moves', async () => {
    const tcp = await cluster.node({ listen: ['/ip4/127.0.0.1/tcp/0'], libp2p: {} })
    const hosts = await Promise.all(Array.from({ length: 7 }, () => stranger()))
    const dials = hosts.map(async (host) => host.dial(multiaddr(tcp.addresses[0] ?? ''), { signal: AbortSignal.timeout(60_000) }))
    dials.forEach((work) => { work.catch(() => {}) })
    const first = await Promise.any(dials)
    assert.ok(inside(tcp).host.getConnections().length <= 4)
    await over(first)
    // whoever is greeted makes room as well: a member of the same address
    const b = await cluster.member(tcp, { listen: ['/ip4/127.0.0.1/tcp/0'], libp2p: {} })
    assert.equal((await b.put('y', 'text', { durable: 2 })).copies.length, 2)
  })

  it('that flood with streams before their hello get a few that wait, and the others reset', async () => {
    const connection = await dial(await stranger(), a)
    const streams = await Promise.allSettled(Array.from({ length: 40 }, () => connection.newStream(GET_PROTOCOL)))
    const open = streams.flatMap((result) => result.status === 'fulfilled' ? [result.value] : [])
    const waits = open.map(async (stream) => {
      await over(stream)
      return 1
    })
    // those beyond the limit end at once, the last ones with the connection or their time
    await Promise.race([Promise.all(waits.slice(MAX_WAITING_STREAMS_PER_CONNECTION)), over(connection)])
    assert.ok(open.filter(({ status }) => status === 'open').length <= MAX_WAITING_STREAMS_PER_CONNECTION)
    await over(connection)
    await Promise.all(waits)
    assert.deepEqual(await state(), before)
  })

  it('that say nothing are hung up on', async () => {
    const connection = await dial(await stranger(), a)
    await over(connection)
    assert.deepEqual(inside(a).host.getConnections(), [])
    assert.deepEqual(await state(), before)
  })
})
