import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, MAX_BLOCK_BYTES, RAW } from '../../protocols/block/cid.js'
import { encodeManifest, FULL_CHUNK_BLOCK_BYTES, KEY_BYTES, SEAL_BYTES, SIZE_BYTES, type PublicManifest } from '../../protocols/block/tree.js'
import { ProtocolError } from '../../protocols/errors.js'
import { Channel } from '../../protocols/framing/channel.js'
import { encodeWant } from '../../protocols/get/codec.js'
import { GET_PROTOCOL, MAX_WANTS } from '../../protocols/get/constants.js'
import { HELLO_PROTOCOL } from '../../protocols/hello/constants.js'
import { encodeBlockHeader, encodeMessage as encodeStore } from '../../protocols/store/codec.js'
import { STORE_PROTOCOL } from '../../protocols/store/constants.js'
import { StoreClient } from '../../protocols/store/dialer.js'
import { encodeMessage as encodeSync } from '../../protocols/sync/codec.js'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { decode, encode } from '../../protocols/block/cbor.js'
import { publicKeyOf, sign } from '../../protocols/vault/ed25519.js'
import { entryDigest } from '../../protocols/vault/entry.js'
import { makeDelete, makePut, signEntry, type PutTerms } from '../../protocols/vault/make-entry.js'
import { PIN_MS } from '../../src/defaults.js'
import type { DfsNode } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, failsWith, held, infos, inside, same, secretsOf } from '../node/cluster.js'
import { chunkedVersion, inlineVersion, type TestBlock } from '../blockstore/fixtures.js'
import { digestsOf, everything, framed, over, stopStrangers } from './strangers.js'

const MIB = 1024 ** 2

