/** Vectors of /dfs/hello/1.0.0. */
import { encodeMessage } from '../../protocols/hello/codec.js'
import type { Message } from '../../protocols/hello/codec.js'
import { HELLO_PROTOCOL, MAX_ADMITS, MAX_ADMITS_BYTES } from '../../protocols/hello/constants.js'
import type { Keys } from '../../protocols/hello/joining.js'
import { helloMac } from '../../protocols/vault/keys.js'
import { makeGrant } from '../../protocols/vault/grant.js'
import { makeRevoke, makeSetting } from '../../protocols/vault/make-entry.js'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { admit, cast, certificate, found, invite, keysOf, seed, TIME, vault } from '../protocols/hello/cast.js'

const { home, founder, writer, second, store, joiner, stranger, admits, chains } = cast
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? hex(field) : field))
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at < 0 ? bytes.length + at : at, (bytes.at(at) ?? 0) ^ 1)

const other = vault('other')
const readInvite = invite(home, 'read', 'joiner')
const readCertificate = await certificate(readInvite, joiner)

/** Every admit that a chain names. */
const named: Record<string, Uint8Array> = {
  ...admits,
  'joiner': admit(home, readInvite, readCertificate, writer),
  'joiner, another box': admit(home, readInvite, await certificate(readInvite, { ...joiner, box: seed('another box') }), writer),
  'founder elsewhere': await found(other, founder),
  'writer, by itself': admit(home, invite(home, 'write', 'writer'), await certificate(invite(home, 'write', 'writer'), writer), writer),
  'writer, altered': flipped(admits.writer, -1),
  'writer, cut': admits.writer.subarray(0, -1),
  'a setting': makeSetting({ vault: home.id, epoch: 0, writer: home.sign, seq: 1, prev: new Uint8Array(32), time: TIME, settings: {} }).bytes
}

const goodChains = [
  { name: 'founder', peer: founder.peer, admits: ['founder'], role: 'owner', label: 'founder' },
  { name: 'writer', peer: writer.peer, admits: ['writer', 'founder'], role: 'write', label: 'writer' },
  { name: 'store member', peer: store.peer, admits: ['store', 'second', 'writer', 'founder'], role: 'store', label: 'store' },
  { name: 'what follows the founder is not looked at', peer: founder.peer, admits: ['founder', 'a setting'], role: 'owner', label: 'founder' }
]

const badChains = [
  { name: 'another peer', fault: 'the first admit is that of the writer', peer: store.peer, admits: ['writer', 'founder'], code: 'REFUSED' },
  { name: 'too short', fault: 'the admit of the founder is missing', peer: writer.peer, admits: ['writer'], code: 'UNKNOWN_WRITER' },
  { name: 'a link is missing', fault: 'the admit of the second writer is missing', peer: store.peer, admits: ['store', 'writer', 'founder'], code: 'UNKNOWN_WRITER' },
  { name: 'wrong order', fault: 'founder and writer have changed places', peer: second.peer, admits: ['second', 'founder', 'writer'], code: 'UNKNOWN_WRITER' },
  { name: 'admitted by itself', fault: 'an invite, without a witness', peer: writer.peer, admits: ['writer, by itself'], code: 'UNKNOWN_WRITER' },
  { name: 'admitted by itself, with a founder', fault: 'the founder wrote nothing of it', peer: writer.peer, admits: ['writer, by itself', 'founder'], code: 'UNKNOWN_WRITER' },
  { name: 'altered', fault: 'one bit of the signature', peer: writer.peer, admits: ['writer, altered', 'founder'], code: 'INVALID_DATA' },
  { name: 'cut', fault: 'the last byte of the entry is missing', peer: writer.peer, admits: ['writer, cut', 'founder'], code: 'MALFORMED' },
  { name: 'no admit', fault: 'an entry of another kind', peer: writer.peer, admits: ['a setting'], code: 'MALFORMED' },
  { name: 'another vault', fault: 'the founder of another vault', peer: founder.peer, admits: ['founder elsewhere'], code: 'WRONG_VAULT' }
]

const mac = (direction: 1 | 2, dialer = store.peer, listener = founder.peer, meet = home.meet): Uint8Array => helloMac(meet, direction, dialer, listener)
const greet = (value: Uint8Array): Message => ({ greet: { mac: value } })
const shown = (list: Uint8Array[]): Message => ({ admits: { admits: list } })
const taken = { ...keysOf(home, 'read'), admits: [named.joiner ?? admits.store, ...chains.writer], witness: chains.writer }
const telling = { code: 14, retry: true, text: 'This member cannot admit', writers: [{ peer: writer.peer, addresses: [new Uint8Array(Buffer.from('047f000001060fa1', 'hex'))], label: 'nas' }] }

