/** The side that accepted the stream: the vectors, one fault each. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { decodeMessage, encodeMessage } from '../../../protocols/sync/codec.js'
import { MAX_SYNC_MESSAGE_BYTES } from '../../../protocols/sync/constants.js'
import { addToDigest, emptyDigest } from '../../../protocols/sync/digest.js'
import { idOf } from '../../../protocols/sync/entry-id.js'
import { entryOf, frameBytes, HELD } from '../../vectors/sync.js'
import { vectorsPath } from '../../vectors/generate.js'
import { BAD, EntrySet, againstBare } from './peers.js'

interface Held { entry: string, id: string }
interface Vectors {
  digests: Array<{ ids: string[], count: number, sum: string }>
  valid: Array<{ name: string, frame: string, message: unknown }>
  bad: Array<{ name: string, frame: Parameters<typeof frameBytes>[0], code: keyof typeof WIRE_CODES }>
  held: { vault: Held[], file: Held[] }
  conversations: Array<{ name: string, frames: string[], code: keyof typeof WIRE_CODES }>
}

const vectors = JSON.parse(await readFile(vectorsPath('sync'), 'utf8')) as Vectors
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field))
const names = [...HELD.file, ...HELD.vault].sort()

/** A node that holds the vectors' entries must end by this refusal, and close, having kept nothing. */
async function refuses (frames: Uint8Array[], code: keyof typeof WIRE_CODES): Promise<void> {
  const set = new EntrySet(names)
  const { peer, run, stream } = await againstBare(set, { direction: 'inbound' })
  const ended = assert.rejects(run, { name: 'ProtocolError', code })
  for (const frame of frames) await peer.channel.write(frame)
  assert.equal(await peer.refusal(), WIRE_CODES[code])
  assert.equal(stream.writeStatus, 'closed')
  await ended
  assert.deepEqual(set.names, names)
}

describe('protocols/sync incoming', () => {
  for (const { ids, count, sum } of vectors.digests) {
    it(`digest of ${count}`, () => {
      assert.deepEqual(ids.map(bytes).reduce(addToDigest, emptyDigest()), { count, sum: bytes(sum) })
    })
  }

  it('ids of the entries that the node holds', () => {
    for (const { entry, id } of [...vectors.held.vault, ...vectors.held.file]) assert.deepEqual(idOf(bytes(entry)), bytes(id))
  })

  for (const { name, frame, message } of vectors.valid) {
    it(`valid: ${name}`, () => {
      const decoded = decodeMessage(bytes(frame))
      assert.deepEqual(plain(decoded), message)
      assert.deepEqual(encodeMessage(decoded), bytes(frame))
    })
  }

  for (const { name, frame, code } of vectors.bad) {
    it(`refused: ${name}`, async () => { await refuses([frameBytes(frame)], code) })
  }

  for (const { name, frames, code } of vectors.conversations) {
    it(`refused: ${name}`, async () => { await refuses(frames.map(bytes), code) })
  }

  it('refused: a live entry that is not valid; of its page nothing is kept', async () => {
    await refuses([encodeMessage({ live: { entries: [entryOf('good'), entryOf(BAD)], records: [] } })], 'INVALID_DATA')
  })

  it('reset: a frame that is longer than any message', async () => {
    const { peer, run, stream } = await againstBare(new EntrySet(), { direction: 'inbound' })
    await peer.channel.write(new Uint8Array(MAX_SYNC_MESSAGE_BYTES + 1))
    await assert.rejects(run, { code: 'LIMIT' })
    assert.equal(stream.status, 'aborted')
  })

  it('reset: pages that nobody waited for', async () => {
    const { promise: never, resolve } = Promise.withResolvers<boolean>()
    const { peer, run, stream } = await againstBare(new EntrySet(), { direction: 'inbound', receive: async () => never })
    const page = encodeMessage({ live: { entries: Array.from({ length: 30 }, () => new Uint8Array(8 * 1024)), records: [] } })
    await assert.rejects((async () => { for (let at = 0; at < 20; at++) await peer.channel.write(page) })(), { code: 'CLOSED' })
    resolve(false)
    await assert.rejects(run, { code: 'LIMIT' })
    assert.equal(stream.status, 'aborted')
  })

  it('decoding is total: any bytes give a message or a ProtocolError', () => {
    const frames = vectors.valid.map(({ frame }) => bytes(frame)).filter(({ length }) => length > 0)
    const altered = fc.tuple(fc.constantFrom(...frames), fc.nat(), fc.nat(255)).map(([frame, at, byte]) => frame.with(at % frame.length, byte))
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), altered), (noise) => {
      try {
        decodeMessage(noise)
      } catch (error) {
        assert.equal((error as Error).name, 'ProtocolError')
      }
    }), { numRuns: 2000 })
  })
})
