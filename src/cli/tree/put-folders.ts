import { resolve } from 'node:path'
import { InvalidOptionError } from '../../errors.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { clean, plural } from '../format.js'
import { openNode } from '../open.js'
import type { PlannedPut } from '../put-plan.js'
import { PutTree, type PutTreeOptions } from './put-tree.js'
import { Tally } from './tally.js'

/** Runs `put -r`. Returns the exit code when some files could not be put. */
export async function putFolders (context: Context, plans: PlannedPut[], options: PutTreeOptions): Promise<number | undefined> {
  const { world, out, signal } = context
  if (plans.some(({ file }) => file === '-')) throw new InvalidOptionError('-r', '- is no folder', 'files and folders')
  await using opened = await openNode(context)
  const tally = new Tally(context, plans.map(({ name, file }) => name === '' ? file : name).join(' '))
  const tree = new PutTree(context, opened.node, tally, options)
  try {
    for (const { file, name } of plans) await tree.run({ path: resolve(world.cwd, file), name })
  } catch (error) {
    tally.say(`${signal.aborted ? 'Stopped' : 'Ended'} after ${tally.figures()}${already(tally)}. These are kept; the same command goes on with the rest.`)
    if (signal.aborted && !out.json) return EXIT.interrupted
    throw error
  } finally {
    tally.end()
  }
  await out.line(`${plans.map(({ name }) => clean(name === '' ? '.' : `${name}`)).join(' ')}  ${tally.figures()}${already(tally)}${where(tree)}`)
  if (tally.failed > 0) out.talk(`${plural(tally.failed, 'file')} could not be put: see above. All others are kept.`)
  if (tally.done > 0 && tree.machines.most === 1 && !opened.running) out.talk(`They are on this machine only. Others get them while the node runs:  ${out.dfs} start`)
  return tally.code()
}

function already ({ unchanged }: Tally): string {
  return unchanged === 0 ? '' : `, and ${plural(unchanged, 'file was', 'files were')} there already`
}

function where ({ machines: { least, most } }: PutTree): string {
  if (most === 0) return ''
  return least === most ? ` · on ${plural(most, 'machine')}` : ` · on ${least} to ${plural(most, 'machine')}`
}
