/** Members, their links and how far each is, as people read them. */
import type { MemberInfo, PeerInfo } from '../api/node.js'
import { bytes, latency, plural, when } from './format.js'

/** Up to so many members each has a link to each that it reaches (wire, "Links between members"): one without is away. */
const LINKED_TO_ALL = 32

export interface Seen {
  /** A node runs in the folder; one that was opened for a command has met nobody yet. */
  running: boolean
  /** Members in all. */
  total: number
  now?: Date
}

/** Counts as here: linked, or heard of lately where not everybody is linked. */
export function isHere ({ self, connected, present }: Pick<MemberInfo, 'self' | 'connected' | 'present'>, total: number): boolean {
  return self || connected || (present && total > LINKED_TO_ALL)
}

/** `here`, `away since 09:12`, … */
export function presence (member: Pick<MemberInfo, 'self' | 'connected' | 'present' | 'revoked' | 'lastSeen'>, { running, total, now }: Seen): string {
  const { self, connected, revoked, lastSeen } = member
  if (revoked !== undefined) return `revoked ${when(revoked, now)}`
  if (self) return running ? 'this machine' : 'this machine, not running'
  if (!running) return lastSeen === undefined ? 'never seen' : `last seen ${when(lastSeen, now)}`
  if (connected) return 'here'
  if (isHere(member, total)) return 'here, through others'
  return lastSeen === undefined ? 'away' : `away since ${when(lastSeen, now)}`
}

/** Who let it in, where more machines came with its invite than that was for. */
export function tooMany ({ admittedBy, invited }: Pick<MemberInfo, 'admittedBy' | 'invited'>, labelOf: (peer: string) => string): string {
  if (invited === undefined || invited.members <= invited.uses) return ''
  return `${admittedBy === undefined ? '' : `let in by ${labelOf(admittedBy)}, `}${invited.members} came with an invite for ${invited.uses}`
}

/** How its entries were to ours when the two were last compared; empty where they never were. */
export function standing ({ self, behind, ahead }: MemberInfo): string {
  if (self || (behind === undefined && ahead === undefined)) return ''
  const parts = [
    ...(behind === undefined || behind === 0 ? [] : [`${plural(behind, 'entry', 'entries')} behind`]),
    ...(ahead === undefined || ahead === 0 ? [] : [`${plural(ahead, 'entry', 'entries')} ahead`])
  ]
  return parts.length === 0 ? 'in sync' : parts.join(', ')
}

/** Who dialled, how long an answer takes, what went over it, and which protocols are open. */
export function link ({ direction, latency: ms, bytesReceived, bytesSent, protocols }: PeerInfo): string {
  const open = [...new Set(protocols.map((protocol) => /^\/dfs\/([a-z]+)\//.exec(protocol)?.[1] ?? protocol))].sort()
  return [
    direction === 'inbound' ? 'it dialled' : 'we dialled',
    ...(ms === undefined ? [] : [latency(ms)]),
    `${bytes(bytesReceived)} in, ${bytes(bytesSent)} out`,
    ...(open.length === 0 ? [] : [open.join(' ')])
  ].join(' · ')
}
