import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FileExistsError, InvalidOptionError } from '../../errors.js'
import type { DfsNode, UsageInfo } from '../../api/node.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { clean, home, plural } from '../format.js'
import { openNode } from '../open.js'
import { removeUnfinished } from '../unfinished.js'
import { probe } from './disk.js'
import { filesBelow, folderOf, prefixOf } from './folder-names.js'
import { GetTree, type GetTreeOptions } from './get-tree.js'
import { pathProblem } from './local-name.js'
import { Tally } from './tally.js'

/** Runs `get -r`. Returns the exit code when some files could not be written. */
export async function getFolder (context: Context, word: string, output: string | undefined, options: GetTreeOptions): Promise<number | undefined> {
  const { world, out, signal } = context
  const folder = folderOf(word)
  const root = resolve(world.cwd, targetOf(folder, output))
  const prefix = prefixOf(folder)
  await using opened = await openNode(context)
  const { node } = opened
  const rows = await filesBelow(node, folder, signal)
  await mkdir(root, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw new FileExistsError(`${home(root)} is here and is no folder`, { cause })
  })
  await removeUnfinished(root)
  const tally = new Tally(context, folder === '' ? 'all files' : prefix, out.stderrIsTerminal ? await total(node, folder, signal) : undefined)
  const tree = new GetTree(context, node, tally, await probe(root), options)
  const same = (): string => tally.unchanged === 0 ? '' : `, and ${plural(tally.unchanged, 'file was', 'files were')} here already`
  try {
    await tree.run(rows, prefix, root)
  } catch (error) {
    tally.say(`${signal.aborted ? 'Stopped' : 'Ended'} after ${tally.figures()}${same()}. These are whole; the same command goes on with the rest.`)
    if (signal.aborted && !out.json) return EXIT.interrupted
    throw error
  } finally {
    tally.end()
  }
  out.talk(`${clean(folder === '' ? 'all files' : prefix)}  ${tally.figures()}${same()}  ->  ${clean(home(root))}`)
  if (tally.failed > 0) out.talk(`${plural(tally.failed, 'file was', 'files were')} not written: see above. Nothing that was here has changed for them.`)
  return tally.code()
}

/**
 * Returns the target folder: the last part of the folder's name, in the current folder or in a
 * DIR/; a DIR without a slash is the target itself. It never depends on existing files, so a second
 * run goes where the first did.
 */
function targetOf (folder: string, output: string | undefined): string {
  if (output === '-') throw new InvalidOptionError('-o', '- is no folder', 'DIR, or DIR/')
  const own = folder.split('/').at(-1) ?? ''
  if (own !== '' && (output === undefined || output.endsWith('/'))) {
    const problem = pathProblem(own)
    if (problem !== undefined) throw new InvalidOptionError('PREFIX', problem, 'it with -o DIR')
    return join(output ?? '', own)
  }
  if (output === undefined) throw new InvalidOptionError('-o', 'missing', 'for all files of the vault a folder:  dfs get -r / -o DIR')
  return output
}

/** Returns the number of files and bytes to come, for a person who watches. */
async function total (node: DfsNode, folder: string, signal: AbortSignal): Promise<UsageInfo | undefined> {
  let last: UsageInfo | undefined
  for await (const row of node.du({ prefix: folder, signal })) {
    last = row
    if (row.prefix === `${folder}/`) break
  }
  return last
}
