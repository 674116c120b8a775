import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { operatorOf } from '../../../protocols/placement/operator.js'
import { orderOf } from '../../../protocols/placement/order.js'
import { Ranker, scoreOf } from '../../../protocols/placement/rank.js'
import { slotOf } from '../../../protocols/placement/slot.js'
import { classesOf, classOf, countedCapacities } from '../../../protocols/placement/weight.js'
import type { PlacementVectors } from '../../vectors/placement.js'
import { vectorsPath } from '../../vectors/generate.js'
import { unhex } from '../../vectors/json-bytes.js'
import { readme } from '../readme.js'

const vectors = JSON.parse(await readFile(vectorsPath('placement'), 'utf8')) as PlacementVectors
const text = await readme('placement')
const TOLERANCE = 1e-12
const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * Math.abs(b)
const lent = ({ published, maxCapacity }: { published: number | null | undefined, maxCapacity?: number | undefined }): { published: number | undefined, maxCapacity: number | undefined } =>
  ({ published: published ?? undefined, maxCapacity })

describe('placement: vectors', () => {
  it('slots', () => {
    for (const { seed, group, slot } of vectors.slots) assert.equal(slotOf(unhex(seed), group), slot)
  })

  it('classes', () => {
    for (const { capacity, class: cls } of vectors.classes) assert.equal(classOf(capacity), cls, String(capacity))
  })

  for (const { name, lent: list, counted, classes } of vectors.capacities) {
    it(`capacities: ${name}`, () => {
      assert.deepEqual(countedCapacities(list.map(lent)), counted.map((bytes) => bytes ?? undefined))
      assert.deepEqual(classesOf(list.map(lent)), classes.map((cls) => cls ?? undefined))
    })
  }

  it('ranks and scores', () => {
    for (const { peer, slot, rank, class: cls, score } of vectors.ranks) {
      const ranker = new Ranker(unhex(peer), cls)
      assert.equal(ranker.rank(slot), Number(BigInt(`0x${rank}`)))
      assert.ok(near(ranker.score(slot), score))
    }
    for (const { rank, class: cls, score } of vectors.scores) assert.ok(near(scoreOf(Number(BigInt(`0x${rank}`)), cls), score))
  })

  it('operators', () => {
    assert.equal(new Set(vectors.operators.map(({ counts }) => counts)).size, 4)
    for (const { operator, invite, counts } of vectors.operators) assert.equal(operatorOf({ operator, ...(invite === null ? {} : { invite: unhex(invite) }) }), counts)
  })

  for (const { name, members, slot, order } of vectors.orders) {
    it(`order: ${name}`, () => {
      const chosen = members.map((n) => ({ n, ...vectors.members[n]! }))
      const classes = classesOf(chosen.map(lent))
      const candidates = chosen.flatMap(({ n, peer, operator }, i) => classes[i] === undefined ? [] : [{ n, peer: unhex(peer), operator, class: classes[i] }])
      assert.deepEqual(orderOf(slot, candidates).map(({ n }) => n), order)
    })
  }
})

describe('placement: README', () => {
  it('works out slots, ranks and scores of the vectors', () => {
    const slots = [...text.matchAll(/^seed (\w+), group (\d+) +slot (\d+)$/gm)]
    assert.equal(slots.length, 2)
    for (const [, seed = '', group, slot] of slots) assert.equal(slotOf(unhex(seed), Number(group)), Number(slot))
    const peer = unhex(/^peer (\w+)$/m.exec(text)?.[1] ?? '')
    const ranks = [...text.matchAll(/^slot (\d+) +h (\w+)/gm)]
    assert.equal(ranks.length, 3)
    for (const [, slot, h = ''] of ranks) assert.equal(new Ranker(peer, 0).rank(Number(slot)), Number(BigInt(`0x${h}`)))
    const scores = [...text.matchAll(/^h (\w+), class (\d+) +score ([\d.]+)$/gm)]
    assert.equal(scores.length, 2)
    for (const [, h = '', cls, score] of scores) assert.ok(near(scoreOf(Number(BigInt(`0x${h}`)), Number(cls)), Number(score)))
  })

  it('works out classes', () => {
    const GIB = 2 ** 30
    assert.ok(text.includes('| 1 GiB, 2 GiB, 100 GiB | 1 GiB, 2 GiB, 16 GiB | 0, 4, 16 |'))
    assert.deepEqual(classesOf([1, 2, 100].map((n) => ({ published: n * GIB }))), [0, 4, 16])
    assert.ok(text.includes('| 1 GiB, 100 GiB | 1 GiB, 8 GiB | 0, 12 |'))
    assert.deepEqual(classesOf([1, 100].map((n) => ({ published: n * GIB }))), [0, 12])
    assert.ok(text.includes('| 1 GiB - 1, 1276901416, 1276901417 bytes, each alone | the same | -1, 0, 1 |'))
    assert.deepEqual([GIB - 1, 1276901416, 1276901417].map(classOf), [-1, 0, 1])
  })
})
