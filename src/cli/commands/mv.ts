import { posix } from 'node:path'
import type { Command } from 'commander'
import type { DfsNode, MoveOptions } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { clean, plural, quote } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { IF_VERSION, oneName, parseWrite } from '../parse.js'
import { prefixOf } from '../tree/folder-names.js'
import { eachBelow, newFolder, oneFolder } from '../tree/folders.js'

export interface MvFlags { force?: boolean, recursive?: boolean, durable?: string, ifVersion?: string }

/** Each move gets these options. */
type How = Pick<MoveOptions, 'force' | 'durable' | 'ifVersion'>

export function defineMv (program: Command, run: Run): void {
  program.command('mv <name> <new-name>')
    .usage(`[options] NAME NEW-NAME|PREFIX/\n       ${program.name()} mv -r [options] FOLDER NEW-NAME|PREFIX/`)
    .summary('give a file another name')
    .description('Gives a file another name, on all machines; no data moves. Its older versions stay in the history of the old name.\nWith -r a folder: each file moves by itself, so that Ctrl-C stops between two files, and the same command goes on with the rest. The folder is called NEW-NAME then, or stands in PREFIX/ under its own name, whatever is there already.')
    .option('-f, --force', 'also over a file that is there; what it was stays in its history')
    .option('-r, --recursive', 'a folder, with all that is in it')
    .option('--durable <n>', 'machines that must have heard of it, this one included, before the command ends')
    .option(...IF_VERSION)
    .action(run(mv))
}

export async function mv (context: Context, from: string, to: string, { force = false, recursive = false, ...flags }: MvFlags): Promise<number | undefined> {
  const { out } = context
  const how: How = { ...parseWrite(flags), force }
  oneName(flags.ifVersion, !recursive)
  const folder = recursive ? oneFolder(from, 'NAME') : undefined
  await using opened = await openNode(context)
  const code = folder === undefined ? await moveFile(context, opened.node, from, to, how) : await moveFolder(context, opened.node, folder, to, how)
  if (!opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
  return code
}

async function moveFile (context: Context, node: DfsNode, from: string, to: string, how: How): Promise<undefined> {
  const { out, signal } = context
  const target = to.endsWith('/') ? `${to}${posix.basename(from)}` : to
  const info = await oneFile(context, node, from, async () => node.mv(from, target, { ...how, signal }))
  await out.data(info)
  await out.line(`${clean(from)} is ${clean(info.name)} now. Its older versions:  ${out.dfs} log ${quote(from)}`)
}

async function moveFolder (context: Context, node: DfsNode, from: string, to: string, how: How): Promise<number | undefined> {
  const { out, signal } = context
  const target = await newFolder(node, from, to, signal)
  const renamed = (name: string): string => prefixOf(target) + name.slice(prefixOf(from).length)
  const ended = await eachBelow(context, node, from, {
    done: 'have their new names',
    // a move that has begun runs to its end; an abort would leave unclear whether the file was
    // moved
    work: async ({ name }) => node.mv(name, renamed(name), how),
    tell: async ({ name }, info) => {
      await out.data({ ...info, from: name })
      await out.line(`${clean(name)} is ${clean(info.name)} now`)
    }
  })
  if (ended.done > 0) out.talk(`${plural(ended.done, 'file')} of ${clean(from)}/ ${ended.done === 1 ? 'lies' : 'lie'} in ${clean(target === '' ? 'the top of the vault' : `${target}/`)} now.`)
  return ended.code
}
