import { makeAdmit } from '../../protocols/vault/make-entry.js'
import { IndexDamagedError, KeyringError } from '../errors.js'
import { checkIndex } from '../index/engine/check.js'
import { DamagedPages } from './damaged-pages.js'
import { countEntries } from '../index/queries/entries.js'
import { IndexDb } from '../index/engine/index-db.js'
import { sawAddress } from '../index/queries/members.js'
import { missingAfter, missingTotals } from '../index/queries/missing.js'
import { REBUILT, setNodeState } from '../index/queries/node-state.js'
import { MIGRATIONS } from '../index/migrations/schema.js'
import type { RebuildProgress } from '../api/node.js'
import type { Directory } from '../blockstore/directory.js'
import { INDEX, INDEX_NEW } from '../blockstore/layout.js'
import { openStorage, type Storage, type StorageInit } from '../blockstore/open-storage.js'
import { parseCid } from '../../protocols/block/cid.js'
import { loadGreeting } from '../vault/members/admits-file.js'
import { ownerMember, type NodeKey } from '../vault/members/create-vault.js'
import type { Secrets } from '../vault/keys/keyring.js'
import { peerText } from '../vault/members/members.js'
import { Vault } from '../vault/vault.js'
import { Verifier } from '../vault/entries/entry-verifier.js'
import { finishedNote, hasOld, removeUnfinished, swapIn, type Note } from './files.js'
import { salvage } from './salvage.js'

export interface RebuildInit {
  directory: Directory
  storage: Pick<StorageInit, 'capacity' | 'pathTransform' | 'blockstore'>
  key: NodeKey
  secrets: Secrets
  names: { label: string, operator: string }
  signal?: AbortSignal | undefined
  onProgress?: ((event: RebuildProgress) => void) | undefined
}

/** This many versions are read at a time. */
const PAGE_VERSIONS = 64

/**
 * Makes a new index where the old one is missing or damaged. Resolves to undefined, having done
 * nothing, when the old index is sound. The new index holds the rows that can be proved from the
 * old pages, this node's own admits, and every block in the folder; the rest comes from other
 * members. The old index is set aside, never removed, and only when the new one is complete. Until
 * then nothing has changed, and a rebuild that was cut off continues when this is called again.
 *
 * @throws NewerFormatError, NoSpaceError, StoreFailedError; KeyringError when nothing shows how
 *   this node is a member
 */
export async function rebuildIndex (init: RebuildInit): Promise<Note | undefined> {
  const { directory } = init
  if (await isSound(directory, init.signal)) {
    await removeUnfinished(directory)
    return undefined
  }
  let note = finishedNote(directory)
  if (note === undefined) {
    await removeUnfinished(directory)
    try {
      note = await build(init)
    } catch (error) {
      await removeUnfinished(directory)
      throw error
    }
  }
  await swapIn(directory, note)
  return note
}

async function isSound (directory: Directory, signal: AbortSignal | undefined): Promise<boolean> {
  const path = directory.file(INDEX)
  try {
    const db = await IndexDb.open({ path, migrations: MIGRATIONS, create: false })
    await db.close()
  } catch (error) {
    if (error instanceof IndexDamagedError) return false
    throw error
  }
  return (await checkIndex(path, { signal })).length === 0
}

async function build (init: RebuildInit): Promise<Note> {
  const { directory, storage, signal, onProgress } = init
  const verifier = new Verifier()
  const pages = DamagedPages.open(directory.file(INDEX))
  const opened = await openStorage({ ...storage, directory, index: INDEX_NEW })
  try {
    const { db, store } = opened
    const vault = new Vault({ db, secrets: init.secrets, save: async () => {}, verifier, onChange: () => {} })
    const found = await greeting(init, vault, db)
    const old = pages === undefined ? { blocks: 0, bytes: 0 } : await salvage({ pages, db, store, ledger: vault.entries, vault: init.secrets.vault, signal, onProgress })
    await mustBeMember(init, vault, found)
    let [blocks, bytes] = [old.blocks, old.bytes]
    await store.adoptUnknown({
      signal,
      verify: false,
      onFile: (length) => {
        blocks++
        bytes += length
        onProgress?.({ type: 'index:rebuild:adopted', blocks, bytes })
      }
    })
    const { versions } = missingTotals(db)
    const whole = await relinkAll(opened, signal)
    const time = Date.now()
    const note: Note = {
      time,
      aside: await hasOld(directory) ? `${INDEX}.damaged-${new Date(time).toISOString().replace(/[:.]/g, '-')}` : '',
      pages: { found: pages?.count ?? 0, of: pages?.expected ?? 0 },
      entries: countEntries(db),
      blocks,
      bytes,
      versions,
      whole
    }
    await db.write([setNodeState(REBUILT, JSON.stringify(note))])
    return note
  } finally {
    pages?.close()
    await verifier.close()
    await opened.close()
  }
}

/**
 * Receives this node's own admits and notes the last addresses of other members. Resolves to the
 * KeyringError when the file that holds both cannot be used.
 */
async function greeting ({ directory }: RebuildInit, vault: Vault, db: IndexDb): Promise<KeyringError | undefined> {
  let kept
  try {
    kept = await loadGreeting(directory.path)
  } catch (error) {
    if (error instanceof KeyringError) return error
    throw error
  }
  // the founder's admit comes first, so that the writer of each admit is known when the admit is
  // received
  for (const admit of kept?.admits.toReversed() ?? []) await vault.entries.receive([admit])
  const now = Date.now()
  await db.write((kept?.places ?? []).flatMap(({ peer, address }) => sawAddress(peer, address, now)))
  return undefined
}

/**
 * Checks that this node is a member. An owner can admit itself again; any other node that lost its
 * admit cannot prove its membership.
 *
 * @throws KeyringError
 */
async function mustBeMember ({ directory, key, secrets, names }: RebuildInit, vault: Vault, cause: KeyringError | undefined): Promise<void> {
  const { entries, writer } = vault
  if (entries.members.get(peerText(key.peer)) !== undefined || entries.revocations.isRevoked(key.peer)) return
  const member = await ownerMember(key, secrets, names)
  if (member === undefined || writer === undefined) {
    throw new KeyringError(`Nothing in ${directory.path} says any more by what this machine is a member. Nothing was changed. Ask an owner for an invite and join in another folder: what this one holds is with the other members`, { cause })
  }
  await writer.write((terms) => makeAdmit({ ...terms, member }), async ({ bytes }) => { await entries.receive([bytes]) })
}

/**
 * Relinks all versions: a version with every block here is complete again, the others wait for the
 * downloader.
 */
async function relinkAll ({ db, store }: Storage, signal: AbortSignal | undefined): Promise<number> {
  let whole = 0
  for (let after = 0; ;) {
    const page = missingAfter(db, after, PAGE_VERSIONS)
    for (const { root } of page) {
      signal?.throwIfAborted()
      if (await store.relink(parseCid(root))) whole++
    }
    const last = page.at(-1)
    if (last === undefined) return whole
    after = last.n
  }
}

