import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asBytes, asInt, asMap, asText, decode, encode } from '../../protocols/block/cbor.js'
import { label, mac } from '../../protocols/block/hash.js'
import { open as unseal, seal } from '../../protocols/seal.js'
import { KeyringError } from '../errors.js'
import type { Role } from '../interface.js'

/** What a node holds of its vault. Never logged, never sent but to a member of the same role when it joins. */
export interface Secrets {
  vault: Uint8Array
  role: Role
  /** Greets and finds members; all that role store holds. */
  meet: Uint8Array
  /** Read secrets by epoch, from 0. Empty for role store. */
  reads: Uint8Array[]
  /** The vault secret V; owners only. */
  secret?: Uint8Array
  /** Seed of this member's writer key; owners and write members. */
  writer?: Uint8Array
  /** Private X25519 key for later key epochs. */
  box: Uint8Array
  /** True once a person showed that they have the recovery code. */
  recoveryChecked: boolean
}

export const KEYRING_FILE = 'keyring'
const KEYRING_VERSION = 1
const MAX_KEYRING_BYTES = 256 * 1024
const ROLES: readonly string[] = ['owner', 'write', 'read', 'store']
const OTHERS = 0o077

/*
 * keyring = u16 length of header ‖ header ‖ Seal(K, AAD = header, secrets)
 * header  = DAG-CBOR { v: 1, wrap: "none", salt: 32 fresh bytes at every write, key: 32 bytes }
 *           (wrap: "argon2id" is reserved: { v, wrap, salt, memory, time, lanes }, K from the passphrase)
 * K       = MAC(key, L("keyring") ‖ salt)
 */

/** Writes the keyring durably, readable by its owner only, replacing the one before in one step. */
export async function saveKeyring (dir: string, secrets: Secrets): Promise<void> {
  const salt = randomBytes(32)
  const key = randomBytes(32)
  const header = encode({ v: KEYRING_VERSION, wrap: 'none', salt, key })
  const { secret, writer, recoveryChecked, ...rest } = secrets
  const body = encode({ v: KEYRING_VERSION, ...rest, checked: recoveryChecked ? 1 : 0, ...(secret && { secret }), ...(writer && { writer }) })
  const length = new Uint8Array([header.length >> 8, header.length & 0xff])
  const temporary = join(dir, `${KEYRING_FILE}.new`)
  // what a write that was cut off left may have any rights
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(Buffer.concat([length, header, seal(mac(key, label('keyring'), salt), header, body)]))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(dir, KEYRING_FILE))
  const folder = await open(dirname(join(dir, KEYRING_FILE)))
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Reads the keyring. KeyringError when others can read it, when it is damaged, or wrapped in a way not known here. */
export async function loadKeyring (dir: string): Promise<Secrets> {
  const path = join(dir, KEYRING_FILE)
  const { mode, size } = await stat(path).catch((cause: unknown) => {
    throw new KeyringError(`The keyring cannot be read: ${path}`, { cause })
  })
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new KeyringError(`Others can read the keyring ${path}. Take their rights away (chmod 600) and consider who may have a copy`)
  }
  if (size > MAX_KEYRING_BYTES) throw new KeyringError(`The keyring is damaged (too long): ${path}`)
  const bytes = new Uint8Array(await readFile(path))
  try {
    return parse(bytes)
  } catch (cause) {
    if (cause instanceof KeyringError) throw cause
    throw new KeyringError(`The keyring is damaged: ${path}. Put back a copy of it, or open the vault anew with the recovery code`, { cause })
  }
}

function parse (bytes: Uint8Array): Secrets {
  const headerLength = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  const header = bytes.subarray(2, 2 + headerLength)
  const fields = decode(header, { maxBytes: MAX_KEYRING_BYTES }) as Record<string, unknown>
  if (fields.v !== KEYRING_VERSION || fields.wrap !== 'none') throw new KeyringError('The keyring is protected in a way that this version of dfs does not know')
  const { salt, key } = asMap(fields, ['v', 'wrap', 'salt', 'key'], [])
  const body = unseal(mac(asBytes(key, 32), label('keyring'), asBytes(salt, 32)), header, bytes.subarray(2 + headerLength))
  const map = asMap(decode(body, { maxBytes: MAX_KEYRING_BYTES }), ['v', 'vault', 'role', 'meet', 'reads', 'box', 'checked'], ['secret', 'writer'])
  if (map.v !== KEYRING_VERSION) throw new KeyringError('The keyring was written by a newer version of dfs')
  const role = asText(map.role)
  if (!ROLES.includes(role)) throw new KeyringError('The keyring names an unknown role')
  return {
    vault: asBytes(map.vault, 32),
    role: role as Role,
    meet: asBytes(map.meet, 32),
    reads: list(map.reads).map((item) => asBytes(item, 32)),
    box: asBytes(map.box, 32),
    recoveryChecked: asInt(map.checked) === 1,
    ...(map.secret === undefined ? {} : { secret: asBytes(map.secret, 32) }),
    ...(map.writer === undefined ? {} : { writer: asBytes(map.writer, 32) })
  }
}

function list (value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new KeyringError('The keyring is damaged')
  return value
}
