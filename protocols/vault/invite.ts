/** Invites and their text. Spec: README.md, "Invites". */
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
  /** Public key of the invite: the `by` of the members that join with it. */
  key: Uint8Array
  /** When joining ends, milliseconds since 1970. */
  joinBy: number
  /** How many nodes may join with it, from 1. */
  uses: number
}

/** What an invite text says. */
export interface InviteText {
  vault: Uint8Array
  /** Seed of the invite's key; signs the joiner's certificate and opens nothing. */
  secret: Uint8Array
  invite: Invite
  epoch: number
  /** check(R) of that epoch. */
  check: Uint8Array
  /** `meet` of that epoch. */
  meet: Uint8Array
  /** Binary multiaddrs, public ones first. */
  addresses: Uint8Array[]
}

export interface InviteTerms {
  /** Seed of the vault key: vaultKeys(V).sign. */
  vaultSign: Uint8Array
  role: Role
  /** Milliseconds since 1970. */
  joinBy: number
  uses: number
  label?: string
  operator?: string
  maxCapacity?: number
  /** check(R) and meet of epoch `epoch`. */
  check: Uint8Array
  meet: Uint8Array
  epoch: number
  /** At most 4 binary multiaddrs, public ones first. */
  addresses: Uint8Array[]
  /** Seed of the invite's key. @default fresh */
  secret?: Uint8Array
}

/** A new invite as text. MALFORMED when a field is not what the format takes. */
export function createInvite ({ vaultSign, label = '', operator = '', secret = newVaultSecret(), epoch, check, meet, addresses, ...rest }: InviteTerms): string {
  const vault = publicKeyOf(vaultSign)
  const invite = makeInvite({ ...rest, vault, label, operator, key: publicKeyOf(secret) }, vaultSign)
  const value = { v: FORMAT_VERSION, vault, secret, invite, epoch, check, meet, addresses }
  parse(value)
  return encodeText(INVITE_PREFIX, value)
}

/** The invite as signed by the vault key. */
export function makeInvite (terms: Terms & { key: Uint8Array, joinBy: number, uses: number }, vaultSign: Uint8Array): Uint8Array {
  const body = encode({ ...termsMap('invite', terms), key: terms.key, joinBy: terms.joinBy, uses: terms.uses })
  const encoded = packSigned(body, [sign(vaultSign, 'invite', sha256(body))])
  readInvite(encoded)
  return encoded
}

/** An invite's form; its signature is verifyInvite's. MALFORMED. */
export function readInvite (encoded: Uint8Array): Invite {
  const { body, ...signed } = unpackSigned(encoded, { min: 1, max: 1 })
  const { map, terms } = asTerms(body, 'invite', ['key', 'joinBy', 'uses'], [])
  return { ...terms, ...signed, key: asBytes(map.key, PUBLIC_KEY_BYTES), joinBy: asInt(map.joinBy), uses: asInt(map.uses, { min: 1 }) }
}

/** True when the vault's key signed it. */
export function verifyInvite (invite: Invite): boolean {
  const [signature] = invite.signatures
  return signature !== undefined && verify(invite.vault, 'invite', invite.hash, signature)
}

/**
 * What an invite text says. TextError (MALFORMED) for one that is mistyped or of another form,
 * INVALID_DATA for one that is whole but whose parts do not belong together or are not signed by
 * its vault.
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
