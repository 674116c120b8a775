/** Vectors of member records; one fault each. */
import { encode } from '../../protocols/block/cbor.js'
import { compareRecords, makeRecord, readRecord } from '../../protocols/vault/record.js'
import { sign } from '../../protocols/vault/ed25519.js'
import { sha256 } from '../../protocols/block/hash.js'
import { concat, fixed, founder, founderAdmit, joiner, nodeSigner, second, signedOf, TIME, unhex, vault } from './vault-fixtures.js'
import type { RecordTerms } from '../../protocols/vault/record.js'

const address = unhex('04c6336401060fa1')
const ids = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => fixed(`id ${i}`)).sort(Buffer.compare)
export const recordTerms: RecordTerms = {
  vault: vault.id, subject: joiner.peer, life: 1, n: 7, time: TIME, addresses: [address, unhex('047f000001063699')], capacity: 10 ** 12, accepting: true, heads: [founderAdmit.id]
}
export const recordMap = { v: 1, ...recordTerms }
const { accepting: _accepting, ...withoutAccepting } = recordMap
const recordOf = (changes: object, seed = joiner.node, purpose = 'record'): Uint8Array => signedOf({ ...recordMap, ...changes }, purpose, [seed])
const made = async (changes: Partial<RecordTerms> = {}, seed = joiner.node): Promise<Uint8Array> => makeRecord({ ...recordTerms, ...changes, nodeSign: nodeSigner(seed) })
export const goodRecord = await made()
/** So many address bytes that the record is exactly of the most bytes that one may have. */
const fullAddresses = (bytes: number): Uint8Array[] => [...Array.from({ length: 15 }, () => new Uint8Array(512).fill(1)), new Uint8Array(bytes).fill(1)]
const LAST_BYTES = 8192 - recordOf({ addresses: fullAddresses(100) }).length + 100

export const validRecords = [
  { name: 'of a node with two addresses', encoded: goodRecord },
  { name: 'the first of a node: no addresses, no capacity, no heads, accepting false', encoded: await made({ life: 1, n: 1, addresses: [], capacity: 0, accepting: false, heads: [] }) },
  { name: 'of another member', encoded: await made({ subject: founder.peer }, founder.node) },
  { name: '16 addresses, some twice; 16 heads', encoded: await made({ addresses: Array.from({ length: 16 }, (_, i) => i < 8 ? address : fixed(`address ${i}`)), heads: ids(16) }) },
  { name: 'an address that is no multiaddr, of 512 bytes; one of 1 byte', encoded: await made({ addresses: [new Uint8Array(512).fill(0xff), Uint8Array.of(0)] }) },
  { name: 'the highest numbers', encoded: await made({ life: 2 ** 53 - 1, n: 2 ** 53 - 1, time: 2 ** 53 - 1, capacity: 2 ** 53 - 1 }) },
  { name: 'with a label', encoded: await made({ label: 'nas' }) },
  { name: 'with a label of 64 bytes', encoded: await made({ label: 'ä'.repeat(32) }) },
  { name: 'of 8,192 bytes', encoded: await made({ addresses: fullAddresses(LAST_BYTES) }) }
]

const lastBit = (bytes: Uint8Array): Uint8Array => concat(bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) ?? 0) ^ 1))
const body = encode(recordMap)
const signature = sign(joiner.node, 'record', sha256(body))
const [lower = vault.id, higher = vault.id] = ids(2)

