import type { RemoteCopies, RemoteResult, VerifyOptions } from '../api/node.js'
import { RANGES_A_GROUP } from '../replication/placement/audit-loop.js'
import { byPeer } from '../replication/placement/by-peer.js'
import { NEXT } from '../replication/placement/desired-state.js'
import type { PlacedGroup } from '../replication/placement/sqlite-replica-state.js'
import type { Components } from './components.js'

/** One question to a member concerns this many versions. */
const PAGE = 64

type Tally = Omit<RemoteCopies, 'peer' | 'label'>

/**
 * Has the members that should hold this node's versions prove it: random ranges of each version are
 * compared with this node's own bytes. A member that fails does not count for that version until it
 * proves all of it, and other members make up for it.
 */
export async function verifyRemote (parts: Pick<Components, 'peer' | 'peers' | 'placement' | 'replicas' | 'vault'>, { signal, onProgress }: VerifyOptions): Promise<RemoteResult> {
  const { placement, replicas, vault } = parts
  replicas.prepare()
  const tallies = new Map<string, Tally>()
  let versions = 0
  let page: PlacedGroup[] = []
  const flush = async (): Promise<void> => {
    await Promise.all([...byPeer(page, (group) => others(parts, group))].map(async ([peer, groups]) => { await ask(parts, peer, groups, tallyOf(tallies, peer), signal) }))
    versions += page.length
    page = []
    onProgress?.({ type: 'store:verify:remote', versions })
  }
  for (const group of placement.state.held()) {
    signal?.throwIfAborted()
    page.push(group)
    if (page.length === PAGE) await flush()
  }
  if (page.length > 0) await flush()
  return { versions, members: [...tallies].map(([peer, tally]) => ({ peer, label: vault.labelOf(peer), ...tally })) }
}

/**
 * Returns the present members among those that should hold the group and the next ones in its
 * placement order.
 */
function others ({ placement, peer: self, peers }: Pick<Components, 'peer' | 'peers' | 'placement'>, group: PlacedGroup): string[] {
  const most = placement.shouldHold(group).length + NEXT
  return placement.members.order(group.slot, most).slice(0, most).filter((peer) => peer !== self && (peers.get(peer) !== undefined || placement.members.present(peer)))
}

async function ask ({ placement, replicas }: Pick<Components, 'placement' | 'replicas'>, peer: string, groups: readonly PlacedGroup[], tally: Tally, signal?: AbortSignal): Promise<void> {
  const states = await replicas.port.have(peer, groups).catch(() => undefined)
  if (states === undefined) {
    tally.unreached += groups.length
    return
  }
  for (const [i, group] of groups.entries()) {
    signal?.throwIfAborted()
    if (states[i]?.state !== 'held') continue
    tally.copies++
    const verdict = await replicas.audit.group(group, peer, placement.state.distrusted(group, peer) ? 'all' : RANGES_A_GROUP)
    if (verdict === undefined) tally.proved++
    else if (verdict === 'missing' || verdict === 'wrong') tally[verdict]++
    else tally.unreached++
  }
}

function tallyOf (tallies: Map<string, Tally>, peer: string): Tally {
  const tally = tallies.get(peer) ?? { copies: 0, proved: 0, missing: 0, wrong: 0, unreached: 0 }
  tallies.set(peer, tally)
  return tally
}
