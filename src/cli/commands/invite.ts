import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { InviteOptions } from '../../api/node.js'
import { InvalidOptionError } from '../../errors.js'
import type { Context, Run } from '../context.js'
import { replaceFile } from '../../disk/replace-file.js'
import { home, plural, when } from '../format.js'
import { openNode } from '../open.js'
import { refused } from '../text-file.js'
import { parseDuration, parseRole, parseText, parseWhole } from '../parse.js'

export interface InviteFlags { role?: string, label?: string, operator?: string, expires: string, uses: string, output?: string }

export function defineInvite (program: Command, run: Run): void {
  program.command('invite')
    .summary('text with which a machine joins')
    .description('Prints the text with which a machine joins the vault. It opens nothing by itself, and ends. Whoever has it until then can join, so it belongs into no file that others read (-o) and into no command (there:  join -  or  join @FILE).')
    .option('--role <role>', 'what the machine may do: owner, write, read or store (lends disk, reads nothing). Needed')
    .option('--label <name>', "the machine's name")
    .option('--operator <name>', 'who runs the machine')
    .option('--expires <time>', 'how long it is good, such as 24h or 7d', '24h')
    .option('--uses <n>', 'how many machines may join with it', '1')
    .option('-o, --output <file>', 'into this file instead, which nobody else on this machine can read')
    .action(run(invite))
}

export async function invite (context: Context, flags: InviteFlags): Promise<undefined> {
  const { out, signal, world } = context
  const expires = parseDuration('--expires', flags.expires)
  const options: InviteOptions = {
    role: parseRole(flags.role),
    expires,
    uses: parseWhole('--uses', flags.uses, 1),
    ...(flags.label === undefined ? {} : { label: parseText('--label', flags.label) }),
    ...(flags.operator === undefined ? {} : { operator: parseText('--operator', flags.operator) })
  }
  await using opened = await openNode(context)
  const text = await opened.node.invite({ ...options, signal })
  if (flags.output !== undefined) {
    const file = resolve(world.cwd, flags.output)
    await keep(file, text)
    await out.data({ file, role: options.role, expires: new Date(Date.now() + expires), uses: options.uses })
    out.talk(`In ${home(file)}, which you alone can read. There:  ${out.program} join @FILE`)
    return
  }
  await out.data({ invite: text, role: options.role, expires: new Date(Date.now() + expires), uses: options.uses })
  await out.line(text)
  if (!out.stdoutIsTerminal) return
  out.talk(`Good for ${plural(options.uses ?? 1, 'machine')} until ${when(new Date(Date.now() + expires))}. There:  ${out.program} join -   and paste it.`)
  if (!opened.running) out.talk(`Somebody must be there when it joins:  ${out.dfs} start`)
}

/** An invite that nobody has seen lets nobody in. */
async function keep (file: string, invite: string): Promise<void> {
  try {
    await replaceFile(file, `${invite}\n`)
  } catch (error) {
    const problem = refused(error)
    if (problem === undefined) throw error
    throw new InvalidOptionError('--output', `"${file}" cannot be written: ${problem}. No invite was handed out`, 'a file in a folder that is there and can be written', { cause: error })
  }
}
