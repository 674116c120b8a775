import { statfs } from 'node:fs/promises'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { MEMORY_CAPACITY_BYTES, RESERVE_BYTES } from '../defaults.js'
import type { IndexDb } from '../index/engine/index-db.js'
import type { DfsNodeInit } from '../api/node.js'
import { once } from '../async/once.js'
import { loadOrCreateIdentity, newIdentity } from '../network/identity.js'
import { rebuildIndex } from '../rebuild/rebuild.js'
import { Directory } from '../blockstore/directory.js'
import { diskFileSystem } from '../blockstore/file-system.js'
import { indexRoom, type IndexRoom } from '../blockstore/index-room.js'
import type { BlockStore, CorruptBlock } from '../blockstore/interface.js'
import { isReadOnly, notWritable, ReadingFolder } from '../blockstore/reading-folder.js'
import { openStorage, type StorageInit } from '../blockstore/open-storage.js'
import { hostLabel } from './own-label.js'
import type { NodeKey } from '../vault/members/create-vault.js'
import { Keyring, type Secrets } from '../vault/keys/keyring.js'
import type { Cost } from '../vault/keys/passphrase.js'

/**
 * An opened folder holds the identity, the index and the blocks of a node, on disk or in memory.
 */
export interface OpenedFolder {
  dir?: string
  /** True when the folder may not be written: reads then use a copy of its index. @default false */
  readOnly?: boolean
  key: Ed25519PrivateKey
  db: IndexDb
  /** Returns the kinds of entries for which the disk of the index has room. */
  indexRoom: () => Promise<IndexRoom>
  store: BlockStore
  /** Missing before there is a vault. */
  secrets?: Secrets
  save: (secrets: Secrets) => Promise<void>
  /** Missing in memory. */
  keyring?: Keyring
  /** Marks the folder as one that holds a vault. Call once all files of the vault are on disk. */
  commit: () => Promise<void>
  /**
   * Waits for pending work, closes, and frees the lock. A vault that was never committed is
   * removed. Idempotent.
   */
  close: () => Promise<void>
}

type FolderInit = Pick<DfsNodeInit, 'dir' | 'createIfMissing' | 'capacity' | 'blockstore' | 'pathTransform' | 'signal' | 'lockWait' | 'trash' | 'passphrase' | 'weakPassphrase' | 'rebuildIndex' | 'label' | 'operator' | 'dialOnly' | 'invite' | 'recoveryCode'> & { /** Cost of a new passphrase. */ cost?: Cost }

/** These callbacks report events while the folder is open. */
export interface FolderEvents {
  onCorrupt: (block: CorruptBlock) => void
  /** Called when a write asked for space that is not there. */
  onFull: () => void
  /** Called when the index accepts no more writes. */
  onFailure: (error: Error) => void
}

/**
 * Opens the folder, or memory. A passphrase is asked for before the folder is changed.
 * @throws the errors of Directory.open, Keyring and openStorage
 */
export async function openFolder (init: FolderInit, events: FolderEvents): Promise<OpenedFolder> {
  const parts = {
    ...(init.pathTransform === undefined ? {} : { pathTransform: init.pathTransform }),
    ...(init.blockstore === undefined ? {} : { blockstore: init.blockstore }),
    ...events,
    ...(init.trash === undefined ? {} : { trashMs: init.trash })
  }
  if (init.dir === undefined) return inMemory(init, parts)
  return mayRead(init) && await isReadOnly(init.dir) ? forReading(init.dir, init, parts) : onDisk(init.dir, init, parts)
}

/**
 * Returns whether a node may open its folder for reading only. A node that listens, joins or
 * rebuilds an index must write. A block store of the caller may write by itself.
 */
function mayRead ({ dialOnly, invite, recoveryCode, rebuildIndex: anew, blockstore }: FolderInit): boolean {
  return dialOnly === true && invite === undefined && recoveryCode === undefined && (anew ?? false) === false && blockstore === undefined
}

