import { IndexDb, type SqlValue, type Statement, type StatementResult } from '../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { IndexedBlockStore } from '../../src/blockstore/block-store.js'
import { FsBlobs } from '../../src/blockstore/fs-blobs.js'
import type { CorruptBlock } from '../../src/blockstore/interface.js'
import { Machine, SimulatedDisk, Stopped } from './simulated-disk.js'

export const DIR = '/node'
/** Blocks from this length lie in files, so that tests need no large ones. */
export const SMALL_BELOW = 360
/** Fan-out of one folder, so that a disk of the tests stays small. */
const ONE_FOLDER = (cid: { toString: () => string }): string => `f/${cid.toString()}`

/** The index as a process sees it: what is committed outlives the process; a unit is one step of the machine. */
class CrashingDb {
  constructor (private readonly inner: IndexDb, private readonly machine: Machine) {}

  get failure (): undefined { return undefined }
  get<T> (sql: string, ...params: SqlValue[]): T | undefined { return this.inner.get<T>(sql, ...params) }
  all<T> (sql: string, ...params: SqlValue[]): T[] { return this.inner.all<T>(sql, ...params) }
  size (): number { return 0 }
  filled (): number { return 0 }

  async write (statements: readonly Statement[]): Promise<StatementResult[]> {
    await this.machine.step('commit', '')
    const results = await this.inner.write(statements)
    // committed, and stopped before anybody was told
    if (this.machine.steps.length >= this.machine.stopBefore) throw new Stopped()
    return results
  }
}

/** A turn of the event loop. */
export async function nextTurn (): Promise<void> {
  await new Promise((resolve) => { setImmediate(resolve) })
}

/** A store on a simulated disk that can lose power at any step, and be opened again. */
export class CrashRig {
  disk = new SimulatedDisk()
  machine = this.disk.machine
  corrupt: CorruptBlock[] = []
  /** Milliseconds since 1970 for the store. */
  time = 1e12
  capacity = 1e9
  trashMs: number | undefined

  private constructor (readonly db: IndexDb, public store: IndexedBlockStore) {}

  static async create (): Promise<CrashRig> {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    const rig: CrashRig = Object.assign(Object.create(CrashRig.prototype) as CrashRig, { db, disk: new SimulatedDisk(), corrupt: [], time: 1e12, capacity: 1e9, trashMs: undefined })
    rig.machine = rig.disk.machine
    await rig.disk.makeFolder(DIR)
    await rig.disk.syncFolder('/')
    rig.store = await rig.open()
    return rig
  }

  /** What is on the disk comes through the loss of power; `chance` decides about what was not synced. */
  async powerLoss (chance: () => boolean): Promise<void> {
    this.machine.stop()
    for (let turn = 0; turn < 4; turn++) await nextTurn() // a commit that was handed over may still happen
    const { pause } = this.machine
    this.machine = new Machine()
    this.machine.pause = pause
    this.disk = this.disk.crash(chance, this.machine)
    this.store = await this.open()
  }

  /** The process ends, the machine goes on: all that was written is there. */
  async kill (): Promise<void> {
    await this.powerLoss(() => true)
  }

  async open (): Promise<IndexedBlockStore> {
    const blobs = await FsBlobs.open({ dir: DIR, pathTransform: ONE_FOLDER, fs: this.disk })
    return IndexedBlockStore.open({
      db: new CrashingDb(this.db, this.machine) as unknown as IndexDb,
      blobs,
      capacity: this.capacity,
      smallBelow: SMALL_BELOW,
      onCorrupt: (block) => { this.corrupt.push(block) },
      now: () => this.time,
      trashMs: this.trashMs
    })
  }

  /** Files below one of the folders. */
  files (folder: 'blocks' | 'tmp' | 'trash' | 'quarantine'): string[] {
    return [...this.disk.files().keys()].filter((path) => path.startsWith(`${DIR}/${folder}/`))
  }
}
