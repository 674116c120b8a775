/**
 * A signed thing is DAG-CBOR [ bytes of X, signature, ... ], signed over H(bytes of X). Spec:
 * protocols/vault/README.md, "Signed things".
 */
import { asBytes, asInt, asList, asMap, asText, decode, encode } from '../block/cbor.js'
import { sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './ed25519.js'
import { MAX_CERTIFICATE_BYTES, MAX_LABEL_BYTES } from './limits.js'

export const FORMAT_VERSION = 1
export const ROLES = ['owner', 'write', 'read', 'store'] as const
/** The roles are ordered: owner > write > read > store. */
export type Role = typeof ROLES[number]

export interface Signed {
  /** The bytes as signed. They are sent and stored as they are, never encoded again. */
  encoded: Uint8Array
  /** The hash H(bytes of X). */
  hash: Uint8Array
  signatures: Uint8Array[]
}

/** Invites and member certificates have these fields in common. */
export interface Terms {
  vault: Uint8Array
  role: Role
  /** The operator of the machine, at most 64 bytes; may be empty. */
  operator: string
  /** The label of the machine, at most 64 bytes; may be empty. */
  label: string
  /** The member counts for at most this many bytes; missing: no bound. */
  maxCapacity?: number
}

export const TERMS = ['v', 'vault', 'type', 'role', 'operator', 'label'] as const

export function packSigned (body: Uint8Array, signatures: Uint8Array[]): Uint8Array {
  return encode([body, ...signatures])
}

/**
 * Returns the bytes of X and the signatures, which are not yet verified.
 *
 * @throws ProtocolError MALFORMED
 */
export function unpackSigned (encoded: Uint8Array, signatures: { min: number, max: number }): Signed & { body: unknown } {
  const [first, ...rest] = asList(decode(encoded, { maxBytes: MAX_CERTIFICATE_BYTES }), { min: 1 + signatures.min, max: 1 + signatures.max })
  const body = asBytes(first)
  return {
    encoded,
    hash: sha256(body),
    signatures: rest.map((signature) => asBytes(signature, SIGNATURE_BYTES)),
    body: decode(body, { maxBytes: MAX_CERTIFICATE_BYTES })
  }
}

/**
 * Returns the common fields of a map with the keys TERMS, `required` and `optional`.
 *
 * @throws ProtocolError MALFORMED
 */
export function asTerms (body: unknown, type: string, required: string[], optional: string[]): { map: Record<string, unknown>, terms: Terms } {
  const map = asMap(body, [...TERMS, ...required], ['maxCapacity', ...optional])
  asInt(map.v, { min: FORMAT_VERSION, max: FORMAT_VERSION })
  if (map.type !== type) throw new ProtocolError('MALFORMED', `Not of type ${type}`)
  const terms: Terms = {
    vault: asBytes(map.vault, PUBLIC_KEY_BYTES),
    role: asRole(map.role),
    operator: asText(map.operator, MAX_LABEL_BYTES),
    label: asText(map.label, MAX_LABEL_BYTES)
  }
  if (map.maxCapacity !== undefined) terms.maxCapacity = asInt(map.maxCapacity)
  return { map, terms }
}

/** Returns the common fields as a map to encode. */
export function termsMap (type: string, { vault, role, operator, label, maxCapacity }: Terms): Record<string, unknown> {
  return { v: FORMAT_VERSION, vault, type, role, operator, label, ...(maxCapacity === undefined ? {} : { maxCapacity }) }
}

export function asRole (value: unknown): Role {
  const role = ROLES.find((known) => known === value)
  if (role === undefined) throw new ProtocolError('MALFORMED', 'Not a role')
  return role
}

/** Compares roles: negative when `a` may do more than `b`. */
export const compareRoles = (a: Role, b: Role): number => ROLES.indexOf(a) - ROLES.indexOf(b)

/** Returns true for the roles that have a writer key. */
export const mayWrite = (role: Role): boolean => role === 'owner' || role === 'write'
