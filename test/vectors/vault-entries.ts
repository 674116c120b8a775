/** Vectors of entries; one fault each. */
import { encode } from '../../protocols/block/cbor.js'
import { cidOf, RAW } from '../../protocols/block/cid.js'
import { label, mac } from '../../protocols/block/hash.js'
import { seal } from '../../protocols/seal.js'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { makeDelete, makeForget, makePut, makeRestore, makeRevoke, makeSetting } from '../../protocols/vault/make-entry.js'
import { readKeys } from '../../protocols/vault/keys.js'
import { tagOf } from '../../protocols/vault/private-part.js'
import { ascii, bodyOf, concat, content, entryOf, fixed, founder, founderAdmit, joiner, joinerAdmit, keys, name, padded, place, plainMap, privateMap, putMap, putOf, sealedOf, second, unhex, vault, ZEROS } from './vault-fixtures.js'
import { badAdmits } from './vault-members.js'

const ids = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => fixed(`id ${i}`)).sort(Buffer.compare)
const put = makePut({ ...second, ...place, ...content })
const third = { ...second, seq: 3, prev: put.id }
const next = { ...place, after: [put.id], clock: 2 }
const byVault = { ...second, writer: vault.sign, seq: 1, prev: ZEROS }

/** A kind and a version of later times, with more in it than is known here. */
const laterKind = entryOf(encode({ v: 1, vault: vault.id, kind: 'tag', writer: putMap.writer, list: [1, { a: true }], text: '' }), ascii('anything'))
const laterVersion = entryOf(encode({ v: 2, vault: vault.id, kind: 'put', writer: putMap.writer }), new Uint8Array(0))

export const valid: Array<{ name: string, encoded: Uint8Array }> = [
  { name: 'the founder\'s admit, by the vault key', encoded: founderAdmit.bytes },
  { name: 'an admit by an invite', encoded: joinerAdmit.bytes },
  { name: 'put', encoded: put.bytes },
  { name: 'put with all that is optional', encoded: makePut({ ...third, ...next, ...content, copies: 0, mtime: -1, type: 'image/jpeg', label: 'before the crop' }).bytes },
  { name: 'put with props of 2,048 bytes, one with a key that nobody knows', encoded: makePut({ ...third, ...next, ...content, props: { 'cache-control': 'max-age=60', 'dfs.later': '', x: 'y'.repeat(2048 - 33) } }).bytes },
  { name: 'put with 64 props, two of them not ASCII', encoded: makePut({ ...third, ...next, ...content, props: Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`${n < 2 ? 'ключ' : 'key'}-${n}`, n < 2 ? '値' : ''])) }).bytes },
  { name: 'put with keys that are not listed', encoded: putOf(putMap, { ...privateMap, note: 1, parts: [1, { size: 2 }] }) },
  { name: 'delete with a key that is not listed', encoded: putOf({ ...plainMap, kind: 'delete', tag: putMap.tag, clock: 1, after: [], seed: place.seed }, { name, lineage: place.lineage, size: 1 }) },
  { name: 'forget with a key that is not listed', encoded: putOf({ ...plainMap, kind: 'forget', tag: putMap.tag, versions: ids(1) }, { name, lineage: place.lineage }) },
  { name: 'put after 16 heads, of a name of 1,024 bytes', encoded: makePut({ ...third, ...place, name: 'n'.repeat(1024), after: ids(16), clock: 9, ...content }).bytes },
  { name: 'put of an entry\'s private part that fills 128 bytes', encoded: makePut({ ...third, ...next, ...content, name: 'n'.repeat(30) }).bytes },
  { name: 'put of an entry\'s private part of one byte more', encoded: makePut({ ...third, ...next, ...content, name: 'n'.repeat(31) }).bytes },
  { name: 'restore', encoded: makeRestore({ ...third, ...next, ...content }).bytes },
  { name: 'delete', encoded: makeDelete({ ...third, ...next }).bytes },
  { name: 'forget', encoded: makeForget({ ...third, keys, name, versions: [put.id] }).bytes },
  { name: 'forget of 128 versions', encoded: makeForget({ ...third, keys, name, versions: ids(128) }).bytes },
  { name: 'revoke of a member', encoded: makeRevoke({ ...byVault, revoked: { subject: joiner.peer, cut: [] } }).bytes },
  { name: 'revoke of a member that keeps 128 entries', encoded: makeRevoke({ ...byVault, revoked: { subject: joiner.peer, cut: ids(128) } }).bytes },
  { name: 'revoke of an invite', encoded: makeRevoke({ ...byVault, revoked: { invite: publicKeyOf(fixed('invite')) } }).bytes },
  { name: 'revoke of a link', encoded: makeRevoke({ ...byVault, revoked: { link: fixed('link').subarray(0, 16) } }).bytes },
  { name: 'setting', encoded: makeSetting({ ...byVault, settings: { copies: 3, keep: 10, retention: 2_592_000_000, scope: 'lineage' } }).bytes },
  { name: 'of a kind not known here', encoded: laterKind },
  { name: 'of a version not known here', encoded: laterVersion },
  { name: 'of a kind not known here, nested 8 deep', encoded: entryOf(encode({ v: 1, vault: vault.id, kind: 'tag', writer: putMap.writer, x: [[[[[[[1]]]]]]] }), new Uint8Array(0)) },
  { name: 'of 8,192 bytes, of a kind not known here', encoded: sized(8192) }
]

