import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { AuditBudget } from '../../../protocols/audit/budget.js'
import { encodeKept, encodeProofs, encodeQuestion, encodeRefusal, encodeStates, encodeWait } from '../../../protocols/audit/codec.js'
import { MAX_GROUPS, MAX_KEEP_GROUPS, MAX_RANGES, MAX_WAIT_MS, NONCE_BYTES } from '../../../protocols/audit/constants.js'
import { AuditClient, AuditWaitError, type AuditClientOptions, type OwnRange } from '../../../protocols/audit/dialer.js'
import { toRuns } from '../../../protocols/audit/groups.js'
import { handleAudit } from '../../../protocols/audit/handler.js'
import { proofOf } from '../../../protocols/audit/proof.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { codeOf, withCode } from '../codes.js'
import { block, ended, group, PAIR, Script, settled } from './fixtures.js'

const own = (seed: number, offset = 0, length = 10): OwnRange => {
  const { cid, bytes } = block(seed)
  return { cid, offset, bytes: bytes.subarray(offset, offset + length) }
}

describe('audit: outgoing', () => {
  let stream: Stream
  let client: AuditClient
  let answerer: Script

  async function start (options: Partial<AuditClientOptions> = {}): Promise<void> {
    const [a, b] = await streamPair()
    stream = a
    client = new AuditClient(a, { pair: PAIR, ...options })
    answerer = new Script(b)
  }

  beforeEach(async () => { await start() })

  it('resolves with the states of the groups, and closes on both sides', async () => {
    const asked = client.have([group(1), group(1, 1), group(2)])
    assert.equal(client.idle, false)
    const { question, groups } = await answerer.expect('have')
    assert.deepEqual(groups.map(({ first, count }) => [first, count]), [[0, 2], [0, 1]])
    await answerer.send(encodeStates(question, [{ state: 'held' }, { state: 'coming', percent: 7 }, { state: 'leaving' }]))
    assert.deepEqual(await asked, [{ state: 'held' }, { state: 'coming', percent: 7 }, { state: 'leaving' }])
    await settled()
    assert.equal(client.idle, true)
    const closing = client.close()
    assert.equal(await answerer.channel.read(), undefined)
    await answerer.channel.close()
    await closing
    assert.deepEqual([await ended(stream), client.closed], ['closed', true])
    await assert.rejects(client.have([group(1)]), withCode('CLOSED'))
  })

  it('asks one question at a time, each with a number of its own', async () => {
    const both = Promise.all([client.keep([group(1)]), client.keep([group(2)])])
    const first = await answerer.expect('keep')
    await settled()
    assert.equal(answerer.channel.bufferedBytes, 0)
    await answerer.send(encodeKept(first.question, ['YES']))
    const second = await answerer.expect('keep')
    assert.notEqual(second.question, first.question)
    await answerer.send(encodeKept(second.question, ['TOO_MANY']))
    assert.deepEqual(await both, [['YES'], ['TOO_MANY']])
  })

  it('tells proofs of the same bytes from others, with a fresh nonce each time', async () => {
    const ranges = [own(1), own(2, 5), own(3), own(4), own(5)]
    const nonces = new Set<string>()
    for (let i = 0; i < 2; i++) {
      const asked = client.challenge(ranges)
      const { question, nonce, ranges: wire } = await answerer.expect('challenge')
      assert.equal(nonce.length, NONCE_BYTES)
      nonces.add(Buffer.from(nonce).toString('hex'))
      assert.deepEqual(wire.map(({ offset, length }) => [offset, length]), [[0, 10], [5, 10], [0, 10], [0, 10], [0, 10]])
      const proof = (range: OwnRange, pair = PAIR): { hash: Uint8Array } => ({ hash: proofOf(nonce, pair, range.cid.bytes, range.offset, range.bytes) })
      const passedOn = proof(ranges[2]!, { answerer: PAIR.asker, asker: PAIR.answerer })
      await answerer.send(encodeProofs(question, [proof(ranges[0]!), proof({ ...ranges[1]!, offset: 4 }), passedOn, { reason: 'NOT_HELD' }, { reason: 'FAILED' }]))
      assert.deepEqual(await asked, ['PROVED', 'DIFFERENT', 'DIFFERENT', 'NOT_HELD', 'FAILED'])
    }
    assert.equal(nonces.size, 2)
  })

  it('gives a wait to its caller; the stream goes on', async () => {
    const asked = client.have([group(1)])
    await answerer.send(encodeWait((await answerer.expect('have')).question, 2 ** 31))
    await assert.rejects(asked, (error) => error instanceof AuditWaitError && error.waitMs === MAX_WAIT_MS && error.retry)
    const again = client.have([group(1)])
    await answerer.send(encodeStates((await answerer.expect('have')).question, [{ state: 'none' }]))
    assert.deepEqual(await again, [{ state: 'none' }])
  })

  it('takes no more in one question than a message does', async () => {
    const many = (count: number): ReturnType<typeof group>[] => Array.from({ length: count }, (_, index) => group(1, index))
    await assert.rejects(client.have(many(MAX_GROUPS + 1)), RangeError)
    await assert.rejects(client.keep(many(MAX_KEEP_GROUPS + 1)), RangeError)
    await assert.rejects(client.challenge(Array.from({ length: MAX_RANGES + 1 }, () => own(1))), RangeError)
    await assert.rejects(client.have([]), RangeError)
    await assert.rejects(client.challenge([own(1, 0, 0)]), withCode('MALFORMED'))
    assert.equal(client.idle, true)
  })

  it('leaves the stream open for others when one gives up', async () => {
    const controller = new AbortController()
    const given = assert.rejects(client.have([group(1)], { signal: controller.signal }), /enough/)
    const waiting = assert.rejects(client.have([group(2)], { signal: controller.signal }), /enough/)
    const { question } = await answerer.expect('have')
    const last = client.have([group(3)])
    controller.abort(new Error('enough'))
    await Promise.all([given, waiting])
    await answerer.send(encodeStates(question, [{ state: 'held' }]))
    const next = await answerer.expect('have')
    assert.deepEqual(next.groups[0]?.root, group(3).root.bytes)
    await answerer.send(encodeStates(next.question, [{ state: 'cannot' }]))
    assert.deepEqual(await last, [{ state: 'cannot' }])
  })

  it('ends with TIMEOUT when the answer is late, however busy the answerer looks', async () => {
    await start({ answerMs: 20 })
    const asked = client.have([group(1)])
    await answerer.expect('have')
    await assert.rejects(asked, withCode('TIMEOUT'))
    assert.deepEqual([await ended(stream), client.closed], ['aborted', true])
  })

  for (const [fault, code, answer] of [
    ['an answer to another question', 'MALFORMED', encodeStates(99, [{ state: 'held' }])],
    ['an answer of another kind', 'MALFORMED', encodeKept(0, ['YES'])],
    ['too few states', 'MALFORMED', encodeStates(0, [])],
    ['too many states', 'MALFORMED', encodeStates(0, [{ state: 'held' }, { state: 'held' }])],
    ['a question', 'MALFORMED', encodeQuestion({ kind: 'have', question: 0, groups: toRuns([group(1)]) })],
    ['a proof of another length', 'MALFORMED', encodeProofs(0, [{ hash: new Uint8Array(31) }])],
    ['garbage', 'MALFORMED', new Uint8Array(100).fill(0xff)],
    ['a message above the bound', 'LIMIT', new Uint8Array(20_000)],
    ['a refusal', 'NOT_ALLOWED', encodeRefusal(new ProtocolError('NOT_ALLOWED', 'not for a grant'))]
  ] as const) {
    it(`ends the stream for ${fault}, and every question with ${code}`, async () => {
      const asked = codeOf(client.have([group(1)]))
      const waiting = codeOf(client.have([group(2)]))
      await answerer.expect('have')
      await answerer.send(answer)
      assert.deepEqual([await asked, await waiting], [code, code])
      assert.deepEqual([await ended(stream), client.closed], ['aborted', true])
    })
  }

  it('fails with CLOSED when the answerer closes with a question open', async () => {
    const asked = client.have([group(1)])
    await answerer.expect('have')
    await answerer.channel.close()
    await assert.rejects(asked, withCode('CLOSED'))
  })

  it('works with the real answerer', async () => {
    const [a, b] = await streamPair()
    const one = block(1)
    const served = handleAudit(b, {
      have: (groups) => groups.map(() => ({ state: 'held' })),
      promise: async (groups) => groups.map(() => 'YES'),
      read: async (_cid, offset, length) => one.bytes.subarray(offset, offset + length),
      pair: PAIR,
      budget: new AuditBudget(() => 0)
    })
    client = new AuditClient(a, { pair: PAIR })
    assert.deepEqual(await client.have([group(1)]), [{ state: 'held' }])
    assert.deepEqual(await client.keep([group(1)]), ['YES'])
    assert.deepEqual(await client.challenge([own(1, 990), own(2)]), ['PROVED', 'DIFFERENT'])
    // somebody else's proofs prove nothing to this asker
    const [c, d] = await streamPair()
    const relayed = handleAudit(d, { have: () => [], promise: async () => [], read: async (_cid, offset, length) => one.bytes.subarray(offset, offset + length), pair: { ...PAIR, asker: PAIR.answerer }, budget: new AuditBudget(() => 0) })
    const deceived = new AuditClient(c, { pair: PAIR })
    assert.deepEqual(await deceived.challenge([own(1)]), ['DIFFERENT'])
    await Promise.all([client.close(), deceived.close()])
    await Promise.all([served, relayed])
  })
})
