import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { cidOf, DAG_CBOR, RAW } from '../../../protocols/block/cid.js'
import { openChunk, sealChunk } from '../../../protocols/file/chunk.js'
import { openManifest, type OpenLinks } from '../../../protocols/file/manifest.js'
import { open, seal } from '../../../protocols/seal.js'
import { writeFile } from '../../../src/file/write-file.js'
import { fromJsonBytes, hex, type JsonBytes, unhex } from '../../vectors/json-bytes.js'

interface Bad { fault: string, code: string }
interface Parent { key: string, block: JsonBytes }
interface Placed { parent: Parent, index: number, key: string, block: JsonBytes }
interface Vectors {
  chunkKey: string
  salt: string
  seal: { valid: Array<{ key: string, aad: string, plaintext: string, sealed: string }>, bad: Array<Bad & { key: string, aad: string, sealed: string }> }
  chunk: { valid: Array<{ plaintext: string, length: number, key: string, block: string, cid: string }>, bad: Array<Bad & { key: string, block: string, length: number }> }
  file: Array<{ pattern: number, chunks: Array<{ cid: string, key: string, length: number }>, root: { cid: string, key: string, length: number, bytes: number, block?: string } }>
  manifest: { valid: Array<{ name: string, key: string, block: JsonBytes, cid: string, size: number, bytes: number }>, bad: Array<Bad & { key: string, block: JsonBytes }> }
  place: { valid: Array<Placed & { size: number }>, bad: Array<Bad & Placed> }
}

const vectors = JSON.parse(await readFile('protocols/file/vectors.json', 'utf8')) as Vectors
const chunkKey = unhex(vectors.chunkKey)
const salt = unhex(vectors.salt)

function openParent ({ key, block }: Parent): OpenLinks {
  const manifest = openManifest(unhex(key), fromJsonBytes(block))
  assert.ok(manifest.kind === 'links')
  return manifest
}

describe('protocols/file vectors', () => {
  for (const { key, aad, plaintext, sealed } of vectors.seal.valid) {
    it(`Seal of ${plaintext.length / 2} bytes with ${aad.length / 2} of AAD`, () => {
      assert.equal(hex(seal(unhex(key), unhex(aad), unhex(plaintext))), sealed)
      assert.equal(hex(open(unhex(key), unhex(aad), unhex(sealed))), plaintext)
    })
  }
  for (const { fault, key, aad, sealed, code } of vectors.seal.bad) {
    it(`Open refuses: ${fault}`, () => { assert.throws(() => open(unhex(key), unhex(aad), unhex(sealed)), { name: 'ProtocolError', code }) })
  }

  for (const { plaintext, length, key, block, cid } of vectors.chunk.valid) {
    it(`chunk with ${length} bytes`, () => {
      const sealed = sealChunk({ chunk: chunkKey }, salt, unhex(plaintext))
      assert.deepEqual([hex(sealed.key), hex(sealed.block), sealed.cid.toString()], [key, block, cid])
      assert.equal(cidOf(RAW, unhex(block)).toString(), cid)
      assert.equal(hex(openChunk(unhex(key), unhex(block), length)), plaintext.slice(0, 2 * length))
    })
  }
  for (const { fault, key, block, length, code } of vectors.chunk.bad) {
    it(`chunk refused: ${fault}`, () => { assert.throws(() => openChunk(unhex(key), unhex(block), length), { name: 'ProtocolError', code }) })
  }

  for (const { pattern, chunks, root } of vectors.file) {
    it(`file of ${pattern} bytes`, async () => {
      const put: Array<{ cid: string, length: number, block: string }> = []
      const source = [Uint8Array.from({ length: pattern }, (_, i) => i % 251)]
      const written = await writeFile(source, { chunkKey, salt, put: async ({ cid, bytes }) => { put.push({ cid: cid.toString(), length: bytes.length, block: hex(bytes) }) } })
      assert.deepEqual(put.map(({ cid, length }) => ({ cid, length })), [...chunks, root].map(({ cid, length }) => ({ cid, length })))
      assert.deepEqual([written.root.toString(), hex(written.key), written.size, written.bytes], [root.cid, root.key, pattern, root.length + root.bytes])
      if (root.block !== undefined) {
        assert.equal(put.at(-1)?.block, root.block)
        const manifest = openManifest(unhex(root.key), unhex(root.block))
        assert.deepEqual(manifest.kind === 'links' ? manifest.keys.map(hex) : [], chunks.map(({ key }) => key))
      }
    })
  }

  for (const { name, key, block, cid, size, bytes } of vectors.manifest.valid) {
    it(`manifest: ${name}`, () => {
      const manifest = openManifest(unhex(key), fromJsonBytes(block))
      assert.equal(manifest.size, size)
      assert.equal(manifest.kind === 'links' ? manifest.manifest.bytes : 0, bytes)
      assert.equal(cidOf(DAG_CBOR, fromJsonBytes(block)).toString(), cid)
    })
  }
  for (const { fault, key, block, code } of vectors.manifest.bad) {
    it(`manifest refused: ${fault}`, () => { assert.throws(() => openManifest(unhex(key), fromJsonBytes(block)), { name: 'ProtocolError', code }) })
  }
  for (const { parent, index, key, block, size } of vectors.place.valid) {
    it(`child ${index} at its place`, () => {
      assert.equal(openManifest(unhex(key), fromJsonBytes(block), { parent: openParent(parent), index }).size, size)
    })
  }
  for (const { fault, parent, index, key, block, code } of vectors.place.bad) {
    it(`place refused: ${fault}`, () => {
      const place = { parent: openParent(parent), index }
      assert.throws(() => openManifest(unhex(key), fromJsonBytes(block), place), { name: 'ProtocolError', code })
    })
  }
})
