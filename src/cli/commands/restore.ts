import type { Command } from 'commander'
import { InvalidOptionError } from '../../errors.js'
import type { DfsNode, FileInfo, RestoreOptions } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, plural, shortVersion } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { IF_VERSION, oneName, parseDuration, parseWrite } from '../parse.js'
import { progressBar } from '../progress.js'
import { eachFile } from '../tree/each-file.js'
import { folderOf } from '../tree/folder-names.js'
import { deletedBelow, TRANSFERS_AT_ONCE } from '../tree/folders.js'

export interface RestoreFlags { recursive?: boolean, since?: string, durable?: string, ifVersion?: string }

export function defineRestore (program: Command, run: Run): void {
  program.command('restore <name> [version]')
    .usage(`[options] NAME [VERSION]\n       ${program.name()} restore -r [options] FOLDER`)
    .summary('put an older version on top again')
    .description('Puts an older version on top again, also of a deleted file: VERSION of `log`, or at least its first 6 characters. Omitted: the newest but the one that is there now.\nWith -r takes back what was deleted in a folder, or with / in the vault: each deleted file is what it was last, and files that are there stay as they are. Ctrl-C stops between two files; the same command goes on with the rest.')
    .option('-r, --recursive', 'all deleted files of a folder')
    .option('--since <time>', 'with -r: only what was deleted in the last 24h, 7d or the like')
    .option('--durable <n>', 'machines that must have heard of it, this one included, before the command ends')
    .option(...IF_VERSION)
    .action(run(restore))
}

export async function restore (context: Context, name: string, version: string | undefined, { recursive = false, since, ...flags }: RestoreFlags = {}): Promise<number | undefined> {
  const { out } = context
  const how = parseWrite(flags)
  oneName(flags.ifVersion, !recursive)
  if (recursive && version !== undefined) throw new InvalidOptionError('VERSION', 'a folder has none', 'it without -r, or -r without it')
  if (!recursive && since !== undefined) throw new InvalidOptionError('--since', 'without -r it says nothing', 'it together with -r')
  const age = since === undefined ? undefined : parseDuration('--since', since)
  await using opened = await openNode(context)
  const code = recursive ? await restoreFolder(context, opened.node, folderOf(name), age, how) : await restoreFile(context, opened.node, name, version, how)
  if (!opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
  return code
}

async function restoreFile (context: Context, node: DfsNode, name: string, version: string | undefined, how: RestoreOptions): Promise<undefined> {
  const { world, out, signal } = context
  const bar = progressBar(world.stderr, name, out.stderrIsTerminal)
  try {
    const info = await oneFile(context, node, name, async () => node.restore(name, version, {
      ...how,
      signal,
      onProgress: (event) => { if (event.type === 'file:restore:here') bar.update(event.bytes, event.total) }
    }))
    bar.clear()
    await told(context, info)
  } finally {
    bar.clear()
  }
}

async function restoreFolder (context: Context, node: DfsNode, folder: string, age: number | undefined, how: RestoreOptions): Promise<number | undefined> {
  const { out, signal } = context
  const rows = await deletedBelow(node, folder, age === undefined ? undefined : new Date(Date.now() - age), signal)
  const ended = await eachFile(context, {
    rows,
    most: TRANSFERS_AT_ONCE,
    done: 'are there again',
    work: async ({ name }) => node.restore(name, undefined, { ...how, signal }),
    tell: async (_, info) => told(context, info)
  })
  if (ended.done > 0) out.talk(`${plural(ended.done, 'file is', 'files are')} there again.`)
  return ended.code
}

async function told ({ out }: Context, info: FileInfo): Promise<void> {
  await out.data(info)
  await out.line(`${clean(info.name)}  ${bytes(info.size)}  is what it was, as version ${shortVersion(info.version)}`)
}
