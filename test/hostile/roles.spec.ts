import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Connection } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import { encodeWant } from '../../protocols/get/codec.js'
import { GetClient } from '../../protocols/get/dialer.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { dialHello } from '../../protocols/hello/dialer.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import { encodeMessage as encodeStore } from '../../protocols/store/codec.js'
import { StoreClient } from '../../protocols/store/dialer.js'
import { encodeMessage as encodeSync } from '../../protocols/sync/codec.js'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { makeAdmit, makeDelete, makeForget, makePut } from '../../protocols/vault/make-entry.js'
import { readInviteText } from '../../protocols/vault/invite.js'
import { joinCertificate } from '../../protocols/vault/member.js'
import { allEntries, lastOfWriter } from '../../src/index/queries/entries.js'
import { missingAfter } from '../../src/index/queries/missing.js'
import type { DfsNode } from '../../src/api/node.js'
import { newIdentity } from '../../src/network/identity.js'
import { peerText } from '../../src/vault/members/members.js'
import { readStored } from '../../src/vault/entries/entry-rows.js'
import { address, bytesOf, Cluster, collect, connected, failsWith, held, infos, inside, knows, next, same, secretsOf } from '../node/cluster.js'
import { inlineVersion } from '../blockstore/fixtures.js'
import { give } from './givers.js'
import { dial, digestsOf, everything, framed, over, stopStrangers, stranger } from './strangers.js'

const MIB = 1024 ** 2
const ZEROS = new Uint8Array(32)
const NOTHING = { count: 0, sum: ZEROS }

