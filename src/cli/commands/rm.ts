import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { exitCode } from '../exit-codes.js'
import { clean, plural, quote } from '../format.js'
import type { DfsNode, WriteOptions } from '../../api/node.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { IF_VERSION, oneName, parseWrite } from '../parse.js'
import type { Ended } from '../tree/each-file.js'
import { folderOf } from '../tree/folder-names.js'
import { eachBelow, oneFolder } from '../tree/folders.js'

export function defineRm (program: Command, run: Run): void {
  program.command('rm <names...>')
    .usage(`[options] NAME...\n       ${program.name()} rm -r [options] FOLDER...`)
    .summary('delete files, on all machines')
    .description('Deletes files on all machines of the vault. What they were can be restored until the vault gives it up.\nWith -r all files of a folder. Ctrl-C stops between two files; the same command goes on with the rest.')
    .option('-r, --recursive', 'folders, with all that is in them')
    .option('--durable <n>', 'machines that must have heard of it, this one included, before the command ends')
    .option(...IF_VERSION)
    .action(run(rm))
}

export interface RmFlags { recursive?: boolean, durable?: string, ifVersion?: string }

/**
 * Deletes files. A failure does not stop the other deletes; the first failure sets the exit code.
 */
export async function rm (context: Context, names: string[], { recursive = false, ...flags }: RmFlags = {}): Promise<number | undefined> {
  const { out, signal } = context
  const how = parseWrite(flags)
  oneName(flags.ifVersion, names.length === 1 && !recursive)
  if (recursive) names.forEach((word) => oneFolder(word, 'FOLDER'))
  await using opened = await openNode(context)
  const { node } = opened
  let code: number | undefined
  let deleted = 0
  for (const name of names) {
    signal.throwIfAborted()
    try {
      const ended = recursive ? await removeFolder(context, node, folderOf(name), how) : await oneFile(context, node, name, async () => removeFile(context, node, name, how))
      deleted += ended.done
      code ??= ended.code
    } catch (error) {
      if (names.length === 1 || signal.aborted) throw error
      out.error(error)
      code ??= exitCode(error)
    }
    if (signal.aborted) break
  }
  if (deleted > 0 && !opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
  return code
}

async function removeFile ({ out, signal }: Context, node: DfsNode, name: string, how: WriteOptions): Promise<Ended> {
  await out.data(await node.delete(name, { ...how, signal }))
  await out.line(`${clean(name)} is deleted. To take it back:  ${out.dfs} restore ${quote(name)}`)
  return { done: 1, code: undefined }
}

async function removeFolder (context: Context, node: DfsNode, folder: string, how: WriteOptions): Promise<Ended> {
  const { out } = context
  const ended = await eachBelow(context, node, folder, {
    done: 'are deleted',
    // a delete that has begun runs to its end; an abort would leave unclear whether the file was
    // deleted
    work: async ({ name }) => node.delete(name, how),
    tell: async ({ name }, deleted) => {
      await out.data(deleted)
      await out.line(`${clean(name)} is deleted`)
    }
  })
  if (ended.done > 0) out.talk(`${plural(ended.done, 'file')} of ${clean(folder)}/ ${ended.done === 1 ? 'is' : 'are'} deleted. To take back all that is deleted there:  ${out.dfs} restore -r ${quote(folder)}`)
  return ended
}
