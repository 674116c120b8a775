import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutation } from '../../mutants/change.js'
import { copyTree, mutate } from '../../mutants/tree.js'
import { SEED } from '../../seed.js'
import { Rig } from './rig.js'

/** The lines of src/blockstore/put.ts that write a block: its file, then its row. */
const IN_ORDER = `      if (file) await blobs.write(cid, bytes)
      if (upload !== undefined) upload.rowed = true
      await db.write([
        ...upload === undefined ? [] : [ensureUpload(parts, upload)],
        insertBlock(parts, cid, bytes.length, file ? null : bytes, upload === undefined),
        ...upload === undefined ? [] : [pinBlock(upload.id, cid)]
      ])
`

/** The first line after the others. */
function moved (lines: string): Pick<Mutation, 'from' | 'to'> {
  const [first, ...others] = lines.trimEnd().split('\n')
  return { from: lines, to: `${[...others, first].join('\n')}\n` }
}

/** What no test noticed before there was a rig: each a fault of the order in which things become durable. */
const PLANTS: Array<Mutation & { what: string, workload: string }> = [
  { what: 'a block is not synced', workload: 'life', file: 'src/blockstore/file-system.ts', from: 'sync: () => handle.datasync()', to: 'sync: async () => {}' },
  { what: 'no folder of the store is synced', workload: 'life', file: 'src/blockstore/file-system.ts', from: 'await handle.sync()', to: '' },
  { what: 'the folder of a block is not synced', workload: 'life', file: 'src/blockstore/durable-write.ts', from: 'await mustKeep(() => folders.sync(dirname(path)))', to: '' },
  { what: 'SQLite does not sync its log at a commit', workload: 'life', file: 'src/index/engine/connection.ts', from: 'synchronous = FULL', to: 'synchronous = NORMAL' },
  { what: 'keyring, format and their like are not synced', workload: 'keys', file: 'src/disk/replace-file.ts', from: 'await file.sync()', to: '' },
  { what: 'the folder of keyring, format and their like is not synced', workload: 'keys', file: 'src/disk/replace-file.ts', from: 'await folder.sync()', to: '' },
  { what: 'the identity is not synced', workload: 'life', file: 'src/network/identity.ts', from: 'await file.sync()', to: '' },
  { what: 'the index is committed before the data is there', workload: 'member', file: 'src/blockstore/put.ts', ...moved(IN_ORDER) },
  { what: 'a new folder is not durable in those above', workload: 'keys', file: 'src/blockstore/directory.ts', from: 'await syncAbove(await realpath(this.path))', to: '' },
  { what: 'a rebuilt index leaves its log behind', workload: 'rebuild', file: 'src/rebuild/files.ts', from: 'foldLog(directory.file(INDEX_NEW))', to: '' }
]
/** Of the states that differ so many are opened until one is wrong. */
const SHARE = 0.25

describe('the power-loss rig', function () {
  this.timeout(600_000)
  let rig: Rig
  let base: string
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'dfs-plants-'))
    rig = await Rig.make()
    copyTree(join(base, 'tree'))
  })
  after(async () => {
    await rig.end()
    await rm(base, { recursive: true, force: true })
  })

  for (const { what, workload, ...mutation } of PLANTS) {
    it(`finds it when ${what}`, async () => {
      const takeOut = mutate(join(base, 'tree'), mutation)
      try {
        const { faults } = await rig.run(workload, { share: SHARE, seed: SEED, maxFaults: 1 }, join(base, 'tree', 'dist'))
        assert.ok(faults.length > 0)
        console.log(`      ${faults[0]?.choice}: ${faults[0]?.error.split('\n')[0]?.slice(0, 120)}`)
      } finally {
        takeOut()
      }
    })
  }
})
