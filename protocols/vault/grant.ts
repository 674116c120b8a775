/** Grants: what lets anybody fetch the blocks of one version. Spec: README.md, "Grants". */
import { asBytes, asCid, asInt, asMap, encode } from '../block/cbor.js'
import { DAG_CBOR } from '../block/cid.js'
import { equal, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { PUBLIC_KEY_BYTES, publicKeyOf, sign, verify } from './ed25519.js'
import { LINK_ID_BYTES } from './limits.js'
import { FORMAT_VERSION, packSigned, unpackSigned } from './signed.js'
import type { CID } from 'multiformats/cid'
import type { Signed } from './signed.js'

export interface GrantTerms {
  vault: Uint8Array
  /** Id of the link, 16 random bytes: what a revoke names. */
  link: Uint8Array
  /** Of the one version that it is for. */
  root: CID
  /** When it ends, milliseconds since 1970. */
  notAfter: number
}

export interface Grant extends GrantTerms, Signed {
  /** Whose signature it is: a writer key, or the vault key. */
  by: Uint8Array
}

/**
 * A grant as signed by the writer key (or vault key) of seed `by`. MALFORMED for terms that the
 * format does not take.
 */
export function makeGrant ({ by, vault, link, root, notAfter }: GrantTerms & { by: Uint8Array }): Uint8Array {
  const body = encode({ v: FORMAT_VERSION, vault, link, root, notAfter, by: publicKeyOf(by) })
  const encoded = packSigned(body, [sign(by, 'grant', sha256(body))])
  readGrant(encoded)
  return encoded
}

/** A grant's form; its signature is verifyGrant's. MALFORMED. */
export function readGrant (encoded: Uint8Array): Grant {
  const { body, ...signed } = unpackSigned(encoded, { min: 1, max: 1 })
  const map = asMap(body, ['v', 'vault', 'link', 'root', 'notAfter', 'by'])
  asInt(map.v, { min: FORMAT_VERSION, max: FORMAT_VERSION })
  return {
    ...signed,
    vault: asBytes(map.vault, PUBLIC_KEY_BYTES),
    link: asBytes(map.link, LINK_ID_BYTES),
    root: asCid(map.root, DAG_CBOR),
    notAfter: asInt(map.notAfter),
    by: asBytes(map.by, PUBLIC_KEY_BYTES)
  }
}

/** True when `by` signed it; whether `by` may sign it, checkGrant asks. */
export function verifyGrant ({ by, hash, signatures }: Grant): boolean {
  const [signature] = signatures
  return signature !== undefined && verify(by, 'grant', hash, signature)
}

/**
 * unknown: no chain of admits leads to this writer key, as far as is known here · void: it does not
 * count, or a member that was revoked wrote with it · counts: neither. The vault key is not asked
 * for.
 */
export type WriterStanding = 'unknown' | 'void' | 'counts'

export interface GrantRequest {
  /** As signed. */
  grant: Uint8Array
  /** The vault of the member that is asked. */
  vaultId: Uint8Array
  /** Milliseconds since 1970, by that member. */
  now: number
  standing: (writer: Uint8Array) => WriterStanding
  /** True when a revoke of this link (its id) is known. */
  revoked: (link: Uint8Array) => boolean
}

/**
 * What a member checks before it serves a visitor, the signature last: it costs as much as all the
 * rest. ProtocolError: MALFORMED, WRONG_VAULT, UNKNOWN_WRITER, REVOKED, EXPIRED, INVALID_DATA, in
 * this order.
 */
export function checkGrant ({ grant: encoded, vaultId, now, standing, revoked }: GrantRequest): Grant {
  const grant = readGrant(encoded)
  if (!equal(grant.vault, vaultId)) throw new ProtocolError('WRONG_VAULT', 'The link is for another vault')
  const stands = equal(grant.by, vaultId) ? 'counts' : standing(grant.by)
  if (stands === 'unknown') throw new ProtocolError('UNKNOWN_WRITER', 'Who made the link is not known here yet')
  if (stands === 'void' || revoked(grant.link)) throw new ProtocolError('REVOKED', 'The link was taken back')
  if (now > grant.notAfter) throw new ProtocolError('EXPIRED', 'The link has expired')
  if (!verifyGrant(grant)) throw new ProtocolError('INVALID_DATA', 'The link was altered')
  return grant
}
