import type { CID } from 'multiformats/cid'
import { AuditBudget } from '../../../protocols/audit/budget.js'
import { AUDIT_PROTOCOL, type PromiseAnswer } from '../../../protocols/audit/constants.js'
import type { GroupName, GroupState } from '../../../protocols/audit/groups.js'
import { handleAudit } from '../../../protocols/audit/handler.js'
import { BlockCorruptError } from '../../errors.js'
import type { Peers } from '../../network/peers.js'
import type { BlockStore } from '../../blockstore/interface.js'
import { peerBytes } from '../peer-bytes.js'
import type { Clock } from '../../async/clock.js'

/** Inbound streams a peer (protocols/audit, limits). */
const AUDIT_STREAMS_PER_PEER = 2

export interface ServeAuditParts {
  peers: Pick<Peers, 'handle' | 'self'>
  store: Pick<BlockStore, 'holds' | 'read'>
  clock: Pick<Clock, 'now'>
  /** What this node has of the version with this root; every group of it is answered with that. */
  state: (root: CID) => GroupState
  /** Gives `peer` a promise for the version; what is YES is on disk when it resolves. */
  promise: (root: CID, peer: string) => Promise<PromiseAnswer>
}

/** Answers `/dfs/audit/1.0.0`, to members alone. */
export async function serveAudit ({ peers, store, clock, state, promise }: ServeAuditParts): Promise<void> {
  const budgets = new Budgets(() => clock.now())
  await peers.handle(AUDIT_PROTOCOL, async (stream, { peer, signal }) => {
    const { budget, end } = budgets.begin(peer)
    try {
      await handleAudit(stream, {
        have: (groups) => perRoot(groups, state),
        promise: (groups) => perRoot(groups, (root) => promise(root, peer)),
        read: (cid, offset, length) => readRange(store, cid, offset, length),
        pair: { answerer: peerBytes(peers.self), asker: peerBytes(peer) },
        budget,
        peer,
        signal
      })
    } finally {
      end()
    }
  }, { maxInbound: AUDIT_STREAMS_PER_PEER })
}

/** One answer a group, one look a root: one after the other, so that what they count stays right. */
async function perRoot<T> (groups: readonly GroupName[], look: (root: CID) => T | Promise<T>): Promise<T[]> {
  const known = new Map<string, T>()
  const answers: T[] = []
  for (const { root } of groups) {
    const key = root.toString()
    const answer = known.get(key) ?? await look(root)
    known.set(key, answer)
    answers.push(answer)
  }
  return answers
}

/**
 * Of what something names here: the trash is a cache, and proves nothing. The whole block is hashed, so that a challenge
 * finds its damage wherever the range lies; it is in quarantine then, and not held.
 */
async function readRange (store: Pick<BlockStore, 'holds' | 'read'>, cid: CID, offset: number, length: number): Promise<Uint8Array | undefined> {
  if (!store.holds(cid)) return undefined
  try {
    return (await store.read(cid))?.subarray(offset, offset + length)
  } catch (error) {
    if (error instanceof BlockCorruptError) return undefined
    throw error
  }
}

/** One budget a peer, over all its streams and after them for as long as something of it is used up. */
class Budgets {
  private readonly budgets = new Map<string, { budget: AuditBudget, streams: number }>()

  constructor (private readonly now: () => number) {}

  begin (peer: string): { budget: AuditBudget, end: () => void } {
    for (const [other, { budget, streams }] of this.budgets) if (streams === 0 && budget.full) this.budgets.delete(other)
    const kept = this.budgets.get(peer) ?? { budget: new AuditBudget(this.now), streams: 0 }
    this.budgets.set(peer, kept)
    kept.streams++
    return { budget: kept.budget, end: () => { kept.streams-- } }
  }
}
