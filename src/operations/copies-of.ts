import type { CID } from 'multiformats/cid'
import type { MemberKnows, WhyCopies } from '../api/node.js'
import { abortable } from '../async/abortable.js'
import type { PlacedGroup } from '../replication/placement/sqlite-replica-state.js'
import type { Components } from './components.js'

/** At most this many other members are asked for their copies, each for at most ASK_MS. */
const ASKED = 32
const ASK_MS = 3000

type Has = NonNullable<MemberKnows['has']>

export interface CopiesOf {
  copies: WhyCopies
  /** States that members reported for their copies, by PeerId. */
  has: ReadonlyMap<string, Has>
  /** Members whose copies failed a proof, by PeerId. */
  failed: ReadonlyMap<string, NonNullable<MemberKnows['failed']>>
  should: ReadonlySet<string>
}

/**
 * Counts the copies of a version by its placement order and by the answers of connected members.
 * Resolves with undefined where no live version has this root.
 */
export async function copiesOf (parts: Pick<Components, 'peer' | 'peers' | 'placement' | 'replicas'>, root: CID, signal?: AbortSignal): Promise<CopiesOf | undefined> {
  const { placement, replicas, peers, peer: self } = parts
  replicas.prepare()
  const group = placement.groupOf(root)
  if (group === undefined) return undefined
  const connected = peers.sessions().map(({ peer }) => peer)
  const isThere = (peer: string): boolean => connected.includes(peer) || placement.members.present(peer)
  const others = [...new Set([...placement.holdersOf(group.slot, group.copies).filter(isThere), ...connected])].filter((peer) => peer !== self)
  const has = new Map<string, Has>(placement.heardOf(group))
  // a folder that is open for one command has no connection, so no member can answer
  const asked = connected.length === 0 ? [] : others.slice(0, ASKED)
  await Promise.all(asked.map(async (peer) => {
    const said = await ask(parts, peer, group, signal)
    if (said !== undefined) has.set(peer, said)
  }))
  const failed = placement.state.doubted(group)
  const holders = [...has].filter(([peer, { state }]) => state === 'held' && !failed.has(peer) && isThere(peer))
  return {
    copies: {
      wanted: group.copies === 0 ? 'all' : group.copies,
      held: holders.length + (replicas.state(root).state === 'held' ? 1 : 0),
      lending: placement.members.size,
      graceMs: replicas.graceMs
    },
    has,
    failed,
    should: new Set(placement.shouldHold(group))
  }
}

async function ask ({ replicas }: Pick<Components, 'replicas'>, peer: string, group: PlacedGroup, signal?: AbortSignal): Promise<Has | undefined> {
  const within = AbortSignal.any([AbortSignal.timeout(ASK_MS), ...signal === undefined ? [] : [signal]])
  try {
    const [said] = await abortable(replicas.port.have(peer, [group]), within)
    if (said === undefined) return undefined
    return { state: said.state, ...(said.state === 'coming' ? { percent: said.percent } : {}), asked: new Date() }
  } catch (error) {
    if (signal?.aborted === true) throw error
    return undefined // the member did not answer, so its last known state stays
  }
}
