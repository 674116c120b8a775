import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { readValue } from '../../../protocols/block/cbor-read.js'
import { asBytes, asCid, asInt, asList, asMap, asText, decode, encode, isMap } from '../../../protocols/block/cbor.js'
import { cidOf, DAG_CBOR, RAW } from '../../../protocols/block/cid.js'
import { ProtocolError } from '../../../protocols/errors.js'

const MAX = { maxBytes: 1024 * 1024 }
const malformed = { name: 'ProtocolError', code: 'MALFORMED' }
const link = cidOf(RAW, new Uint8Array(0))
const cid: fc.Arbitrary<CID> = fc.tuple(fc.constantFrom(RAW, DAG_CBOR), fc.uint8Array({ maxLength: 4 })).map(([codec, bytes]) => cidOf(codec, bytes))
const integer = fc.maxSafeInteger().map((n) => Object.is(n, -0) ? 0 : n)
const value = fc.letrec<{ value: unknown, list: unknown, map: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', maxDepth: 7 }, integer, fc.boolean(), fc.string({ unit: 'binary' }), fc.uint8Array(), cid, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  map: fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 5, noNullPrototype: true })
})).value

const hexBytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

describe('strict DAG-CBOR', () => {
  it('decode inverts encode, and there is one encoding', () => {
    fc.assert(fc.property(value, (v) => {
      const bytes = encode(v)
      const again = encode(decode(bytes, MAX))
      assert.equal(Buffer.compare(bytes, again), 0)
    }), { numRuns: 500 })
  })

  it('decode is total: a value that encodes to the same bytes, or MALFORMED', () => {
    const check = (bytes: Uint8Array): boolean => {
      let decoded: unknown
      try {
        decoded = decode(bytes, MAX)
      } catch (error) {
        assert.ok(error instanceof ProtocolError && error.code === 'MALFORMED')
        return false
      }
      assert.equal(Buffer.compare(encode(decoded), bytes), 0)
      return true
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => { check(bytes) }), { numRuns: 2000 })
    let accepted = 0
    fc.assert(fc.property(value, fc.nat(), fc.nat({ max: 255 }), (v, position, byte) => {
      const bytes = encode(v)
      bytes[position % bytes.length] = byte
      if (check(bytes)) accepted++
    }), { numRuns: 1000 })
    assert.ok(accepted > 0)
  })

  it('every prefix of an encoding is refused', () => {
    const bytes = encode({ list: [1, 'text', new Uint8Array(3)], link, n: 2 ** 40 })
    for (let length = 0; length < bytes.length; length++) assert.throws(() => decode(bytes.subarray(0, length), MAX), malformed)
  })

  it('reading alone, without the comparison that follows it, takes no number that is longer than needed', () => {
    for (const [bytes, value] of [['1817', 0x17], ['1900ff', 0xff], ['1a0000ffff', 0xffff], ['1b00000000ffffffff', 0xffff_ffff]] as const) {
      assert.throws(() => readValue(hexBytes(bytes)), { code: 'MALFORMED' }, bytes)
      assert.equal(readValue(encode(value)), value)
    }
    assert.throws(() => readValue(hexBytes('5801ff')), { code: 'MALFORMED' }, 'a length')
  })

  it('bounds the length before anything else', () => {
    const bytes = encode(new Uint8Array(10))
    assert.deepEqual(decode(bytes, { maxBytes: bytes.length }), new Uint8Array(10))
    assert.throws(() => decode(bytes, { maxBytes: bytes.length - 1 }), malformed)
  })

  it('gives byte strings of their own', () => {
    const bytes = encode(new Uint8Array(10))
    const decoded = asBytes(decode(bytes, MAX))
    bytes.fill(7)
    assert.deepEqual(decoded, new Uint8Array(10))
  })

  it('encode refuses what decode would', () => {
    const deep = JSON.parse('['.repeat(9) + ']'.repeat(9)) as unknown
    for (const bad of [1.5, NaN, Infinity, null, undefined, { a: undefined }, { a: null }, 2 ** 53, 2n ** 60n, '\ud800', { '\udc00': 1 }, deep, new Date(), () => 1]) {
      assert.throws(() => encode(bad), malformed)
    }
  })

  it('keeps __proto__ as a key', () => {
    const map = decode(encode(JSON.parse('{"__proto__": {"admin": 1}}')), MAX)
    assert.deepEqual(Object.keys(map as object), ['__proto__'])
    assert.equal(Object.getPrototypeOf(map), Object.prototype)
    assert.throws(() => asMap(map, [], ['other']), malformed)
  })
})

describe('fields of DAG-CBOR', () => {
  it('asMap wants all required keys and no unknown one', () => {
    assert.deepEqual(asMap({ a: 1, b: 2 }, ['a'], ['b', 'c']), { a: 1, b: 2 })
    for (const [map, required, optional] of [[{}, ['a'], []], [{ a: 1, b: 2 }, ['a'], []], [[], [], []], ['text', [], []], [new Uint8Array(0), [], []], [link, [], []], [{}, ['toString'], []]] as Array<[unknown, string[], string[]]>) {
      assert.throws(() => asMap(map, required, optional), malformed)
    }
    assert.ok(isMap({}) && !isMap(null) && !isMap(undefined))
  })

  it('asBytes, asText, asInt, asCid and asList check type and bounds', () => {
    assert.deepEqual(asBytes(new Uint8Array(2), 2), new Uint8Array(2))
    assert.equal(asText('\u00fc', 2), '\u00fc')
    assert.equal(asInt(-5, { min: -5 }), -5)
    assert.equal(asInt(9, { max: 9 }), 9)
    assert.ok(asCid(link, RAW).equals(link))
    assert.deepEqual(asList([1], { min: 1, max: 1 }), [1])
    const bad = [
      () => asBytes(new Uint8Array(2), 3), () => asBytes('ab'), () => asText('\u00fc', 1), () => asText(1), () => asInt(-1), () => asInt(1.5), () => asInt('1'),
      () => asInt(10, { max: 9 }), () => asCid(link, DAG_CBOR), () => asCid(link.bytes), () => asCid(null), () => asList({}), () => asList([], { min: 1 }), () => asList([1, 2], { max: 1 })
    ]
    for (const check of bad) assert.throws(check, malformed)
  })
})
