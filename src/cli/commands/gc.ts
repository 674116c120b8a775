import type { Command } from 'commander'
import type { GcResult } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, plural, table, when } from '../format.js'
import { openNode } from '../open.js'
import { progressBar } from '../progress.js'

export function defineGc (program: Command, run: Run): void {
  program.command('gc')
    .summary('drop what nobody needs any more')
    .description('Moves the blocks of versions that have been dead for long enough to the trash, and empties it of what is old. A running node does it by itself.')
    .option('-n, --dry-run', 'only say what would go')
    .action(run(gc))
}

export async function gc (context: Context, { dryRun = false }: { dryRun?: boolean }): Promise<undefined> {
  const { world, out, signal } = context
  await using opened = await openNode(context)
  const bar = progressBar(world.stderr, 'collecting', out.stderrIsTerminal)
  try {
    const result = await opened.node.gc({
      dryRun,
      signal,
      onProgress: (event) => { if (event.type === 'garbage:collect:dead') bar.note(`${plural(event.versions, 'version')}, ${bytes(event.bytes)}`) }
    })
    bar.clear()
    await out.data(result)
    for (const line of describe(result)) await out.line(line)
  } finally {
    bar.clear()
  }
}

export function describe ({ dryRun, off, dead, uploads, emptied, guarded, trash }: GcResult, now = new Date()): string[] {
  if (off !== undefined) {
    return [
      'Nothing was collected: the index of this folder was lost and made anew, and other members may know of files that it does not know yet.',
      'Collecting goes on by itself once all was compared with another member.'
    ]
  }
  const label = (text: string): string => dryRun ? `would go ${text}` : `gone ${text}`
  const amount = (of: { blocks: number, bytes: number }): string => `${bytes(of.bytes)} in ${plural(of.blocks, 'block')}`
  const rows = [
    ...(dead.versions === 0 ? [] : [[label('to the trash'), `${amount(dead)}, of ${plural(dead.versions, 'dead version')}`]]),
    ...(emptied.blocks === 0 ? [] : [[label('for good'), `${amount(emptied)}, whose time in the trash ${dryRun ? 'is' : 'was'} over`]]),
    ...(uploads.uploads === 0 ? [] : [[label('for good'), `${amount(uploads)}, of ${plural(uploads.uploads, 'upload')} that nobody finished`]]),
    ...(guarded.versions === 0 ? [] : [['kept', `${bytes(guarded.bytes)} of ${plural(guarded.versions, 'dead version')}${guarded.next === undefined ? '' : `; the first may go ${when(guarded.next, now)}`}`]]),
    ...(trash.blocks === 0 ? [] : [['in the trash', `${amount(trash)}${trash.until === undefined ? '' : `; gone by ${when(trash.until, now)}, or before when room is needed`}`]])
  ]
  return rows.length === 0 ? ['Nothing to collect.'] : table(rows)
}
