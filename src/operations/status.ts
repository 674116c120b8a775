import { MAX_UNKNOWN_BYTES, MAX_UNKNOWN_ENTRIES } from '../../protocols/vault/limits.js'
import { base32 } from '../../protocols/vault/text.js'
import { IndexDamagedError } from '../errors.js'
import type { MemberInfo, MembersOptions, PeerInfo, Status, SyncStatus } from '../api/node.js'
import { peerFacts } from '../network/peers.js'
import type { Member } from '../vault/members/members.js'
import type { Origin } from '../vault/members/admitted.js'
import { outText } from '../vault/vault.js'
import { overusedNotes } from './overused.js'
import type { Components } from './components.js'

type Uses = Pick<Components,
  'downloader' | 'garbage' | 'indexFailure' | 'keyring' | 'lag' | 'memberRecords' | 'peer' | 'peers' |
  'placement' | 'rebuilt' | 'replicas' | 'revokedBy' | 'store' | 'sync' | 'vault'>

export function members (parts: Uses, { all = false }: MembersOptions = {}): MemberInfo[] {
  const origins = parts.vault.entries.revocations.origins()
  const now = parts.vault.members().map((member) => ({ ...memberInfo(parts, member), ...originInfo(origins.get(member.peer)) }))
  if (!all) return now
  return [...now, ...parts.vault.entries.revocations.revoked().map(({ member, time }) => {
    // no comparison with a revoked member takes place any more
    const { behind: _behind, ahead: _ahead, ...info } = memberInfo(parts, member)
    return { ...info, present: false, revoked: new Date(time) }
  })]
}

function originInfo ({ by, invited }: Origin = {}): Pick<MemberInfo, 'admittedBy' | 'invited'> {
  return {
    ...(by === undefined ? {} : { admittedBy: by }),
    ...(invited === undefined ? {} : { invited: { invite: base32(invited.invite), uses: invited.uses, members: invited.members.length } })
  }
}

/** Returns a member in the form of the API. */
export function memberInfo ({ vault, peers, peer: self, memberRecords: { records, presence }, sync, lag }: Pick<Components, 'lag' | 'memberRecords' | 'peer' | 'peers' | 'sync' | 'vault'>, member: Member): MemberInfo {
  const { peer } = member
  const own = peer === self
  const connected = !own && peers.get(peer) !== undefined
  const record = records.get(peer)
  const seen = Math.max(member.seen ?? 0, own ? 0 : Math.min(records.heard(peer) ?? 0, record?.time ?? 0))
  const behind = connected ? 0 : lag.behind(peer)
  const ahead = connected ? sync.behind(peer) : undefined
  return {
    peer,
    label: vault.labelOf(peer),
    operator: member.operator,
    role: member.role,
    self: own,
    connected,
    present: own || connected || presence.present(peer),
    since: new Date(member.since),
    ...(seen === 0 ? {} : { lastSeen: new Date(seen) }),
    addresses: records.addressesOf(peer),
    ...(record === undefined ? {} : { capacity: record.capacity, accepting: record.accepting }),
    ...(own || behind === undefined ? {} : { behind }),
    ...(own || ahead === undefined ? {} : { ahead })
  }
}

export function peerList ({ peers, vault }: Pick<Components, 'peers' | 'vault'>): PeerInfo[] {
  return peers.sessions().map((session) => ({ ...peerFacts(session), label: vault.labelOf(session.peer) }))
}

/** At most this many damaged versions are counted. */
const MAX_BROKEN = 1000

/** Counts entries and versions that other members are known to have and this node lacks. */
function syncStatus ({ vault, peers, sync, downloader, placement }: Pick<Components, 'downloader' | 'peers' | 'placement' | 'sync' | 'vault'>): SyncStatus {
  const { versions, bytes, rate, waiting } = downloader.state()
  return {
    inSync: sync.inSyncWith().length,
    of: vault.members().length - 1,
    entries: Math.max(0, ...peers.sessions().map(({ peer }) => sync.behind(peer) ?? 0)),
    // a marked slot may hold versions to fetch
    versions: Math.max(versions, placement.state.marked),
    bytes,
    ...(rate === undefined ? {} : { rate }),
    ...(waiting === undefined || versions === 0 ? {} : { waiting })
  }
}

function copiesStatus ({ replicas }: Pick<Components, 'replicas'>): Pick<Status, 'copies'> {
  const counted = replicas.countedAt
  return counted === undefined ? {} : { copies: { ...replicas.census.copies, counted: new Date(counted) } }
}

export interface NodeFacts { addresses: string[], dir?: string, since?: Date, operator: string }

