/** This file makes and reads invites and their text. Spec: protocols/vault/README.md, "Invites". */
import { asBytes, asInt, asMap, encode } from '../block/cbor.js'
import { equal, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { asAddresses } from './addresses.js'
import { PUBLIC_KEY_BYTES, publicKeyOf, SEED_BYTES, sign, verify } from './ed25519.js'
import { newVaultSecret, SECRET_BYTES } from './keys.js'
import { asTerms, FORMAT_VERSION, packSigned, termsMap, unpackSigned } from './signed.js'
import { decodeText, encodeText, inForm, INVITE_PREFIX } from './text.js'
import type { Role, Signed, Terms } from './signed.js'

export interface Invite extends Terms, Signed {
  /** The public key of the invite, which is the `by` of the members that join with it. */
  key: Uint8Array
  /** The end of joining, milliseconds since 1970. */
  joinBy: number
  /** The number of nodes that may join with the invite, from 1. */
  uses: number
}

/** The content of an invite text. */
export interface InviteText {
  vault: Uint8Array
  /** The seed of the invite's key. The key signs the joiner's certificate and opens nothing. */
  secret: Uint8Array
  invite: Invite
  epoch: number
  /** The value `check(R)` of that epoch. */
  check: Uint8Array
  /** The key `meet` of that epoch. */
  meet: Uint8Array
  /** Binary multiaddrs, public ones first. */
  addresses: Uint8Array[]
}

export interface InviteTerms {
  /** The seed of the vault key, `vaultKeys(V).sign`. */
  vaultSign: Uint8Array
  role: Role
  /** Milliseconds since 1970. */
  joinBy: number
  uses: number
  label?: string
  operator?: string
  maxCapacity?: number
  /** The value `check(R)` of epoch `epoch`. */
  check: Uint8Array
  meet: Uint8Array
  epoch: number
  /** At most 4 binary multiaddrs, public ones first. */
  addresses: Uint8Array[]
  /**
   * The seed of the invite's key.
   * @default a fresh one
   */
  secret?: Uint8Array
}

/**
 * Returns a new invite as text.
 *
 * @throws ProtocolError MALFORMED when a field is not allowed by the format
 */
export function createInvite ({ vaultSign, label = '', operator = '', secret = newVaultSecret(), epoch, check, meet, addresses, ...rest }: InviteTerms): string {
  const vault = publicKeyOf(vaultSign)
  const invite = makeInvite({ ...rest, vault, label, operator, key: publicKeyOf(secret) }, vaultSign)
  const value = { v: FORMAT_VERSION, vault, secret, invite, epoch, check, meet, addresses }
  parse(value)
  return encodeText(INVITE_PREFIX, value)
}

/** Returns the invite as signed by the vault key. */
export function makeInvite (terms: Terms & { key: Uint8Array, joinBy: number, uses: number }, vaultSign: Uint8Array): Uint8Array {
  const body = encode({ ...termsMap('invite', terms), key: terms.key, joinBy: terms.joinBy, uses: terms.uses })
  const encoded = packSigned(body, [sign(vaultSign, 'invite', sha256(body))])
  readInvite(encoded)
  return encoded
}

/**
 * Reads an invite and checks its form; `verifyInvite` checks the signature.
 *
 * @throws ProtocolError MALFORMED
 */
export function readInvite (encoded: Uint8Array): Invite {
  const { body, ...signed } = unpackSigned(encoded, { min: 1, max: 1 })
  const { map, terms } = asTerms(body, 'invite', ['key', 'joinBy', 'uses'], [])
  return { ...terms, ...signed, key: asBytes(map.key, PUBLIC_KEY_BYTES), joinBy: asInt(map.joinBy), uses: asInt(map.uses, { min: 1 }) }
}

/** Returns true if the vault key signed the invite. */
export function verifyInvite (invite: Invite): boolean {
  const [signature] = invite.signatures
  return signature !== undefined && verify(invite.vault, 'invite', invite.hash, signature)
}

/**
 * Reads an invite text.
 *
 * @throws TextError (MALFORMED) for a mistyped text or one of another form; ProtocolError
 *   INVALID_DATA when the text is complete but its parts do not belong together or its vault did
 *   not sign it
 */
export function readInviteText (text: string): InviteText {
  const value = decodeText(INVITE_PREFIX, text)
  const read = inForm(() => parse(value))
  const { invite } = read
  if (!equal(invite.vault, read.vault) || !equal(invite.key, publicKeyOf(read.secret)) || !verifyInvite(invite)) {
    throw new ProtocolError('INVALID_DATA', 'The invite was altered: its parts do not belong together')
  }
  return read
}

function parse (value: unknown): InviteText {
  const map = asMap(value, ['v', 'vault', 'secret', 'invite', 'epoch', 'check', 'meet', 'addresses'])
  asInt(map.v, { min: FORMAT_VERSION, max: FORMAT_VERSION })
  return {
    vault: asBytes(map.vault, PUBLIC_KEY_BYTES),
    secret: asBytes(map.secret, SEED_BYTES),
    invite: readInvite(asBytes(map.invite)),
    epoch: asInt(map.epoch),
    check: asBytes(map.check, SECRET_BYTES),
    meet: asBytes(map.meet, SECRET_BYTES),
    addresses: asAddresses(map.addresses)
  }
}