describe('hostile: members', () => {
  const cluster = new Cluster()
  let a: DfsNode
  /** A write member, whose own node does nothing of what is done here in its name. */
  let m: DfsNode
  let before: unknown

  beforeEach(async () => {
    a = await cluster.node()
    m = await cluster.member(a)
    await a.put('x', bytesOf('x', 2 * MIB), { durable: 2 })
    before = await state()
  })
  afterEach(async () => {
    await stopStrangers()
    await cluster.end()
  })

  async function state (): Promise<unknown> {
    const { entries } = await a.status()
    return { ...held(a), entries, files: await infos(a), digests: digestsOf(a) }
  }

  /** Nothing of it is left once the time of what was begun is over, and the node does its work. */
  async function unharmed (): Promise<void> {
    await inside(a).folder.store.expire(Date.now() + PIN_MS + 1)
    assert.deepEqual(await state(), before)
    same(await collect(a.get('x')), bytesOf('x', 2 * MIB))
    const { version } = await a.put('still', 'works')
    assert.equal((await a.stat('still')).version, version)
  }

  const open = async (protocol: string): Promise<Stream> => inside(m).parts.peers.open(a.peer, protocol)
  const client = async (): Promise<StoreClient> => new StoreClient(await open(STORE_PROTOCOL))

  /** Pushes these blocks and this entry; resolves once all that was begun at `a` has ended. */
  async function push (blocks: TestBlock[], entry: Uint8Array): Promise<unknown> {
    const store = await client()
    try {
      const upload = await store.open({ expected: 0 })
      for (const { cid, bytes } of blocks) await upload.send(cid, bytes)
      return await upload.done(entry)
    } finally {
      const ended = nextEnd()
      store.abort(new Error('over'))
      await ended
    }
  }

  /** Resolves when the node has ended its next store stream. */
  async function nextEnd (): Promise<void> {
    const { store } = inside(a).folder
    return new Promise((resolve) => {
      const originals = { abort: store.abort.bind(store), suspend: store.suspend.bind(store) }
      const restore = (): void => { Object.assign(store, originals) }
      for (const name of ['abort', 'suspend'] as const) {
        store[name] = async (upload) => {
          await originals[name](upload)
          restore()
          resolve()
        }
      }
      // an upload that was finished has nothing left to end
      if (held(a).reserved === 0) {
        restore()
        resolve()
      }
    })
  }

  function terms (root: TestBlock, more: Partial<PutTerms> = {}): PutTerms {
    const { writer, vault } = secretsOf(m)
    return {
      vault, epoch: 0, writer: writer ?? bytesOf('none', 32), seq: 900, prev: bytesOf('prev', 32), time: 1_700_000_000_000, keys: inside(m).parts.vault.readKeys(),
      name: 'evil', lineage: bytesOf('lineage', 32), seed: bytesOf('seed', 16), after: [], clock: 1, root: root.cid, bytes: root.bytes.length, key: bytesOf('key', 32), size: 100, ...more
    }
  }
  const entry = (root: TestBlock, more: Partial<PutTerms> = {}): Uint8Array => makePut(terms(root, more)).bytes

  it('can push what is right, so that what follows is refused for what is wrong with it', async () => {
    const root = inlineVersion('good')
    await push([root], entry(root))
    assert.deepEqual((await infos(a)).map(({ name }) => name), ['evil', 'x'])
  })

  const small = inlineVersion('small')
  const entries: Array<[what: string, code: string, make: () => Uint8Array]> = [
    ['of a writer that nobody admitted', 'UNKNOWN_WRITER', () => entry(small, { writer: bytesOf('unknown writer', 32) })],
    ['of another vault', 'WRONG_VAULT', () => entry(small, { vault: bytesOf('another vault', 32) })],
    ['altered in its last bit', 'INVALID_DATA', () => altered(entry(small), -1)],
    ['altered in its public part', 'INVALID_DATA', () => altered(entry(small), 60)],
    ['cut off', 'MALFORMED', () => entry(small).subarray(0, -3)],
    ['that is garbage', 'MALFORMED', () => bytesOf('garbage', 400)],
    ['whose bytes are too many', 'INVALID_DATA', () => entry(small, { bytes: small.bytes.length + 1 })],
    ['whose bytes are too few', 'INVALID_DATA', () => entry(small, { bytes: small.bytes.length - 1 })],
    ['whose bytes are none of this world', 'INVALID_DATA', () => entry(small, { bytes: Number.MAX_SAFE_INTEGER })],
    ['of a root that was not sent', 'INCOMPLETE', () => entry(inlineVersion('another'))],
    ['that deletes', 'INVALID_DATA', () => makeDelete(terms(small)).bytes],
    ['of a kind that is not known', 'INVALID_DATA', () => ofLaterKind()]
  ]
  for (const [what, code, make] of entries) {
    it(`pushing an entry ${what} are refused`, async () => {
      await failsWith(push([small], make()), code)
      await unharmed()
    })
  }

  function ofLaterKind (): Uint8Array {
    const { vault, epoch, writer, seq, prev, time } = terms(small)
    return signEntry(writer, encode({ v: 1, vault, epoch, writer: publicKeyOf(writer), seq, prev, time, kind: 'later' }), new Uint8Array(5)).bytes
  }

  it('pushing an entry of bad form lose that upload, and not the stream', async () => {
    const store = await client()
    const one = async (bytes: Uint8Array): Promise<unknown> => {
      const upload = await store.open({ expected: 0 })
      await upload.send(small.cid, small.bytes)
      return upload.done(bytes)
    }
    await failsWith(one(bytesOf('garbage', 400)), 'MALFORMED')
    await failsWith(one(ofLaterKind()), 'INVALID_DATA')
    await one(entry(small))
    assert.deepEqual((await infos(a)).map(({ name }) => name), ['evil', 'x'])
    await store.close()
  })

  it('pushing blocks that are not below the root lose them', async () => {
    const root = inlineVersion('good')
    const junk = [cidAnd(bytesOf('junk', 5_000)), cidAnd(bytesOf('large junk', 200_000)), inlineVersion('another root')]
    const blocks = held(a).blocks
    await push([...junk, root], entry(root))
    assert.equal(held(a).blocks, blocks + 1)
    for (const { cid } of junk) assert.equal(inside(a).folder.store.stat(cid), undefined)
  })

  it('pushing a version with a block missing are told so, and nothing is shown', async () => {
    const version = chunkedVersion('incomplete', 2)
    const [root] = version
    assert.ok(root !== undefined)
    const bytes = version.reduce((sum, one) => sum + one.bytes.length, 0)
    await failsWith(push(version.slice(0, -1), entry(root, { bytes })), 'INCOMPLETE')
    await unharmed()
  })

  const honest = chunkedVersion('lies', 2)
  const chunks = honest.slice(1)
  const links = chunks.map(({ cid }) => cid)
  const sizes = chunks.map(({ bytes }) => bytes.length)
  const sum = sizes.reduce((total, size) => total + size, 0)
  const lies: Array<[what: string, manifest: PublicManifest, sealed?: number]> = [
    ['a sum that is too high', { level: 0, links, sizes, bytes: sum + 1 }],
    ['sizes that add up to something else', { level: 0, links, sizes: [sizes[0] ?? 0, (sizes[1] ?? 0) + 256], bytes: sum }],
    ['the size of a block that is longer', { level: 0, links, sizes: [sizes[0] ?? 0, (sizes[1] ?? 0) + 65_536], bytes: sum + 65_536 }],
    ['a level that it has not', { level: 1, links, sizes, bytes: sum }],
    ['a level that there is not', { level: 7, links, sizes, bytes: sum }],
    ['links of manifests where chunks belong', { level: 0, links: chunks.map(({ bytes }) => cidOf(DAG_CBOR, bytes)), sizes, bytes: sum }],
    ['no links', { level: 0, links: [], sizes: [], bytes: 5 }],
    ['a sealed part that is too short', { level: 0, links, sizes, bytes: sum }, 10],
    ['its first chunk short', { level: 0, links: links.toReversed(), sizes: sizes.toReversed(), bytes: sum }]
  ]
  for (const [what, manifest, sealed = SEAL_BYTES + SIZE_BYTES + KEY_BYTES * manifest.links.length] of lies) {
    it(`pushing a manifest with ${what} are refused`, async () => {
      const bytes = encodeManifest(manifest, bytesOf('sealed', sealed))
      const root = { cid: cidOf(DAG_CBOR, bytes), bytes }
      await failsWith(push([...chunks, root], entry(root, { bytes: bytes.length + manifest.bytes })), 'INVALID_DATA')
      await unharmed()
    })
  }

  /** An entry whose root is a chunk: our own code makes none, so the CID is put in its public part, which is signed anew. */
  function ofChunk (chunk: TestBlock): Uint8Array {
    assert.throws(() => entry(chunk), (error: unknown) => error instanceof ProtocolError)
    const { writer } = secretsOf(m)
    assert.ok(writer !== undefined)
    const right = inlineVersion('right')
    const [body, sealed] = decode(entry(right, { bytes: chunk.bytes.length }), { maxBytes: 8192 }) as [Uint8Array, Uint8Array]
    const at = Buffer.from(body).indexOf(right.cid.bytes)
    assert.ok(at > 0)
    const forged = body.slice()
    forged.set(chunk.cid.bytes, at)
    return encode([forged, sealed, sign(writer, 'entry', entryDigest(forged, sealed))])
  }

  it('pushing a root that is a chunk are refused', async () => {
    const chunk = cidAnd(bytesOf('chunk', 70_000))
    await failsWith(push([chunk], ofChunk(chunk)), 'MALFORMED')
    await unharmed()
  })

  describe('that break the rules of the wire', () => {
    const id = bytesOf('id', 16)
    const opening = (expected = 0): Uint8Array => framed(encodeStore({ open: { upload: 1, id, expected } }))
    const blockOf = (cid: CID, bytes: Uint8Array, upload = 1): Uint8Array => framed(new Uint8Array(Buffer.concat([encodeBlockHeader(upload, cid.bytes, bytes.length), bytes])))
    const large = cidAnd(bytesOf('large', FULL_CHUNK_BLOCK_BYTES))
    const tooLarge = bytesOf('too large', MAX_BLOCK_BYTES + 1)
    const oversized = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)

    const nothing = { count: 0, sum: new Uint8Array(32) }
    const start = framed(encodeSync({ start: { vault: nothing, file: nothing } }))

    const cases: Array<[protocol: string, what: string, bytes: () => Uint8Array[]]> = [
      ...[GET_PROTOCOL, STORE_PROTOCOL, SYNC_PROTOCOL].flatMap((protocol): Array<[string, string, () => Uint8Array[]]> => [
        [protocol, 'garbage without a frame', () => [bytesOf('no frame', 3_000)]],
        [protocol, 'garbage in a frame', () => [framed(bytesOf('framed', 500))]],
        [protocol, 'an empty frame', () => [framed(new Uint8Array(0))]],
        [protocol, 'the head of a frame of 4 GiB', () => [oversized, bytesOf('rest', 100)]],
        [protocol, 'a length without end', () => [new Uint8Array(20).fill(0xff)]],
        [protocol, 'a frame of 1 MiB and more', () => [framed(bytesOf('long', MIB + 200 * 1024))]]
      ]),
      [STORE_PROTOCOL, 'other bytes than those of the CID', () => [opening(), blockOf(small.cid, bytesOf('other', 500))]],
      [STORE_PROTOCOL, 'a block that is too large', () => [opening(), blockOf(cidOf(RAW, tooLarge), tooLarge)]],
      [STORE_PROTOCOL, 'a block of an upload that was not opened', () => [blockOf(small.cid, small.bytes, 5)]],
      [STORE_PROTOCOL, 'more blocks than it has credit for', () => [opening(), ...Array.from({ length: 8 }, () => blockOf(large.cid, large.bytes))]],
      [STORE_PROTOCOL, 'a CID of another kind', () => [opening(), framed(new Uint8Array(Buffer.concat([encodeBlockHeader(1, bytesOf('cid', 36), small.bytes.length), small.bytes])))]],
      [STORE_PROTOCOL, 'the same upload number twice', () => [opening(), opening()]],
      [STORE_PROTOCOL, 'an entry of 9 KiB', () => [opening(), framed(encodeStore({ done: { upload: 1, entry: bytesOf('entry', 9 * 1024) } }))]],
      [GET_PROTOCOL, 'a want for what is no CID', () => [framed(encodeWant([bytesOf('no cid', 36)]))]],
      [GET_PROTOCOL, 'more wants than a stream has', () => [framed(encodeWant(Array.from({ length: MAX_WANTS + 1 }, (_, n) => cidOf(RAW, bytesOf(n, 4)).bytes)))]],
      [GET_PROTOCOL, 'a want for the same block twice', () => [framed(encodeWant([small.cid.bytes, small.cid.bytes]))]],
      [SYNC_PROTOCOL, 'a question before a round', () => [framed(encodeSync({ ask: { set: 1, prefixes: [''] } }))]],
      [SYNC_PROTOCOL, 'a page that nobody wanted', () => [framed(encodeSync({ page: { entries: [entry(small)], records: [], last: true } }))]],
      [SYNC_PROTOCOL, 'entries that are none', () => [framed(encodeSync({ live: { entries: [bytesOf('no entry', 300)], records: [] } }))]],
      [SYNC_PROTOCOL, 'an altered entry', () => [framed(encodeSync({ live: { entries: [altered(entry(small), -1)], records: [] } }))]],
      [SYNC_PROTOCOL, 'an acknowledgement of nothing', () => [framed(encodeSync({ heard: { left: new Uint8Array(0) } }))]],
      [SYNC_PROTOCOL, 'more of nothing', () => [framed(encodeSync({ more: { stop: false } }))]],
      [SYNC_PROTOCOL, 'a second round within a round', () => [start, start]],
      [HELLO_PROTOCOL, 'a second hello', () => [framed(bytesOf('hello', 40))]]
    ]
    for (const [protocol, what, bytes] of cases) {
      it(`${protocol}: ${what} ends the stream and nothing else`, async () => {
        const { connection } = inside(m).parts.peers.get(a.peer) ?? assert.fail()
        const stream = protocol === HELLO_PROTOCOL ? await connection.newStream(protocol) : await open(protocol)
        const ended = everything(stream)
        for (const piece of bytes()) if (stream.status === 'open') stream.send(piece)
        await ended
        await over(stream)
        assert.equal(connection.status, 'open')
        // the other streams of the same member go on
        same(await collect(m.get('x')), bytesOf('x', 2 * MIB))
        assert.equal((await m.put('y', 'text', { durable: 2 })).copies.length, 2)
        await a.stat('y')
      })
    }

    it('with more streams than one may have get as many as that, and the others reset', async () => {
      const missing = cidOf(RAW, bytesOf('missing', 10)).bytes
      const results = await Promise.allSettled(Array.from({ length: 24 }, async () => {
        const stream = await open(GET_PROTOCOL)
        const channel = new Channel(stream)
        await channel.write(encodeWant([missing]))
        if (await channel.read() === undefined) throw new Error('it was closed')
        return stream
      }))
      const alive = results.filter((result) => result.status === 'fulfilled' && result.value.status === 'open')
      assert.equal(alive.length, 8)
      for (const result of alive) if (result.status === 'fulfilled') result.value.abort(new Error('over'))
      same(await collect(m.get('x')), bytesOf('x', 2 * MIB))
    })
  })

  it('with an entry whose sealed part does not open leave a name that nobody can read, and harm no other', async () => {
    const wrong = secretsOf(m)
    const { readKeys } = await import('../../protocols/vault/keys.js')
    const root = inlineVersion('unreadable')
    const strange = makePut({ ...terms(root), vault: wrong.vault, keys: { ...inside(m).parts.vault.readKeys(), entry: readKeys(bytesOf('other', 32)).entry } }).bytes
    await push([root], strange)
    assert.deepEqual((await infos(a)).map(({ name }) => name), ['x'])
    assert.equal((await a.put('evil', 'of an honest writer')).name, 'evil')
    assert.equal(Buffer.from(await collect(a.get('evil'))).toString(), 'of an honest writer')
  })
})

function cidAnd (bytes: Uint8Array): TestBlock {
  return { cid: cidOf(RAW, bytes), bytes }
}

function altered (bytes: Uint8Array, at: number): Uint8Array {
  const wrong = bytes.slice()
  const place = at < 0 ? wrong.length + at : at
  wrong[place] = (wrong[place] ?? 0) ^ 1
  return wrong
}
