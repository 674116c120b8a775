import type { Command } from 'commander'
import { InvalidOptionError } from '../../errors.js'
import type { DfsNode } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { clean, plural, when } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { parseDuration } from '../parse.js'
import { folderOf } from '../tree/folder-names.js'
import { eachBelow } from '../tree/folders.js'

export interface ShareFlags { expires: string, version?: string, recursive?: boolean }

export function defineShare (program: Command, run: Run): void {
  program.command('share <name>')
    .usage(`[options] NAME\n       ${program.name()} share -r [options] FOLDER`)
    .summary('link with which anybody reads a file')
    .description('Prints a link to a file as it is now. Whoever has it reads this one version, from any machine of the vault that is on, until the link ends or is revoked.\nWith -r one link for each file of a folder, a line each, with the name behind it. What is put there later has no link.')
    .option('--expires <time>', 'how long it is good, such as 24h or 7d', '7d')
    .option('--version <version>', 'an older version')
    .option('-r, --recursive', 'a link for each file of a folder')
    .action(run(share))
}

export async function share (context: Context, name: string, { expires: text, version, recursive = false }: ShareFlags): Promise<number | undefined> {
  const { out, signal } = context
  const expires = parseDuration('--expires', text)
  if (recursive && version !== undefined) throw new InvalidOptionError('--version', 'of one file only', 'it without -r')
  await using opened = await openNode(context)
  const until = new Date(Date.now() + expires)
  // links of a folder are made at different times and all end at the same time
  if (recursive) return await shareFolder(context, opened.node, folderOf(name), until)
  const link = await oneFile(context, opened.node, name, async () => opened.node.share(name, { expires, signal, ...(version === undefined ? {} : { version }) }))
  await out.data({ link, name, expires: until })
  await out.line(link)
  if (!out.stdoutIsTerminal) return
  out.talk(`Whoever has this link reads ${clean(name)} until ${when(until)}. There:  ${out.program} fetch -   and paste it. To take it back:  ${out.dfs} revoke -`)
  if (!opened.running) out.talk(`A machine of the vault must be on when it is fetched:  ${out.dfs} start`)
}

async function shareFolder (context: Context, node: DfsNode, folder: string, until: Date): Promise<number | undefined> {
  const { out, signal } = context
  const ended = await eachBelow(context, node, folder, {
    done: 'have their links, which stay good',
    work: async ({ name, version }) => node.share(name, { expires: until, version, signal }),
    tell: async ({ name }, link) => {
      await out.data({ link, name, expires: until })
      await out.line(`${link}  ${clean(name)}`)
    }
  })
  if (ended.done > 0) out.talk(`${plural(ended.done, 'link')}, until ${when(until)}. For each:  ${out.program} fetch -   and paste it. To take one back:  ${out.dfs} revoke -`)
  return ended.code
}
