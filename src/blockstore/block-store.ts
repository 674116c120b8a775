import { randomBytes } from 'node:crypto'
import type { InputPair, Pair } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../../protocols/block/cid.js'
import { SMALL_BLOCK_BYTES, TRASH_MS } from '../defaults.js'
import { BlockNotFoundError } from '../errors.js'
import type { IndexDb } from '../index/engine/index-db.js'
import type { Statement } from '../index/statement.js'
import { heldTotals, indexBytes, namesBlock, rootsNaming, trashTotals } from '../index/queries/block-rows.js'
import { HELD, TRASHED } from '../index/migrations/store.js'
import { adoptBytes, adoptUnknown, AdoptionPins } from './adopt.js'
import { blocksBelow, drawBelow } from './below.js'
import { Capacity } from './capacity.js'
import { collect } from './collect.js'
import { complete, finish } from './finish.js'
import { collectGarbage } from './garbage.js'
import type { Adopted, AdoptOptions, BeginOptions, Blobs, BlockStore, Collected, CollectOptions, CorruptBlock, PutBlockOptions, ReadBlockOptions, ReleaseOptions, Removed, ScrubOptions, SignalOptions, Usage } from './interface.js'
import { KeyedLock } from '../async/keyed-lock.js'
import { rowOf, type Ballast, type StoreContext } from './context.js'
import { putBlock } from './put.js'
import { heldBlocks, readBlock, recheck, verifyAll } from './read.js'
import { lackingBlocks } from './lacking.js'
import { relink } from './relink.js'
import { release, resumeReleases, unkeep } from './release.js'
import { scrub } from './scrub.js'
import { settleLeftovers } from './file-reconcile.js'
import { emptyTrash, makeRoom } from './trash.js'
import { abandon, begin, expire, pin, suspend } from './uploads.js'

export interface BlockStoreInit {
  /** With the tables of index-db/store-schema; closed by its owner, after the store. */
  db: IndexDb
  blobs: Blobs
  /** Bytes lent. */
  capacity: number
  /** Called once for each block that was found damaged or gone. */
  onCorrupt?: ((block: CorruptBlock) => void) | undefined
  /** Called when room was asked for that is not there, also without the trash. */
  onFull?: (() => void) | undefined
  /** Milliseconds since 1970. @default Date.now */
  now?: (() => number) | undefined
  /** Blocks below this many bytes lie in the index. @default SMALL_BLOCK_BYTES */
  smallBelow?: number | undefined
  /** Blocks of a tree that `finish` marks in one unit. @default 2048, so that a version of one group is one unit */
  unitBlocks?: number | undefined
  ballast?: Ballast | undefined
  /** How long a block stays in the trash, milliseconds. @default TRASH_MS */
  trashMs?: number | undefined
}

/** What interface-store promises for a key that is not there, and this project's error at once. */
export class NotFoundError extends BlockNotFoundError {
  constructor (cid: CID) {
    super(`Block ${cid.toString()} is not here`)
    this.name = 'NotFoundError'
  }
}

/** More than the blocks of one group with its manifest. */
const UNIT_BLOCKS = 2048
/** How often `begin` looks for uploads whose time is over. */
const EXPIRE_MS = 600e3

/** The block store over an index and a place for large blocks. Each verb is a file of its own; this class only forwards. */
export class IndexedBlockStore implements BlockStore {
  private expiredAt: number
  private readonly keeper: AdoptionPins
  private readonly running = new Set<Promise<unknown>>()

  private constructor (private readonly parts: StoreContext) {
    this.expiredAt = parts.now()
    this.keeper = new AdoptionPins(parts.now)
  }

  /** Ends what earlier processes left: files that were not moved or unlinked, uploads of dead processes and those whose time is over. */
  static async open ({ db, blobs, capacity, onCorrupt, onFull, now = Date.now, smallBelow, unitBlocks, ballast, trashMs }: BlockStoreInit): Promise<IndexedBlockStore> {
    const used = (): number => heldTotals(db).bytes + trashTotals(db).bytes + blobs.quarantined().bytes + indexBytes(db)
    const parts: StoreContext = {
      db,
      blobs,
      capacity: new Capacity({ capacity, used, space: () => blobs.space(), makeRoom: (bytes) => makeRoom(parts, bytes), onFull }),
      locks: new KeyedLock(),
      uploads: new Map(),
      start: new Uint8Array(randomBytes(16)),
      now,
      onCorrupt: onCorrupt ?? (() => {}),
      smallBelow: smallBelow ?? SMALL_BLOCK_BYTES,
      unitBlocks: unitBlocks ?? UNIT_BLOCKS,
      ballast,
      trashMs: trashMs ?? TRASH_MS
    }
    await settleLeftovers(parts)
    await expire(parts, now())
    await parts.capacity.look()
    return new IndexedBlockStore(parts)
  }

  async put (cid: CID, bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>, options?: PutBlockOptions): Promise<CID> {
    await this.during(bytes instanceof Uint8Array ? putBlock(this.parts, cid, bytes, options) : collect(bytes).then((all) => putBlock(this.parts, cid, all, options)))
    return cid
  }

  async * get (cid: CID, options?: ReadBlockOptions): AsyncGenerator<Uint8Array> {
    const bytes = await this.read(cid, options)
    if (bytes === undefined) throw new NotFoundError(cid)
    yield bytes
  }

  async has (cid: CID, options?: SignalOptions): Promise<boolean> {
    options?.signal?.throwIfAborted()
    return this.stat(cid) !== undefined
  }

  async delete (cid: CID, options?: SignalOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    await this.during(unkeep(this.parts, cid))
  }

