import type { Command } from 'commander'
import type { RevokeOptions } from '../../interface.js'
import type { Context, Run } from '../context.js'
import { clean } from '../format.js'
import { openNode } from '../open.js'
import { readInvite } from '../secrets.js'

export interface RevokeFlags { since?: string, force?: boolean }

export function defineRevoke (program: Command, run: Run): void {
  program.command('revoke <member|invite>')
    .summary('take a machine or an invite out of the vault')
    .description('Takes a machine (label, PeerId or its beginning) or an invite (its text, -, or @FILE) out of the vault. Owners only. A machine never returns under its PeerId; what it could read stays readable to it.')
    .option('--since <version>', 'undo what the machine wrote from this version on')
    .option('--force', 'even the last owner')
    .action(run(revoke))
}

export async function revoke (context: Context, word: string, { since, force }: RevokeFlags): Promise<undefined> {
  const { out, signal } = context
  const options: RevokeOptions = { ...(since === undefined ? {} : { since }), ...(force === undefined ? {} : { force }) }
  await using opened = await openNode(context)
  // not before: what opens a folder may start this process anew, and stdin is read once
  const target = word === '-' || word.startsWith('@') ? await readInvite(context, word) : word
  const revoked = await opened.node.revoke(target, { ...options, signal })
  await out.data(revoked)
  if (revoked.kind === 'invite') {
    await out.line('That invite is closed: nobody joins with it any more.')
  } else {
    await out.line(`${clean(revoked.label)} is out of the vault.${since === undefined ? '' : ' What it wrote from that version on counts for nothing.'}`)
    out.talk('Each machine keeps it out as soon as it hears of this. What it could read before stays readable to it.')
  }
  if (!opened.running) out.talk(`The others hear of it once this machine runs:  ${out.dfs} start`)
}
