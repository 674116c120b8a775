import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { streamPair } from '@libp2p/utils'
import fc from 'fast-check'
import { parseCid } from '../../../protocols/block/cid.js'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeMessage } from '../../../protocols/get/codec.js'
import * as constants from '../../../protocols/get/constants.js'
import { GetClient } from '../../../protocols/get/dialer.js'
import { handleGet } from '../../../protocols/get/handler.js'
import { plain, type GetVectors } from '../../vectors/get.js'
import { vectorsPath } from '../../vectors/generate.js'
import { fromJsonBytes, unhex, type JsonBytes } from '../../vectors/json-bytes.js'
import { codeOf, withCode } from '../codes.js'
import { checkHeadings, checkLimits, readme, workedHex } from '../readme.js'
import { settled } from './fixtures.js'

const { valid, bad, conversations } = JSON.parse(await readFile(vectorsPath('get'), 'utf8')) as GetVectors
const text = await readme('get')

async function send (channel: Channel, frames: JsonBytes[]): Promise<void> {
  for (const frame of frames) await channel.write(fromJsonBytes(frame))
}

describe('get: vectors', () => {
  for (const { name, frame, message } of valid) {
    it(`decodes: ${name}`, () => { assert.deepEqual(plain(decodeMessage(unhex(frame))), message) })
  }

  it('gives the data of a block as a view of its frame', () => {
    const frame = unhex(valid.find(({ name }) => name === 'block')?.frame ?? '')
    const message = decodeMessage(frame)
    assert.ok(message.kind === 'block' && message.data.buffer === frame.buffer)
  })

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

  for (const { name, fault, to, asked = [], frames, code } of conversations) {
    it(`as ${to}: ${name} (${fault})`, async () => {
      const [a, b] = await streamPair()
      if (to === 'holder') {
        const handled = codeOf(handleGet(b, { read: () => new Promise(() => { /* unanswered */ }), complain: async () => { /* heard */ } }))
        await send(new Channel(a), frames)
        assert.equal(await handled, code)
      } else {
        const client = new GetClient(a)
        const wants = Promise.race(asked.map(async (cid) => client.want(parseCid(unhex(cid)))).map(async (want) => {
          const result = await codeOf(want)
          // the first answer of two is a good one
          return result === 'undefined' ? new Promise<string>(() => { /* wait for the other */ }) : result
        }))
        await settled()
        await send(new Channel(b), frames)
        assert.equal(await wants, code)
      }
    })
  }
})

describe('get: README', () => {
  it('has the headings and the id', () => { checkHeadings(text, constants.GET_PROTOCOL) })
  it('states the limits', () => { checkLimits(text, constants) })

  it('states the reasons', () => {
    for (const [name, number] of Object.entries(constants.MISSING_REASONS)) assert.ok(new RegExp(`\\b${number}\\s+${name}\\b`).test(text), name)
  })

  it('works in the hex of the vectors', () => {
    const worked = workedHex(text)
    assert.equal(worked.size, 5)
    for (const [name, hex] of worked) assert.equal(hex, valid.find((message) => message.name === name)?.frame, name)
  })
})
