import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { streamPair } from '@libp2p/utils'
import fc from 'fast-check'
import { decodeMessage } from '../../../protocols/audit/codec.js'
import * as constants from '../../../protocols/audit/constants.js'
import { AuditClient } from '../../../protocols/audit/dialer.js'
import { fromRuns, toRuns } from '../../../protocols/audit/groups.js'
import { handleAudit } from '../../../protocols/audit/handler.js'
import { proofOf } from '../../../protocols/audit/proof.js'
import { parseCid } from '../../../protocols/block/cid.js'
import { Channel } from '../../../protocols/framing/channel.js'
import { ROOT, type AuditVectors } from '../../vectors/audit.js'
import { plain } from '../../vectors/get.js'
import { vectorsPath } from '../../vectors/generate.js'
import { fromJsonBytes, unhex } from '../../vectors/json-bytes.js'
import { codeOf, withCode } from '../codes.js'
import { checkHeadings, checkLimits, readme, workedHex } from '../readme.js'
import { rootOf, settled } from './fixtures.js'

const { block, pair, nonce, valid, bad, proofs, conversations } = JSON.parse(await readFile(vectorsPath('audit'), 'utf8')) as AuditVectors
const text = await readme('audit')
const PAIR = { answerer: unhex(pair.answerer), asker: unhex(pair.asker) }

describe('audit: vectors', () => {
  for (const { name, frame, message } of valid) {
    it(`decodes: ${name}`, () => { assert.deepEqual(plain(decodeMessage(unhex(frame))), message) })
  }

  for (const { name, fault, frame, code } of bad) {
    it(`refuses: ${name} (${fault})`, () => { assert.throws(() => decodeMessage(fromJsonBytes(frame)), withCode(code as 'LIMIT')) })
  }

  for (const { name, answerer, asker, nonce, cid, block, offset, length, proof } of proofs) {
    it(`proves: ${name}`, () => {
      const bytes = fromJsonBytes(block).subarray(offset, offset + length)
      assert.deepEqual(proofOf(unhex(nonce), { answerer: unhex(answerer), asker: unhex(asker) }, unhex(cid), offset, bytes), unhex(proof))
    })
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

  it('runs of groups are those groups', () => {
    const groups = fc.array(fc.record({ root: fc.integer({ min: 0, max: 3 }).map(rootOf), index: fc.oneof(fc.nat({ max: 5 }), fc.constant(constants.MAX_VERSION_GROUPS - 1)) }), { minLength: 1, maxLength: 256 })
    fc.assert(fc.property(groups, (list) => {
      const told = fromRuns(toRuns(list), 256)
      assert.deepEqual(told.map(({ root, index }) => `${root.toString()} ${index}`), list.map(({ root, index }) => `${root.toString()} ${index}`))
    }))
  })

  for (const { name, fault, to, asked, frames, code } of conversations) {
    it(`as ${to}: ${name} (${fault})`, async () => {
      const [a, b] = await streamPair()
      const other = new Channel(to === 'answerer' ? a : b)
      const send = async (): Promise<void> => { await Promise.all(frames.map(async (frame) => other.write(fromJsonBytes(frame)))) }
      if (to === 'answerer') {
        const came = Promise.withResolvers<undefined>()
        const handled = codeOf(handleAudit(b, {
          have: async (groups) => { await came.promise; return groups.map(() => ({ state: 'held' })) },
          promise: async () => [],
          read: async () => undefined,
          pair: PAIR,
          budget: { take: () => 0 }
        }))
        await send()
        await settled()
        came.resolve(undefined)
        assert.equal(await handled, code)
      } else {
        const client = new AuditClient(a, { pair: PAIR, nonce: () => unhex(nonce) })
        const bytes = unhex(block).subarray(1)
        const question = codeOf(asked === 'have' ? client.have([{ root: ROOT, index: 0 }]) : client.challenge([{ cid: parseCid(unhex(proofs[0]!.cid)), offset: 1, bytes }]))
        await other.read()
        await send()
        assert.equal(await question, code)
      }
    })
  }
})

describe('audit: README', () => {
  it('has the headings and the id', () => { checkHeadings(text, constants.AUDIT_PROTOCOL) })
  it('states the limits', () => { checkLimits(text, constants) })

  it('states the numbers of states, promises and reasons', () => {
    for (const [name, number] of Object.entries(constants.STATES)) assert.ok(text.includes(`| ${number} | ${name} |`), name)
    for (const [name, number] of Object.entries({ ...constants.PROMISES, LEAVING: 2, ...constants.NO_PROOF })) {
      if (name !== 'NOT_HELD') assert.ok(new RegExp(`\\b${number}\\s+${name}\\b`).test(text), name)
    }
    assert.ok(/0 NOT_HELD/.test(text) && /1 NOT_HELD/.test(text))
  })

  it('works in the hex of the vectors', () => {
    const worked = workedHex(text)
    assert.equal(worked.size, 7)
    for (const [name, hex] of worked) assert.equal(hex, valid.find((message) => message.name === name)?.frame, name)
  })
})
