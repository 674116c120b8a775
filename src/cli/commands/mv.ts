import { posix } from 'node:path'
import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { clean, quote } from '../format.js'
import { openNode } from '../open.js'

export function defineMv (program: Command, run: Run): void {
  program.command('mv <name> <new-name>')
    .usage('[options] NAME NEW-NAME|PREFIX/')
    .summary('give a file another name')
    .description('Gives a file another name, on all machines; no data moves. Its older versions stay in the history of the old name.')
    .option('-f, --force', 'also over a file that is there; what it was stays in its history')
    .action(run(mv))
}

export async function mv (context: Context, from: string, to: string, { force = false }: { force?: boolean }): Promise<undefined> {
  const { out, signal } = context
  const target = to.endsWith('/') ? `${to}${posix.basename(from)}` : to
  await using opened = await openNode(context)
  const info = await opened.node.mv(from, target, { force, signal })
  await out.data(info)
  await out.line(`${clean(from)} is ${clean(info.name)} now. Its older versions:  ${out.dfs} log ${quote(from)}`)
  if (!opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
}