export function status (parts: Uses, facts: NodeFacts): Status {
  const { vault, peers, store } = parts
  const usage = store.usage()
  const forks = vault.forks()
  const { presence: { island }, records } = parts.memberRecords
  const notes: string[] = []
  if (vault.role === 'owner' && !vault.recoveryChecked) notes.push('the recovery code was never checked:  dfs recovery-code --check -')
  const { revoked } = vault
  if (revoked !== undefined) notes.push(`${outText(revoked)}. To come back it joins anew, with a new invite and in another folder:  dfs --dir FOLDER join -`)
  else if (parts.revokedBy.size > 0) notes.push(`${[...parts.revokedBy].map((who) => vault.labelOf(who)).join(', ')} ${parts.revokedBy.size === 1 ? 'says' : 'say'} that this machine was revoked: what it puts reaches nobody. Ask an owner; to come back it joins anew, in another folder`)
  notes.push(...overusedNotes(vault))
  if (parts.rebuilt.pending) notes.push('the index was made anew: until all has been compared with another member, nothing is collected')
  if (parts.indexFailure() instanceof IndexDamagedError) notes.push('the index is damaged: nothing more is taken in. Stop this node, then:  dfs verify --rebuild')
  else if (usage.readOnly) notes.push('the disk failed to keep what was written: this node takes no more until it is started again on a good disk')
  if (usage.quarantined > 0) notes.push(`${usage.quarantined} damaged ${usage.quarantined === 1 ? 'block lies' : 'blocks lie'} in quarantine and ${usage.quarantined === 1 ? 'is' : 'are'} not served`)
  const broken = parts.replicas.broken(MAX_BROKEN)
  if (broken > 0) notes.push(`${broken === MAX_BROKEN ? `${broken} or more` : broken} ${broken === 1 ? 'version here lacks' : 'versions here lack'} blocks that were found damaged or gone: they are fetched again, from the first machine that has them`)
  for (const [peer, versions] of parts.placement.failed()) notes.push(`${vault.labelOf(peer)} did not prove that it holds ${versions} ${versions === 1 ? 'version' : 'versions'} that it says it holds: its ${versions === 1 ? 'copy does' : 'copies do'} not count until it does, and others make up for ${versions === 1 ? 'it' : 'them'}`)
  const { stuck } = parts.replicas.census
  if (stuck > 0) notes.push(`${stuck} ${stuck === 1 ? 'version has' : 'versions have'} fewer copies than wanted, and no machine that is here can take one (no room, or put away there). Lend more on one of them:  dfs config capacity SIZE`)
  const returned = vault.returned()
  if (returned > 0) notes.push(`${returned} ${returned === 1 ? 'version that is on top again since a machine was revoked is' : 'versions that are on top again since a machine was revoked are'} not whole here: the blocks had been given up. Where another machine still has them, they come by themselves`)
  if (vault.entries.full) notes.push('the disk is nearly full: what others write now is not taken in. Make room on it, or delete files and:  dfs gc')
  const enough = vault.entries.overUnknown().map((who) => who === '' ? 'the vault key' : vault.labelOf(who))
  if (enough.length > 0) notes.push(`of ${enough.join(', ')} no more entries are kept that need a newer dfs: ${enough.length === 1 ? 'it has' : 'each has'} ${MAX_UNKNOWN_ENTRIES} of them here, or ${MAX_UNKNOWN_BYTES / 2 ** 20} MiB. With a newer dfs this machine keeps all; if you do not trust that machine:  dfs revoke NAME`)
  if (vault.unknownEntries > 0) notes.push(`${vault.unknownEntries} entries need a newer dfs`)
  return {
    peer: parts.peer,
    label: vault.labelOf(parts.peer),
    operator: facts.operator,
    vault: vault.id,
    role: vault.role,
    running: facts.since !== undefined,
    ...(facts.since === undefined ? {} : { since: facts.since }),
    addresses: facts.addresses,
    ...(facts.dir === undefined ? {} : { dir: facts.dir }),
    passphrase: parts.keyring?.isProtected === true,
    members: { total: vault.members().length, connected: peers.sessions().length },
    visitors: peers.visitors().length,
    ...vault.totals(),
    sync: syncStatus(parts),
    ...copiesStatus(parts),
    forks,
    ...(island === undefined ? {} : { island: new Date(island.since) }),
    disk: {
      capacity: usage.capacity,
      used: usage.used,
      index: usage.index,
      free: usage.free,
      reserve: usage.reserve,
      readOnly: usage.readOnly,
      quarantined: usage.quarantined
    },
    garbage: parts.garbage.status(),
    notes,
    refused: sum(peers.refused, vault.refused, records.refused)
  }
}

function sum (...counts: Array<Record<string, number>>): Record<string, number> {
  const all: Record<string, number> = {}
  for (const [code, n] of counts.flatMap((count) => Object.entries(count))) all[code] = (all[code] ?? 0) + n
  return all
}
