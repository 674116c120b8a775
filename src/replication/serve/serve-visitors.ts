import type { Stream } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import { ProtocolError } from '../../../protocols/errors.js'
import { handleGet, refuseGet } from '../../../protocols/get/handler.js'
import type { Visitor } from '../../network/peers.js'
import type { BlockStore } from '../../blockstore/interface.js'
import { readHeld } from './read-held.js'
import type { VisitorScheduler } from './visitor-scheduler.js'

/** Streams of one visitor, and of all of them (protocols/get, limits). */
export const VISITOR_STREAMS_PER_PEER = 2
export const VISITOR_STREAMS = 8
/** One that asked for nothing for so long gives its place to others. */
export const VISITOR_IDLE_MS = 30_000

/** Answers `/dfs/get/1.0.0` to who showed a grant: blocks below its root, and nothing else. */
export class VisitorService {
  /** Running streams, by peer. */
  private readonly streams = new Map<string, number>()
  private total = 0

  constructor (private readonly store: Pick<BlockStore, 'liesBelow' | 'read' | 'stat' | 'recheck'>, private readonly turns: VisitorScheduler) {}

  readonly handle = async (stream: Stream, { peer, visits, signal }: Visitor): Promise<void> => {
    const count = this.streams.get(peer) ?? 0
    if (count >= VISITOR_STREAMS_PER_PEER || this.total >= VISITOR_STREAMS) {
      refuseGet(stream, new ProtocolError('LIMIT', 'Too many visitors at present'))
      return
    }
    this.streams.set(peer, count + 1)
    this.total++
    try {
      await this.serve(stream, { peer, root: CID.parse(visits.root), signal })
    } finally {
      this.total--
      const left = (this.streams.get(peer) ?? 1) - 1
      if (left === 0) this.streams.delete(peer)
      else this.streams.set(peer, left)
    }
  }

  private async serve (stream: Stream, { peer, root, signal }: { peer: string, root: CID, signal: AbortSignal }): Promise<void> {
    const { store, turns } = this
    // what is not below the root is looked for nowhere else, so that one that is here takes no longer than one that is not
    const allowed = (cid: CID): boolean => store.liesBelow(root, cid)
    const waiting = new Set<Promise<void>>()
    const serving = handleGet(stream, {
      read: async (cid) => allowed(cid) ? readHeld(store, cid) : undefined,
      size: (cid) => allowed(cid) ? store.stat(cid)?.size : undefined,
      complain: async (cid) => { await store.recheck(cid) },
      turn: async (work) => {
        const taken = turns.take(work)
        waiting.add(taken)
        try {
          await taken
        } finally {
          waiting.delete(taken)
        }
      },
      idleMs: VISITOR_IDLE_MS,
      peer,
      signal
    })
    try {
      await serving
    } finally {
      // its place is free once it waits for nothing: who opens and resets streams does not make the line longer
      await Promise.allSettled(waiting)
    }
  }
}
