import type { Command } from 'commander'
import type { MemberInfo } from '../../interface.js'
import type { Context, Run } from '../context.js'
import { clean, table, when } from '../format.js'
import { openNode } from '../open.js'

export function defineMembers (program: Command, run: Run): void {
  program.command('members')
    .summary('machines of the vault')
    .action(run(members))
}

export async function members (context: Context): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  const all = await opened.node.members({ signal })
  for (const member of all) await out.data(member)
  for (const line of table(all.map((member) => row(member, opened.running)))) await out.line(line)
}

function row (member: MemberInfo, running: boolean): string[] {
  return [clean(member.label), member.role, clean(member.operator), presence(member, running), member.peer]
}

function presence ({ self, connected, lastSeen }: MemberInfo, running: boolean): string {
  if (self) return running ? 'this machine' : 'this machine, not running'
  if (connected) return 'here'
  return lastSeen === undefined ? 'away' : `away since ${when(lastSeen)}`
}