export const badRecords: Array<{ fault: string, code: string, encoded: Uint8Array }> = [
  { fault: 'one bit of the signature', code: 'INVALID_DATA', encoded: lastBit(goodRecord) },
  { fault: 'signed by another node', code: 'INVALID_DATA', encoded: recordOf({}, founder.node) },
  { fault: 'signed by the subject\'s writer key', code: 'INVALID_DATA', encoded: recordOf({}, joiner.writer) },
  { fault: 'signed under another purpose', code: 'INVALID_DATA', encoded: recordOf({}, joiner.node, 'member') },
  { fault: 'the signature is over X, not over H(X)', code: 'INVALID_DATA', encoded: encode([body, sign(joiner.node, 'record', body)]) },
  { fault: 'n was raised after signing', code: 'INVALID_DATA', encoded: encode([encode({ ...recordMap, n: 8 }), signature]) },
  { fault: 'v 2', code: 'MALFORMED', encoded: recordOf({ v: 2 }) },
  { fault: 'life 0', code: 'MALFORMED', encoded: recordOf({ life: 0 }) },
  { fault: 'n 0', code: 'MALFORMED', encoded: recordOf({ n: 0 }) },
  { fault: 'a negative n', code: 'MALFORMED', encoded: recordOf({ n: -1 }) },
  { fault: 'a negative time', code: 'MALFORMED', encoded: recordOf({ time: -1 }) },
  { fault: 'a negative capacity', code: 'MALFORMED', encoded: recordOf({ capacity: -1 }) },
  { fault: 'accepting is 1, not true', code: 'MALFORMED', encoded: recordOf({ accepting: 1 }) },
  { fault: 'accepting is missing', code: 'MALFORMED', encoded: signedOf(withoutAccepting, 'record', [joiner.node]) },
  { fault: 'a key that is not listed', code: 'MALFORMED', encoded: recordOf({ note: 1 }) },
  { fault: 'a type, as other signed things have', code: 'MALFORMED', encoded: recordOf({ type: 'record' }) },
  { fault: 'a vault of 31 bytes', code: 'MALFORMED', encoded: recordOf({ vault: vault.id.subarray(1) }) },
  { fault: 'the subject is a bare key', code: 'MALFORMED', encoded: recordOf({ subject: joiner.peer.subarray(6) }) },
  { fault: 'the subject is a PeerId of another kind of key', code: 'MALFORMED', encoded: recordOf({ subject: concat(joiner.peer.subarray(0, 3), Uint8Array.of(2), joiner.peer.subarray(4)) }) },
  { fault: '17 addresses', code: 'MALFORMED', encoded: recordOf({ addresses: Array.from({ length: 17 }, () => address) }) },
  { fault: 'an empty address', code: 'MALFORMED', encoded: recordOf({ addresses: [new Uint8Array(0)] }) },
  { fault: 'an address of 513 bytes', code: 'MALFORMED', encoded: recordOf({ addresses: [new Uint8Array(513).fill(1)] }) },
  { fault: 'an address as text', code: 'MALFORMED', encoded: recordOf({ addresses: ['/ip4/198.51.100.1/tcp/4001'] }) },
  { fault: '17 heads', code: 'MALFORMED', encoded: recordOf({ heads: ids(17) }) },
  { fault: 'heads that are not sorted', code: 'MALFORMED', encoded: recordOf({ heads: [higher, lower] }) },
  { fault: 'a head twice', code: 'MALFORMED', encoded: recordOf({ heads: [lower, lower] }) },
  { fault: 'a head of 31 bytes', code: 'MALFORMED', encoded: recordOf({ heads: [lower.subarray(1)] }) },
  { fault: 'an empty label', code: 'MALFORMED', encoded: recordOf({ label: '' }) },
  { fault: 'a label of 65 bytes', code: 'MALFORMED', encoded: recordOf({ label: 'x'.repeat(65) }) },
  { fault: 'a label as bytes', code: 'MALFORMED', encoded: recordOf({ label: Uint8Array.of(0x78) }) },
  { fault: 'two signatures', code: 'MALFORMED', encoded: signedOf(recordMap, 'record', [joiner.node, joiner.node]) },
  { fault: 'no signature', code: 'MALFORMED', encoded: encode([body]) },
  { fault: 'a signature of 63 bytes', code: 'MALFORMED', encoded: encode([body, signature.subarray(1)]) },
  { fault: 'X is a map, not a byte string', code: 'MALFORMED', encoded: encode([recordMap, signature]) },
  { fault: 'a byte after it', code: 'MALFORMED', encoded: concat(goodRecord, Uint8Array.of(0)) },
  { fault: 'an entry', code: 'MALFORMED', encoded: signedOf(second, 'entry', [founder.writer]) },
  { fault: '8,193 bytes', code: 'MALFORMED', encoded: recordOf({ addresses: fullAddresses(LAST_BYTES + 1) }) }
]

const twins = [await made({ capacity: 1 }), await made({ capacity: 2 })].sort((a, b) => compareRecords(readRecord(a), readRecord(b)))
/** Two records of one subject each: which of them counts. */
export const recordOrder = [
  { name: 'the higher n', older: goodRecord, newer: await made({ n: 8, time: TIME - 1 }) },
  { name: 'the higher life, whatever n', older: await made({ n: 2 ** 53 - 1 }), newer: await made({ life: 2, n: 1 }) },
  { name: 'the same life and n: the higher hash', older: twins[0] ?? goodRecord, newer: twins[1] ?? goodRecord }
]