describe('hostile: roles', () => {
  const cluster = new Cluster()
  /** The owner, and a writer who hears only from it. */
  let a: DfsNode
  let b: DfsNode
  let before: unknown

  beforeEach(async () => {
    a = await cluster.node()
    b = await cluster.member(a)
    await a.put('x', bytesOf('x', 2 * MIB), { durable: 2 })
  })
  afterEach(async () => {
    await stopStrangers()
    await cluster.end()
  })

  /** What nobody without the right may change, of both who are honest. */
  async function state (): Promise<unknown> {
    return Promise.all([a, b].map(async (node) => {
      const { entries } = await node.status()
      const roles = (await node.members()).map(({ peer, role }) => [peer, role])
      return { ...held(node), entries, files: await infos(node), roles }
    }))
  }

  const refused = async (node: DfsNode, code: string): Promise<number> => (await node.status()).refused[code] ?? 0

  /** What was written through `a` after it has come to `b`, and all before it: nothing of what was refused has. */
  async function unharmed (): Promise<void> {
    assert.deepEqual(await state(), before)
    const { version } = await a.put('after', 'text', { durable: 2 })
    assert.equal((await b.stat('after')).version, version)
    assert.deepEqual((await infos(b)).map(({ name }) => name), ['after', 'x'])
  }

  /** Resolves when the node takes in an entry. */
  async function changed (node: DfsNode): Promise<void> {
    const { lag } = inside(node).parts
    const { added } = lag
    await new Promise<void>((resolve) => {
      lag.added = () => {
        lag.added = added
        lag.added()
        resolve()
      }
    })
  }

  /** Resolves once both have the same entries. */
  async function until (one: DfsNode, other: DfsNode): Promise<void> {
    const equal = (): boolean => isDeepStrictEqual(digestsOf(one), digestsOf(other))
    for (;;) {
      const more = Promise.race([one, other].map((node) => changed(node)))
      if (equal()) return
      await more
    }
  }

  /** Terms of an entry by a writer key that nobody admitted, with all that role read holds. */
  const root = inlineVersion('forged')
  const writer = bytesOf('no writer', 32)
  function terms (of: DfsNode) {
    return {
      vault: secretsOf(of).vault, epoch: 0, writer, seq: 1, prev: ZEROS, time: 1_700_000_000_000, keys: inside(of).parts.vault.readKeys(),
      name: 'x', lineage: bytesOf('lineage', 32), seed: bytesOf('seed', 16), after: [], clock: 1
    }
  }
  const forgedPut = (of: DfsNode, more: Partial<ReturnType<typeof terms>> = {}): Uint8Array =>
    makePut({ ...terms(of), ...more, root: root.cid, bytes: root.bytes.length, key: bytesOf('key', 32), size: 100 }).bytes

  describe('a member with role read', () => {
    let r: DfsNode
    beforeEach(async () => {
      r = await cluster.member(a, { role: 'read' })
      before = await state()
    })

    /** Its admit as a member that writes, signed by all that it has: an invite, its node key, and a writer key of its own making. */
    async function raised (): Promise<Uint8Array> {
      const text = readInviteText(await a.invite({ role: 'write' }))
      const { key } = inside(r).folder
      const member = await joinCertificate({
        invite: text, subject: key.publicKey.toMultihash().bytes, nodeSign: (message) => key.sign(message), box: bytesOf('box', 32), writer
      })
      return makeAdmit({ ...terms(r), invite: text.invite.encoded, member }).bytes
    }

    it('/dfs/hello/1.0.0: admits nobody, and itself to no other role', async () => {
      const forged = await raised()
      const own = inside(r).folder
      const { meet } = secretsOf(r)
      const real = inside(a).folder.db.all<{ entry: Uint8Array }>("SELECT entry FROM entries WHERE kind = 'admit' ORDER BY n DESC").map(({ entry }) => entry)
      await r.stop()
      const host = await stranger([], own.key)
      // by itself; in front of its real admit, whose subject writes nothing; in front of an owner's, who did not write it
      for (const admits of [[forged], [forged, ...real], [forged, ...real.toReversed()]]) {
        const connection = await dial(host, a)
        const stream = await connection.newStream(HELLO_PROTOCOL)
        await failsWith(dialHello(stream, {
          local: host.peerId.toMultihash().bytes, remote: inside(a).host.peerId.toMultihash().bytes, encryption: connection.encryption, meet, admits, verify: () => {}
        }), 'UNKNOWN_WRITER')
        await over(connection)
      }
      assert.ok(await refused(a, 'UNKNOWN_WRITER') >= 3)
      await unharmed()
    })

    it('/dfs/store/1.0.0: pushes nothing', async () => {
      const store = new StoreClient(await inside(r).parts.peers.open(a.peer, STORE_PROTOCOL))
      try {
        await failsWith(store.open({ expected: 0 }), 'NOT_ALLOWED')
        const small = await store.open({ expected: root.bytes.length })
        await failsWith(small.send(root.cid, root.bytes).then(() => small.done(forgedPut(r))), 'NOT_ALLOWED')
      } finally {
        store.abort(new Error('over'))
      }
      await failsWith(r.put('y', 'text'), 'NOT_ALLOWED')
      await unharmed()
    })

    it('/dfs/get/1.0.0: gets, as is its right, and only what the vault holds', async () => {
      const client = new GetClient(await inside(r).parts.peers.open(a.peer, GET_PROTOCOL))
      try {
        await failsWith(client.want(root.cid), 'INCOMPLETE')
        assert.ok((await client.want(CID.parse((await a.stat('x')).cid))).length > 0)
      } finally {
        client.abort(new Error('over'))
      }
      same(await collect(r.get('x')), bytesOf('x', 2 * MIB))
      await unharmed()
    })

    it('/dfs/sync/1.0.0: what it signs itself is kept by nobody and passed on by nobody', async () => {
      const forged = [
        forgedPut(r),
        makeDelete({ ...terms(r), seq: 2, prev: bytesOf('prev', 32) }).bytes,
        makeForget({ ...terms(r), seq: 3, prev: bytesOf('prev', 32), versions: [bytesOf('version', 32)] }).bytes,
        await raised()
      ]
      await give(r, a, forged)
      assert.equal(await refused(a, 'UNKNOWN_WRITER'), forged.length)
      await unharmed()
    })

    it('/dfs/sync/1.0.0: an entry in the name of a writer is refused', async () => {
      const honest = forgedPut(r, { writer: secretsOf(b).writer ?? ZEROS })
      const altered = honest.slice()
      altered[altered.length - 1]! ^= 1
      await failsWith(give(r, a, [altered]), 'INVALID_DATA')
      assert.equal(await refused(a, 'INVALID_DATA'), 1)
      await unharmed()
    })
  })

  describe('a member that was revoked', () => {
    /** A write member. What it tries after the revoke is done with its key, and not by its node, which was told. */
    let m: DfsNode
    beforeEach(async () => {
      m = await cluster.member(a)
      await m.put('of m', 'before', { durable: 2 })
      await knows(b, 'of m', (await a.stat('of m')).version)
    })

    async function revoke (): Promise<void> {
      const gone = Promise.all([a, b].map((node) => next(node, 'member:revoke', ({ peer }) => peer === m.peer)))
      await a.revoke(m.peer)
      await gone
      before = await state()
    }

    async function kept (): Promise<void> {
      assert.deepEqual(await state(), before)
      const { version } = await a.put('after', 'text', { durable: 2 })
      assert.equal((await b.stat('after')).version, version)
      assert.deepEqual((await infos(b)).map(({ name }) => name), ['after', 'of m', 'x'])
    }

    /** Says hello to `a` with the key and the chain of admits that the member has. */
    async function hello (connection: Connection, admits: Uint8Array[]): Promise<void> {
      const stream = await connection.newStream(HELLO_PROTOCOL)
      await dialHello(stream, {
        local: connection.direction === 'outbound' ? inside(m).folder.key.publicKey.toMultihash().bytes : ZEROS,
        remote: inside(a).host.peerId.toMultihash().bytes,
        encryption: connection.encryption,
        meet: secretsOf(m).meet,
        admits,
        verify: () => {}
      })
    }

    /** Its own admit, and the founder's. */
    function chain (): Uint8Array[] {
      const admits = [...allEntries(inside(b).folder.db)].map((bytes) => readStored(bytes)).filter((entry) => entry.kind === 'admit')
      return [m.peer, a.peer].map((peer) => admits.find((entry) => peerText(entry.admit.member.subject) === peer)?.encoded ?? assert.fail())
    }

    /** A put that goes on where its last entry known to `b` was. */
    function late (name: string): Uint8Array {
      const { db } = inside(b).folder
      const own = secretsOf(m).writer ?? assert.fail()
      const last = lastOfWriter(db, publicKeyOf(own)) ?? assert.fail()
      return forgedPut(b, { writer: own, seq: last.seq + 1, prev: new Uint8Array(last.id), name })
    }

    it('is disconnected at once by everybody who hears of it', async () => {
      const connections = [a, b].flatMap((node) => inside(node).parts.peers.get(m.peer)?.connection ?? [])
      assert.ok(connections.length > 0)
      await revoke()
      await Promise.all(connections.map((connection) => over(connection)))
      for (const node of [a, b]) assert.equal(inside(node).parts.peers.get(m.peer), undefined)
    })

    it('/dfs/hello/1.0.0: is refused, whoever dials', async () => {
      const admits = chain()
      await revoke()
      await failsWith(inside(a).parts.peers.connect(m.addresses), 'REVOKED')
      await m.stop()
      await failsWith(hello(await dial(await stranger([], inside(m).folder.key), a), admits), 'REVOKED')
      assert.ok(await refused(a, 'REVOKED') >= 2)
      await kept()
    })

    it('/dfs/hello/1.0.0: whom it admits after that is no member', async () => {
      const admits = chain()
      const text = readInviteText(await a.invite({ role: 'write' }))
      const key = await newIdentity()
      const { writer: own } = secretsOf(m)
      const last = lastOfWriter(inside(b).folder.db, publicKeyOf(own ?? assert.fail())) ?? assert.fail()
      await revoke()
      await m.stop()
      const host = await stranger([], key)
      const member = await joinCertificate({ invite: text, subject: key.publicKey.toMultihash().bytes, nodeSign: (message) => key.sign(message), box: bytesOf('box', 32), writer })
      const admit = makeAdmit({ ...terms(b), writer: own ?? ZEROS, seq: last.seq + 1, prev: last.id, invite: text.invite.encoded, member }).bytes
      const connection = await dial(host, a)
      const stream = await connection.newStream(HELLO_PROTOCOL)
      await failsWith(dialHello(stream, {
        local: host.peerId.toMultihash().bytes, remote: inside(a).host.peerId.toMultihash().bytes, encryption: connection.encryption, meet: secretsOf(m).meet, admits: [admit, ...admits], verify: () => {}
      }), 'REVOKED')
      assert.equal((await a.members()).length, 2)
    })

    const opening: Record<string, () => Uint8Array[]> = {
      [STORE_PROTOCOL]: () => [encodeStore({ open: { upload: 1, id: bytesOf('id', 16), expected: root.bytes.length } })],
      [GET_PROTOCOL]: () => [encodeWant([root.cid.bytes])],
      [SYNC_PROTOCOL]: () => [encodeSync({ start: { vault: NOTHING, file: NOTHING } })]
    }
    for (const [protocol, first] of Object.entries(opening)) {
      it(`${protocol}: its streams end with the revoke, and no other is served`, async () => {
        const admits = chain()
        const open = await inside(m).parts.peers.open(a.peer, protocol)
        await revoke()
        await over(open)
        await m.stop()
        const connection = await dial(await stranger([], inside(m).folder.key), a)
        const stream = await connection.newStream(protocol)
        const answers = everything(stream)
        for (const message of first()) stream.send(framed(message))
        await failsWith(hello(connection, admits), 'REVOKED')
        assert.deepEqual(await answers, [])
        await kept()
      })
    }

    it('/dfs/sync/1.0.0: what it writes later is void where it comes through others', async () => {
      const d = await cluster.member(a)
      const entries = [late('x'), late('late')]
      await revoke()
      await m.stop()
      // one who has not heard of the revoke yet would pass them on in good faith
      await give(b, a, entries)
      assert.equal((await a.status()).entries, (before as Array<{ entries: number }>)[0]!.entries + entries.length)
      // and is passed on, so that all have the same
      await until(a, d)
      for (const node of [a, d]) {
        assert.deepEqual((await infos(node)).map(({ name }) => name), ['of m', 'x'])
        same(await collect(node.get('x')), bytesOf('x', 2 * MIB))
        const wanted = missingAfter(inside(node).folder.db, -1, 100).map(({ root: cid }) => CID.decode(cid).toString())
        assert.ok(!wanted.includes(root.cid.toString()), 'nobody looks for the blocks of what is void')
      }
    })
  })

  it('a node that meets a revoked member, and hears of the revoke only later, undoes what came from it', async () => {
    const places = { c: { dir: await cluster.dir(), listen: [address()] }, m: { dir: await cluster.dir(), listen: [address()] }, o: { dir: await cluster.dir(), listen: [address()] } }
    const o = await cluster.node(places.o)
    const c = await cluster.member(o, places.c)
    const m = await cluster.member(o, { ...places.m, bootstrap: c.addresses })
    await connected(c, m)
    await m.put('of m', 'before', { durable: 3 })
    await c.put('x', 'of c', { durable: 3 })
    await Promise.all([c.stop(), m.stop()])
    await o.revoke(m.peer)
    await o.stop()

    const [c2, m2] = await Promise.all([cluster.node(places.c), cluster.node({ ...places.m, bootstrap: c.addresses })])
    await connected(c2, m2)
    await m2.put('late', 'void', { durable: 2 })
    await m2.put('x', 'void', { durable: 2 })
    assert.deepEqual((await infos(c2)).map(({ name }) => name), ['late', 'of m', 'x'])
    await m2.stop()

    const told = next(c2, 'member:revoke', ({ peer }) => peer === m.peer)
    const o2 = await cluster.node({ ...places.o, bootstrap: c.addresses })
    await told
    await until(c2, o2)
    for (const node of [c2, o2]) {
      assert.deepEqual((await infos(node)).map(({ name, conflict }) => [name, conflict]), [['of m', false], ['x', false]])
      assert.equal(Buffer.from(await collect(node.get('x'))).toString(), 'of c')
      assert.equal((await node.members()).length, 2)
      assert.deepEqual((await node.members({ all: true })).filter(({ revoked }) => revoked !== undefined).map(({ peer }) => peer), [m.peer])
    }
    assert.deepEqual(digestsOf(c2), digestsOf(o2))
  })

  it('a member with role store pushes nothing either', async () => {
    const s = await cluster.member(a, { role: 'store' })
    before = await state()
    const store = new StoreClient(await inside(s).parts.peers.open(a.peer, STORE_PROTOCOL))
    await failsWith(store.open({ expected: 0 }), 'NOT_ALLOWED')
    store.abort(new Error('over'))
    await unharmed()
  })
})
