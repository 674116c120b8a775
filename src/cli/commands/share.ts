import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { clean, when } from '../format.js'
import { openNode } from '../open.js'
import { parseDuration } from '../parse.js'

export interface ShareFlags { expires: string, version?: string }

export function defineShare (program: Command, run: Run): void {
  program.command('share <name>')
    .summary('link with which anybody reads a file')
    .description('Prints a link to a file as it is now. Whoever has it reads this one version, from any machine of the vault that is on, until the link ends or is revoked.')
    .option('--expires <time>', 'how long it is good, such as 24h or 7d', '7d')
    .option('--version <version>', 'an older version')
    .action(run(share))
}

export async function share (context: Context, name: string, { expires: text, version }: ShareFlags): Promise<undefined> {
  const { out, signal } = context
  const expires = parseDuration('--expires', text)
  await using opened = await openNode(context)
  const link = await opened.node.share(name, { expires, ...(version === undefined ? {} : { version }), signal })
  const until = new Date(Date.now() + expires)
  await out.data({ link, name, expires: until })
  await out.line(link)
  if (!out.stdoutIsTerminal) return
  out.talk(`Whoever has this link reads ${clean(name)} until ${when(until)}. There:  ${out.program} fetch -   and paste it. To take it back:  ${out.dfs} revoke -`)
  if (!opened.running) out.talk(`A machine of the vault must be on when it is fetched:  ${out.dfs} start`)
}
