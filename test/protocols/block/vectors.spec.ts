import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { decode, encode } from '../../../protocols/block/cbor.js'
import { type Codec, cidOf, DAG_CBOR, parseCid, verifyCid } from '../../../protocols/block/cid.js'
import { kdf, label, mac, sha256, u64 } from '../../../protocols/block/hash.js'
import { checkChild, pad, readPublic } from '../../../protocols/block/tree.js'
import { fromJsonBytes, hex, type JsonBytes, unhex, valueToJson } from '../../vectors/json-bytes.js'

interface Bad { fault: string, code: string }
interface Vectors {
  labels: Array<{ name: string, bytes: string }>
  hashes: Array<{ parts: string[], sha256: string }>
  macs: Array<{ key: string, parts: string[], mac: string }>
  kdfs: Array<{ key: string, name: string, bytes: string }>
  u64: Array<{ n: number, bytes: string }>
  pad: Array<{ n: number, padded: number }>
  cid: { valid: Array<{ block: string, codec: Codec, bytes: string, text: string }>, bad: Array<Bad & { bytes: string }> }
  cbor: { valid: Array<{ bytes: string, value: unknown }>, bad: Array<Bad & { bytes: string }> }
  manifest: {
    valid: Array<{ name: string, block: JsonBytes, level: number, links: number, lastSize: number, bytes: number, cid: string }>
    bad: Array<Bad & { block: JsonBytes }>
  }
  children: Array<{ name?: string, fault?: string, code?: string, parent: JsonBytes, index: number, child: JsonBytes, childBlockLength: number }>
}

const vectors = JSON.parse(await readFile('protocols/block/vectors.json', 'utf8')) as Vectors
const MAX_BYTES = 1024 * 1024

describe('protocols/block vectors', () => {
  it('notation', () => {
    for (const { name, bytes } of vectors.labels) assert.equal(hex(label(name)), bytes)
    for (const { parts, sha256: expected } of vectors.hashes) assert.equal(hex(sha256(...parts.map(unhex))), expected)
    for (const { key, parts, mac: expected } of vectors.macs) assert.equal(hex(mac(unhex(key), ...parts.map(unhex))), expected)
    for (const { key, name, bytes } of vectors.kdfs) assert.equal(hex(kdf(unhex(key), name)), bytes)
    for (const { n, bytes } of vectors.u64) assert.equal(hex(u64(n)), bytes)
    for (const { n, padded } of vectors.pad) assert.equal(pad(n), padded, `pad(${n})`)
  })

  for (const { text, block, codec, bytes } of vectors.cid.valid) {
    it(`CID ${text}`, () => {
      const cid = cidOf(codec, unhex(block))
      assert.equal(cid.toString(), text)
      assert.equal(hex(cid.bytes), bytes)
      assert.ok(parseCid(unhex(bytes)).equals(cid))
      assert.ok(verifyCid(cid, unhex(block)))
      assert.ok(!verifyCid(cid, unhex(block + '00')))
    })
  }
  for (const { fault, bytes, code } of vectors.cid.bad) {
    it(`CID refused: ${fault}`, () => { assert.throws(() => parseCid(unhex(bytes)), { name: 'ProtocolError', code }) })
  }

  for (const { bytes, value } of vectors.cbor.valid) {
    it(`DAG-CBOR ${bytes.slice(0, 60)}`, () => {
      const decoded = decode(unhex(bytes), { maxBytes: MAX_BYTES })
      assert.deepEqual(valueToJson(decoded), value)
      assert.equal(hex(encode(decoded)), bytes)
    })
  }
  for (const { fault, bytes, code } of vectors.cbor.bad) {
    it(`DAG-CBOR refused: ${fault}`, () => { assert.throws(() => decode(unhex(bytes), { maxBytes: MAX_BYTES }), { name: 'ProtocolError', code }) })
  }

  for (const { name, block, cid, level, links, lastSize, bytes } of vectors.manifest.valid) {
    it(`manifest: ${name}`, () => {
      const manifest = readPublic(fromJsonBytes(block))
      assert.deepEqual({ level: manifest.level, links: manifest.links.length, lastSize: manifest.sizes.at(-1) ?? 0, bytes: manifest.bytes }, { level, links, lastSize, bytes })
      assert.equal(cidOf(DAG_CBOR, fromJsonBytes(block)).toString(), cid)
    })
  }
  for (const { fault, block, code } of vectors.manifest.bad) {
    it(`manifest refused: ${fault}`, () => { assert.throws(() => readPublic(fromJsonBytes(block)), { name: 'ProtocolError', code }) })
  }
  for (const { name, fault, code, parent, index, child, childBlockLength } of vectors.children) {
    it(fault === undefined ? `child: ${name ?? ''}` : `child refused: ${fault}`, () => {
      const check = (): void => { checkChild(readPublic(fromJsonBytes(parent)), index, readPublic(fromJsonBytes(child)), childBlockLength) }
      if (fault === undefined) check()
      else assert.throws(check, { name: 'ProtocolError', code })
    })
  }
})
