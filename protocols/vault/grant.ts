/**
 * A grant lets anybody fetch the blocks of one version. Spec: protocols/vault/README.md, "Grants".
 */
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
  /** The id of the link, 16 random bytes; a revoke names it. */
  link: Uint8Array
  /** The root of the version. */
  root: CID
  /** The end of the grant, milliseconds since 1970. */
  notAfter: number
}

export interface Grant extends GrantTerms, Signed {
  /** The key that signed: a writer key or the vault key. */
  by: Uint8Array
}

/**
 * Returns a grant as signed by the writer key (or vault key) of seed `by`.
 *
 * @throws ProtocolError MALFORMED for terms that the format does not allow
 */
export function makeGrant ({ by, vault, link, root, notAfter }: GrantTerms & { by: Uint8Array }): Uint8Array {
  const body = encode({ v: FORMAT_VERSION, vault, link, root, notAfter, by: publicKeyOf(by) })
  const encoded = packSigned(body, [sign(by, 'grant', sha256(body))])
  readGrant(encoded)
  return encoded
}

/**
 * Reads a grant and checks its form; `verifyGrant` checks the signature.
 *
 * @throws ProtocolError MALFORMED
 */
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

/** Returns true if `by` signed the grant; `checkGrant` checks whether `by` may sign grants. */
export function verifyGrant ({ by, hash, signatures }: Grant): boolean {
  const [signature] = signatures
  return signature !== undefined && verify(by, 'grant', hash, signature)
}

/**
 * The standing of a writer key. `unknown`: this node knows no chain of admits from the key to the
 * vault key. `void`: the key does not count, or belongs to a revoked member. `counts`: neither. It
 * is never asked of the vault key.
 */
export type WriterStanding = 'unknown' | 'void' | 'counts'

export interface GrantRequest {
  /** The grant as signed. */
  grant: Uint8Array
  /** The vault of the member that checks the grant. */
  vaultId: Uint8Array
  /** Milliseconds since 1970 by the clock of that member. */
  now: number
  standing: (writer: Uint8Array) => WriterStanding
  /** Returns true when a revoke of the link with this id is known. */
  revoked: (link: Uint8Array) => boolean
}

/**
 * Checks a grant before a visitor is served. The signature is last, because it costs as much as all
 * other checks.
 *
 * @throws ProtocolError MALFORMED, WRONG_VAULT, UNKNOWN_WRITER, REVOKED, EXPIRED, INVALID_DATA, in
 *   this order
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
