/** This file describes members, their connections and their sync lag for people. */
import type { MemberInfo, PeerInfo } from '../api/node.js'
import { bytes, latency, plural, when } from './format.js'

/**
 * In a vault of up to this many members every node keeps a connection to each member within reach,
 * so a member without a connection is away.
 */
const LINKED_TO_ALL = 32

export interface Seen {
  /**
   * True when a node runs in the folder. A node that was opened for a command has met no member
   * yet.
   */
  running: boolean
  /** The number of all members. */
  total: number
  now?: Date
}

/**
 * Returns true if a member counts as here: connected, or heard of lately in a vault too large to
 * connect to all.
 */
export function isHere ({ self, connected, present }: Pick<MemberInfo, 'self' | 'connected' | 'present'>, total: number): boolean {
  return self || connected || (present && total > LINKED_TO_ALL)
}

/** Returns `here`, `away since 09:12`, … */
export function presence (member: Pick<MemberInfo, 'self' | 'connected' | 'present' | 'revoked' | 'lastSeen'>, { running, total, now }: Seen): string {
  const { self, connected, revoked, lastSeen } = member
  if (revoked !== undefined) return `revoked ${when(revoked, now)}`
  if (self) return running ? 'this machine' : 'this machine, not running'
  if (!running) return lastSeen === undefined ? 'never seen' : `last seen ${when(lastSeen, now)}`
  if (connected) return 'here'
  if (isHere(member, total)) return 'here, through others'
  return lastSeen === undefined ? 'away' : `away since ${when(lastSeen, now)}`
}

/**
 * Returns who admitted the member, when more machines joined with its invite than the invite
 * allows.
 */
export function tooMany ({ admittedBy, invited }: Pick<MemberInfo, 'admittedBy' | 'invited'>, labelOf: (peer: string) => string): string {
  if (invited === undefined || invited.members <= invited.uses) return ''
  return `${admittedBy === undefined ? '' : `let in by ${labelOf(admittedBy)}, `}${invited.members} came with an invite for ${invited.uses}`
}

/**
 * Returns how many entries the member was behind or ahead of this node at the last sync round;
 * empty before the first.
 */
export function standing ({ self, behind, ahead }: MemberInfo): string {
  if (self || (behind === undefined && ahead === undefined)) return ''
  const parts = [
    ...(behind === undefined || behind === 0 ? [] : [`${plural(behind, 'entry', 'entries')} behind`]),
    ...(ahead === undefined || ahead === 0 ? [] : [`${plural(ahead, 'entry', 'entries')} ahead`])
  ]
  return parts.length === 0 ? 'in sync' : parts.join(', ')
}

/** Returns who dialled, the latency, the bytes in both directions, and the open protocols. */
export function link ({ direction, latency: ms, bytesReceived, bytesSent, protocols }: PeerInfo): string {
  const open = [...new Set(protocols.map((protocol) => /^\/dfs\/([a-z]+)\//.exec(protocol)?.[1] ?? protocol))].sort()
  return [
    direction === 'inbound' ? 'it dialled' : 'we dialled',
    ...(ms === undefined ? [] : [latency(ms)]),
    `${bytes(bytesReceived)} in, ${bytes(bytesSent)} out`,
    ...(open.length === 0 ? [] : [open.join(' ')])
  ].join(' · ')
}
