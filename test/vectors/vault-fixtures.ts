/** One vault of fixed secrets, its founder, a reader, invites: what the vectors and tests of protocols/vault are made of. */
import { createPrivateKey, sign as rawSign } from 'node:crypto'
import { encode } from '../../protocols/block/cbor.js'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { label, mac, sha256 } from '../../protocols/block/hash.js'
import { seal } from '../../protocols/seal.js'
import { peerBytes, publicKeyOf, sign } from '../../protocols/vault/ed25519.js'
import { entryDigest } from '../../protocols/vault/entry.js'
import { createInvite, readInviteText } from '../../protocols/vault/invite.js'
import { boxPublic, check, readKeys, vaultKeys } from '../../protocols/vault/keys.js'
import { makeAdmit } from '../../protocols/vault/make-entry.js'
import { joinCertificate, makeMember } from '../../protocols/vault/member.js'
import { tagOf } from '../../protocols/vault/private-part.js'
import type { ReadKeys } from '../../protocols/vault/keys.js'
import type { NodeSign } from '../../protocols/vault/member.js'
import type { Role } from '../../protocols/vault/signed.js'

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
export const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
/** 32 bytes that look random and never change. */
export const fixed = (name: string): Uint8Array => sha256(ascii(`dfs vectors ${name}`))
export const ZEROS = new Uint8Array(32)
export const TIME = 1_700_000_000_000

/** Signs as libp2p does with a node's Ed25519 key. */
export function nodeSigner (seed: Uint8Array): NodeSign {
  const der = concat(unhex('302e020100300506032b657004220420'), seed)
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
  return (message) => new Uint8Array(rawSign(null, message, key))
}

export const V = fixed('vault secret')
export const vault = vaultKeys(V)
export const keys = readKeys(vault.read)
export const meeting = { check: check(vault.read), meet: keys.meet, epoch: 0 }

export interface Node { node: Uint8Array, peer: Uint8Array, writer: Uint8Array, boxSecret: Uint8Array, box: Uint8Array }
export function nodeOf (name: string): Node {
  const node = fixed(`${name} node`)
  const boxSecret = fixed(`${name} box`)
  return { node, peer: peerBytes(publicKeyOf(node)), writer: fixed(`${name} writer`), boxSecret, box: boxPublic(boxSecret) }
}
export const founder = nodeOf('founder')
export const joiner = nodeOf('joiner')

export const founderTerms = {
  vault: vault.id, role: 'owner' as Role, operator: 'ana', label: 'laptop', by: vault.sign, subject: founder.peer,
  nodeSign: nodeSigner(founder.node), box: founder.box, writer: founder.writer
}
export const founderCertificate = await makeMember(founderTerms)

/** What every entry of the founder says; seq and prev of its second. */
export const first = { vault: vault.id, epoch: 0, writer: founder.writer, seq: 1, prev: ZEROS, time: TIME }
export const founderAdmit = makeAdmit({ ...first, member: founderCertificate })
export const second = { ...first, seq: 2, prev: founderAdmit.id, time: TIME + 1 }

export const inviteTerms = { vaultSign: vault.sign, role: 'write' as Role, joinBy: TIME + 86_400_000, uses: 1, label: 'nas', operator: 'ben', ...meeting, addresses: [unhex('047f000001063699')], secret: fixed('invite') }
export const inviteText = createInvite(inviteTerms)
export const invite = readInviteText(inviteText)
export const joinerKeys = { subject: joiner.peer, nodeSign: nodeSigner(joiner.node), box: joiner.box, writer: joiner.writer }
export const joinerCertificate = await joinCertificate({ invite, ...joinerKeys })
export const joinerAdmit = makeAdmit({ ...second, invite: invite.invite.encoded, member: joinerCertificate })

export const storeInvite = readInviteText(createInvite({ ...inviteTerms, role: 'store', maxCapacity: 10 ** 9, uses: 3, label: '', operator: '', secret: fixed('store invite') }))
export const { writer: _writer, ...storeKeys } = joinerKeys
export const storeCertificate = await joinCertificate({ invite: storeInvite, ...storeKeys })

export const name = 'photos/cat.jpg'
export const root = cidOf(DAG_CBOR, ascii('a root block'))
export const place = { keys, name, after: [], clock: 1, seed: fixed('placement').subarray(0, 16), lineage: fixed('lineage') }
export const content = { root, bytes: 70_000, key: fixed('root key'), size: 65_000 }

/** The public part of the founder's second entry, a put, as a map to damage. */
export const putMap = {
  v: 1, vault: vault.id, epoch: 0, writer: publicKeyOf(founder.writer), seq: 2, prev: founderAdmit.id, time: TIME + 1, kind: 'put',
  tag: tagOf(keys.name, name), clock: 1, after: [], root, bytes: 70_000, seed: place.seed
}
const { tag: _tag, clock: _clock, after: _after, root: _root, bytes: _bytes, seed: _seed, ...restOfMap } = putMap
/** The same without what is a put's alone. */
export const plainMap = restOfMap
export const privateMap = { name, lineage: place.lineage, key: content.key, size: content.size }

/** An entry of any public and sealed bytes, signed, with nothing checked. */
export function entryOf (publicBytes: Uint8Array, sealed: Uint8Array, { writer = founder.writer, purpose = 'entry' } = {}): Uint8Array {
  return encode([publicBytes, sealed, sign(writer, purpose, entryDigest(publicBytes, sealed))])
}

/** The sealed part for any padded private bytes, with nothing checked. */
export function sealedOf (publicBytes: Uint8Array, p: Uint8Array, by: ReadKeys = keys): Uint8Array {
  const s = mac(by.entry, label('entry-siv'), sha256(publicBytes), sha256(p))
  return concat(s, seal(mac(by.entry, label('entry-key'), s), publicBytes, p))
}

/** u16 length, DAG-CBOR, zeros. */
export function padded (value: unknown, multiple = 128): Uint8Array {
  const cbor = encode(value)
  const p = new Uint8Array(Math.ceil((2 + cbor.length) / multiple) * multiple)
  p.set([cbor.length >> 8, cbor.length & 255])
  p.set(cbor, 2)
  return p
}

/** A put of any public map, private fields sealed to it. */
export function putOf (map: unknown, fields: unknown = privateMap): Uint8Array {
  const publicBytes = encode(map)
  return entryOf(publicBytes, sealedOf(publicBytes, padded(fields)))
}

/** An entry of a vault kind. */
export function bodyOf (kind: string, body: unknown, writer = vault.sign, sealed = new Uint8Array(0)): Uint8Array {
  return entryOf(encode({ ...plainMap, writer: publicKeyOf(writer), kind, body }), sealed, { writer })
}

/** A signed thing of any map, by any keys, with nothing checked. */
export function signedOf (map: unknown, purpose: string, seeds: Uint8Array[]): Uint8Array {
  const body = encode(map)
  return encode([body, ...seeds.map((seed) => sign(seed, purpose, sha256(body)))])
}