async function forReading (dir: string, init: FolderInit, parts: Partial<StorageInit>): Promise<OpenedFolder> {
  const folder = await ReadingFolder.open(dir, { waitMs: init.lockWait ?? 0, signal: init.signal })
  try {
    const keyring = await Keyring.open(dir, init.passphrase, init)
    const { secrets } = keyring
    if (secrets === undefined) throw notWritable(dir)
    const key = await loadOrCreateIdentity(dir)
    const { db, store, close } = await openStorage({ ...parts, directory: folder.copy, blocksOf: dir, capacity: init.capacity ?? await half(dir) })
    return {
      dir, readOnly: true, key, db, store, secrets, keyring,
      indexRoom: async () => 'all',
      // the next writable opening of the folder finds new keys again, out of the index
      save: async () => {},
      commit: async () => {},
      close: once(async () => {
        try {
          await close()
        } finally {
          await folder.close()
        }
      })
    }
  } catch (error) {
    await folder.close()
    throw error
  }
}

async function inMemory (init: FolderInit, parts: Partial<StorageInit>): Promise<OpenedFolder> {
  const { db, store, close } = await openStorage({ ...parts, capacity: init.capacity ?? MEMORY_CAPACITY_BYTES })
  return { key: await newIdentity(), db, store, indexRoom: async () => 'all', save: async () => {}, commit: async () => {}, close: once(close) }
}

async function onDisk (dir: string, init: FolderInit, parts: Partial<StorageInit>): Promise<OpenedFolder> {
  const directory = await Directory.open(dir, { create: init.createIfMissing ?? true, waitMs: init.lockWait ?? 0, signal: init.signal })
  try {
    const keyring = await (directory.isNew ? Keyring.create(dir, init.passphrase, init) : Keyring.open(dir, init.passphrase, init))
    const { secrets } = keyring
    const key = await loadOrCreateIdentity(dir)
    const storage = { ...parts, capacity: init.capacity ?? await half(dir) }
    if (init.rebuildIndex !== undefined && init.rebuildIndex !== false && secrets !== undefined) await rebuild(directory, storage, key, secrets, init)
    const { db, store, close } = await openStorage({ ...storage, directory })
    try {
      return {
        dir,
        key,
        db,
        store,
        indexRoom: async () => indexRoom(await diskFileSystem.space(dir)),
        ...(secrets === undefined ? {} : { secrets }),
        save: (changed) => keyring.save(changed),
        keyring,
        commit: () => directory.commit(),
        close: once(async () => {
          // the lock must be freed even when the close fails
          try {
            await close()
          } finally {
            await directory.close()
          }
        })
      }
    } catch (error) {
      await close()
      throw error
    }
  } catch (error) {
    await directory.close()
    throw error
  }
}

async function rebuild (directory: Directory, storage: StorageInit, key: Ed25519PrivateKey, secrets: Secrets, { label, operator, signal, rebuildIndex: wanted }: FolderInit): Promise<void> {
  await rebuildIndex({
    directory, storage, key: nodeKeyOf(key), secrets, names: namesOf({ label, operator }), signal, ...(typeof wanted === 'object' ? wanted : {})
  })
}

/** Returns the identity key in the form that certificates need. */
export const nodeKeyOf = (key: Ed25519PrivateKey): NodeKey => ({ peer: key.publicKey.toMultihash().bytes, sign: (message) => key.sign(message) })

/** Returns the names of the machine and of its operator. */
export const namesOf = ({ label, operator }: { label?: string | undefined, operator?: string | undefined }): { label: string, operator: string } =>
  ({ label: label ?? hostLabel(), operator: operator ?? '' })

/** Returns half of the free bytes above the reserve: the default capacity. */
async function half (dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return Math.max(0, Math.floor((bavail * bsize - RESERVE_BYTES) / 2))
}