  async * putMany (source: Iterable<InputPair> | AsyncIterable<InputPair>, options?: PutBlockOptions): AsyncGenerator<CID> {
    for await (const { cid, bytes } of source) yield await this.put(cid, bytes, options)
  }

  async * getMany (source: Iterable<CID> | AsyncIterable<CID>, options?: ReadBlockOptions): AsyncGenerator<Pair> {
    for await (const cid of source) yield { cid, bytes: this.get(cid, options) }
  }

  async * deleteMany (source: Iterable<CID> | AsyncIterable<CID>, options?: SignalOptions): AsyncGenerator<CID> {
    for await (const cid of source) {
      await this.delete(cid, options)
      yield cid
    }
  }

  async * getAll (options?: ReadBlockOptions): AsyncGenerator<Pair> {
    for (const { cid } of heldBlocks(this.parts)) {
      options?.signal?.throwIfAborted()
      yield { cid, bytes: this.get(cid, options) }
    }
  }

  read (cid: CID, options?: ReadBlockOptions): Promise<Uint8Array | undefined> {
    return readBlock(this.parts, cid, options)
  }

  stat (cid: CID): { size: number } | undefined {
    const row = rowOf(this.parts, cid)
    return row?.state === HELD || row?.state === TRASHED ? { size: row.size } : undefined
  }

  async begin (options: BeginOptions): Promise<void> {
    if (this.parts.now() - this.expiredAt > EXPIRE_MS) {
      this.expiredAt = this.parts.now()
      await this.expire()
    }
    await begin(this.parts, options)
  }

  pin (upload: Uint8Array, cids: CID[]): Promise<boolean[]> {
    return this.during(pin(this.parts, upload, cids))
  }

  finish (upload: Uint8Array, root: CID, extra: readonly Statement[] = []): Promise<void> {
    return this.during(finish(this.parts, upload, root, extra))
  }

  async abandon (upload: Uint8Array): Promise<void> {
    await this.during(abandon(this.parts, upload))
  }

  abort (upload: Uint8Array): Promise<void> {
    return this.during(suspend(this.parts, upload, true))
  }

  suspend (upload: Uint8Array): Promise<void> {
    return this.during(suspend(this.parts, upload, false))
  }

  expire (now = this.parts.now()): Promise<Removed> {
    return this.during(expire(this.parts, now))
  }

  release (root: CID, extra: readonly Statement[] = [], options: ReleaseOptions = {}): Promise<Removed> {
    return this.during(release(this.parts, root, extra, options))
  }

  collect (options: CollectOptions): Promise<Collected> {
    return this.during(collectGarbage(this.parts, options))
  }

  resumeReleases (options: SignalOptions = {}): Promise<Removed> {
    return this.during(resumeReleases(this.parts, options.signal))
  }

  emptyTrash (now = this.parts.now(), options?: SignalOptions): Promise<Removed> {
    return this.during(emptyTrash(this.parts, now, options))
  }

  complete (root: CID): Promise<boolean> {
    return complete(this.parts, root)
  }

  rootsOf (cid: CID): CID[] {
    return rootsNaming(this.parts.db, cid).map((row) => parseCid(row.cid))
  }

  liesBelow (root: CID, cid: CID): boolean {
    return namesBlock(this.parts.db, root, cid)
  }

  holds (cid: CID): boolean {
    return rowOf(this.parts, cid)?.state === HELD
  }

  blocksBelow (root: CID): Generator<CID> {
    return blocksBelow(this.parts, root)
  }

  drawBelow (root: CID, count: number, random: (below: number) => number): CID[] {
    return drawBelow(this.parts, root, count, random)
  }

  recheck (cid: CID): Promise<boolean> {
    return this.during(recheck(this.parts, cid))
  }

  verifyAll (options?: SignalOptions & { onBlock?: (cid: CID, bytes: number) => void }): AsyncGenerator<CorruptBlock> {
    return verifyAll(this.parts, options)
  }

  adoptUnknown (options?: AdoptOptions): Promise<Adopted> {
    return this.during(adoptUnknown(this.parts, options))
  }

  adoptBytes (blocks: Array<{ cid: CID, bytes: Uint8Array }>): Promise<Adopted> {
    return this.during(adoptBytes(this.parts, this.keeper, blocks))
  }

  scrub (options?: ScrubOptions): Promise<void> {
    return this.during(scrub(this.parts, options))
  }

  lacking (): Generator<{ cid: CID, lost: boolean }> {
    return lackingBlocks(this.parts)
  }

  relink (root: CID, extra: readonly Statement[] = []): Promise<boolean> {
    return this.during(relink(this.parts, root, extra))
  }

  usage (): Usage {
    const { db, blobs, capacity } = this.parts
    const totals = heldTotals(db)
    const trash = trashTotals(db)
    const aside = blobs.quarantined()
    return {
      used: totals.bytes + trash.bytes + aside.bytes + indexBytes(db),
      reserved: capacity.reserved,
      capacity: capacity.capacity,
      reserve: capacity.reserve,
      free: capacity.free,
      readOnly: (blobs.failure ?? db.failure) !== undefined,
      quarantined: aside.blocks,
      blocks: totals.blocks,
      trash: { ...trash },
      index: indexBytes(db)
    }
  }

  /** Waits for what is under way; local uploads end. */
  async close (): Promise<void> {
    await Promise.allSettled(this.running)
    for (const upload of [...this.parts.uploads.values()]) {
      if (upload.local) await abandon(this.parts, upload.id)
      else await suspend(this.parts, upload.id, false)
    }
    await this.parts.blobs.close()
  }

  private async during<T> (work: Promise<T>): Promise<T> {
    this.running.add(work)
    try {
      return await work
    } finally {
      this.running.delete(work)
    }
  }
}