const root = cidOf(DAG_CBOR, new TextEncoder().encode('a root block'))
const granted = (by = writer.writer, to = home, id = 'link', notAfter = TIME + 86_400_000): Message =>
  ({ grant: { vault: to.id, grant: makeGrant({ vault: to.id, link: seed(id).subarray(0, 16), root, notAfter, by }) } })
const shownGrant = granted().grant ?? { vault: home.id, grant: new Uint8Array(0) }

const revokeOfStore = makeRevoke({ vault: home.id, epoch: 0, writer: home.sign, seq: 1, prev: new Uint8Array(32), time: TIME, revoked: { subject: store.peer, cut: [] } }).bytes

const valid: Record<string, Message> = {
  greet: greet(mac(1)),
  admits: shown(chains.founder),
  join: { join: { invite: readInvite.invite.encoded, certificate: readCertificate } },
  welcome: { welcome: taken },
  greeted: { greeted: {} },
  grant: granted(),
  refusal: { refusal: { code: 2, retry: false, text: 'No member of this vault', writers: [] } },
  'refusal with writers': { refusal: telling },
  'refusal with a revoke': { refusal: { code: 12, retry: false, text: 'The member was revoked', writers: [], revoke: revokeOfStore } }
}

const bad: Array<{ name: string, fault: string, bytes: Uint8Array, code: string }> = [
  { name: 'empty', fault: 'no message in the frame', bytes: new Uint8Array(0), code: 'UNSUPPORTED' },
  { name: 'unknown', fault: 'only field 8, which is none', bytes: Uint8Array.of(0x42, 0), code: 'UNSUPPORTED' },
  { name: 'empty grant', fault: 'neither vault nor grant', bytes: Uint8Array.of(0x3a, 0), code: 'MALFORMED' },
  { name: 'short vault', fault: 'a vault of 31 bytes', bytes: encodeMessage({ grant: { ...shownGrant, vault: home.id.subarray(1) } }), code: 'MALFORMED' },
  { name: 'no grant', fault: 'a vault alone', bytes: encodeMessage({ grant: { ...shownGrant, grant: new Uint8Array(0) } }), code: 'MALFORMED' },
  { name: 'long grant', fault: 'a grant of 1025 bytes', bytes: encodeMessage({ grant: { ...shownGrant, grant: new Uint8Array(1025) } }), code: 'LIMIT' },
  { name: 'two messages', fault: 'greet and greeted in one frame', bytes: encodeMessage({ ...greet(mac(1)), greeted: {} }), code: 'MALFORMED' },
  { name: 'cut', fault: 'the last byte is missing', bytes: encodeMessage(greet(mac(1))).subarray(0, -1), code: 'MALFORMED' },
  { name: 'short MAC', fault: 'a MAC of 31 bytes', bytes: encodeMessage(greet(mac(1).subarray(1))), code: 'MALFORMED' },
  { name: 'no admits', fault: 'an empty list', bytes: encodeMessage(shown([])), code: 'MALFORMED' },
  { name: 'empty admit', fault: 'an admit of 0 bytes', bytes: encodeMessage(shown([new Uint8Array(0)])), code: 'MALFORMED' },
  { name: 'many admits', fault: `${MAX_ADMITS + 1} admits`, bytes: encodeMessage(shown(Array.from({ length: MAX_ADMITS + 1 }, () => Uint8Array.of(1)))), code: 'LIMIT' },
  { name: 'long admits', fault: `admits of ${MAX_ADMITS_BYTES + 1} bytes`, bytes: encodeMessage(shown([new Uint8Array(MAX_ADMITS_BYTES), Uint8Array.of(0)])), code: 'LIMIT' },
  { name: 'no invite', fault: 'a join without an invite', bytes: encodeMessage({ join: { invite: new Uint8Array(0), certificate: readCertificate } }), code: 'MALFORMED' },
  { name: 'long certificate', fault: 'a certificate of 1025 bytes', bytes: encodeMessage({ join: { invite: Uint8Array.of(1), certificate: new Uint8Array(1025) } }), code: 'LIMIT' },
  { name: 'short meet', fault: 'a meet of 31 bytes', bytes: encodeMessage({ welcome: { meet: home.meet.subarray(1), epoch: 0, reads: [], admits: [Uint8Array.of(1)], witness: [Uint8Array.of(1)] } }), code: 'MALFORMED' },
  { name: 'short read secret', fault: 'a read secret of 31 bytes', bytes: encodeMessage({ welcome: { meet: home.meet, epoch: 0, reads: [home.read.subarray(1)], admits: [Uint8Array.of(1)], witness: [Uint8Array.of(1)] } }), code: 'MALFORMED' },
  { name: 'no witness', fault: 'a welcome without the admits of the witness', bytes: encodeMessage({ welcome: { meet: home.meet, epoch: 0, reads: [], admits: [Uint8Array.of(1)], witness: [] } }), code: 'MALFORMED' },
  { name: 'long refusal', fault: 'a text of 257 bytes', bytes: encodeMessage({ refusal: { code: 2, retry: false, text: 'x'.repeat(257), writers: [] } }), code: 'LIMIT' },
  { name: 'long revoke', fault: 'a revoke of 8193 bytes', bytes: encodeMessage({ refusal: { code: 12, retry: false, text: '', writers: [], revoke: new Uint8Array(8193) } }), code: 'LIMIT' },
  { name: 'empty revoke', fault: 'a revoke of 0 bytes', bytes: encodeMessage({ refusal: { code: 12, retry: false, text: '', writers: [], revoke: new Uint8Array(0) } }), code: 'MALFORMED' },
  { name: 'many writers', fault: '9 writers', bytes: encodeMessage({ refusal: { ...telling, writers: Array.from({ length: 9 }, () => ({ peer: writer.peer, addresses: [], label: '' })) } }), code: 'LIMIT' },
  { name: 'short peer', fault: 'a writer of 37 bytes', bytes: encodeMessage({ refusal: { ...telling, writers: [{ peer: writer.peer.subarray(1), addresses: [], label: '' }] } }), code: 'MALFORMED' }
]

