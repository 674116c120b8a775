import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MemoryBlockstore } from 'blockstore-core'
import type { CID } from 'multiformats/cid'
import { Directory } from '../../src/blockstore/directory.js'
import type { BlockStore } from '../../src/blockstore/interface.js'
import { openStorage, type Storage, type StorageInit } from '../../src/blockstore/open-storage.js'
import { blockstoreCompliance } from '../compliance/blockstore.js'

/** What was opened for a store, by the store. */
const opened = new Map<BlockStore, Storage & { directory?: Directory }>()
const CAPACITY_BYTES = 1024 ** 3

async function open (init: Partial<StorageInit>): Promise<BlockStore> {
  const storage = await openStorage({ capacity: CAPACITY_BYTES, ...init })
  opened.set(storage.store, { ...storage, ...(init.directory === undefined ? {} : { directory: init.directory }) })
  return storage.store
}

/** Returns the folder that it was in. */
async function close (store: BlockStore): Promise<string | undefined> {
  const storage = opened.get(store)
  await storage?.close()
  await storage?.directory?.close()
  return storage?.directory?.path
}

function inFolder (name: string, init: Partial<StorageInit> = {}): void {
  const openIn = async (path: string): Promise<BlockStore> => {
    const directory = await Directory.open(path, { create: true })
    const store = await open({ ...init, directory })
    await directory.commit()
    return store
  }
  blockstoreCompliance({
    name,
    create: async () => openIn(join(await mkdtemp(join(tmpdir(), 'dfs-store-')), 'node')),
    reopen: async (store) => openIn(await close(store) ?? ''),
    close: async (store) => { await rm(dirname(await close(store) ?? ''), { recursive: true }) }
  })
}

inFolder('files')
inFolder('files, paths by a transform from outside', { pathTransform: (cid: CID) => `x/${cid.toString().slice(-6, -4)}/${cid.toString()}.block` })

blockstoreCompliance({
  name: 'memory',
  create: () => open({}),
  close: async (store) => { await close(store) }
})

blockstoreCompliance({
  name: 'over a blockstore from outside',
  create: () => open({ blockstore: new MemoryBlockstore() }),
  close: async (store) => { await close(store) }
})

blockstoreCompliance({ name: 'MemoryBlockstore of blockstore-core', create: () => new MemoryBlockstore() })
