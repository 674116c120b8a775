/**
 * The file `keyring` is read by this implementation only:
 *
 *     keyring = u16 length of header ‖ header ‖ Seal(K, AAD = header, secrets)        wrap "none"
 *             = the same ‖ H(L("keyring-sum") ‖ all before)                           wrap "argon2id"
 *     header  = DAG-CBOR { v: 1, wrap: "none", salt, key }
 *             = DAG-CBOR { v: 1, wrap: "argon2id", salt, stretch: { salt, memory, passes, lanes } }
 *     key     = of wrap "none": 32 random bytes, in the header
 *             = of wrap "argon2id": argon2id(version 1.3, passphrase in NFC as UTF-8,
 *               stretch.salt, memory in KiB, 32 bytes)
 *     K       = MAC(key, L("keyring") ‖ salt)
 *     secrets = DAG-CBOR { v: 1, vault, role, meet, reads, box, checked: 0 | 1, secret?, writer? }
 *
 * Salts have 32 bytes. `salt` is new at every write, so no K seals twice. `stretch.salt` is new
 * with every passphrase, so a later write needs neither the passphrase nor a second of work. The
 * sum has no key: it tells a damaged file from a wrong passphrase, which the seal alone cannot.
 */
import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { asBytes, asInt, asMap, asText, decode, encode } from '../../../protocols/block/cbor.js'
import { equal, HASH_BYTES, label, sha256 } from '../../../protocols/block/hash.js'
import { isSealedUnder, open as unseal, seal } from '../../../protocols/seal.js'
import { KeyringError } from '../../errors.js'
import { ROLES } from '../../api/node.js'
import { replaceFile } from '../../disk/replace-file.js'
import type { Secrets } from './keyring.js'
import { checkCost, STRETCH_SALT_BYTES, type Stretch } from './passphrase.js'

export const KEYRING_FILE = 'keyring'
const KEYRING_VERSION = 1
const SALT_BYTES = 32
const MAX_KEYRING_BYTES = 256 * 1024
const OTHERS = 0o077
const SEAL = label('keyring')
const SUM = label('keyring-sum')

/** A keyring file that was read and whose form and checksum are right. */
export interface KeyringFile {
  /** Missing when the keyring has no passphrase. */
  stretch?: Stretch
  /** Returns true when the secrets were sealed with this key. */
  fits: (key: KeyObject) => boolean
  /**
   * Decrypts the secrets.
   * @param key missing for a keyring without a passphrase
   * @throws KeyringError when the file was altered
   */
  open: (key?: KeyObject) => Secrets
}

/** Returns K of one write. */
export function sealingKey (key: KeyObject, salt: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(SEAL).update(salt).digest())
}

/** Writes the keyring durably in one step, readable by its owner only. */
export async function writeKeyring (dir: string, secrets: Secrets, wrap?: { stretch: Stretch, key: KeyObject }): Promise<void> {
  await replaceFile(join(dir, KEYRING_FILE), encodeKeyring(secrets, wrap))
}

/**
 * Reads the keyring file of a folder.
 * @throws KeyringError when other users can read the file, when it is damaged, or when its wrap is
 * unknown
 */
export async function readKeyring (dir: string): Promise<KeyringFile> {
  const path = join(dir, KEYRING_FILE)
  const { mode, size } = await stat(path).catch((cause: unknown) => {
    throw new KeyringError(`The keyring cannot be read: ${path}`, { cause })
  })
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new KeyringError(`Others can read the keyring ${path}. Take their rights away (chmod 600) and consider who may have a copy`)
  }
  if (size > MAX_KEYRING_BYTES) throw new KeyringError(`The keyring is damaged (too long): ${path}`)
  const bytes = new Uint8Array(await readFile(path))
  const orDamaged = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof KeyringError) throw cause
      throw new KeyringError(`The keyring is damaged: ${path}. Put back a copy of it, or open the vault anew with the recovery code`, { cause })
    }
  }
  const file = orDamaged(() => decodeKeyring(bytes))
  return { ...file, open: (key) => orDamaged(() => file.open(key)) }
}