/** What the store member says to the founder, and how it is refused. */
const conversations: Array<{ name: string, fault: string, frames: Message[], code: string }> = [
  { name: 'stranger', fault: 'the MAC is under another meet', frames: [greet(mac(1, store.peer, founder.peer, other.meet))], code: 'REFUSED' },
  { name: 'reflected', fault: 'the MAC is that of the listening side', frames: [greet(mac(2))], code: 'REFUSED' },
  { name: 'replayed', fault: 'the MAC is that of another dialler', frames: [greet(mac(1, writer.peer))], code: 'REFUSED' },
  { name: 'for another', fault: 'the MAC is for another listener', frames: [greet(mac(1, store.peer, writer.peer))], code: 'REFUSED' },
  { name: 'no greeting', fault: 'admits come first', frames: [shown(chains.store)], code: 'MALFORMED' },
  { name: 'out of turn', fault: 'greeted instead of admits', frames: [greet(mac(1)), { greeted: {} }], code: 'MALFORMED' },
  { name: 'grant of a member', fault: 'a grant after the greeting', frames: [greet(mac(1)), granted()], code: 'MALFORMED' },
  { name: 'admits of another', fault: 'the first admit is that of the writer', frames: [greet(mac(1)), shown(chains.writer)], code: 'REFUSED' },
  { name: 'admits twice', fault: 'admits instead of greeted', frames: [greet(mac(1)), shown(chains.store), shown(chains.store)], code: 'MALFORMED' }
]

/** What a stranger shows to the founder, who knows the writer and takes `revoked` writer and link for revoked. */
const altered = granted().grant
const visits: Array<{ name: string, fault?: string, shown: Message, code?: string }> = [
  { name: 'by a writer', shown: granted() },
  { name: 'by the vault key', shown: granted(home.sign) },
  { name: 'another vault', fault: 'vault and grant are those of another vault', shown: granted(other.sign, other), code: 'WRONG_VAULT' },
  { name: 'a grant of another vault', fault: 'the vault is right, the grant of another one', shown: { grant: { vault: home.id, grant: granted(other.sign, other).grant?.grant ?? new Uint8Array(0) } }, code: 'WRONG_VAULT' },
  { name: 'unknown writer', fault: 'nobody admitted who signed it', shown: granted(stranger.writer), code: 'UNKNOWN_WRITER' },
  { name: 'revoked writer', fault: 'who signed it was revoked', shown: granted(second.writer), code: 'REVOKED' },
  { name: 'revoked link', fault: 'the link was revoked', shown: granted(writer.writer, home, 'revoked link'), code: 'REVOKED' },
  { name: 'expired', fault: 'a millisecond late', shown: granted(writer.writer, home, 'link', TIME - 1), code: 'EXPIRED' },
  { name: 'altered', fault: 'one bit of the signature', shown: { grant: { vault: home.id, grant: flipped(altered?.grant ?? new Uint8Array(0), -1) } }, code: 'INVALID_DATA' },
  { name: 'no grant', fault: 'an invite where a grant belongs', shown: { grant: { vault: home.id, grant: readInvite.invite.encoded } }, code: 'MALFORMED' }
]