/** An entry of a kind not known here of exactly this many bytes. */
function sized (bytes: number): Uint8Array {
  const publicBytes = encode({ v: 1, vault: vault.id, kind: 'tag', writer: putMap.writer })
  const rest = entryOf(publicBytes, new Uint8Array(256)).length - 256
  return entryOf(publicBytes, new Uint8Array(bytes - rest))
}

const without = (key: keyof typeof putMap): object => Object.fromEntries(Object.entries(putMap).filter(([name]) => name !== key))
const parts = (): { publicBytes: Uint8Array, sealed: Uint8Array } => {
  const publicBytes = encode(putMap)
  return { publicBytes, sealed: sealedOf(publicBytes, padded(privateMap)) }
}
const S_AT = 32
/** S + L: the same residue, another spelling. */
function highS (encoded: Uint8Array): Uint8Array {
  const order = unhex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
  const out = encoded.slice()
  const s = out.subarray(out.length - S_AT)
  let carry = 0
  for (let i = 0; i < S_AT; i++) {
    carry += (s[i] ?? 0) + (order[i] ?? 0)
    s[i] = carry & 255
    carry >>= 8
  }
  return out
}
const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => i === (at < 0 ? bytes.length + at : at) ? byte ^ 1 : byte)
/** Keys of a map in another order than by length, then bytes. */
function unsorted (): Uint8Array {
  const bytes = encode({ v: 1, vault: vault.id, kind: 'tag', writer: putMap.writer })
  return concat(bytes.subarray(0, 1), bytes.subarray(4), bytes.subarray(1, 4))
}
const unknown = { v: 1, vault: vault.id, kind: 'tag', writer: putMap.writer }
/** x: a byte in place of the text "?". */
const cborWith = (value: number[]): Uint8Array => {
  const bytes = encode({ ...unknown, x: '?' })
  const at = Buffer.from(bytes).indexOf(Buffer.from('617861613f'.slice(0, 4), 'hex')) + 2
  return concat(bytes.subarray(0, at), Uint8Array.from(value), bytes.subarray(at + 2))
}

