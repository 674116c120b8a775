import { NotAllowedError, NotPromisedError } from '../errors.js'
import type { Evicted, EvictOptions } from '../api/node.js'
import { putAway } from '../replication/placement/put-away.js'
import { pushVersion } from '../replication/push/push-version.js'
import type { Components } from './components.js'
import { find } from './stat.js'

type Uses = Pick<Components,
  'clients' | 'directory' | 'downloader' | 'pace' | 'peers' | 'receipts' | 'replicas' | 'store' | 'sync' |
  'vault' | 'waits'>

/**
 * At most this many members without a connection are dialled when no connected one gives a receipt.
 */
const OTHERS_DIALLED = 8

/**
 * Drops this node's copy of the newest version once another member gave a receipt: every block
 * below the root, and the entry, are on that member's disk (protocols/store/README.md). Blocks that
 * the member lacked are sent first. With `force` the copy is dropped without a receipt too, but
 * never while this node has promised other members to keep it.
 */
export async function evict (parts: Uses, name: string, { force = false, ...options }: EvictOptions = {}): Promise<Evicted> {
  const { vault, store, clients, downloader } = parts
  const mayAsk = vault.role === 'owner' || vault.role === 'write'
  if (!force && !mayAsk) {
    throw new NotAllowedError(`This node has role ${vault.role}: only owner and write members can ask others to keep a copy`)
  }
  const { id, root, bytes, entry } = await find(parts, name, options)
  if (!await store.complete(root)) throw new NotPromisedError(`This node holds no whole copy of "${name}", so there is nothing to drop`, { retry: false })
  const text = root.toString()
  if (parts.replicas.leaving.has(text)) throw new NotPromisedError(`"${name}" is being let go already`)
  const failures: string[] = []
  const put = await putAway(text, {
    leaving: parts.replicas.leaving,
    candidates: mayAsk ? candidates(parts) : [],
    push: async (peer) => {
      await pushVersion(clients, store, peer, { id, root, bytes, entry }, options)
      parts.receipts.add(text, peer, Date.now())
    },
    failed: (peer, error) => {
      options.signal?.throwIfAborted()
      failures.push(`${vault.labelOf(peer)}: ${error instanceof Error ? error.message : String(error)}`)
    },
    promised: () => parts.replicas.isPromised(root),
    drop: async () => {
      const removed = await parts.replicas.putAway(root)
      downloader.again()
      return removed
    }
  }, force)
  if (put === 'promised') throw new NotPromisedError(`"${name}" stays here: this node promised other members to keep it for a while, so that they could let theirs go. Try again later`)
  if (put !== undefined) return { ...put.dropped, ...(put.peer === undefined ? {} : { peer: put.peer }) }
  const reasons = [...failures, ...lendingNothing(parts).map((peer) => `${vault.labelOf(peer)} lends no space`)]
  const others = reasons.length === 0 ? 'No other member is connected.' : reasons.join('; ')
  throw new NotPromisedError(`"${name}" stays here: no other member gave its word that it holds everything. ${others}`)
}

/**
 * Yields connected members, then a few members without a connection, which are looked up only when
 * needed.
 */
function * candidates (parts: Pick<Components, 'directory' | 'pace' | 'peers'>): Generator<string> {
  const connected = parts.pace.sorted(parts.peers.sessions().map(({ peer }) => peer).filter((peer) => !parts.directory.lendsNothing(peer)))
  yield * connected
  const known = new Set(connected)
  yield * parts.directory.othersWithRoom().filter((peer) => !known.has(peer)).slice(0, OTHERS_DIALLED)
}

/** Returns connected members that are no holders. */
function lendingNothing (parts: Pick<Components, 'directory' | 'peers'>): string[] {
  return parts.peers.sessions().map(({ peer }) => peer).filter((peer) => parts.directory.lendsNothing(peer))
}
