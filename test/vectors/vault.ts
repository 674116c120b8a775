/** Vectors of protocols/vault. Every secret in them is fixed, and worth nothing. */
import { dhtKey, helloMac } from '../../protocols/vault/keys.js'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { readEntry } from '../../protocols/vault/entry.js'
import { isKnown } from '../../protocols/vault/admit.js'
import { nameProblem, normalName } from '../../protocols/vault/names.js'
import { openEntry, tagOf } from '../../protocols/vault/private-part.js'
import { readRecord } from '../../protocols/vault/record.js'
import { encodeText, INVITE_PREFIX, LINK_PREFIX, recoveryText, RECOVERY_PREFIX } from '../../protocols/vault/text.js'
import { ascii, concat, fixed, founder, founderAdmit, hex, invite, inviteText, joiner, joinerAdmit, keys, meeting, name, V, vault } from './vault-fixtures.js'
import { bad, unreadable, valid } from './vault-entries.js'
import { histories } from './vault-histories.js'
import { inviteOf, joins, memberMap, inviteMap, plainJoin } from './vault-members.js'
import { badLinks, grant, grantMap, grants, linkText, plainGrant, wholeLink } from './vault-links.js'
import { badRecords, recordOrder, validRecords } from './vault-records.js'
import { settings } from './vault-settings.js'
import { unknown } from './vault-unknown.js'
import { signatures } from './vault-signatures.js'
import type { AdmitFacts } from '../../protocols/vault/admit.js'
import type { Entry } from '../../protocols/vault/entry.js'

/** Bytes as hex, links as the hex of their 36 bytes, in whatever they stand. */
function plain (value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('multihash' in value && 'bytes' in value) return hex(value.bytes as Uint8Array)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}

/** Hex; a run of one byte, 64 times or more, as [byte, how often]. */
export function short (bytes: Uint8Array): string | Array<string | [string, number]> {
  const parts: Array<string | [string, number]> = []
  let from = 0
  for (let at = 0; at < bytes.length;) {
    let end = at + 1
    while (end < bytes.length && bytes[end] === bytes[at]) end++
    if (end - at >= 64) {
      if (at > from) parts.push(hex(bytes.subarray(from, at)))
      parts.push([hex(bytes.subarray(at, at + 1)), end - at])
      from = end
    }
    at = end
  }
  if (parts.length === 0) return hex(bytes)
  return from < bytes.length ? [...parts, hex(bytes.subarray(from))] : parts
}

function facts (entry: Entry): unknown {
  const { id, encoded: _encoded, publicBytes: _public, sealed: _sealed, ...fields } = entry
  const shown = entry.kind === 'admit' ? { ...fields, admit: { by: entry.admit.member.by, subject: entry.admit.member.subject, role: entry.admit.member.role, operator: entry.admit.member.operator, label: entry.admit.member.label, writer: entry.admit.member.writer } } : fields
  const hidden = 'tag' in entry ? openEntry(entry, keys) : undefined
  return { id: hex(id), fields: plain(shown), ...(hidden === undefined ? {} : { private: plain(hidden) }) }
}

function recordFacts (encoded: Uint8Array): unknown {
  const { encoded: _encoded, hash: _hash, signatures: _signatures, addresses, ...fields } = readRecord(encoded)
  return { ...plain(fields) as object, addresses: addresses.map(short) }
}

