/** Sets that look the same by count and sum and are not: what a member that makes entries at will can arrange. */
import assert from 'node:assert/strict'
import { MAX_ENTRY_BYTES, CHECK_EVERY_MS, CHECK_PASSES, CHECK_REST_MS, NONCE_BYTES, SPARE_ENTRIES, SUM_BYTES } from '../../../protocols/sync/constants.js'
import { CheckPace } from '../../../protocols/sync/session.js'
import type { ChildDigest, SetName } from '../../../protocols/sync/session.js'
import { CheckedView } from '../../../protocols/sync/views.js'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { digestOf } from '../../vectors/sync.js'
import { againstBare, connected, EntrySet, HandClock } from './peers.js'

/** As if the ids had been chosen so that the sums are those of anybody with as many entries. */
class Rigged extends EntrySet {
  override children (set: SetName, prefix: string): ChildDigest[] {
    if (prefix !== '') return super.children(set, prefix)
    const count = this.sets[set].size
    return count === 0 ? [] : [{ prefix: '00', count, sum: new Uint8Array(SUM_BYTES) }]
  }
}

const COMMON = Array.from({ length: 300 }, (_, n) => `entry ${n}`)
const nonce = new Uint8Array(NONCE_BYTES).fill(7)
const nothing = { vault: digestOf([]), file: digestOf([]) }
const pace = (): CheckPace => new CheckPace(0, 0)

