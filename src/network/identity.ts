/** The node's libp2p key: Ed25519, in `<dir>/identity.key` as libp2p's protobuf of a private key, for nobody else to read. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { KeyringError } from '../errors.js'

export const IDENTITY_FILE = 'identity.key'
const MODE = 0o600
/** Group and others. */
const OTHERS = 0o077
/** An Ed25519 key takes 68; what is longer is no identity. */
const MAX_IDENTITY_BYTES = 1024

/** A key that lives as long as the process. */
export async function newIdentity (): Promise<Ed25519PrivateKey> {
  return generateKeyPair('Ed25519')
}

/** The identity of `dir`; undefined when it has none. KeyringError when the file is open to others or no Ed25519 key. */
export async function loadIdentity (dir: string): Promise<Ed25519PrivateKey | undefined> {
  const path = join(dir, IDENTITY_FILE)
  const file = await open(path, 'r').catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENOENT') return undefined
    throw err
  })
  if (file === undefined) return undefined
  try {
    const { mode, size } = await file.stat()
    // Windows knows no such bits
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw new KeyringError(`${path} can be read by others (mode ${(mode & 0o777).toString(8)}). Make it private:  chmod 600 ${path}`)
    if (size > MAX_IDENTITY_BYTES) throw new KeyringError(`${path} is no identity: ${size} bytes`)
    return parse(path, await file.readFile())
  } finally {
    await file.close()
  }
}

/** The identity of `dir`, made when it has none; durable when resolved. */
export async function loadOrCreateIdentity (dir: string): Promise<Ed25519PrivateKey> {
  const found = await loadIdentity(dir)
  if (found !== undefined) return found
  const key = await newIdentity()
  await save(dir, privateKeyToProtobuf(key))
  return key
}

function parse (path: string, bytes: Uint8Array): Ed25519PrivateKey {
  let key
  try {
    key = privateKeyFromProtobuf(bytes)
  } catch (cause) {
    throw new KeyringError(`${path} is no identity`, { cause })
  }
  if (key.type !== 'Ed25519') throw new KeyringError(`${path} holds a key of type ${key.type}; a node's key is Ed25519`)
  return key
}

/** Temporary file, length check, fsync, rename, fsync of the folder. */
async function save (dir: string, bytes: Uint8Array): Promise<void> {
  const path = join(dir, IDENTITY_FILE)
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(temporary, 'wx', MODE)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    const { size } = await stat(temporary)
    if (size !== bytes.byteLength) throw new KeyringError(`${temporary} was written with ${size} of ${bytes.byteLength} bytes`)
    await rename(temporary, path)
  } catch (err) {
    await rm(temporary, { force: true })
    throw err
  }
  await syncFolder(dir)
}

async function syncFolder (dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