const wholeInvite = { v: 1, vault: vault.id, secret: invite.secret, invite: invite.invite.encoded, ...meeting, addresses: invite.addresses }
const { check: _check, ...withoutCheck } = wholeInvite
const mistyped = (text: string): string => text.slice(0, 30) + (text[30] === 'a' ? 'b' : 'a') + text.slice(31)
const recovery = recoveryText(V)
const texts = {
  recovery: { prefix: RECOVERY_PREFIX, text: recovery, secret: hex(V), vault: hex(vault.id) },
  invite: { prefix: INVITE_PREFIX, text: inviteText, ...plain(wholeInvite) as object },
  link: { prefix: LINK_PREFIX, text: linkText, ...plain(wholeLink) as object },
  same: [recovery.toUpperCase(), ` ${recovery.slice(0, 20)}\r\n\t${recovery.slice(20)}\u00a0\ufeff`],
  bad: [
    { fault: 'one letter is another', kind: 'recovery', code: 'MALFORMED', problem: 'checksum', text: mistyped(recovery) },
    { fault: 'the last letter is missing', kind: 'recovery', code: 'MALFORMED', problem: 'checksum', text: recovery.slice(0, -1) },
    { fault: 'the prefix alone', kind: 'recovery', code: 'MALFORMED', problem: 'checksum', text: RECOVERY_PREFIX },
    { fault: 'a letter too many', kind: 'recovery', code: 'MALFORMED', problem: 'checksum', text: recovery + 'a' },
    { fault: 'an unused bit is set', kind: 'recovery', code: 'MALFORMED', problem: 'checksum', text: recovery.slice(0, -1) + nextLetter(recovery) },
    { fault: 'a character that base32 does not have', kind: 'recovery', code: 'MALFORMED', problem: 'characters', text: recovery.slice(0, -1) + '1' },
    { fault: 'a hyphen', kind: 'recovery', code: 'MALFORMED', problem: 'characters', text: recovery.slice(0, 40) + '-' + recovery.slice(40) },
    { fault: 'an invite where a recovery code belongs', kind: 'recovery', code: 'MALFORMED', problem: 'prefix', text: inviteText },
    { fault: 'nothing', kind: 'recovery', code: 'MALFORMED', problem: 'prefix', text: '' },
    { fault: 'the checksum is of another prefix', kind: 'recovery', code: 'MALFORMED', problem: 'checksum', text: RECOVERY_PREFIX + inviteText.slice(INVITE_PREFIX.length) },
    { fault: 'a secret of 31 bytes', kind: 'recovery', code: 'MALFORMED', problem: 'form', text: encodeText(RECOVERY_PREFIX, { v: 1, secret: V.subarray(1) }) },
    { fault: 'v 2', kind: 'recovery', code: 'MALFORMED', problem: 'form', text: encodeText(RECOVERY_PREFIX, { v: 2, secret: V }) },
    { fault: 'a key that is not listed', kind: 'recovery', code: 'MALFORMED', problem: 'form', text: encodeText(RECOVERY_PREFIX, { v: 1, secret: V, note: 1 }) },
    { fault: 'five addresses', kind: 'invite', code: 'MALFORMED', problem: 'form', text: encodeText(INVITE_PREFIX, { ...wholeInvite, addresses: Array.from({ length: 5 }, () => ascii('x')) }) },
    { fault: 'an empty address', kind: 'invite', code: 'MALFORMED', problem: 'form', text: encodeText(INVITE_PREFIX, { ...wholeInvite, addresses: [new Uint8Array(0)] }) },
    { fault: 'check is missing', kind: 'invite', code: 'MALFORMED', problem: 'form', text: encodeText(INVITE_PREFIX, withoutCheck) },
    { fault: 'the invite\'s role was changed', kind: 'invite', code: 'INVALID_DATA', text: encodeText(INVITE_PREFIX, { ...wholeInvite, invite: concat(inviteOf({ role: 'owner' }).subarray(0, -64), invite.invite.encoded.subarray(-64)) }) },
    { fault: 'the vault is not the invite\'s', kind: 'invite', code: 'INVALID_DATA', text: encodeText(INVITE_PREFIX, { ...wholeInvite, vault: publicKeyOf(fixed('x')) }) },
    { fault: 'the secret is not of the invite\'s key', kind: 'invite', code: 'INVALID_DATA', text: encodeText(INVITE_PREFIX, { ...wholeInvite, secret: fixed('x') }) },
    { fault: 'an invite where a link belongs', kind: 'link', code: 'MALFORMED', problem: 'prefix', text: inviteText },
    ...badLinks
  ]
}

/** The last letter of a recovery code carries three bits; the others must be zero. */
function nextLetter (text: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  return alphabet.charAt(alphabet.indexOf(text.at(-1) ?? '') | 1)
}

const goodNames = ['a', 'a/b', '.hidden', '...', 'a b', 'ü', 'e\u0301', '日本語/ファイル', '😀', 'a\u00a0b', '\u200b', 'x'.repeat(1024), 'é'.repeat(512), '__proto__', 'con', 'a\\b', 'a:b']
const badNames = ['', '/', '/a', 'a/', 'a//b', '.', '..', './a', 'a/.', 'a/../b', 'a\u0000b', 'a\nb', '\u007f', 'a\u0085b', '\u009f', 'x'.repeat(1025), 'é'.repeat(512) + 'x']

