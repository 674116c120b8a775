import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { encode } from '../../protocols/block/cbor.js'
import { MAX_DEPTH } from '../../protocols/block/cbor-read.js'
import * as cids from '../../protocols/block/cid.js'
import { kdf, label, mac } from '../../protocols/block/hash.js'
import * as tree from '../../protocols/block/tree.js'
import { ProtocolError, WIRE_CODES, type WireCode } from '../../protocols/errors.js'
import { sealInline } from '../../protocols/file/manifest.js'
import { INACTIVITY_MS, MAX_BUFFERED_BYTES, MAX_MESSAGE_BYTES } from '../../protocols/framing/limits.js'
import * as placement from '../../protocols/placement/constants.js'
import { NO_AAD, seal, SEAL_EXTRA_BYTES } from '../../protocols/seal.js'
import { KEYS, SALT } from '../vectors/file-parts.js'
import { hex } from '../vectors/json-bytes.js'

const CONSTANTS: Record<string, unknown> = { ...cids, ...tree, ...placement, MAX_DEPTH, INACTIVITY_MS, MAX_BUFFERED_BYTES, MAX_MESSAGE_BYTES, SEAL_EXTRA_BYTES }
/** The order in which a reader finds things in every spec. */
const HEADINGS = ['Id and version', 'Purpose and non-goals', 'Roles', 'Conversation', 'Messages', 'Limits', 'Errors', 'Security', 'Changes']
const KEY = KEYS.chunk
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const specs = new Map<string, string>()
for (const name of ['README.md', 'block/README.md', 'file/README.md', 'placement/README.md']) specs.set(name, await readFile(`protocols/${name}`, 'utf8'))
const spec = (name: string): string => specs.get(name) ?? ''
/** A spec without white space: worked hex is grouped for people. */
const dense = (name: string): string => spec(name).replace(/\s/g, '')

describe('specs of protocols, block, file and placement', () => {
  for (const [name, text] of specs) {
    it(`${name} has the headings in their order`, () => {
      assert.deepEqual([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading), HEADINGS)
    })

    it(`${name} states the limits that the code has`, () => {
      const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)]
      assert.ok(rows.length >= 5)
      for (const [, constant = '', number] of rows) assert.equal(CONSTANTS[constant], Number(number), constant)
    })

    it(`${name} names the errors as the code knows them`, () => {
      const rows = [...text.matchAll(/^\|(?: \d+ \|)? ([A-Z_]+) \| (yes|no) \|/gm)]
      assert.ok(rows.length >= 1)
      for (const [, code = '', retry] of rows) assert.equal(new ProtocolError(code as WireCode, '').retry, retry === 'yes', code)
    })
  }

  it('README.md lists every wire number', () => {
    const rows = [...spec('README.md').matchAll(/^\| (\d+) \| ([A-Z_]+) \|/gm)].map(([, number, code]) => [code, Number(number)])
    assert.deepEqual(Object.fromEntries(rows), WIRE_CODES)
  })

  it('README.md works out what the code computes', () => {
    const all = dense('README.md')
    for (const bytes of [label('commit'), mac(KEY, text('abc')), kdf(KEY, 'chunk'), seal(KEY, text('public'), text('private'))]) assert.ok(all.includes(hex(bytes)), hex(bytes))
    const pads = [...spec('README.md').matchAll(/pad\((\d+)\) = (\d+)/g)]
    assert.ok(pads.length >= 4)
    for (const [, n, padded] of pads) assert.equal(tree.pad(Number(n)), Number(padded))
  })

  it('block/README.md works out what the code computes', () => {
    const all = dense('block/README.md')
    const cid = cids.cidOf(cids.RAW, text('abc'))
    assert.ok(all.includes(hex(cid.bytes)) && all.includes(cid.toString()))
    assert.ok(all.includes(hex(encode({ b: 1, a: 2, '': 4 }))))
    const rows = [...spec('block/README.md').matchAll(/^\| ([01]) \| (\d+) \| (\d+) \|$/gm)].map(([, level, length, bytes]) => [level, length, bytes].map(Number))
    assert.deepEqual(rows, [0, 1].map((level) => [level, tree.FULL_MANIFEST_BLOCK_BYTES[level], tree.FULL_MANIFEST_BYTES[level]]))
  })

  it('block/README.md shows the public half of the file in the vectors', async () => {
    const { file } = JSON.parse(await readFile('protocols/file/vectors.json', 'utf8')) as { file: Array<{ pattern: number, root: { block: string } }> }
    const block = file.find(({ pattern }) => pattern === 1_048_577)?.root.block ?? ''
    const { aad } = tree.splitManifest(new Uint8Array(Buffer.from(block, 'hex')))
    assert.ok(dense('block/README.md').includes(hex(aad)))
  })

  it('file/README.md works out what the code computes', () => {
    const { key, block, cid } = sealInline(KEYS, SALT, new Uint8Array(1))
    const all = dense('file/README.md')
    assert.ok(all.includes(hex(key)) && all.includes(cid.toString()))
    const shown = /block(a6[0-9a-f]+)…312bytes/.exec(all)?.[1] ?? ''
    assert.ok(shown.length > 100 && hex(block).startsWith(shown))
    assert.equal(hex(block).length / 2 - hex(block).indexOf('590138') / 2 - 3, 312)
  })

  it('Seal adds what the tree reckons with', () => {
    assert.equal(SEAL_EXTRA_BYTES, tree.SEAL_BYTES)
    assert.equal(seal(KEY, NO_AAD, new Uint8Array(0)).length, tree.SEAL_BYTES)
  })
})
