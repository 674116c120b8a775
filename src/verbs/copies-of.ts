import type { CID } from 'multiformats/cid'
import type { GroupState } from '../../protocols/audit/groups.js'
import type { WhyCopies } from '../interface.js'
import { abortable } from '../replication/links.js'
import type { PlacedGroup } from '../replication/copies/sql-book.js'
import type { Parts } from './parts.js'

/** Others that are asked what they have, and how long for. */
const ASKED = 32
const ASK_MS = 3000

/** What a member has of a version, and how this node knows. */
export interface HasOf {
  state: GroupState['state']
  percent?: number
  /** Milliseconds since 1970. */
  asked: number
  failed?: 'missing' | 'wrong'
}

export interface CopiesOf extends WhyCopies {
  /** Members by their PeerIds, this one among them. */
  has: ReadonlyMap<string, HasOf>
  should: ReadonlySet<string>
}

/** How many copies of a version there are: what its order says, and what those say who are connected. Undefined where nothing live has this root. */
export async function copiesOf (parts: Parts, root: CID, signal?: AbortSignal): Promise<CopiesOf | undefined> {
  const { copies, peers, peer: self } = parts
  copies.prepare()
  const group = copies.book.groupOf(root.bytes)
  if (group === undefined) return undefined
  const head = copies.holdersOf(group.slot, group.copies)
  const connected = peers.sessions().map(({ peer }) => peer)
  const there = new Set(connected)
  const others = [...new Set([...head.filter((peer) => there.has(peer) || copies.members.present(peer)), ...connected])].filter((peer) => peer !== self)
  // a folder that is open for a command has a link to nobody, and is told nothing
  const asked = connected.length === 0 ? [] : others.slice(0, ASKED)
  const has = new Map<string, HasOf>()
  for (const [peer, said] of copies.heardOf(group)) has.set(peer, said)
  await Promise.all(asked.map(async (peer) => {
    const said = await ask(parts, peer, group, signal)
    if (said !== undefined) has.set(peer, { ...said, ...failed(parts, group, peer) })
  }))
  const own = copies.state(root)
  has.set(self, { ...own, asked: Date.now() })
  const counts = (peer: string): boolean => {
    const it = has.get(peer)
    return it?.state === 'held' && it.failed === undefined && (peer === self || there.has(peer) || copies.members.present(peer))
  }
  const wanted = group.copies === 0 ? 'all' : group.copies
  return {
    wanted,
    held: [...has.keys()].filter(counts).length,
    lending: copies.members.size,
    graceMs: copies.graceMs,
    has,
    should: new Set(copies.shouldHold(group))
  }
}

async function ask ({ copies }: Parts, peer: string, group: PlacedGroup, signal?: AbortSignal): Promise<HasOf | undefined> {
  const within = AbortSignal.any([AbortSignal.timeout(ASK_MS), ...signal === undefined ? [] : [signal]])
  try {
    const [state] = await abortable(copies.port.have(peer, [group]), within)
    if (state === undefined) return undefined
    return { state: state.state, ...(state.state === 'coming' ? { percent: state.percent } : {}), asked: Date.now() }
  } catch (error) {
    if (signal?.aborted === true) throw error
    return undefined // it did not answer: what it said before, if anything, stays
  }
}

function failed ({ copies }: Parts, group: PlacedGroup, peer: string): Pick<HasOf, 'failed'> {
  const verdict = copies.book.doubted(group).get(peer)
  return verdict === undefined ? {} : { failed: verdict }
}