interface WelcomeCase { keys?: Partial<Keys>, admits?: string[], witness?: string[] }
const badWelcomes: Array<WelcomeCase & { name: string, fault: string, code: string }> = [
  { name: 'another R', fault: 'a read secret that the invite does not promise', keys: { reads: [other.read] }, code: 'INVALID_DATA' },
  { name: 'no R', fault: 'nothing to read with', keys: { reads: [] }, code: 'INVALID_DATA' },
  { name: 'more R', fault: 'a read secret of an epoch that is not', keys: { reads: [home.read, other.read] }, code: 'INVALID_DATA' },
  { name: 'another meet', fault: 'a meet that is not of R', keys: { meet: other.meet }, code: 'INVALID_DATA' },
  { name: 'the vault secret', fault: 'V for a member with role read', keys: { vaultSecret: home.secret }, code: 'INVALID_DATA' },
  { name: 'another certificate', fault: 'the admit holds another certificate of the joiner', admits: ['joiner, another box', 'writer', 'founder'], code: 'INVALID_DATA' },
  { name: 'not admitted', fault: 'the admits are those of the witness', admits: ['writer', 'founder'], code: 'REFUSED' },
  { name: 'admit too short', fault: 'the chain of the joiner does not lead to the vault key', admits: ['joiner', 'writer'], code: 'UNKNOWN_WRITER' },
  { name: 'another witness', fault: 'the witness shows the founder\'s admit', witness: ['founder'], code: 'REFUSED' }
]

export async function generate (): Promise<unknown> {
  return {
    protocol: HELLO_PROTOCOL,
    notation: 'bytes are hex; a frame is given without its length prefix; admits are named in "admits"',
    vault: hex(home.id),
    meet: hex(home.meet),
    peers: Object.fromEntries([founder, writer, second, store, joiner, stranger].map(({ name, peer }) => [name, hex(peer)])),
    macs: [
      { direction: 1, dialer: 'store', listener: 'founder', mac: hex(mac(1)) },
      { direction: 2, dialer: 'store', listener: 'founder', mac: hex(mac(2)) }
    ],
    admits: plain(named),
    chains: { valid: goodChains.map((chain) => plain(chain)), bad: badChains.map((chain) => plain(chain)) },
    messages: {
      valid: Object.entries(valid).map(([name, message]) => ({ name, frame: hex(encodeMessage(message)), message: plain(message) })),
      bad: bad.map(({ name, fault, bytes, code }) => ({ name, fault, frame: squeezed(bytes), code }))
    },
    conversations: { dialer: 'store', listener: 'founder', bad: conversations.map(({ name, fault, frames, code }) => ({ name, fault, frames: frames.map((frame) => hex(encodeMessage(frame))), code })) },
    visits: {
      asked: 'founder',
      now: TIME,
      counts: [founder, writer].map(({ writer: key }) => hex(publicKeyOf(key))),
      void: [hex(publicKeyOf(second.writer))],
      revoked: [hex(seed('revoked link').subarray(0, 16))],
      root: hex(root.bytes),
      cases: visits.map(({ shown: message, ...rest }) => ({ ...rest, frame: hex(encodeMessage(message)) }))
    },
    joining: {
      witness: 'writer',
      joiner: 'joiner',
      invite: { role: 'read', epoch: readInvite.epoch, check: hex(readInvite.check), meet: hex(readInvite.meet), invite: hex(readInvite.invite.encoded) },
      certificate: hex(readCertificate),
      welcome: { keys: plain(keysOf(home, 'read')), admits: ['joiner', 'writer', 'founder'], witness: ['writer', 'founder'] },
      bad: badWelcomes.map((welcome) => plain(welcome))
    }
  }
}

/** Runs of zeros would fill the file: a long frame is a list of hex and of [byte, how often]. */
function squeezed (bytes: Uint8Array): string | Array<string | [string, number]> {
  const whole = hex(bytes)
  if (whole.length <= 2048 || !/(00){64}/.test(whole)) return whole
  // two digits at a time, so that a run begins where a byte does
  return [...whole.matchAll(/(?:00){64,}|(?:(?!(?:00){64})..)+/g)].map(([part]) => /^(00){64,}$/.test(part) ? ['00', part.length / 2] : part)
}
