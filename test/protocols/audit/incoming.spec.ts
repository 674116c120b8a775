import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { AuditBudget } from '../../../protocols/audit/budget.js'
import { encodeQuestion, encodeStates, type Question } from '../../../protocols/audit/codec.js'
import * as limits from '../../../protocols/audit/constants.js'
import { toRuns, type GroupName } from '../../../protocols/audit/groups.js'
import { handleAudit, type AuditBackend } from '../../../protocols/audit/handler.js'
import { proofOf } from '../../../protocols/audit/proof.js'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'
import { block, ended, group, PAIR, Script, type Block } from './fixtures.js'

const NONCE = new Uint8Array(32).fill(7)
const SOON_MS = 20

describe('audit: incoming', () => {
  let stream: Stream
  let asker: Script
  let handled: Promise<void>
  let blocks: Map<string, Uint8Array>
  let asked: GroupName[]
  let now: number

  const backend = (more: Partial<AuditBackend> = {}): AuditBackend => ({
    have: (groups) => {
      asked.push(...groups)
      return groups.map(({ index }) => index === 0 ? { state: 'held' } : { state: 'coming', percent: index })
    },
    promise: async (groups) => groups.map(({ index }) => index === 0 ? 'YES' : 'LEAVING'),
    read: async (cid, offset, length) => blocks.get(cid.toString())?.subarray(offset, offset + length),
    pair: PAIR,
    budget: new AuditBudget(() => now),
    ...more
  })

  async function start (more: Partial<AuditBackend> = {}): Promise<void> {
    const [a, b] = await streamPair()
    stream = b
    asker = new Script(a)
    handled = handleAudit(b, backend(more))
    handled.catch(() => { /* each test looks at it */ })
  }

  beforeEach(async () => {
    blocks = new Map()
    asked = []
    now = 0
    await start()
  })

  const hold = (...some: Block[]): void => { for (const { cid, bytes } of some) blocks.set(cid.toString(), bytes) }
  const have = (...groups: GroupName[]): Question => ({ kind: 'have', question: 1, groups: toRuns(groups) })
  const challenge = (...ranges: Array<{ of: Block, offset?: number, length?: number }>): Question =>
    ({ kind: 'challenge', question: 2, nonce: NONCE, ranges: ranges.map(({ of, offset = 0, length = 10 }) => ({ cid: of.cid.bytes, offset, length })) })
  const ask = async (question: Question): Promise<void> => asker.send(encodeQuestion(question))

  it('answers one state for each group, question after question, and closes when the asker does', async () => {
    await ask(have(group(1), group(1, 1), group(2), group(1, 5)))
    assert.deepEqual(await asker.expect('states'), { kind: 'states', question: 1, states: [{ state: 'held' }, { state: 'coming', percent: 1 }, { state: 'held' }, { state: 'coming', percent: 5 }] })
    assert.deepEqual(asked.map(({ root, index }) => [root.toString(), index]), [group(1), group(1, 1), group(2), group(1, 5)].map(({ root, index }) => [root.toString(), index]))
    await ask(have(group(3)))
    assert.equal((await asker.expect('states')).states.length, 1)
    await asker.channel.close()
    assert.equal(await asker.channel.read(), undefined)
    await handled
    assert.equal(await ended(stream), 'closed')
  })

  it('answers promises when they are committed, not before', async () => {
    const committed = Promise.withResolvers<undefined>()
    let begun = false
    await start({ promise: async () => { begun = true; await committed.promise; return ['YES', 'LEAVING'] } })
    await asker.send(encodeQuestion({ kind: 'keep', question: 9, groups: toRuns([group(1), group(1, 1)]) }))
    const answered = asker.expect('kept')
    while (!begun) await new Promise(setImmediate)
    assert.equal(asker.channel.bufferedBytes, 0)
    committed.resolve(undefined)
    assert.deepEqual(await answered, { kind: 'kept', question: 9, answers: ['YES', 'LEAVING'] })
  })

  it('proves what it holds, says what it does not, and what it could not read', async () => {
    const [one, short, gone, broken] = [block(1), block(2, 9), block(3), block(4)]
    hold(one, short)
    await start({ read: async (cid, offset, length) => { if (cid.equals(broken.cid)) throw new Error('EIO'); return blocks.get(cid.toString())?.subarray(offset, offset + length) } })
    await ask(challenge({ of: one, offset: 5 }, { of: short }, { of: gone }, { of: broken }))
    const { proofs } = await asker.expect('proofs')
    assert.deepEqual(proofs, [{ hash: proofOf(NONCE, PAIR, one.cid.bytes, 5, one.bytes.subarray(5, 15)) }, { reason: 'NOT_HELD' }, { reason: 'NOT_HELD' }, { reason: 'FAILED' }])
  })

  it('reads one range at a time', async () => {
    let reading = 0
    let most = 0
    await start({
      read: async (_cid, _offset, length) => {
        most = Math.max(most, ++reading)
        await new Promise(setImmediate)
        reading--
        return new Uint8Array(length)
      }
    })
    await ask(challenge(...Array.from({ length: limits.MAX_RANGES }, (_, i) => ({ of: block(i) }))))
    assert.equal((await asker.expect('proofs')).proofs.length, limits.MAX_RANGES)
    assert.equal(most, 1)
  })

  describe('what a peer may cost', () => {
    const costly = (): Question => challenge(...Array.from({ length: limits.MAX_RANGES }, () => ({ of: block(1), length: limits.MAX_RANGE_BYTES })))

    it('16 MiB a minute of ranges, then wait, and after that time again', async () => {
      await start({ read: async (_cid, _offset, length) => new Uint8Array(length) })
      for (let i = 0; i < limits.COST_A_MINUTE_BYTES / (limits.MAX_RANGES * limits.MAX_RANGE_BYTES); i++) {
        await ask(costly())
        await asker.expect('proofs')
      }
      await ask(costly())
      const { ms, question } = await asker.expect('wait')
      assert.deepEqual([ms, question], [15_000, 2])
      now += ms - 1
      await ask(costly())
      assert.equal((await asker.expect('wait')).ms, 1)
      now += 1
      await ask(costly())
      await asker.expect('proofs')
    })

    it('counts small ranges, states and promises, and all streams of a peer together', async () => {
      const budget = new AuditBudget(() => now)
      await start({ budget })
      await ask(challenge({ of: block(1), length: 1 }))
      await asker.expect('proofs')
      await start({ budget })
      await ask(have(group(1), group(2)))
      await asker.expect('states')
      await asker.send(encodeQuestion({ kind: 'keep', question: 9, groups: toRuns([group(1)]) }))
      await asker.expect('kept')
      assert.equal(budget.full, false)
      const left = limits.COST_A_MINUTE_BYTES - limits.MIN_RANGE_COST_BYTES - 2 * limits.HAVE_COST_BYTES - limits.KEEP_COST_BYTES
      assert.equal(budget.take(left), 0)
      assert.notEqual(budget.take(1), 0)
      now += 120_000
      assert.equal(budget.full, true)
      assert.equal(budget.take(limits.COST_A_MINUTE_BYTES), 0)
      // a clock that goes back gives nothing
      now -= 60_000
      assert.notEqual(budget.take(1), 0)
    })

    it('asks nothing of the backend where it answers wait', async () => {
      const never = { take: () => 5 }
      await start({ budget: never, promise: async () => { throw new Error('asked') }, have: () => { throw new Error('asked') }, read: async () => { throw new Error('asked') } })
      for (const question of [have(group(1)), { ...have(group(1)), kind: 'keep' } as Question, challenge({ of: block(1) })]) {
        await ask(question)
        assert.equal((await asker.expect('wait')).ms, 5)
      }
    })
  })

  const long = (count: number): GroupName[] => Array.from({ length: count }, (_, index) => group(1, index))
  for (const [fault, code, frames] of [
    ['too many groups', 'LIMIT', [encodeQuestion({ kind: 'have', question: 1, groups: toRuns(long(limits.MAX_GROUPS + 1)) })]],
    ['too many groups to keep', 'LIMIT', [encodeQuestion({ kind: 'keep', question: 1, groups: toRuns(long(limits.MAX_KEEP_GROUPS + 1)) })]],
    ['too long a range', 'LIMIT', [encodeQuestion({ kind: 'challenge', question: 1, nonce: NONCE, ranges: [{ cid: block(1).cid.bytes, offset: 0, length: limits.MAX_RANGE_BYTES + 1 }] })]],
    ['an empty range', 'MALFORMED', [encodeQuestion({ kind: 'challenge', question: 1, nonce: NONCE, ranges: [{ cid: block(1).cid.bytes, offset: 0, length: 0 }] })]],
    ['a short nonce', 'MALFORMED', [encodeQuestion({ kind: 'challenge', question: 1, nonce: NONCE.subarray(1), ranges: [{ cid: block(1).cid.bytes, offset: 0, length: 1 }] })]],
    ['a question about nothing', 'MALFORMED', [encodeQuestion({ kind: 'have', question: 1, groups: [] })]],
    ['two questions at once', 'LIMIT', [encodeQuestion({ kind: 'have', question: 1, groups: toRuns([group(1)]) }), encodeQuestion({ kind: 'have', question: 2, groups: toRuns([group(1)]) })]],
    ['a message above the bound', 'LIMIT', [new Uint8Array(limits.MAX_AUDIT_MESSAGE_BYTES + 1)]],
    ['an answerer\'s message', 'MALFORMED', [encodeStates(1, [{ state: 'held' }])]],
    ['a message of an unknown type', 'MALFORMED', [Uint8Array.of(0x72, 0)]],
    ['garbage', 'MALFORMED', [new Uint8Array(100).fill(0xff)]]
  ] as const) {
    it(`ends the stream for ${fault} and says ${code}`, async () => {
      await asker.send(...frames)
      // a channel that reads too much at once fails before anybody can be told
      await assert.rejects(handled, withCode(code))
      if (fault !== 'a message above the bound') assert.equal((await asker.expect('refusal')).code, WIRE_CODES[code])
      assert.deepEqual([await ended(stream), await ended(asker.stream)], ['aborted', 'reset'])
    })
  }

  it('says INTERNAL and no more when the backend fails', async () => {
    await start({ have: () => { throw new Error('/home/ana/.dfs/index.db is locked') } })
    await ask(have(group(1)))
    const { code, retry, text } = await asker.expect('refusal')
    assert.deepEqual([code, retry, text], [WIRE_CODES.INTERNAL, true, 'It failed here'])
    await assert.rejects(handled, /locked/)
  })

  it('gives up an asker that does not take its answers', async () => {
    const [a, b] = gatedPair()
    b.window = 0
    const served = handleAudit(b, backend({ inactivityMs: SOON_MS }))
    const script = new Script(a)
    await script.send(encodeQuestion(have(group(1))))
    await script.channel.close()
    await assert.rejects(served, withCode('TIMEOUT'))
    assert.equal(b.status, 'aborted')
  })

  it('ends with the reason of the signal, and with CLOSED when the asker resets', async () => {
    const controller = new AbortController()
    await start({ signal: controller.signal })
    controller.abort(new Error('the session ended'))
    await assert.rejects(handled, /the session ended/)
    await start()
    asker.stream.abort(new Error('gone'))
    await assert.rejects(handled, withCode('CLOSED'))
  })
})