function encodeKeyring (secrets: Secrets, wrap?: { stretch: Stretch, key: KeyObject }): Uint8Array {
  const salt = new Uint8Array(randomBytes(SALT_BYTES))
  const plainKey = randomBytes(SALT_BYTES)
  const key = wrap?.key ?? createSecretKey(plainKey)
  const header = encode(wrap === undefined ? { v: KEYRING_VERSION, wrap: 'none', salt, key: plainKey } : { v: KEYRING_VERSION, wrap: 'argon2id', salt, stretch: wrap.stretch })
  const { secret, writer, recoveryChecked, ...rest } = secrets
  const body = encode({ v: KEYRING_VERSION, ...rest, checked: recoveryChecked ? 1 : 0, ...(secret && { secret }), ...(writer && { writer }) })
  const sealed = seal(sealingKey(key, salt), header, body)
  body.fill(0)
  const whole = Buffer.concat([new Uint8Array([header.length >> 8, header.length & 0xff]), header, sealed])
  return wrap === undefined ? whole : Buffer.concat([whole, sha256(SUM, whole)])
}

function decodeKeyring (bytes: Uint8Array): KeyringFile {
  const headerLength = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  const header = bytes.subarray(2, 2 + headerLength)
  const fields = decode(header, { maxBytes: MAX_KEYRING_BYTES }) as Record<string, unknown>
  if (fields.v === KEYRING_VERSION && fields.wrap === 'none') {
    const { salt, key } = asMap(fields, ['v', 'wrap', 'salt', 'key'], [])
    const plainKey = createSecretKey(asBytes(key, SALT_BYTES))
    return sealedBy(header, asBytes(salt, SALT_BYTES), bytes.subarray(2 + headerLength), plainKey)
  }
  if (fields.v !== KEYRING_VERSION || fields.wrap !== 'argon2id') throw new KeyringError('The keyring is protected in a way that this version of dfs does not know')
  const { salt, stretch } = asMap(fields, ['v', 'wrap', 'salt', 'stretch'], [])
  const sumAt = bytes.length - HASH_BYTES
  if (sumAt < 2 + headerLength || !equal(sha256(SUM, bytes.subarray(0, sumAt)), bytes.subarray(sumAt))) throw new KeyringError('The keyring is damaged: its checksum does not fit. Put back a copy of it, or open the vault anew with the recovery code')
  const { salt: stretchSalt, memory, passes, lanes } = asMap(stretch, ['salt', 'memory', 'passes', 'lanes'], [])
  const cost = { memory: asInt(memory), passes: asInt(passes), lanes: asInt(lanes) }
  checkCost(cost)
  return {
    ...sealedBy(header, asBytes(salt, SALT_BYTES), bytes.subarray(2 + headerLength, sumAt)),
    stretch: { salt: asBytes(stretchSalt, STRETCH_SALT_BYTES), ...cost }
  }
}

function sealedBy (header: Uint8Array, salt: Uint8Array, sealed: Uint8Array, plainKey?: KeyObject): KeyringFile {
  return {
    fits: (key) => isSealedUnder(sealingKey(key, salt), sealed),
    open: (key = plainKey) => {
      if (key === undefined) throw new TypeError('the key is missing')
      const body = unseal(sealingKey(key, salt), header, sealed)
      const secrets = readSecrets(body)
      body.fill(0)
      return secrets
    }
  }
}

/** Copies the secrets out of `body`, which the caller then clears. */
function readSecrets (body: Uint8Array): Secrets {
  const map = asMap(decode(body, { maxBytes: MAX_KEYRING_BYTES }), ['v', 'vault', 'role', 'meet', 'reads', 'box', 'checked'], ['secret', 'writer'])
  if (map.v !== KEYRING_VERSION) throw new KeyringError('The keyring was written by a newer version of dfs')
  const role = ROLES.find((known) => known === asText(map.role))
  if (role === undefined) throw new KeyringError('The keyring names an unknown role')
  const bytes = (value: unknown): Uint8Array => asBytes(value, 32).slice()
  return {
    vault: bytes(map.vault),
    role,
    meet: bytes(map.meet),
    reads: list(map.reads).map(bytes),
    box: bytes(map.box),
    recoveryChecked: asInt(map.checked) === 1,
    ...(map.secret === undefined ? {} : { secret: bytes(map.secret) }),
    ...(map.writer === undefined ? {} : { writer: bytes(map.writer) })
  }
}

function list (value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new KeyringError('The keyring is damaged')
  return value
}
