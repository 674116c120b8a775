import assert from 'node:assert/strict'
import { sha256, u64 } from '../../../protocols/block/hash.js'
import { PlacementView, type LentMember } from '../../../src/replication/placement/placement-view.js'

const GB = 1e9
const member = (n: number, more: Partial<LentMember> = {}): LentMember => ({
  name: `m${n}`, peer: new Uint8Array([0, 0x24, 8, 1, 0x12, 0x20, ...sha256(new TextEncoder().encode('m'), u64(n))]), operator: '', capacity: 100 * GB, accepting: true, ...more
})

describe('replication: members', () => {
  let there: Set<string>
  let island: boolean
  const make = (keptFrom?: number): PlacementView => new PlacementView({
    self: 'm0', present: (peer) => there.has(peer), island: () => island, depth: () => 3, ...(keptFrom === undefined ? {} : { keptFrom })
  })
  beforeEach(() => {
    there = new Set(Array.from({ length: 40 }, (_, n) => `m${n}`))
    island = false
  })

  it('orders are the same whether they are kept or worked out when they are asked for', function () {
    this.timeout(60_000)
    const list = Array.from({ length: 30 }, (_, n) => member(n, { operator: n % 3 === 0 ? 'ana' : '', capacity: (n + 1) * GB }))
    const [asked, kept] = [make(), make(10)]
    const same = (): void => {
      for (let slot = 0; slot < 65_536; slot += 999) assert.deepEqual([...kept.order(slot)].slice(0, 12), asked.order(slot).slice(0, 12))
    }
    for (const members of [asked, kept]) members.update(list.slice(0, 25))
    same()
    assert.equal(asked.update(list), 'all')
    const changed = kept.update(list)
    assert.ok(changed !== 'all' && changed.length > 0 && changed.length < 65_536)
    same()
    for (const members of [asked, kept]) members.update(list.slice(5))
    same()
  })

  it('who lends nothing, or has no record yet, stands in no order', () => {
    const members = make()
    members.update([member(0), member(1, { capacity: 0 }), member(2, { capacity: undefined }), member(3)])
    assert.deepEqual([members.size, new Set(members.order(5))], [2, new Set(['m0', 'm3'])])
  })

  it('tells what changes with who is there and who takes more, and nothing on an island, where everybody is present', () => {
    const members = make()
    const list = [0, 1, 2, 3].map((n) => member(n))
    members.update(list)
    members.look()
    assert.deepEqual(members.look(), [])
    there.delete('m2')
    assert.equal(members.look(), 'all')
    assert.deepEqual([members.present('m2'), members.present('m1')], [false, true])
    assert.deepEqual(members.update(list), [])
    assert.equal(members.update([...list.slice(0, 3), member(3, { accepting: false })]), 'all')
    assert.equal(members.accepting('m3'), false)
    island = true
    assert.deepEqual(members.look(), [])
    assert.deepEqual([members.island, members.present('m2')], [true, true])
    island = false
    assert.equal(members.look(), 'all')
    assert.equal(members.present('m2'), false)
  })
})
