/** The side that accepted the stream: the vectors, one fault each. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { decodeMessage, encodeMessage } from '../../../protocols/sync/codec.js'
import type { Message } from '../../../protocols/sync/codec.js'
import { MAX_SYNC_MESSAGE_BYTES } from '../../../protocols/sync/constants.js'
import { addToDigest, emptyDigest } from '../../../protocols/sync/digest.js'
import { frameBytes } from '../../vectors/sync.js'
import { vectorsPath } from '../../vectors/generate.js'
import { BAD, EntrySet, againstBare, text } from './peers.js'

interface Vectors {
  digests: Array<{ ids: string[], count: number, sum: string }>
  valid: Array<{ name: string, frame: string, message: unknown }>
  bad: Array<{ name: string, frame: Parameters<typeof frameBytes>[0], code: keyof typeof WIRE_CODES }>
  held: string[]
  conversations: Array<{ name: string, frames: string[], code: keyof typeof WIRE_CODES }>
}

const vectors = JSON.parse(await readFile(vectorsPath('sync'), 'utf8')) as Vectors
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field))

/** What a node that holds the vectors' entries says to these frames; it must end by a refusal, and close. */
async function refusalTo (frames: Uint8Array[]): Promise<{ refusal: Message['refusal'], set: EntrySet, error: { code?: string } }> {
  const set = new EntrySet(vectors.held.map((entry) => Buffer.from(entry, 'hex').toString()))
  const { peer, run, stream } = await againstBare(set, { direction: 'inbound' })
  const error = run.then(() => ({}), (reason: unknown) => reason as { code: string })
  for (const frame of frames) await peer.channel.write(frame)
  const said = await peer.hearAll()
  assert.equal(stream.writeStatus, 'closed')
  return { refusal: said.at(-1)?.refusal, set, error: await error }
}

describe('protocols/sync incoming', () => {
  for (const { ids, count, sum } of vectors.digests) {
    it(`digest of ${count}`, () => {
      assert.deepEqual(ids.map(bytes).reduce(addToDigest, emptyDigest()), { count, sum: bytes(sum) })
    })
  }

  for (const { name, frame, message } of vectors.valid) {
    it(`valid: ${name}`, () => {
      const decoded = decodeMessage(bytes(frame))
      assert.deepEqual(plain(decoded), message)
      assert.deepEqual(encodeMessage(decoded), bytes(frame))
    })
  }

  for (const { name, frame, code } of vectors.bad) {
    it(`refused: ${name}`, async () => {
      const { refusal, error, set } = await refusalTo([frameBytes(frame)])
      assert.equal(refusal?.code, WIRE_CODES[code])
      assert.equal(error.code, code)
      assert.equal(set.entries.size, vectors.held.length)
    })
  }

  for (const { name, frames, code } of vectors.conversations) {
    it(`refused: ${name}`, async () => {
      const { refusal, error, set } = await refusalTo(frames.map(bytes))
      assert.equal(refusal?.code, WIRE_CODES[code])
      assert.equal(error.code, code)
      assert.equal(set.entries.size, vectors.held.length)
    })
  }

  it('refused: an entry that is not valid; of its page nothing is kept', async () => {
    const { refusal, set } = await refusalTo([encodeMessage({ entries: { round: 0, entries: [text('good'), text(BAD)] } })])
    assert.equal(refusal?.code, WIRE_CODES.INVALID_DATA)
    assert.equal(set.entries.size, vectors.held.length)
  })

  it('reset: a frame that is longer than any message', async () => {
    const { peer, run, stream } = await againstBare(new EntrySet(), { direction: 'inbound' })
    await peer.channel.write(new Uint8Array(MAX_SYNC_MESSAGE_BYTES + 1))
    await assert.rejects(run, { code: 'LIMIT' })
    assert.equal(stream.status, 'aborted')
  })

  it('reset: pages that nobody waited for', async () => {
    const { promise: never, resolve } = Promise.withResolvers<void>()
    const { peer, run, stream } = await againstBare(new EntrySet(), { direction: 'inbound', receive: async () => never })
    const page = encodeMessage({ entries: { round: 0, entries: Array.from({ length: 30 }, () => new Uint8Array(8 * 1024)) } })
    await assert.rejects((async () => { for (let at = 0; at < 20; at++) await peer.channel.write(page) })(), { code: 'CLOSED' })
    resolve()
    await assert.rejects(run, { code: 'LIMIT' })
    assert.equal(stream.status, 'aborted')
  })

  it('decoding is total: any bytes give a message or a ProtocolError', () => {
    const [frame] = vectors.valid.filter(({ name }) => name === 'entries').map((message) => bytes(message.frame))
    const altered = fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => frame?.with(at % frame.length, byte) ?? new Uint8Array())
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), altered), (noise) => {
      try {
        decodeMessage(noise)
      } catch (error) {
        assert.equal((error as Error).name, 'ProtocolError')
      }
    }), { numRuns: 1000 })
  })
})
