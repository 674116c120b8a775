import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { streamPair } from '@libp2p/utils'
import fc from 'fast-check'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeBits, decodeMessage, encodeBits } from '../../../protocols/store/codec.js'
import * as constants from '../../../protocols/store/constants.js'
import { StoreClient } from '../../../protocols/store/dialer.js'
import { handleStore } from '../../../protocols/store/handler.js'
import { MAX_ENTRY_BYTES } from '../../../protocols/vault/limits.js'
import { plain } from '../../vectors/get.js'
import { vectorsPath } from '../../vectors/generate.js'
import { fromJsonBytes, unhex, type JsonBytes } from '../../vectors/json-bytes.js'
import type { StoreVectors } from '../../vectors/store.js'
import { codeOf, withCode } from '../codes.js'
import { checkHeadings, checkLimits, readme, workedHex } from '../readme.js'
import { ended, MemoryBackend, settled } from './fixtures.js'

const { valid, bad, conversations } = JSON.parse(await readFile(vectorsPath('store'), 'utf8')) as StoreVectors
const text = await readme('store')

async function send (channel: Channel, frames: JsonBytes[]): Promise<void> {
  for (const frame of frames) await channel.write(fromJsonBytes(frame))
}

describe('store: vectors', () => {
  for (const { name, frame, message } of valid) {
    it(`decodes: ${name}`, () => { assert.deepEqual(plain(decodeMessage(unhex(frame))), message) })
  }

  for (const { name, fault, frame, code } of bad) {
    it(`refuses: ${name} (${fault})`, () => { assert.throws(() => decodeMessage(fromJsonBytes(frame)), withCode(code as 'LIMIT')) })
  }

  it('decodes anything or throws a ProtocolError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeMessage(bytes)
      } catch (error) {
        assert.equal((error as Error).name, 'ProtocolError')
      }
    }))
  })

  it('bitfields are exact', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: constants.MAX_OFFER_CIDS }), (wanted) => {
      const bits = encodeBits(wanted)
      assert.deepEqual(decodeBits(bits, wanted.length), wanted)
      assert.throws(() => decodeBits(bits, wanted.length + 8), withCode('MALFORMED'))
    }))
  })

  for (const { name, fault, to, opens = true, frames, code } of conversations) {
    it(`as ${to}: ${name} (${fault})`, async () => {
      const [a, b] = await streamPair()
      if (to === 'listener') {
        const backend = new MemoryBackend()
        const opening = Promise.withResolvers<undefined>()
        if (!opens) backend.onOpen = async () => opening.promise
        const handled = codeOf(handleStore(b, backend))
        await send(new Channel(a), frames)
        await ended(b)
        opening.resolve(undefined)
        assert.equal(await handled, code)
      } else {
        const client = new StoreClient(a)
        const opening = client.open({ expected: 0 })
        const result = codeOf(opening.then(async (upload) => upload.done(new Uint8Array(1))))
        await settled()
        await send(new Channel(b), frames)
        assert.equal(await result, code)
      }
    })
  }
})

describe('store: README', () => {
  it('has the headings and the id', () => { checkHeadings(text, constants.STORE_PROTOCOL) })

  it('states the limits', () => {
    checkLimits(text, constants)
    assert.equal(constants.MAX_ENTRY_BYTES, MAX_ENTRY_BYTES)
  })

  it('works in the hex of the vectors', () => {
    const worked = workedHex(text)
    assert.equal(worked.size, 11)
    for (const [name, hex] of worked) assert.equal(hex, valid.find((message) => message.name === name)?.frame, name)
  })
})
