/**
 * The ladder of keys of a vault, derived downwards only. Spec: README.md, "Keys". All secrets are
 * 32 bytes.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { kdf, label, mac } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { PEER_BYTES, publicKeyOf } from './ed25519.js'

export const SECRET_BYTES = 32
const BOX_PRIVATE_DER = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20)
const BOX_PUBLIC_DER_BYTES = 12

/** What the vault secret V gives its owners. */
export interface VaultKeys {
  /** The vault id: the public half of the vault key. */
  id: Uint8Array
  /** Seed of the vault key, which signs certificates, invites, revokes and settings. */
  sign: Uint8Array
  /** R of epoch 0. */
  read: Uint8Array
}

/** What a read secret R gives. `name` is of epoch 0 in all epochs, so that tags stay equal. */
export interface ReadKeys {
  chunk: Uint8Array
  entry: Uint8Array
  name: Uint8Array
  meet: Uint8Array
}

export interface KeyPair {
  /** 32 bytes; a seed for a writer key, the private key for a box. */
  secret: Uint8Array
  public: Uint8Array
}

/** A fresh V. Its recovery code is recoveryText(V). */
export const newVaultSecret = (): Uint8Array => new Uint8Array(randomBytes(SECRET_BYTES))

export function vaultKeys (secret: Uint8Array): VaultKeys {
  const sign = kdf(checked(secret), 'sign')
  return { id: publicKeyOf(sign), sign, read: kdf(secret, 'read') }
}

/** The keys under R; `first` is R of epoch 0 (R itself when left out). */
export function readKeys (read: Uint8Array, first: Uint8Array = read): ReadKeys {
  return { chunk: kdf(checked(read), 'chunk'), entry: kdf(read, 'entry'), name: kdf(checked(first), 'name'), meet: kdf(read, 'meet') }
}

/** MAC(R, L("check")): stands in invites, so that a joiner takes no other R. */
export const check = (read: Uint8Array): Uint8Array => mac(checked(read), label('check'))

/**
 * What shows that one side holds `meet`: direction 1 from the side that dialled, 2 from the other;
 * peers are 38 bytes.
 */
export function helloMac (meet: Uint8Array, direction: 1 | 2, dialer: Uint8Array, listener: Uint8Array): Uint8Array {
  if (dialer.length !== PEER_BYTES || listener.length !== PEER_BYTES) throw new ProtocolError('MALFORMED', 'A peer has 38 bytes')
  return mac(checked(meet), label('hello'), Uint8Array.of(direction), dialer, listener)
}

/**
 * What the members of a vault announce themselves under in the DHT: MAC(meet, L("dht")), the digest
 * of a CID.
 */
export const dhtKey = (meet: Uint8Array): Uint8Array => mac(checked(meet), label('dht'))

/** A member's own Ed25519 key for entries, apart from its node key. */
export function newWriterKey (): KeyPair {
  const secret = newVaultSecret()
  return { secret, public: publicKeyOf(secret) }
}

/** A member's X25519 key, to which later key epochs are sent. */
export function newBoxKey (): KeyPair {
  const der = generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' })
  const secret = new Uint8Array(der.subarray(BOX_PRIVATE_DER.length))
  return { secret, public: boxPublic(secret) }
}

/** The public half of a box key. */
export function boxPublic (secret: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([BOX_PRIVATE_DER, checked(secret)]), format: 'der', type: 'pkcs8' })
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(BOX_PUBLIC_DER_BYTES))
}

function checked (secret: Uint8Array): Uint8Array {
  if (secret.length !== SECRET_BYTES) throw new ProtocolError('MALFORMED', 'A secret has 32 bytes')
  return secret
}
