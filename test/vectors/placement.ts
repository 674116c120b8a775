/** Vectors of placement. */
import { sha256, u64 } from '../../protocols/block/hash.js'
import { operatorOf } from '../../protocols/placement/operator.js'
import { orderOf } from '../../protocols/placement/order.js'
import { Ranker, scoreOf } from '../../protocols/placement/rank.js'
import { slotOf } from '../../protocols/placement/slot.js'
import { classesOf, classOf, countedCapacities, type Lent } from '../../protocols/placement/weight.js'
import { hex } from './json-bytes.js'

export interface PlacementMember extends Lent { peer: string, operator: string }
export interface PlacementVectors {
  slots: Array<{ seed: string, group: number, slot: number }>
  classes: Array<{ capacity: number, class: number }>
  capacities: Array<{ name: string, lent: Lent[], counted: Array<number | null>, classes: Array<number | null> }>
  ranks: Array<{ peer: string, slot: number, rank: string, class: number, score: number }>
  scores: Array<{ rank: string, class: number, score: number }>
  members: PlacementMember[]
  operators: Array<{ operator: string, invite: string | null, counts: string }>
  orders: Array<{ name: string, members: number[], slot: number, order: number[] }>
}

const GIB = 2 ** 30
const MOST = Number.MAX_SAFE_INTEGER
const MEMBERS = 50

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
/** Not the key of anybody: placement looks at bytes only. */
export const peerOf = (n: number): Uint8Array => new Uint8Array([0, 0x24, 8, 1, 0x12, 0x20, ...sha256(text('placement'), u64(n))])
const seedOf = (n: number): Uint8Array => sha256(text('seed'), u64(n)).subarray(0, 16)

const slots = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1_048_575], [2, 0], [3, 0]].map(([n = 0, group = 0]) => ({ seed: hex(seedOf(n)), group, slot: slotOf(seedOf(n), group) }))

/** Around each border of a class: the least capacity of it and one byte less. */
const borders = [1, 2, 3, 4, GIB - 1, GIB, GIB + 1, 1_276_901_416, 1_276_901_417, 1_518_500_249, 1_518_500_250, 1_805_811_301, 1_805_811_302, 2 * GIB, 1e9, 100e9, 250e9, 1e12, 1e15, MOST - 1, MOST]

const lists: Array<[name: string, lent: Lent[]]> = [
  ['nobody', []],
  ['alone', [{ published: 5 * GIB }]],
  ['nobody lends anything', [{ published: 0 }, { published: undefined }]],
  ['of two the smaller is the lower median', [{ published: GIB }, { published: 100 * GIB }]],
  ['of three the middle one', [{ published: GIB }, { published: 2 * GIB }, { published: 100 * GIB }]],
  ['without a record, and with nothing to lend, it counts in no median', [{ published: undefined }, { published: 0 }, { published: GIB }, { published: 9 * GIB }, { published: 10 * GIB }]],
  ['a certificate bounds it, in the median too', [{ published: 100 * GIB, maxCapacity: GIB }, { published: 100 * GIB, maxCapacity: GIB }, { published: 100 * GIB }]],
  ['a certificate that takes everything', [{ published: GIB, maxCapacity: 0 }, { published: GIB }]],
  ['the largest', [{ published: MOST }, { published: MOST, maxCapacity: MOST }]],
  ['a byte', [{ published: 1 }, { published: 8 }, { published: 9 }]]
]

const OPERATORS = ['', 'ana', 'ben', 'çem', '']
const CAPACITIES = [GIB, 3 * GIB, 250e9, 100e9, 7 * GIB, 0, 40e9]
const members: PlacementMember[] = Array.from({ length: MEMBERS }, (_, n) => ({
  peer: hex(peerOf(n)),
  operator: OPERATORS[n % OPERATORS.length] ?? '',
  published: n === 11 ? undefined : CAPACITIES[n % CAPACITIES.length],
  ...(n % 10 === 3 ? { maxCapacity: 2 * GIB } : {})
}))

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const groups: Array<[name: string, members: number[]]> = [
  ...range(1, MEMBERS + 1).map((count): [string, number[]] => [`the first ${count}`, range(0, count)]),
  ['two of one operator', [1, 6]],
  ['all of one operator', [1, 6, 21, 31, 36]],
  ['all without an operator', [0, 4, 9, 10, 14, 15]],
  ['the order in which they are given makes no difference', range(0, 20).reverse()],
  ['none that lends', [5, 11, 12]]
]

export function generate (): unknown {
  return {
    notation: 'peers and seeds are hex; ranks are u64 in hex, as they are before they are rounded to a double; scores are to be equal within 1e-12 of their value, orders exactly. published null: no record; counted and class null: not in the order. members and order are numbers of members, from 0',
    slots,
    classes: borders.map((capacity) => ({ capacity, class: classOf(capacity) })),
    capacities: lists.map(([name, lent]) => ({ name, lent: lent.map(plainLent), counted: countedCapacities(lent).map((bytes) => bytes ?? null), classes: classesOf(lent).map((cls) => cls ?? null) })),
    ranks: [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [1, 0], [2, 65_535]].map(([n = 0, slot = 0]) => {
      const ranker = new Ranker(peerOf(n), n)
      return { peer: hex(peerOf(n)), slot, rank: rankHex(peerOf(n), slot), class: n, score: ranker.score(slot) }
    }),
    scores: ['0000000000000000', '0000000000000001', '7fffffffffffffff', '8000000000000000', 'fffffffffffff000', 'fffffffffffffbff', 'ffffffffffffffff']
      .flatMap((rank) => [-120, -1, 0, 1, 2, 3, 4, 91].map((cls) => ({ rank, class: cls, score: Math.abs(scoreOf(Number(BigInt(`0x${rank}`)), cls)) }))),
    operators: [['', 1], ['', 1], ['', 2], ['ana', 1], ['ana', undefined], ['', undefined]].map(([operator, n]) => {
      const invite = n === undefined ? undefined : sha256(text(`invite ${n}`))
      return { operator: String(operator), invite: invite === undefined ? null : hex(invite), counts: operatorOf({ operator: String(operator), ...(invite === undefined ? {} : { invite }) }) }
    }),
    members: members.map(plainLent),
    orders: groups.map(([name, list], i) => {
      const slot = (i * 1237) % 65_536
      return { name, members: list, slot, order: order(list, slot) }
    })
  }
}

/** JSON has no undefined. */
const plainLent = <T extends Lent>(lent: T): T & { published: number | null } => ({ ...lent, published: lent.published ?? null })

function order (list: number[], slot: number): number[] {
  const chosen = list.map((n) => ({ n, ...members[n] }))
  const classes = classesOf(chosen.map(({ published, maxCapacity }) => ({ published, maxCapacity })))
  const candidates = chosen.flatMap(({ n, operator = '' }, i) => {
    const cls = classes[i]
    return cls === undefined ? [] : [{ n, peer: peerOf(n), operator, class: cls }]
  })
  return orderOf(slot, candidates).map(({ n }) => n)
}

function rankHex (peer: Uint8Array, slot: number): string {
  const digest = sha256(text('dfs/1/rank\0'), peer, u64(Math.floor(slot / 4)))
  return hex(digest.subarray(slot % 4 * 8, slot % 4 * 8 + 8))
}