const badForms: Array<{ fault: string, code: string, encoded: Uint8Array }> = [
  { fault: 'no bytes', code: 'MALFORMED', encoded: new Uint8Array(0) },
  { fault: 'a byte after the end', code: 'MALFORMED', encoded: concat(put.bytes, Uint8Array.of(0)) },
  { fault: 'the last byte is missing', code: 'MALFORMED', encoded: put.bytes.subarray(0, -1) },
  { fault: '8,193 bytes', code: 'MALFORMED', encoded: sized(8193) },
  { fault: 'two items instead of three', code: 'MALFORMED', encoded: encode([parts().publicBytes, parts().sealed]) },
  { fault: 'four items instead of three', code: 'MALFORMED', encoded: concat(Uint8Array.of(0x84), put.bytes.subarray(1), Uint8Array.of(0)) },
  { fault: 'the public part is a map, not a byte string', code: 'MALFORMED', encoded: encode([putMap, new Uint8Array(0), new Uint8Array(64)]) },
  { fault: 'the public part is a list', code: 'MALFORMED', encoded: entryOf(encode([1]), new Uint8Array(0)) },
  { fault: 'keys of the public part are not sorted', code: 'MALFORMED', encoded: entryOf(unsorted(), new Uint8Array(0)) },
  { fault: 'null in a kind not known here', code: 'MALFORMED', encoded: entryOf(cborWith([0xf6]), new Uint8Array(0)) },
  { fault: 'a float in a kind not known here', code: 'MALFORMED', encoded: entryOf(cborWith([0xf9, 0x3c, 0x00]), new Uint8Array(0)) },
  { fault: 'an integer of 2^53', code: 'MALFORMED', encoded: entryOf(cborWith([0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0]), new Uint8Array(0)) },
  { fault: 'an integer with a longer head than it needs', code: 'MALFORMED', encoded: entryOf(cborWith([0x18, 1]), new Uint8Array(0)) },
  { fault: 'bad UTF-8', code: 'MALFORMED', encoded: entryOf(cborWith([0x61, 0xff]), new Uint8Array(0)) },
  { fault: 'depth 9', code: 'MALFORMED', encoded: entryOf(cborWith([...new Uint8Array(8).fill(0x81), 1]), new Uint8Array(0)) },
  { fault: 'a signature of 63 bytes', code: 'MALFORMED', encoded: encode([parts().publicBytes, parts().sealed, new Uint8Array(63)]) },
  { fault: 'time is missing', code: 'MALFORMED', encoded: putOf(without('time')) },
  { fault: 'seed is missing', code: 'MALFORMED', encoded: putOf(without('seed')) },
  { fault: 'kind is missing', code: 'MALFORMED', encoded: putOf(without('kind')) },
  { fault: 'a key that is not listed', code: 'MALFORMED', encoded: putOf({ ...putMap, note: 1 }) },
  { fault: 'a delete with a root', code: 'MALFORMED', encoded: putOf({ ...putMap, kind: 'delete' }) },
  { fault: 'v is text', code: 'MALFORMED', encoded: putOf({ ...putMap, v: '1' }) },
  { fault: 'a negative v', code: 'MALFORMED', encoded: putOf({ ...putMap, v: -1 }) },
  { fault: 'vault of 31 bytes', code: 'MALFORMED', encoded: putOf({ ...putMap, vault: vault.id.subarray(1) }) },
  { fault: 'vault of 31 bytes in a version not known here', code: 'MALFORMED', encoded: putOf({ ...putMap, v: 2, vault: vault.id.subarray(1) }) },
  { fault: 'a negative time', code: 'MALFORMED', encoded: putOf({ ...putMap, time: -1 }) },
  { fault: 'seq 0', code: 'MALFORMED', encoded: putOf({ ...putMap, seq: 0, prev: ZEROS }) },
  { fault: 'prev is zeros at seq 2', code: 'MALFORMED', encoded: putOf({ ...putMap, prev: ZEROS }) },
  { fault: 'prev is not zeros at seq 1', code: 'MALFORMED', encoded: putOf({ ...putMap, seq: 1 }) },
  { fault: 'clock 0', code: 'MALFORMED', encoded: putOf({ ...putMap, clock: 0 }) },
  { fault: 'after is not sorted', code: 'MALFORMED', encoded: putOf({ ...putMap, after: ids(2).reverse(), clock: 2 }) },
  { fault: 'after has an id twice', code: 'MALFORMED', encoded: putOf({ ...putMap, after: [ids(1)[0], ids(1)[0]], clock: 2 }) },
  { fault: 'after has 17 ids', code: 'MALFORMED', encoded: putOf({ ...putMap, after: ids(17), clock: 2 }) },
  { fault: 'a tag of 31 bytes', code: 'MALFORMED', encoded: putOf({ ...putMap, tag: putMap.tag.subarray(1) }) },
  { fault: 'root is a chunk', code: 'MALFORMED', encoded: putOf({ ...putMap, root: cidOf(RAW, ascii('a chunk')) }) },
  { fault: 'root is a byte string', code: 'MALFORMED', encoded: putOf({ ...putMap, root: new Uint8Array(36) }) },
  { fault: 'a seed of 15 bytes', code: 'MALFORMED', encoded: putOf({ ...putMap, seed: place.seed.subarray(1) }) },
  { fault: 'negative copies', code: 'MALFORMED', encoded: putOf({ ...putMap, copies: -1 }) },
  { fault: 'a put by the vault key', code: 'MALFORMED', encoded: entryOf(encode({ ...putMap, writer: vault.id }), new Uint8Array(0), { writer: vault.sign }) },
  { fault: 'a forget of nothing', code: 'MALFORMED', encoded: putOf({ ...plainMap, kind: 'forget', tag: putMap.tag, versions: [] }, { name }) },
  { fault: 'a forget of 129 versions', code: 'MALFORMED', encoded: putOf({ ...plainMap, kind: 'forget', tag: putMap.tag, versions: ids(129) }, { name }) },
  { fault: 'a forget whose versions are not sorted', code: 'MALFORMED', encoded: putOf({ ...plainMap, kind: 'forget', tag: putMap.tag, versions: ids(2).reverse() }, { name }) },
  { fault: 'a revoke by a member', code: 'MALFORMED', encoded: bodyOf('revoke', { link: new Uint8Array(16) }, founder.writer) },
  { fault: 'a revoke of nothing', code: 'MALFORMED', encoded: bodyOf('revoke', {}) },
  { fault: 'a revoke of two things', code: 'MALFORMED', encoded: bodyOf('revoke', { link: new Uint8Array(16), invite: vault.id }) },
  { fault: 'a revoke of a member without a cut', code: 'MALFORMED', encoded: bodyOf('revoke', { subject: joiner.peer }) },
  { fault: 'a revoke of an invite with a cut', code: 'MALFORMED', encoded: bodyOf('revoke', { invite: vault.id, cut: [] }) },
  { fault: 'a cut of 129 ids', code: 'MALFORMED', encoded: bodyOf('revoke', { subject: joiner.peer, cut: ids(129) }) },
  { fault: 'a cut that is not sorted', code: 'MALFORMED', encoded: bodyOf('revoke', { subject: joiner.peer, cut: ids(2).reverse() }) },
  { fault: 'a link of 15 bytes', code: 'MALFORMED', encoded: bodyOf('revoke', { link: new Uint8Array(15) }) },
  { fault: 'a setting by a member', code: 'MALFORMED', encoded: bodyOf('setting', {}, founder.writer) },
  { fault: 'settings that are no map', code: 'MALFORMED', encoded: bodyOf('setting', [1]) },
  { fault: 'a setting with a sealed part', code: 'MALFORMED', encoded: bodyOf('setting', {}, vault.sign, Uint8Array.of(0)) },
  { fault: 'one bit of R', code: 'INVALID_DATA', encoded: flip(put.bytes, -64) },
  { fault: 'one bit of S', code: 'INVALID_DATA', encoded: flip(put.bytes, -32) },
  { fault: 'S + L', code: 'INVALID_DATA', encoded: highS(put.bytes) },
  { fault: 'one bit of the sealed part', code: 'INVALID_DATA', encoded: flip(put.bytes, -70) },
  { fault: 'signed under another purpose', code: 'INVALID_DATA', encoded: entryOf(parts().publicBytes, parts().sealed, { purpose: 'member' }) },
  { fault: 'signed by another key', code: 'INVALID_DATA', encoded: entryOf(parts().publicBytes, parts().sealed, { writer: joiner.writer }) },
  { fault: 'a version not known here, signed by another key', code: 'INVALID_DATA', encoded: entryOf(encode({ v: 2, vault: vault.id, kind: 'put', writer: putMap.writer }), new Uint8Array(0), { writer: joiner.writer }) },
  { fault: 'the writer is the neutral element, and so the signature holds for everything', code: 'INVALID_DATA', encoded: underSmallOrder() }
]

