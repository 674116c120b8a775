import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { compareBytes } from '../../../protocols/block/hash.js'
import { byOperator, orderOf, type Candidate } from '../../../protocols/placement/order.js'
import { Ranker, weightOf } from '../../../protocols/placement/rank.js'
import { slotOf } from '../../../protocols/placement/slot.js'
import { classOf, countedCapacities } from '../../../protocols/placement/weight.js'
import { withCode } from '../codes.js'
import { peerOf } from '../../vectors/placement.js'

const member = (n: number, cls = 0, operator = ''): Candidate => ({ peer: peerOf(n), operator, class: cls })
const keyOf = ({ peer }: Candidate): string => Buffer.from(peer).toString('hex')
/** Spread evenly over all of them. */
const slots = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.floor(i * 65_536 / count))

describe('placement: properties', () => {
  it('class is exact: 2^(class + 120) <= capacity^4 < 2^(class + 121)', () => {
    fc.assert(fc.property(fc.oneof(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.integer({ min: 1, max: 1000 })), (capacity) => {
      const cls = classOf(capacity)
      const power = BigInt(capacity) ** 4n
      assert.ok(power >> BigInt(cls + 120) === 1n)
    }))
  })

  it('nobody counts for more than 8 times the lower median, nor more than it lends', () => {
    const lent = fc.record({ published: fc.option(fc.nat({ max: 1e12 }), { nil: undefined }), maxCapacity: fc.option(fc.nat({ max: 1e12 }), { nil: undefined }) })
    fc.assert(fc.property(fc.array(lent, { maxLength: 30 }), (members) => {
      const least = members.map(({ published = 0, maxCapacity = Infinity }) => Math.min(published, maxCapacity))
      const positive = least.filter((bytes) => bytes > 0).sort((a, b) => a - b)
      const counted = countedCapacities(members)
      for (const [i, bytes] of counted.entries()) {
        if (bytes === undefined) assert.equal(least[i], 0)
        else assert.ok(bytes <= (least[i] ?? 0) && bytes <= 8 * (positive[Math.ceil(positive.length / 2) - 1] ?? 0))
      }
    }))
  })

  it('an order is of all members, the first of each operator before any other, each part by score', () => {
    const members = fc.array(fc.tuple(fc.integer({ min: -40, max: 60 }), fc.constantFrom('', 'a', 'b', 'c')), { maxLength: 30 })
    fc.assert(fc.property(members, fc.nat({ max: 65_535 }), (list, slot) => {
      const candidates = list.map(([cls, operator], n) => member(n, cls, operator))
      const order = orderOf(slot, candidates)
      assert.deepEqual(order.map(keyOf).sort(), candidates.map(keyOf).sort())
      const score = ({ peer, class: cls }: Candidate): number => new Ranker(peer, cls).score(slot)
      const isFirst = (candidate: Candidate): boolean => candidate.operator === '' ||
        candidates.every((other) => other.operator !== candidate.operator || score(other) > score(candidate) || other === candidate)
      const places = order.map((candidate): [number, number] => [isFirst(candidate) ? 0 : 1, score(candidate)])
      for (const [i, [part, value]] of places.entries()) {
        const [partBefore, before] = places[i - 1] ?? [0, -Infinity]
        assert.ok(partBefore < part || (partBefore === part && before <= value))
      }
      assert.deepEqual(orderOf(slot, candidates.toReversed()).map(keyOf), order.map(keyOf))
    }))
  })

  it('equal scores are ordered by peer, and operators by bytes', () => {
    const twins = [member(1), member(1)].map((one, i) => ({ ...one, peer: one.peer.map((byte, at) => at === 37 ? i : byte) }))
    const same = twins.map((one) => ({ member: one, score: 1 }))
    assert.ok(compareBytes(same[0]!.member.peer, same[1]!.member.peer) < 0)
    // the same letter written in two ways is two operators
    assert.deepEqual(byOperator([{ operator: '\u00e9' }, { operator: '\u00e9' }, { operator: 'e\u0301' }]).map(({ operator }) => operator), ['\u00e9', 'e\u0301', '\u00e9'])
  })

  it('slots are spread over all 65,536', () => {
    const counts = new Uint32Array(256)
    const seed = new Uint8Array(16)
    for (let group = 0; group < 25_600; group++) counts[slotOf(seed, group) >> 8]!++
    // of a binomial distribution with mean 100 six standard deviations
    for (const count of counts) assert.ok(count > 40 && count < 160, String(count))
  })

  it('refuses what has not the form', () => {
    assert.throws(() => slotOf(new Uint8Array(15), 0), withCode('MALFORMED'))
    assert.throws(() => new Ranker(new Uint8Array(37), 0), withCode('MALFORMED'))
    assert.throws(() => countedCapacities([{ published: -1 }]), withCode('MALFORMED'))
    assert.throws(() => countedCapacities([{ published: 1, maxCapacity: 1.5 }]), withCode('MALFORMED'))
    assert.throws(() => classOf(0), RangeError)
    assert.throws(() => new Ranker(peerOf(0), 0).rank(65_536), RangeError)
  })

  it('a member ranks first in proportion to its weight', () => {
    // weights 1, 2, 4, 8 and 16 times class 0
    const members = [0, 4, 8, 12, 16].map((cls, n) => member(n, cls))
    const total = members.reduce((sum, { class: cls }) => sum + weightOf(cls), 0)
    const all = slots(8_192)
    const firsts = new Map(members.map((one) => [one, 0]))
    for (const slot of all) {
      const first = orderOf(slot, members)[0]!
      firsts.set(first, firsts.get(first)! + 1)
    }
    for (const [one, count] of firsts) {
      const share = weightOf(one.class) / total
      const sigma = Math.sqrt(all.length * share * (1 - share))
      assert.ok(Math.abs(count - all.length * share) < 5 * sigma, `${count} of ${all.length * share}`)
    }
  })

  it('a member that comes takes its share, and moves nothing else', () => {
    const before = Array.from({ length: 19 }, (_, n) => member(n, n % 5))
    const joiner = member(100, 2)
    const share = weightOf(2) / [...before, joiner].reduce((sum, { class: cls }) => sum + weightOf(cls), 0)
    const all = slots(8_192)
    let moved = 0
    for (const slot of all) {
      const was = orderOf(slot, before)
      const is = orderOf(slot, [...before, joiner])
      // everybody else keeps the order among themselves
      assert.deepEqual(is.filter((one) => one !== joiner).map(keyOf), was.map(keyOf))
      if (is[0] === joiner) moved++
    }
    const sigma = Math.sqrt(all.length * share * (1 - share))
    assert.ok(Math.abs(moved - all.length * share) < 5 * sigma, `${moved} of ${all.length * share}`)
  })

  it('is the rank of a plain hash', () => {
    const peer = peerOf(7)
    for (const slot of [0, 1, 3, 4, 1023, 65_535]) {
      const message = Buffer.concat([Buffer.from('dfs/1/rank\0'), peer, Buffer.alloc(8)])
      message.writeBigUInt64BE(BigInt(Math.floor(slot / 4)), message.length - 8)
      const digest = createHash('sha256').update(message).digest()
      assert.equal(new Ranker(peer, 0).rank(slot), Number(digest.readBigUInt64BE(slot % 4 * 8)))
    }
  })
})
