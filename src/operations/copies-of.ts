import type { CID } from 'multiformats/cid'
import type { MemberKnows, WhyCopies } from '../api/node.js'
import { abortable } from '../replication/protocol-clients.js'
import type { PlacedGroup } from '../replication/placement/sqlite-replica-state.js'
import type { Components } from './components.js'

/** Others that are asked what they have, and how long for. */
const ASKED = 32
const ASK_MS = 3000

type Has = NonNullable<MemberKnows['has']>

export interface CopiesOf {
  copies: WhyCopies
  /** What members said that they have, by their PeerIds. */
  has: ReadonlyMap<string, Has>
  /** Those that said so and failed to prove it. */
  failed: ReadonlyMap<string, NonNullable<MemberKnows['failed']>>
  should: ReadonlySet<string>
}

/** How many copies of a version there are: what its order says, and what those say who are connected. Undefined where nothing live has this root. */
export async function copiesOf (parts: Pick<Components, 'peer' | 'peers' | 'placement' | 'replicas'>, root: CID, signal?: AbortSignal): Promise<CopiesOf | undefined> {
  const { placement, replicas, peers, peer: self } = parts
  replicas.prepare()
  const group = placement.groupOf(root)
  if (group === undefined) return undefined
  const connected = peers.sessions().map(({ peer }) => peer)
  const isThere = (peer: string): boolean => connected.includes(peer) || placement.members.present(peer)
  const others = [...new Set([...placement.holdersOf(group.slot, group.copies).filter(isThere), ...connected])].filter((peer) => peer !== self)
  const has = new Map<string, Has>(placement.heardOf(group))
  // a folder that is open for a command has a link to nobody, and is told nothing
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
    return undefined // it did not answer: what it said before, if anything, stays
  }
}
