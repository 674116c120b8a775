/** Vectors of invites, member certificates and joining; one fault each. */
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { bodyOf, concat, fixed, founder, founderCertificate, hex, invite, joiner, joinerCertificate, nodeOf, signedOf, storeCertificate, storeInvite, TIME, vault } from './vault-fixtures.js'
import { vaultKeys } from '../../protocols/vault/keys.js'

const VAULT_LINE = { v: 1, vault: vault.id }
export const inviteMap = { ...VAULT_LINE, type: 'invite', key: invite.invite.key, role: 'write', operator: 'ben', label: 'nas', joinBy: TIME + 86_400_000, uses: 1 }
export const memberMap = { ...VAULT_LINE, type: 'member', subject: joiner.peer, role: 'write', operator: 'ben', label: 'nas', box: joiner.box, writer: publicKeyOf(joiner.writer), by: invite.invite.key }
const { writer: _writer, ...withoutWriter } = memberMap
const inviteKey = invite.secret
export const inviteOf = (changes: object, seed = vault.sign): Uint8Array => signedOf({ ...inviteMap, ...changes }, 'invite', [seed])
export const memberOf = (changes: object, seeds = [inviteKey, joiner.node, joiner.writer]): Uint8Array => signedOf({ ...memberMap, ...changes }, 'member', seeds)
/** The founder admits the joiner. */
const admitOf = (body: unknown): Uint8Array => bodyOf('admit', body, founder.writer)
const good = { invite: invite.invite.encoded, member: joinerCertificate }
const other = vaultKeys(fixed('another vault'))
const last = (bytes: Uint8Array): Uint8Array => concat(bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) ?? 0) ^ 1))

/** Admits whose entry is well signed, with a fault inside: refused like a bad signature. */
export const badAdmits: Array<{ fault: string, code: string, encoded: Uint8Array }> = [
  { fault: 'the body has no member', code: 'MALFORMED', encoded: admitOf({ invite: good.invite }) },
  { fault: 'the body has a key that is not listed', code: 'MALFORMED', encoded: admitOf({ ...good, note: 'x' }) },
  { fault: 'the sealed part is not empty', code: 'MALFORMED', encoded: bodyOf('admit', good, founder.writer, Uint8Array.of(0)) },
  { fault: 'written by the vault key', code: 'MALFORMED', encoded: bodyOf('admit', good) },
  { fault: 'the invite is missing, although by is not the vault key', code: 'INVALID_DATA', encoded: admitOf({ member: good.member }) },
  { fault: 'an invite, although by is the vault key', code: 'INVALID_DATA', encoded: admitOf({ invite: good.invite, member: founderCertificate }) },
  { fault: 'by is the vault key and the invite\'s key', code: 'INVALID_DATA', encoded: admitOf({ invite: inviteOf({ key: vault.id }), member: memberOf({ by: vault.id }, [vault.sign, joiner.node, joiner.writer]) }) },
  { fault: 'by is another key than the invite\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({ by: publicKeyOf(fixed('x')) }, [fixed('x'), joiner.node, joiner.writer]) }) },
  { fault: 'the member is of another vault', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({ vault: other.id }) }) },
  { fault: 'invite and member are of another vault', code: 'INVALID_DATA', encoded: admitOf({ invite: inviteOf({ vault: other.id }, other.sign), member: memberOf({ vault: other.id }) }) },
  { fault: 'the role is another than the invite\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({ role: 'owner' }) }) },
  { fault: 'the label is another than the invite\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({ label: 'nas2' }) }) },
  { fault: 'the operator is another than the invite\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({ operator: '' }) }) },
  { fault: 'a maxCapacity that the invite has not', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({ maxCapacity: 1 }) }) },
  { fault: 'no maxCapacity, although the invite has one', code: 'INVALID_DATA', encoded: admitOf({ ...good, invite: inviteOf({ maxCapacity: 1 }) }) },
  { fault: 'the invite is signed by another key than the vault\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, invite: inviteOf({}, fixed('x')) }) },
  { fault: 'the invite is signed under another purpose', code: 'INVALID_DATA', encoded: admitOf({ ...good, invite: signedOf(inviteMap, 'member', [vault.sign]) }) },
  { fault: 'the first signature of the member is not the invite key\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({}, [fixed('x'), joiner.node, joiner.writer]) }) },
  { fault: 'the second signature of the member is not the node\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({}, [inviteKey, fixed('x'), joiner.writer]) }) },
  { fault: 'the third signature of the member is not the writer key\'s', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({}, [inviteKey, joiner.node, fixed('x')]) }) },
  { fault: 'two signatures of the member are exchanged', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: memberOf({}, [inviteKey, joiner.writer, joiner.node]) }) },
  { fault: 'the member is signed under another purpose', code: 'INVALID_DATA', encoded: admitOf({ ...good, member: signedOf(memberMap, 'invite', [inviteKey, joiner.node, joiner.writer]) }) },
  { fault: 'a write member without a writer key', code: 'MALFORMED', encoded: admitOf({ ...good, member: signedOf(withoutWriter, 'member', [inviteKey, joiner.node]) }) },
  { fault: 'a store member with a writer key', code: 'MALFORMED', encoded: admitOf({ invite: inviteOf({ role: 'store' }), member: memberOf({ role: 'store' }) }) },
  { fault: 'the writer key\'s signature is missing', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({}, [inviteKey, joiner.node]) }) },
  { fault: 'a fourth signature', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({}, [inviteKey, joiner.node, joiner.writer, vault.sign]) }) },
  { fault: 'a second signature of the invite', code: 'MALFORMED', encoded: admitOf({ ...good, invite: signedOf(inviteMap, 'invite', [vault.sign, vault.sign]) }) },
  { fault: 'the subject is a PeerId of another kind of key', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({ subject: concat(joiner.peer.subarray(0, 3), Uint8Array.of(2), joiner.peer.subarray(4)) }) }) },
  { fault: 'the subject is a bare key', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({ subject: joiner.peer.subarray(6) }) }) },
  { fault: 'a role that does not exist', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({ role: 'admin' }) }) },
  { fault: 'a label of 65 bytes', code: 'MALFORMED', encoded: admitOf({ invite: inviteOf({ label: 'é'.repeat(32) + 'x' }), member: memberOf({ label: 'é'.repeat(32) + 'x' }) }) },
  { fault: 'a box key of 31 bytes', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({ box: joiner.box.subarray(1) }) }) },
  { fault: 'the member says type invite', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({ type: 'invite' }) }) },
  { fault: 'the member is of version 2', code: 'MALFORMED', encoded: admitOf({ ...good, member: memberOf({ v: 2 }) }) },
  { fault: 'an invite for nobody (uses 0)', code: 'MALFORMED', encoded: admitOf({ ...good, invite: inviteOf({ uses: 0 }) }) },
  { fault: 'an invite with a key that is not listed', code: 'MALFORMED', encoded: admitOf({ ...good, invite: inviteOf({ note: 1 }) }) },
  { fault: 'the member is a list, not a byte string', code: 'MALFORMED', encoded: admitOf({ ...good, member: [joinerCertificate] }) }
]

