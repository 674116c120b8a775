import assert from 'node:assert/strict'
import { orderOf } from '../../../protocols/placement/order.js'
import { KEPT, KEPT_MIN, PlacementCache, type PlacedMember } from '../../../src/replication/placement/placement-cache.js'
import { SimRandom } from '../../sim/random.js'
import { peerOf } from '../../vectors/placement.js'

/** Of 65,536, so that a test takes no minute. */
const SLOTS = 512
const SAMPLE = Array.from({ length: SLOTS / 2 }, (_, i) => 2 * i)
const member = (n: number, cls: number, operator: string): PlacedMember => ({ name: `n${n}`, peer: peerOf(n), operator, class: cls })
const names = (slot: number, members: readonly PlacedMember[]): string[] => orderOf(slot, members).map(({ name }) => name)

/** Every kept head is the head of the order, and long enough. */
function check (orders: PlacementCache, members: readonly PlacedMember[]): void {
  assert.equal(orders.size, members.length)
  for (const slot of SAMPLE) {
    const whole = names(slot, members)
    const head = orders.order(slot, 0)
    assert.ok(head.length >= Math.min(KEPT_MIN, members.length) && head.length <= KEPT)
    assert.deepEqual(head, whole.slice(0, head.length), `slot ${slot}`)
    assert.deepEqual(orders.order(slot, 3).slice(0, 3), whole.slice(0, 3))
    assert.deepEqual(orders.order(slot), whole)
  }
}

describe('replication: kept orders', () => {
  for (const operators of [[''], ['', 'ana', 'ben'], ['ana', 'ben']]) {
    it(`are those of all members, whoever comes, goes or lends more; operators ${JSON.stringify(operators)}`, () => {
      const random = new SimRandom(7, operators.length)
      const orders = new PlacementCache(SLOTS)
      let members: PlacedMember[] = []
      for (let step = 0; step < 60; step++) {
        const one = members[random.below(members.length || 1)]
        if (one === undefined || members.length < 5 || random.chance(step < 36 ? 0.8 : 0.2)) {
          const joiner = member(step, random.below(12), random.pick(operators))
          members = [...members, joiner]
          orders.add(joiner)
        } else if (random.chance(0.7)) {
          members = members.filter((other) => other !== one)
          orders.remove(one.name)
        } else {
          const other = { ...one, class: one.class + 1 }
          members = [...members.filter((before) => before !== one), other]
          orders.replace(other)
        }
        if (step % 6 === 5) check(orders, members)
      }
    })
  }

  it('say which slots changed in their first places, and those only', () => {
    const orders = new PlacementCache(SLOTS)
    const members = Array.from({ length: 30 }, (_, n) => member(n, n % 4, n % 3 === 0 ? 'ana' : ''))
    for (const one of members) orders.add(one)
    const heads = (): string[] => SAMPLE.map((slot) => orders.order(slot, 5).slice(0, 5).join())
    const differ = (a: string[], b: string[]): number[] => SAMPLE.filter((_, i) => a[i] !== b[i])
    const sampled = (slots: number[]): number[] => slots.filter((slot) => SAMPLE.includes(slot))
    const before = heads()
    const joined = sampled(orders.add(member(99, 2, ''), 5))
    const between = heads()
    assert.deepEqual(joined, differ(before, between))
    assert.deepEqual(sampled(orders.slotsOf('n99', 5)), joined)
    assert.deepEqual(sampled(orders.remove('n99', 5)), joined)
    assert.deepEqual(heads(), before)
    const left = sampled(orders.remove('n3', 5))
    assert.deepEqual(left, differ(before, heads()))
    assert.ok(left.length > 0 && left.length < SAMPLE.length / 2)
  })

  it('a member that comes moves its share and no more', () => {
    const orders = new PlacementCache(SLOTS)
    for (let n = 0; n < 9; n++) orders.add(member(n, 0, ''))
    const firsts = orders.add(member(50, 0, ''), 1)
    const sigma = Math.sqrt(SLOTS * 0.1 * 0.9)
    assert.ok(Math.abs(firsts.length - SLOTS / 10) < 5 * sigma, String(firsts.length))
  })

  it('forgetting who is not there changes nothing', () => {
    assert.deepEqual(new PlacementCache(SLOTS).remove('n1'), [])
  })
})