describe('protocols/sync checked rounds', () => {
  const hidden = (): [Rigged, Rigged] => [new Rigged([...COMMON, 'vault revoke', 'only a']), new Rigged([...COMMON, 'vault other', 'only b'])]

  it('a round that is not checked leaves apart what the sums hide', async () => {
    const [a, b] = hidden()
    const link = await connected(a, b)
    await link.a.ask()
    assert.notDeepEqual(a.names, b.names)
    assert.deepEqual([a.received, b.received, a.rounds.at(-1)?.checked], [[], [], false])
    await link.a.close()
  })

  it('a checked one brings it out, on both sides', async () => {
    const [a, b] = hidden()
    const link = await connected(a, b, { checks: pace() })
    await link.a.ask()
    assert.deepEqual(a.names, [...COMMON, 'only a', 'only b', 'vault other', 'vault revoke'].sort())
    assert.deepEqual(b.names, a.names)
    assert.deepEqual(a.rounds.map(({ checked }) => checked), [true, false])
    assert.equal(b.rounds[0]?.checked, true)
    assert.deepEqual([a.received.flat().sort(), b.received.flat().sort()], [['only b', 'vault other'], ['only a', 'vault revoke']], 'and nothing else moved')
    await link.a.close()
  })

  it('what only one side has at all is given', async () => {
    for (const few of [1, 70]) {
      const a = new Rigged([...COMMON, ...Array.from({ length: few }, (_, n) => `a ${n}`)])
      const b = new Rigged([...COMMON, ...Array.from({ length: few }, (_, n) => `b ${n}`)])
      const link = await connected(a, b, { checks: pace() })
      await link.a.ask()
      assert.equal(a.names.length, COMMON.length + 2 * few)
      assert.deepEqual(b.names, a.names)
      await link.a.close()
    }
  })

  it('equal sets cost one question more, and nothing moves', async () => {
    const [a, b] = [new EntrySet(COMMON), new EntrySet(COMMON)]
    const link = await connected(a, b, { checks: pace() })
    await link.a.ask()
    const costs = a.rounds.map(({ checked, messages, received, sent }) => ({ checked, messages, received, sent }))
    assert.deepEqual(costs, [{ checked: true, messages: 7, received: 0, sent: 0 }, { checked: false, messages: 5, received: 0, sent: 0 }])
    await link.a.close()
  })

  it('is asked for after six hours again, whoever led the last', async () => {
    const clock = new HandClock()
    const checks = pace()
    const [a, b] = hidden()
    const link = await connected(a, b, { clock, checks })
    assert.equal((await link.a.ask()).checked, false)
    assert.equal(a.rounds[0]?.checked, true, 'the first, which the opener leads by itself')
    clock.move(CHECK_EVERY_MS - 1)
    assert.equal((await link.b.ask()).checked, false)
    clock.move(1)
    assert.equal((await link.b.ask()).checked, true)
    assert.equal((await link.a.ask()).checked, false)
    await link.a.close()
  })

  it('the first is due within as long, by chance', () => {
    const one = new CheckPace(1000, 0.5)
    assert.deepEqual([one.due(1000 + CHECK_EVERY_MS / 2 - 1), one.due(1000 + CHECK_EVERY_MS / 2)], [false, true])
  })

  it('is granted to a peer once an hour, however often it asks', async () => {
    const clock = new HandClock()
    const { peer, run } = await againstBare(new EntrySet(COMMON), { direction: 'inbound', clock })
    const granted = async (): Promise<boolean> => {
      const answer = await peer.ask({ start: { ...nothing, nonce } })
      await peer.say({ done: {} })
      return answer?.started?.nonce?.length === NONCE_BYTES
    }
    const first = [await granted(), await granted()]
    clock.move(CHECK_REST_MS - 1)
    const early = await granted()
    clock.move(1)
    assert.deepEqual([...first, early, await granted()], [true, false, false, true])
    await peer.channel.close()
    await run
  })

  it('a leader that has the same hashed over and over is refused', async () => {
    const set = new EntrySet(COMMON)
    const { peer, run } = await againstBare(set, { direction: 'inbound' })
    await peer.ask({ start: { ...nothing, nonce } })
    const most = Math.floor((CHECK_PASSES * COMMON.length + SPARE_ENTRIES) / COMMON.length)
    for (let n = 0; n < most; n++) assert.ok((await peer.ask({ ask: { set: 3, prefixes: [''] } }))?.found !== undefined, String(n))
    await peer.say({ ask: { set: 3, prefixes: [''] } })
    assert.equal(await peer.refusal(), WIRE_CODES.LIMIT)
    await assert.rejects(run, { code: 'LIMIT' })
  })

  it('a nonce that was not asked for is refused', async () => {
    const { peer, run } = await againstBare(new EntrySet(COMMON))
    assert.equal((await peer.hear())?.start?.nonce, undefined)
    await peer.say({ started: { ...nothing, nonce } })
    for (let heard = await peer.hear(); heard?.refusal === undefined; heard = await peer.hear()) {
      if (heard?.askHeads !== undefined) await peer.say({ heads: { heads: [], last: true } })
      else if (heard?.give !== undefined) await peer.say({ taken: { left: new Uint8Array(0) } })
    }
    await assert.rejects(run, { code: 'MALFORMED' })
  })

  it('digests that always differ end the stream after so many questions in vain', async () => {
    const { peer, run } = await againstBare(new EntrySet(COMMON), { checks: pace() })
    const start = (await peer.hear())?.start
    await peer.say({ started: { ...start, nonce } })
    for (let heard = await peer.hear(), n = 1; heard?.refusal === undefined; heard = await peer.hear(), n++) {
      if (heard?.askHeads !== undefined) await peer.say({ heads: { heads: [], last: true } })
      else if (heard?.ask !== undefined) {
        const lie = (digits: number): { digits: number, count: number, sum: Uint8Array } => ({ digits, count: MAX_ENTRY_BYTES, sum: new Uint8Array(SUM_BYTES).fill(n) })
        await peer.say({ found: { nodes: heard.ask.prefixes.map((prefix) => ({ ids: new Uint8Array(0), children: Array.from({ length: prefix === '' ? 256 : 16 }, (_, digits) => lie(digits)) })) } })
      } else if (heard?.want !== undefined) await peer.say({ page: { entries: [], records: [], last: true } })
      else throw new Error(`unexpected ${Object.keys(heard ?? {}).join()}`)
    }
    await assert.rejects(run, { code: 'LIMIT' })
  })

  it('hashes by digits whether their number is even or odd, as one would who sorts them anew', async () => {
    const set = new EntrySet(COMMON)
    const view = new CheckedView(set, [nonce, nonce], COMMON.length)
    for (const prefix of ['', '0a', '0a1', '0a12']) {
      const below = set.children('file', prefix)
      const found = await view.children(prefix)
      assert.deepEqual(found.map((child) => [child.prefix, child.count]), below.map((child) => [child.prefix, child.count]), prefix)
    }
  })
})
