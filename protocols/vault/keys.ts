/**
 * The keys of a vault are derived one from the other, only downwards. Spec:
 * protocols/vault/README.md, "Keys". Each secret has 32 bytes.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { kdf, label, mac } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { PEER_BYTES, publicKeyOf } from './ed25519.js'

export const SECRET_BYTES = 32
const BOX_PRIVATE_DER = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20)
const BOX_PUBLIC_DER_BYTES = 12

/** The keys that an owner derives from the vault secret V. */
export interface VaultKeys {
  /** The vault id: the public half of the vault key. */
  id: Uint8Array
  /** The seed of the vault key, which signs certificates, invites, revokes and settings. */
  sign: Uint8Array
  /** The read secret R of epoch 0. */
  read: Uint8Array
}

/**
 * The keys that a member derives from a read secret R. `name` is that of epoch 0 in all epochs, so
 * that tags stay equal.
 */
export interface ReadKeys {
  chunk: Uint8Array
  entry: Uint8Array
  name: Uint8Array
  meet: Uint8Array
}

export interface KeyPair {
  /** 32 bytes: a seed for a writer key, the private key for a box key. */
  secret: Uint8Array
  public: Uint8Array
}

/** Returns a fresh vault secret V; its recovery code is `recoveryText(V)`. */
export const newVaultSecret = (): Uint8Array => new Uint8Array(randomBytes(SECRET_BYTES))

export function vaultKeys (secret: Uint8Array): VaultKeys {
  const sign = kdf(checked(secret), 'sign')
  return { id: publicKeyOf(sign), sign, read: kdf(secret, 'read') }
}

/**
 * Returns the keys under R.
 *
 * @param first R of epoch 0; R itself when left out
 */
export function readKeys (read: Uint8Array, first: Uint8Array = read): ReadKeys {
  return { chunk: kdf(checked(read), 'chunk'), entry: kdf(read, 'entry'), name: kdf(checked(first), 'name'), meet: kdf(read, 'meet') }
}

/** Returns MAC(R, L("check")), which an invite contains so that a joiner accepts no other R. */
export const check = (read: Uint8Array): Uint8Array => mac(checked(read), label('check'))

/**
 * Returns the MAC by which one side proves that it has `meet`: direction 1 from the side that
 * dialled, 2 from the other side. A peer has 38 bytes.
 */
export function helloMac (meet: Uint8Array, direction: 1 | 2, dialer: Uint8Array, listener: Uint8Array): Uint8Array {
  if (dialer.length !== PEER_BYTES || listener.length !== PEER_BYTES) throw new ProtocolError('MALFORMED', 'A peer has 38 bytes')
  return mac(checked(meet), label('hello'), Uint8Array.of(direction), dialer, listener)
}

/**
 * Returns the digest of the CID under which the members of a vault announce themselves in the DHT:
 * MAC(meet, L("dht")).
 */
export const dhtKey = (meet: Uint8Array): Uint8Array => mac(checked(meet), label('dht'))

/** Returns a fresh Ed25519 key for a member's entries, separate from its node key. */
export function newWriterKey (): KeyPair {
  const secret = newVaultSecret()
  return { secret, public: publicKeyOf(secret) }
}

/** Returns a fresh X25519 key of a member; later key epochs are sealed to this key. */
export function newBoxKey (): KeyPair {
  const der = generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' })
  const secret = new Uint8Array(der.subarray(BOX_PRIVATE_DER.length))
  return { secret, public: boxPublic(secret) }
}

/** Returns the public half of a box key. */
export function boxPublic (secret: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([BOX_PRIVATE_DER, checked(secret)]), format: 'der', type: 'pkcs8' })
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(BOX_PUBLIC_DER_BYTES))
}

function checked (secret: Uint8Array): Uint8Array {
  if (secret.length !== SECRET_BYTES) throw new ProtocolError('MALFORMED', 'A secret has 32 bytes')
  return secret
}
