import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { ProtocolError } from '../../../protocols/errors.js'
import { compareRecords, makeRecord, readRecord, verifyRecord } from '../../../protocols/vault/record.js'
import { founder, joiner, nodeSigner, second } from '../../vectors/vault-fixtures.js'
import { goodRecord, recordTerms } from '../../vectors/vault-records.js'

type Bytes = string | Array<string | [string, number]>
interface Vectors {
  records: {
    valid: Array<{ name: string, record: Bytes, fields: Record<string, unknown> & { addresses: Bytes[] } }>
    bad: Array<{ fault: string, code: string, record: Bytes }>
    order: Array<{ name: string, older: string, newer: string }>
  }
}

const { records } = JSON.parse(readFileSync(new URL('../../../../protocols/vault/vectors.json', import.meta.url), 'utf8')) as Vectors
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const bytesOf = (value: Bytes): Uint8Array => typeof value === 'string' ? unhex(value) : new Uint8Array(Buffer.concat(value.map((part) => typeof part === 'string' ? unhex(part) : Buffer.alloc(part[1], unhex(part[0])))))
const plain = (value: unknown): unknown => value instanceof Uint8Array ? Buffer.from(value).toString('hex') : Array.isArray(value) ? value.map(plain) : value

/** What a receiver says of these bytes. */
function codeOf (encoded: Uint8Array): string {
  try {
    return verifyRecord(readRecord(encoded)) ? 'valid' : 'INVALID_DATA'
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error))
    return error.code
  }
}

describe('vault: records', () => {
  for (const { name, record, fields } of records.valid) {
    it(`reads a record: ${name}`, () => {
      const { encoded, hash: _hash, signatures, ...read } = readRecord(bytesOf(record))
      assert.deepEqual(Object.fromEntries(Object.entries(read).map(([key, value]) => [key, plain(value)])), { ...fields, addresses: fields.addresses.map((address) => plain(bytesOf(address))) })
      assert.deepEqual(encoded, bytesOf(record))
      assert.equal(signatures.length, 1)
      assert.equal(codeOf(encoded), 'valid')
    })
  }

  for (const { fault, code, record } of records.bad) {
    it(`refuses a record: ${fault}`, () => { assert.equal(codeOf(bytesOf(record)), code) })
  }

  for (const { name, older, newer } of records.order) {
    it(`counts of two records: ${name}`, () => {
      const [a, b] = [readRecord(unhex(older)), readRecord(unhex(newer))]
      assert.ok(compareRecords(a, b) < 0 && compareRecords(b, a) > 0)
      assert.equal(compareRecords(a, readRecord(unhex(older))), 0)
    })
  }

  it('makes what it reads, and nothing that it would refuse', async () => {
    const nodeSign = nodeSigner(joiner.node)
    assert.deepEqual(await makeRecord({ ...recordTerms, nodeSign }), goodRecord)
    for (const changes of [{ n: 0 }, { life: 1.5 }, { heads: [second.prev, second.prev] }, { addresses: Array.from({ length: 17 }, () => Uint8Array.of(1)) }]) {
      await assert.rejects(makeRecord({ ...recordTerms, ...changes, nodeSign }), { code: 'MALFORMED' })
    }
    await assert.rejects(makeRecord({ ...recordTerms, nodeSign: nodeSigner(founder.node) }), { code: 'INVALID_DATA' })
  })

  it('refuses every record with one bit changed, and never throws anything else', () => {
    fc.assert(fc.property(fc.nat(goodRecord.length * 8 - 1), (bit) => {
      const damaged = goodRecord.slice()
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.notEqual(codeOf(damaged), 'valid')
    }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { assert.notEqual(codeOf(bytes), 'valid') }))
  })
})
