import type { AbortOptions } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import type { MemberKnows, VersionInfo, Why } from '../api/node.js'
import type { Member } from '../vault/members/members.js'
import { copiesOf, type CopiesOf } from './copies-of.js'
import { history } from './history.js'
import type { Components } from './components.js'
import { memberInfo } from './status.js'

type Uses = Pick<Components,
  'directory' | 'downloader' | 'garbage' | 'lag' | 'memberRecords' | 'peer' | 'peers' | 'placement' |
  'receipts' | 'replicas' | 'store' | 'sync' | 'vault' | 'waits'>

/** At most this many other heads are returned; `history` returns all of them. */
const HEADS_TOLD = 32

/**
 * Returns what this node knows of a name: its history and conflict, the state of its blocks here,
 * and the members that know the name or have a copy.
 * @throws FileNotFoundError when no asked member knows the name
 */
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

/** Returns a member's answer about its own copy, and whether it should have one. */
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
    // a member that is away knows the name when no entry came here since the last comparison
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
  // without a head, every version is void or waits, and the newest one shows which
  const told = current ?? newest
  if (told === undefined) throw new TypeError('a name with a history has a version')
  return { current: told, versions, conflict, ...(told.kind === 'delete' && last !== undefined ? { last } : {}) }
}

function here ({ downloader, placement, replicas, store }: Pick<Components, 'downloader' | 'placement' | 'replicas' | 'store'>, root: CID, { here: whole = false }: VersionInfo): NonNullable<Why['here']> {
  if (whole) return { whole }
  // the version was whole, so its missing blocks are damaged or lost
  if (store.liesBelow(root, root)) return { whole, why: 'damaged' }
  const standing = downloader.standingOf(root) ?? (store.usage().capacity === 0 ? 'capacity' : undefined)
  return { whole, why: standing ?? (replicas.isAway(root) ? 'let go' : placement.isMine(root) ? 'turn' : 'elsewhere') }
}
