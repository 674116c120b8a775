import type { Command } from 'commander'
import type { MemberInfo, PeerInfo } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { clean, day, table } from '../format.js'
import { link, presence, type Seen, standing, tooMany } from '../member-words.js'
import { openNode } from '../open.js'

export function defineMembers (program: Command, run: Run): void {
  program.command('members')
    .summary('machines of the vault')
    .option('--all', 'revoked ones too')
    .action(run(members))
}

export async function members (context: Context, { all = false }: { all?: boolean }): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  const found = await opened.node.members({ all, signal })
  const links = new Map((await opened.node.peers({ signal })).map((peer) => [peer.peer, peer]))
  for (const member of found) await out.data(withLink(member, links.get(member.peer)))
  if (out.json) return
  const total = found.filter(({ revoked }) => revoked === undefined).length
  for (const line of describe(found, links, { running: opened.running, total })) await out.line(line)
}

/**
 * Returns one line a member: label, role, operator, time of admission, inviter where too many
 * joined with an invite, presence, sync lag, connection, PeerId.
 */
export function describe (members: MemberInfo[], links: Map<string, PeerInfo>, seen: Seen): string[] {
  const labelOf = (who: string): string => clean(members.find(({ peer }) => peer === who)?.label ?? who)
  const rows = members.map((member) => {
    const peer = links.get(member.peer)
    return [
      clean(member.label), member.role, clean(member.operator), `since ${day(member.since, seen.now)}`, tooMany(member, labelOf), presence(member, seen), standing(member),
      peer === undefined ? '' : clean(link(peer)), member.peer
    ]
  })
  // a column that is empty for all members is left out
  const used = rows[0]?.map((_, column) => rows.some((row) => row[column] !== '')) ?? []
  return table(rows.map((row) => row.filter((_, column) => used[column])))
}

/** Returns the member with its connection, where there is one. */
function withLink (member: MemberInfo, peer: PeerInfo | undefined): object {
  if (peer === undefined) return member
  const { direction, address, since, latency, bytesReceived, bytesSent, protocols } = peer
  return { ...member, link: { direction, address, since, ...(latency === undefined ? {} : { latency }), bytesReceived, bytesSent, protocols } }
}