const request = { invite: good.invite, certificate: good.member, vaultId: vault.id, now: TIME, uses: 0, peer: joiner.peer }
/** What a witness answers; `code` missing: admitted. */
export const joins = [
  { name: 'in time', request },
  { name: 'at the end of the tolerance of 10 minutes', request: { ...request, now: TIME + 86_400_000 + 600_000 } },
  { name: 'the third of three, role store, with a bound', request: { ...request, invite: storeInvite.invite.encoded, certificate: storeCertificate, uses: 2 } },
  { name: 'one millisecond too late', code: 'EXPIRED', request: { ...request, now: TIME + 86_400_000 + 600_001 } },
  { name: 'used up', code: 'USED_UP', request: { ...request, uses: 1 } },
  { name: 'revoked', code: 'REVOKED', request: { ...request, revoked: true } },
  { name: 'for another vault', code: 'WRONG_VAULT', request: { ...request, vaultId: other.id } },
  { name: 'joinBy was moved', code: 'INVALID_DATA', request: { ...request, invite: concat(inviteOf({ joinBy: TIME * 2 }).subarray(0, -64), good.invite.subarray(-64)) } },
  { name: 'one bit of the invite\'s signature', code: 'INVALID_DATA', request: { ...request, invite: last(good.invite) } },
  { name: 'one bit of the certificate\'s last signature', code: 'INVALID_DATA', request: { ...request, certificate: last(good.member) } },
  { name: 'a higher role than the invite\'s', code: 'INVALID_DATA', request: { ...request, certificate: memberOf({ role: 'owner' }) } },
  { name: 'the certificate of another node', code: 'INVALID_DATA', request: { ...request, peer: nodeOf('somebody').peer } },
  { name: 'a byte after the invite', code: 'MALFORMED', request: { ...request, invite: concat(good.invite, Uint8Array.of(0)) } },
  { name: 'a certificate of more than 1,024 bytes', code: 'MALFORMED', request: { ...request, certificate: new Uint8Array(1025) } }
]

export const plainJoin = ({ invite, certificate, vaultId, peer, ...rest }: typeof request & { revoked?: boolean }): Record<string, unknown> =>
  ({ vault: hex(vaultId), invite: hex(invite), certificate: hex(certificate), peer: hex(peer), ...rest })