function known (name: string, writer: Uint8Array, admits: Uint8Array[], voids: Uint8Array[] = []): unknown {
  const all = admits.map((bytes) => readEntry(bytes)).map((entry) => (entry as { admit: AdmitFacts }).admit)
  const admitsOf = (key: Uint8Array): AdmitFacts[] => all.filter(({ member }) => member.writer !== undefined && hex(member.writer) === hex(key))
  const isVoid = (id: Uint8Array): boolean => voids.some((of) => hex(of) === hex(id))
  return {
    name, vault: hex(vault.id), writer: hex(writer), admits: admits.map(hex), ...(voids.length === 0 ? {} : { void: voids.map(hex) }),
    known: isKnown(writer, vault.id, admitsOf), counts: isKnown(writer, vault.id, admitsOf, { isVoid })
  }
}

export function generate (): unknown {
  return {
    notation: 'bytes are hex, a long run as a list of hex and of [byte, how often]; links are the hex of the 36 bytes of their CID; "fault" is the only thing wrong',
    keys: {
      V: hex(V), id: hex(vault.id), sign: hex(vault.sign), read: hex(vault.read), ...plain({ ...keys, check: meeting.check }) as object,
      founder: plain({ node: founder.node, peer: founder.peer, writer: founder.writer, writerKey: publicKeyOf(founder.writer), boxSecret: founder.boxSecret, box: founder.box }),
      joiner: plain({ node: joiner.node, peer: joiner.peer, writer: joiner.writer, writerKey: publicKeyOf(joiner.writer), boxSecret: joiner.boxSecret, box: joiner.box }),
      dht: hex(dhtKey(keys.meet)),
      hello: { dialer: hex(founder.peer), listener: hex(joiner.peer), 1: hex(helloMac(keys.meet, 1, founder.peer, joiner.peer)), 2: hex(helloMac(keys.meet, 2, founder.peer, joiner.peer)) },
      tag: { name, tag: hex(tagOf(keys.name, name)) }
    },
    signatures: signatures.map(({ name, valid, refusedBy, ...bytes }) => ({ name, valid, ...(refusedBy === undefined ? {} : { refusedBy }), ...plain(bytes) as object })),
    names: { good: goodNames.map((of) => ({ name: of, stored: normalName(of) })), bad: badNames.map((of) => ({ name: of, fault: nameProblem(of) })) },
    texts,
    invite: { map: plain(inviteMap), encoded: hex(invite.invite.encoded) },
    member: { map: plain(memberMap), encoded: joins[0]?.request.certificate === undefined ? '' : hex(joins[0].request.certificate) },
    joins: joins.map(({ name, request, ...rest }) => ({ name, ...rest, ...plainJoin(request) })),
    grant: { map: plain(grantMap), encoded: hex(grant) },
    grants: grants.map(plainGrant),
    entries: {
      valid: valid.map(({ name, encoded }) => ({ name, entry: short(encoded), ...facts(readEntry(encoded)) as object })),
      bad: bad.map(({ fault, code, encoded }) => ({ fault, code, entry: short(encoded) })),
      unreadable: unreadable.map(({ fault, code, encoded }) => ({ fault, code, entry: short(encoded) }))
    },
    known: [
      known('the founder', publicKeyOf(founder.writer), [founderAdmit.bytes]),
      known('whom the founder admitted', publicKeyOf(joiner.writer), [joinerAdmit.bytes, founderAdmit.bytes]),
      known('whom somebody unknown admitted', publicKeyOf(joiner.writer), [joinerAdmit.bytes]),
      known('nobody', fixed('x'), [founderAdmit.bytes]),
      known('the vault key', vault.id, []),
      known('the admit is void', publicKeyOf(joiner.writer), [joinerAdmit.bytes, founderAdmit.bytes], [joinerAdmit.id]),
      known('an admit further up is void', publicKeyOf(joiner.writer), [joinerAdmit.bytes, founderAdmit.bytes], [founderAdmit.id])
    ],
    histories: histories(),
    settings: settings(),
    unknown: unknown(),
    records: {
      valid: validRecords.map(({ name, encoded }) => ({ name, record: short(encoded), fields: recordFacts(encoded) })),
      bad: badRecords.map(({ fault, code, encoded }) => ({ fault, code, record: short(encoded) })),
      order: recordOrder.map(({ name, older, newer }) => ({ name, older: hex(older), newer: hex(newer) }))
    }
  }
}
