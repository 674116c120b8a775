import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { bytes, clean, shortVersion } from '../format.js'
import { openNode } from '../open.js'
import { progressBar } from '../progress.js'

export function defineRestore (program: Command, run: Run): void {
  program.command('restore <name> [version]')
    .summary('put an older version on top again')
    .description('Puts an older version on top again, also of a deleted file: VERSION of `log`, or at least its first 6 characters. Omitted: the newest but the one that is there now.')
    .action(run(restore))
}

export async function restore (context: Context, name: string, version: string | undefined): Promise<undefined> {
  const { world, out, signal } = context
  await using opened = await openNode(context)
  const bar = progressBar(world.stderr, name, out.stderrIsTerminal)
  try {
    const info = await opened.node.restore(name, version, {
      signal,
      onProgress: (event) => { if (event.type === 'file:restore:here') bar.update(event.bytes, event.total) }
    })
    bar.clear()
    await out.data(info)
    await out.line(`${clean(info.name)}  ${bytes(info.size)}  is what it was, as version ${shortVersion(info.version)}`)
    if (!opened.running) out.talk(`Other machines hear of it while the node runs:  ${out.dfs} start`)
  } finally {
    bar.clear()
  }
}
