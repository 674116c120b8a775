import assert from 'node:assert/strict'
import { CID } from 'multiformats/cid'
import { GetClient } from '../../protocols/get/dialer.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { dialHello } from '../../protocols/hello/dialer.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import { StoreClient } from '../../protocols/store/dialer.js'
import { makeAdmit, makeDelete, makeForget, makePut } from '../../protocols/vault/make-entry.js'
import { readInviteText } from '../../protocols/vault/invite.js'
import { joinCertificate } from '../../protocols/vault/member.js'
import type { DfsNode } from '../../src/interface.js'
import { bytesOf, Cluster, collect, failsWith, held, infos, inside, same, secretsOf } from '../node/cluster.js'
import { inlineVersion } from '../store/fixtures.js'
import { give } from './givers.js'
import { dial, over, stopStrangers, stranger } from './strangers.js'

const MIB = 1024 ** 2
const ZEROS = new Uint8Array(32)

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
      const altered = honest.with(-1, honest.at(-1)! ^ 1)
      await failsWith(give(r, a, [altered]), 'INVALID_DATA')
      assert.equal(await refused(a, 'INVALID_DATA'), 1)
      await unharmed()
    })
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
