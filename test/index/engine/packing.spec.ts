import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Packer, packResults, Unpacker, unpackResults } from '../../../src/index/engine/packing.js'
import type { SqlValue, Statement, UnitResult } from '../../../src/index/engine/transaction.js'

const value: fc.Arbitrary<SqlValue> = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.constant(null))
const statement = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(value, { maxLength: 5 })).map(([sql, params]): Statement => [sql, ...params])
const groups = fc.array(fc.array(fc.array(statement, { maxLength: 4 }), { maxLength: 5 }), { maxLength: 5 })

describe('index-db packing', () => {
  it('gives the units that went in, group after group', () => {
    fc.assert(fc.property(groups, (all) => {
      const packer = new Packer()
      const unpacker = new Unpacker()
      for (const units of all) assert.deepEqual(unpacker.unpack(structuredClone(packer.pack(units))), units)
    }))
  })

  it('sends a text once, and of a view only its own bytes', () => {
    const packer = new Packer()
    const pool = new Uint8Array(100_000)
    const first = packer.pack([[['sql', pool.subarray(10, 20)]]])
    assert.deepEqual(first.texts, ['sql'])
    assert.equal(first.bytes.byteLength, 10)
    assert.deepEqual(packer.pack([[['sql', pool.subarray(10, 20)]]]).texts, [])
  })

  it('gives the results that went in', () => {
    const rows = fc.array(fc.integer().map((x) => ({ x })), { minLength: 1, maxLength: 3 })
    const result = fc.oneof(fc.nat().map((changes) => ({ changes, rows: [] })), rows.map((each) => ({ changes: each.length, rows: each })))
    const unit: fc.Arbitrary<UnitResult> = fc.oneof(fc.array(result).map((results) => ({ results })), fc.tuple(fc.string(), fc.nat()).map(([message, errcode]) => ({ failure: { message, errcode } })))
    fc.assert(fc.property(fc.array(unit), (results) => {
      assert.deepEqual(unpackResults(structuredClone(packResults(results))), results)
    }))
  })
})
