/**
 * This file makes and checks member certificates, and joins with an invite. Spec:
 * protocols/vault/README.md, "Members" and "Joining".
 */
import { asBytes, encode } from '../block/cbor.js'
import { equal, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { peerKey, PUBLIC_KEY_BYTES, publicKeyOf, sign, signedBytes, verify } from './ed25519.js'
import { readInvite, verifyInvite } from './invite.js'
import { JOIN_TOLERANCE_MS } from './limits.js'
import { asTerms, mayWrite, packSigned, termsMap, unpackSigned } from './signed.js'
import type { Invite, InviteText } from './invite.js'
import type { Signed, Terms } from './signed.js'

/** Signs with the private key of the node's PeerId, which may be kept elsewhere. */
export type NodeSign = (message: Uint8Array) => Promise<Uint8Array> | Uint8Array

export interface Member extends Terms, Signed {
  /** The PeerId of the node, 38 bytes. */
  subject: Uint8Array
  /** The public X25519 key. */
  box: Uint8Array
  /** The public key that signs the member's entries; present exactly for roles owner and write. */
  writer?: Uint8Array
  /** The key that admitted the member: the vault key or the key of an invite. */
  by: Uint8Array
}

export interface MemberTerms extends Terms {
  /** The seed of the vault key or of an invite's key. */
  by: Uint8Array
  subject: Uint8Array
  nodeSign: NodeSign
  box: Uint8Array
  /** The seed of the member's writer key; present exactly for roles owner and write. */
  writer?: Uint8Array
}

/**
 * Makes a certificate with its signatures: by `by`, by the node, and by the writer key where there
 * is one.
 *
 * @throws ProtocolError MALFORMED, INVALID_DATA when `nodeSign` does not sign as the subject
 */
export async function makeMember ({ by, subject, nodeSign, box, writer, ...terms }: MemberTerms): Promise<Uint8Array> {
  const keys = { subject, box, by: publicKeyOf(by), ...(writer === undefined ? {} : { writer: publicKeyOf(writer) }) }
  const body = encode({ ...termsMap('member', terms), ...keys })
  const hash = sha256(body)
  const signatures = [sign(by, 'member', hash), new Uint8Array(await nodeSign(signedBytes('member', hash)))]
  if (writer !== undefined) signatures.push(sign(writer, 'member', hash))
  const encoded = packSigned(body, signatures)
  if (!verifyMember(readMember(encoded))) throw new ProtocolError('INVALID_DATA', 'The node key does not sign as the subject')
  return encoded
}

/**
 * Makes the certificate of a joiner: the terms of the invite, signed by the invite's key, by the
 * node and, in a writing role, by its writer key.
 */
export async function joinCertificate ({ invite: text, ...own }: { invite: InviteText, subject: Uint8Array, nodeSign: NodeSign, box: Uint8Array, writer?: Uint8Array }): Promise<Uint8Array> {
  const { vault, role, operator, label, maxCapacity } = text.invite
  return makeMember({ ...own, by: text.secret, vault, role, operator, label, ...(maxCapacity === undefined ? {} : { maxCapacity }) })
}

/**
 * Reads a certificate and checks its form; `verifyMember` checks the signatures.
 *
 * @throws ProtocolError MALFORMED
 */
export function readMember (encoded: Uint8Array): Member {
  const { body, ...signed } = unpackSigned(encoded, { min: 2, max: 3 })
  const { map, terms } = asTerms(body, 'member', ['subject', 'box', 'by'], ['writer'])
  const member: Member = {
    ...terms, ...signed, subject: asBytes(map.subject), box: asBytes(map.box, PUBLIC_KEY_BYTES), by: asBytes(map.by, PUBLIC_KEY_BYTES)
  }
  peerKey(member.subject)
  if (map.writer !== undefined) member.writer = asBytes(map.writer, PUBLIC_KEY_BYTES)
  if ((member.writer !== undefined) !== mayWrite(member.role)) throw new ProtocolError('MALFORMED', 'Owners and write members, and only they, have a writer key')
  if (member.signatures.length !== (member.writer === undefined ? 2 : 3)) throw new ProtocolError('MALFORMED', 'One signature for each key')
  return member
}

/**
 * Returns true if `by`, the node and, where there is one, the writer key signed the certificate.
 */
export function verifyMember (member: Member): boolean {
  const keys = [member.by, peerKey(member.subject), ...(member.writer === undefined ? [] : [member.writer])]
  return keys.every((key, i) => {
    const signature = member.signatures[i]
    return signature !== undefined && verify(key, 'member', member.hash, signature)
  })
}

/** Returns true if every term that a member has from its invite equals that of the invite. */
export function sameTerms (invite: Invite, member: Member): boolean {
  return equal(invite.vault, member.vault) && equal(invite.key, member.by) && invite.role === member.role &&
    invite.operator === member.operator && invite.label === member.label && invite.maxCapacity === member.maxCapacity
}

export interface JoinRequest {
  /** The invite as signed. */
  invite: Uint8Array
  certificate: Uint8Array
  /** The vault of the witness. */
  vaultId: Uint8Array
  /** Milliseconds since 1970 by the clock of the witness. */
  now: number
  /**
   * The number of other nodes that joined with this invite, as far as the witness knows. The same
   * node again is no new use.
   */
  uses: number
  /** True when the witness knows a revoke of the invite or of the subject. */
  revoked?: boolean
  /** The node at the other end of the connection; the certificate must name this node. */
  peer?: Uint8Array
}

/**
 * Checks a join before the witness writes an admit.
 *
 * @throws ProtocolError MALFORMED (form), WRONG_VAULT, INVALID_DATA (altered, or of another node),
 *   REVOKED, EXPIRED, USED_UP, in this order
 */
export function checkJoin ({ invite: inviteBytes, certificate, vaultId, now, uses, revoked, peer }: JoinRequest): { invite: Invite, member: Member } {
  const invite = readInvite(inviteBytes)
  const member = readMember(certificate)
  if (!equal(invite.vault, vaultId) || !equal(member.vault, vaultId)) throw new ProtocolError('WRONG_VAULT', 'The invite is for another vault')
  if (!verifyInvite(invite)) throw new ProtocolError('INVALID_DATA', 'The invite was altered')
  if (!sameTerms(invite, member) || !verifyMember(member)) throw new ProtocolError('INVALID_DATA', 'The certificate is not one of this invite')
  if (peer !== undefined && !equal(peer, member.subject)) throw new ProtocolError('INVALID_DATA', 'The certificate is that of another node')
  if (revoked === true) throw new ProtocolError('REVOKED', 'The invite or the node was revoked')
  if (now > invite.joinBy + JOIN_TOLERANCE_MS) throw new ProtocolError('EXPIRED', 'The invite has expired')
  if (uses >= invite.uses) throw new ProtocolError('USED_UP', 'The invite was used as often as it may be')
  return { invite, member }
}
