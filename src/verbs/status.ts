import type { MemberInfo, MembersOptions, PeerInfo, Status } from '../interface.js'
import type { Parts } from './parts.js'

export function members ({ vault, peers, peer }: Parts, _options: MembersOptions = {}): MemberInfo[] {
  return vault.members().map((member) => ({
    peer: member.peer,
    label: vault.labelOf(member.peer),
    operator: member.operator,
    role: member.role,
    self: member.peer === peer,
    connected: member.peer !== peer && peers.get(member.peer) !== undefined,
    present: member.peer === peer || peers.get(member.peer) !== undefined,
    addresses: [],
    since: new Date(member.since),
    ...(member.seen === undefined ? {} : { lastSeen: new Date(member.seen) })
  }))
}

export function peerList ({ peers, vault }: Parts): PeerInfo[] {
  return peers.sessions().map((session) => ({
    peer: session.peer,
    label: vault.labelOf(session.peer),
    role: session.role,
    direction: session.direction,
    address: session.address,
    since: session.since,
    bytesReceived: session.bytesReceived,
    bytesSent: session.bytesSent,
    protocols: []
  }))
}

export interface NodeFacts { addresses: string[], dir?: string, since?: Date, operator: string }

export function status (parts: Parts, facts: NodeFacts): Status {
  const { vault, peers, store } = parts
  const usage = store.usage()
  const notes: string[] = []
  if (vault.role === 'owner' && !vault.recoveryChecked) notes.push('the recovery code was never checked:  dfs recovery-code --check -')
  if (usage.readOnly) notes.push('the disk failed to keep what was written: this node takes no more until it is started again on a good disk')
  if (usage.quarantined > 0) notes.push(`${usage.quarantined} damaged ${usage.quarantined === 1 ? 'block lies' : 'blocks lie'} in quarantine and ${usage.quarantined === 1 ? 'is' : 'are'} not served`)
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
    members: { total: vault.members().length, connected: peers.sessions().length },
    ...vault.totals(),
    sync: { inSync: 0, of: vault.members().length - 1, entries: 0, versions: 0, bytes: 0 },
    forks: [],
    disk: {
      capacity: usage.capacity,
      used: usage.used,
      free: usage.free,
      reserve: usage.reserve,
      readOnly: usage.readOnly,
      quarantined: usage.quarantined
    },
    notes,
    refused: { ...peers.refused, ...vault.refused }
  }
}
