/** Vectors of protocols/block, and of the notation of protocols/README.md. */
import { decode, encode } from '../../protocols/block/cbor.js'
import { type Codec, cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { kdf, label, mac, sha256, u64 } from '../../protocols/block/hash.js'
import { pad } from '../../protocols/block/tree.js'
import { badCbor, validCbor } from './block-cbor.js'
import { badManifests, children, validManifests } from './block-manifests.js'
import { hex, toJsonBytes, valueToJson } from './json-bytes.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i)
const PADDED = [0, 1, 255, 256, 257, 4095, 4096, 4097, 8191, 8192, 8193, 262143, 262144, 262145, 300000, 1048575, 1048576, 1048577, 16777215, 16777216, 16777217, 1073741823, 1073741824, 1073741825, 1125899906842624]

export function generate (): unknown {
  return {
    notation: 'bytes are hex, or a list of hex and of [hex, how often] to put one after the other; numbers above 2^53 - 1 are text',
    labels: ['commit', 'aes', 'chunk-key', 'manifest-key'].map((name) => ({ name, bytes: hex(label(name)) })),
    hashes: [[], [text('abc')], [text('a'), text('bc')]].map((parts) => ({ parts: parts.map(hex), sha256: hex(sha256(...parts)) })),
    macs: [[text('abc')], [label('commit')], [label('chunk-key'), KEY, KEY]].map((parts) => ({ key: hex(KEY), parts: parts.map(hex), mac: hex(mac(KEY, ...parts)) })),
    kdfs: ['read', 'chunk'].map((name) => ({ key: hex(KEY), name, bytes: hex(kdf(KEY, name)) })),
    u64: [0, 1, 256, 2 ** 32, 2 ** 53 - 1].map((n) => ({ n, bytes: hex(u64(n)) })),
    pad: PADDED.map((n) => ({ n, padded: pad(n) })),
    cid: { valid: validCids(), bad: badCids() },
    cbor: {
      valid: validCbor().map(encode).map((bytes) => ({ bytes: hex(bytes), value: valueToJson(decode(bytes, { maxBytes: bytes.length })) })),
      bad: badCbor()
    },
    manifest: {
      valid: validManifests().map(({ name, block, manifest: { level, links, sizes, bytes } }) => ({
        name, block: toJsonBytes(block), level, links: links.length, lastSize: sizes.at(-1) ?? 0, bytes, cid: cidOf(DAG_CBOR, block).toString()
      })),
      bad: badManifests().map(({ fault, block }) => ({ fault, block: toJsonBytes(block), code: 'INVALID_DATA' }))
    },
    children: children().map(({ name, fault, parent, index, child, childBlockLength }) => ({
      ...(fault === undefined ? { name } : { fault, code: 'INVALID_DATA' }),
      parent: toJsonBytes(parent), index, child: toJsonBytes(child), childBlockLength
    }))
  }
}

function validCids (): unknown {
  const cases: Array<[Codec, Uint8Array]> = [[RAW, text('')], [RAW, text('abc')], [DAG_CBOR, encode({})]]
  return cases.map(([codec, block]) => {
    const cid = cidOf(codec, block)
    return { block: hex(block), codec, bytes: hex(cid.bytes), text: cid.toString() }
  })
}

function badCids (): unknown {
  const good = cidOf(RAW, text('abc')).bytes
  const at = (index: number, value: number): Uint8Array => good.map((byte, i) => i === index ? value : byte)
  const cases: Array<[string, Uint8Array]> = [
    ['empty', new Uint8Array(0)],
    ['one byte short', good.subarray(0, 35)],
    ['one byte more', Uint8Array.from([...good, 0])],
    ['version 0: the bare multihash', good.subarray(2)],
    ['version 2', at(0, 2)],
    ['codec dag-pb', at(1, 0x70)],
    ['hash sha2-512', at(2, 0x13)],
    ['digest length 31', at(3, 31)],
    ['version as a longer varint', Uint8Array.from([0x81, 0x00, ...good.subarray(1)])]
  ]
  return cases.map(([fault, bytes]) => ({ fault, bytes: hex(bytes), code: 'MALFORMED' }))
}
