import type { AbortOptions } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import type { MemberKnows, VersionInfo, Why } from '../api/node.js'
import type { Member } from '../vault/members/members.js'
import { copiesOf, type CopiesOf } from './copies-of.js'
import { history } from './history.js'
import type { Components } from './components.js'
import { memberInfo } from './status.js'

/** The parts of a node that are used here. */
type Uses = Pick<Components,
  'directory' | 'downloader' | 'garbage' | 'lag' | 'memberRecords' | 'peer' | 'peers' | 'placement' |
  'receipts' | 'replicas' | 'store' | 'sync' | 'vault' | 'waits'>

/** Other heads that are told of; a name with more has been put by many machines at once, and `history` has them all. */
const HEADS_TOLD = 32

/** What this node knows of a name: its history and conflict, what is here, which members know of it and said that they have it. FileNotFoundError when nobody who was asked knows it. */
export async function why (parts: Uses, name: string, options: AbortOptions = {}): Promise<Why> {
  const told = await read(parts, name, options)
  const { current } = told
  const inSync = new Set(parts.sync.inSyncWith())
  const root = current.cid === undefined ? undefined : CID.parse(current.cid)
  const found = root === undefined ? undefined : await copiesOf(parts, root, options.signal)
  return {
    name: current.name,
    ...told,
    ...(root === undefined ? {} : { here: here(parts, root, current) }),
    ...(found === undefined ? {} : { copies: found.copies, should: found.should.has(parts.peer) }),
    members: parts.vault.members().filter(({ peer }) => peer !== parts.peer).map((member) => ({ ...known(parts, member, current, inSync), ...answered(found, member.peer) }))
  }
}

/** What it said of its own copy, and whether it should have one. */
function answered (found: CopiesOf | undefined, peer: string): Pick<MemberKnows, 'should' | 'has' | 'failed'> {
  if (found === undefined) return {}
  const [has, failed] = [found.has.get(peer), found.failed.get(peer)]
  return { should: found.should.has(peer), ...(has === undefined ? {} : { has, ...(failed === undefined ? {} : { failed }) }) }
}

function known (parts: Uses, member: Member, { writer, cid }: VersionInfo, inSync: ReadonlySet<string>): MemberKnows {
  const { peer, label, connected, present, lastSeen, behind, capacity } = memberInfo(parts, member)
  const wrote = writer.peer === peer
  const word = cid === undefined ? undefined : parts.receipts.of(cid).get(peer)
  return {
    peer, label, connected, present, wrote,
    ...(lastSeen === undefined ? {} : { lastSeen }),
    // of one that is away: nothing came here since the two had the same
    knows: wrote || word !== undefined || (connected ? inSync.has(peer) : behind === 0),
    ...(word === undefined ? {} : { word: new Date(word) }),
    ...(capacity === undefined ? {} : { lends: capacity > 0 })
  }
}

async function read (parts: Uses, name: string, options: AbortOptions): Promise<Pick<Why, 'current' | 'versions' | 'conflict' | 'last'>> {
  let current: VersionInfo | undefined
  let newest: VersionInfo | undefined
  let last: VersionInfo | undefined
  const conflict: VersionInfo[] = []
  let versions = 0
  for await (const version of history(parts, name, options)) {
    versions++
    newest ??= version
    if (version.current) current = version
    else if (version.state === 'head' && conflict.length < HEADS_TOLD) conflict.push(version)
    if (version.size !== undefined && version.state !== 'void') last ??= version
  }
  // without a head, all is void or waits: the newest says so
  const told = current ?? newest
  if (told === undefined) throw new TypeError('a name with a history has a version')
  return { current: told, versions, conflict, ...(told.kind === 'delete' && last !== undefined ? { last } : {}) }
}

function here ({ downloader, placement, replicas, store }: Pick<Components, 'downloader' | 'placement' | 'replicas' | 'store'>, root: CID, { here: whole = false }: VersionInfo): NonNullable<Why['here']> {
  if (whole) return { whole }
  // it was whole: what is lacking now went bad
  if (store.liesBelow(root, root)) return { whole, why: 'damaged' }
  const standing = downloader.standingOf(root) ?? (store.usage().capacity === 0 ? 'capacity' : undefined)
  return { whole, why: standing ?? (replicas.isAway(root) ? 'let go' : placement.isMine(root) ? 'turn' : 'elsewhere') }
}