function underSmallOrder (): Uint8Array {
  const identity = Uint8Array.from({ length: 32 }, (_, i) => Number(i === 0))
  return encode([encode({ ...putMap, writer: identity }), new Uint8Array(0), concat(identity, ZEROS)])
}

export const bad = [...badForms, ...badAdmits.map(({ fault, ...rest }) => ({ fault: `admit: ${fault}`, ...rest }))]

const publicBytes = encode(putMap)
const p = padded(privateMap)
const withP = (bytes: Uint8Array): Uint8Array => entryOf(publicBytes, sealedOf(publicBytes, bytes))
const sealed = sealedOf(publicBytes, p)
const elsewhere = encode({ ...putMap, time: 0 })
const { size: _size, ...withoutSize } = privateMap
const tagged = (other: string): Uint8Array => putOf({ ...putMap, tag: tagOf(keys.name, other) }, { ...privateMap, name: other })

/** Valid and counted everywhere, but nobody can read them. */
export const unreadable: Array<{ fault: string, code: string, encoded: Uint8Array }> = [
  { fault: 'the sealed part is empty', code: 'INVALID_DATA', encoded: entryOf(publicBytes, new Uint8Array(0)) },
  { fault: 'the sealed part has 79 bytes', code: 'INVALID_DATA', encoded: entryOf(publicBytes, sealed.subarray(0, 79)) },
  { fault: 'one bit of s', code: 'INVALID_DATA', encoded: entryOf(publicBytes, flip(sealed, 0)) },
  { fault: 'one bit of the commitment', code: 'INVALID_DATA', encoded: entryOf(publicBytes, flip(sealed, 32)) },
  { fault: 'one bit of the ciphertext', code: 'INVALID_DATA', encoded: entryOf(publicBytes, flip(sealed, 70)) },
  { fault: 'one bit of the tag', code: 'INVALID_DATA', encoded: entryOf(publicBytes, flip(sealed, -1)) },
  { fault: 'sealed for another public part', code: 'INVALID_DATA', encoded: entryOf(publicBytes, sealedOf(elsewhere, p)) },
  { fault: 's is not the MAC of what is sealed under it', code: 'INVALID_DATA', encoded: entryOf(publicBytes, concat(fixed('s'), seal(mac(keys.entry, label('entry-key'), fixed('s')), publicBytes, p))) },
  { fault: 'sealed under the keys of another vault', code: 'INVALID_DATA', encoded: entryOf(publicBytes, sealedOf(publicBytes, p, readKeys(fixed('another R')))) },
  { fault: 'no private part at all', code: 'MALFORMED', encoded: withP(new Uint8Array(0)) },
  { fault: 'one block of padding too many', code: 'MALFORMED', encoded: withP(concat(p, new Uint8Array(128))) },
  { fault: 'no padding', code: 'MALFORMED', encoded: withP(p.subarray(0, 2 + encode(privateMap).length)) },
  { fault: 'padding that is not zero', code: 'MALFORMED', encoded: withP(flip(p, -1)) },
  { fault: 'a length beyond the end', code: 'MALFORMED', encoded: withP(concat(Uint8Array.of(255, 255), p.subarray(2))) },
  { fault: 'the tag is another name\'s', code: 'INVALID_DATA', encoded: putOf(putMap, { ...privateMap, name: 'photos/dog.jpg' }) },
  { fault: 'size is missing', code: 'MALFORMED', encoded: putOf(putMap, withoutSize) },
  { fault: 'a media type of 129 bytes', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, type: 'x'.repeat(129) }) },
  { fault: 'a label of 257 bytes', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, label: 'x'.repeat(257) }) },
  { fault: 'no props in props', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, props: {} }) },
  { fault: '65 props', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, props: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, ''])) }) },
  { fault: 'props of 2,049 bytes', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, props: { x: 'y'.repeat(2048) } }) },
  { fault: 'props with an empty key', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, props: { '': 'x' } }) },
  { fault: 'props with a number', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, props: { x: 1 } }) },
  { fault: 'props that are a list', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, props: ['x'] }) },
  { fault: 'a key of 31 bytes', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, key: content.key.subarray(1) }) },
  { fault: 'a negative size', code: 'MALFORMED', encoded: putOf(putMap, { ...privateMap, size: -1 }) },
  { fault: 'a name with a part ".."', code: 'INVALID_DATA', encoded: tagged('a/../b') },
  { fault: 'an empty name', code: 'INVALID_DATA', encoded: tagged('') }
]
