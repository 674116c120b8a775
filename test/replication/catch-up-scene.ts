/** A node that catches up: a real store and index, members that answer as a test says, time that a test moves. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { BlocksUnavailableError } from '../../src/errors.js'
import { missingAfter } from '../../src/index/queries/missing.js'
import { Downloader } from '../../src/replication/download/downloader.js'
import { InboundUploads } from '../../src/replication/serve/inbound-uploads.js'
import { abortable } from '../../src/async/abortable.js'
import type { BlockStoreInit } from '../../src/blockstore/block-store.js'
import { FakeClock, settle } from '../network/fake-clock.js'
import { memoryStore, type MemoryStore, type TestBlock } from '../blockstore/fixtures.js'
import { FakePeers } from './fakes.js'

const hash = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest())

export const total = (blocks: TestBlock[]): number => blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)

/** Lets everything go on until the condition holds; the test's time limit is the bound. */
export async function until (condition: () => boolean): Promise<void> {
  while (!condition()) await settle()
}

/** Long enough for what should not happen to happen. */
export async function calm (turns = 50): Promise<void> {
  for (let n = 0; n < turns; n++) await settle()
}

/** Other members as one that has what `blocks` says. */
export class Others {
  readonly blocks = new Map<string, Uint8Array>()
  readonly asked: string[] = []
  bytes = 0
  /** Being answered now, and the most of them at once. */
  open = 0
  most = 0
  gate: Promise<void> | undefined

  have (...blocks: TestBlock[]): void { for (const { cid, bytes } of blocks) this.blocks.set(cid.toString(), bytes) }

  fetch = async (cid: CID, { signal }: { signal?: AbortSignal } = {}): Promise<Uint8Array> => {
    this.asked.push(cid.toString())
    this.most = Math.max(this.most, ++this.open)
    try {
      await abortable(this.gate ?? settle(), signal)
      const bytes = this.blocks.get(cid.toString())
      if (bytes === undefined) throw new BlocksUnavailableError('nobody has it')
      this.bytes += bytes.length
      return bytes
    } finally {
      this.open--
    }
  }
}

export class Scene {
  readonly peers = new FakePeers()
  readonly others = new Others()
  readonly clock = new FakeClock()
  readonly uploads = new InboundUploads()
  /** Roots that came whole, and those that were reported. */
  readonly whole: string[] = []
  readonly trouble: string[] = []
  private readonly running: Downloader[] = []
  private entries = 0

  private constructor (public here: MemoryStore) {}

  static async make (): Promise<Scene> { return new Scene(await memoryStore()) }

  /** Another store in place of the empty one. */
  async store (init: Partial<BlockStoreInit>): Promise<void> {
    await this.here.close()
    this.here = await memoryStore(init)
  }

  catchUp (): Downloader {
    const { here: { db, store }, peers, others, uploads, clock } = this
    const made = new Downloader({
      db, store, peers: peers.peers, blocks: others, peer: 'me', uploads, timer: clock,
      uploadOf: (root) => hash(Buffer.from(root).toString('hex')).subarray(0, 16),
      onVersion: ({ root }) => { this.whole.push(root.toString()) },
      onTrouble: (root) => { this.trouble.push(root.toString()) }
    })
    this.running.push(made)
    for (const { root, bytes } of missingAfter(db, -1, 10_000)) this.want(made, root, bytes)
    return made
  }

  /** As a node that holds everything. */
  private want (one: Downloader, root: Uint8Array, bytes: number): void {
    one.want(root, bytes).catch(() => { /* it breaks a rule, which is reported */ })
  }

  /** What an entry of this version that came by sync leaves in the index. */
  async entry (root: TestBlock, bytes: number): Promise<void> {
    const id = hash(`entry ${++this.entries}`)
    await this.here.db.write([["INSERT INTO entries (id, kind, writer, seq, tag, root, bytes, head, waiting, entry) VALUES (?, 'put', ?, ?, ?, ?, ?, 1, 0, ?)",
      id, hash('w'), this.entries, id, root.cid.bytes, bytes, id]])
    for (const one of this.running) {
      one.wake(root.cid.bytes)
      this.want(one, root.cid.bytes, bytes)
    }
  }

  /** The entry of these blocks, the root first; resolves to the root. `held`: others have them. */
  async version (blocks: TestBlock[], held = true): Promise<string> {
    const [root] = blocks
    assert.ok(root !== undefined)
    await this.entry(root, total(blocks))
    if (held) this.others.have(...blocks)
    return root.cid.toString()
  }

  async end (): Promise<void> {
    await Promise.all(this.running.map((one) => one.stop()))
    await this.here.close()
  }
}
