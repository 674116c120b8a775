import type { Command } from 'commander'
import type { Revoked, RevokeOptions } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { clean, plural, quote } from '../format.js'
import { openNode } from '../open.js'
import { parseOne } from '../parse.js'
import { readText } from '../secrets.js'

export interface RevokeFlags { since?: string, force?: boolean, admitted?: string }

export function defineRevoke (program: Command, run: Run): void {
  program.command('revoke <member|invite|link>')
    .summary('take a machine, an invite or a link back')
    .description('Takes a machine (label, PeerId or its beginning), or an invite or link (its text, -, or @FILE) out of the vault. Owners only. A machine never returns under its PeerId; what it could read stays readable to it. Machines that belong to the vault only because a write machine let them in go with it; with an owner they stay.')
    .option('--since <version>', 'undo what the machine wrote from this version on')
    .option('--admitted <what>', 'revoke or keep the machines that it let in')
    .option('--force', 'even the last owner')
    .action(run(revoke))
}

export async function revoke (context: Context, word: string, { since, force, admitted }: RevokeFlags): Promise<undefined> {
  const { out, signal } = context
  const options: RevokeOptions = { ...(since === undefined ? {} : { since }), ...(force === undefined ? {} : { force }), ...(admitted === undefined ? {} : { admitted: parseOne('--admitted', admitted, ['revoke', 'keep'] as const) }) }
  await using opened = await openNode(context)
  // stdin is read only now: opening a folder may start this process anew, and stdin can be read
  // once
  const target = word === '-' || word.startsWith('@') ? (await readText(context, word, 'INVITE|LINK', 'Invite or link: ')).trim() : word
  const revoked = await opened.node.revoke(target, { ...options, signal })
  await out.data(revoked)
  if (revoked.kind === 'invite') {
    await out.line('That invite is closed: nobody joins with it any more.')
  } else if (revoked.kind === 'link') {
    await out.line(`That link${revoked.label === '' ? '' : ` to ${clean(revoked.label)}`} is closed.`)
    out.talk('Each machine stops serving it as soon as it hears of this. Who fetched the file keeps it.')
  } else {
    await out.line(`${clean(revoked.label)} is out of the vault.${since === undefined ? '' : ' What it wrote from that version on counts for nothing.'}`)
    for (const line of theirs(revoked)) await out.line(line)
    out.talk('Each machine keeps it out as soon as it hears of this. What it could read before stays readable to it.')
  }
  if (!opened.running) out.talk(`The others hear of it once this machine runs:  ${out.dfs} start`)
}

/** One line names at most this many machines. */
const NAMED = 20

/** Returns the lines about the members that the revoked machine had admitted. */
function theirs ({ label, admitted }: Revoked): string[] {
  if (admitted === undefined) return []
  const names = admitted.members.slice(0, NAMED).map((member) => clean(member.label)).join(', ')
  const more = admitted.members.length - NAMED
  const all = `${plural(admitted.members.length, 'machine')} that it had let in: ${names}${more > 0 ? ` and ${more} more` : ''}`
  return [admitted.went ? `Out with it went ${all}.` : `In the vault stayed ${all}. To take them out too:  dfs revoke ${quote(label)} --admitted revoke`]
}
