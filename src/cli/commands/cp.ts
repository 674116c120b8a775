import { posix } from 'node:path'
import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { bytes, clean, shortVersion } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { IF_VERSION, parseWrite } from '../parse.js'

export interface CpFlags { force?: boolean, durable?: string, ifVersion?: string }

export function defineCp (program: Command, run: Run): void {
  program.command('cp <name> <new-name>')
    .usage('[options] NAME NEW-NAME|PREFIX/')
    .summary('give a file a second name')
    .description('Puts a file under a second name, on all machines; no data moves, and no room is needed. From then on each of both is a file of its own.')
    .option('-f, --force', 'also over a file that is there; what it was stays in its history')
    .option('--durable <n>', 'machines that must have heard of it, this one included, before the command ends')
    .option(...IF_VERSION)
    .action(run(cp))
}

export async function cp (context: Context, from: string, to: string, { force = false, ...flags }: CpFlags): Promise<undefined> {
  const { out, signal } = context
  const how = { ...parseWrite(flags), force }
  await using opened = await openNode(context)
  const target = to.endsWith('/') ? `${to}${posix.basename(from)}` : to
  const info = await oneFile(context, opened.node, from, async () => opened.node.copy(from, target, { ...how, signal }))
  await out.data(info)
  await out.line(`${clean(info.name)}  ${bytes(info.size)}  version ${shortVersion(info.version)}  is what ${clean(from)} is`)
  if (!opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
}
