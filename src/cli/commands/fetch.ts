import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { progressBar } from '../progress.js'
import { receive } from '../receive.js'
import { readLink } from '../secrets.js'
import { findTarget } from '../target.js'

export interface FetchFlags { output?: string }

export function defineFetch (program: Command, run: Run): void {
  program.command('fetch <link>')
    .summary('get a file with a link, without a folder')
    .description('Fetches the file of a link: - (asks for it, or stdin), @FILE, or the text, which `ps` shows to everybody on this machine. Needs no folder and joins nothing. Without -o it is written here, under the last part of its name, and replaces nothing.')
    .option('-o, --output <file|dir/|->', 'where to; - is stdout')
    .action(run(fetch))
}

export async function fetch (context: Context, word: string, { output }: FetchFlags): Promise<undefined> {
  const { world, out, signal } = context
  await world.prepare()
  const text = await readLink(context, word)
  await using shared = await world.openLink(text, { signal })
  const { name } = shared
  // an unusable target is reported before more is fetched
  if (output !== '-') await findTarget(name, output, world.cwd)
  const bar = progressBar(world.stderr, name, out.stderrIsTerminal)
  try {
    const pieces = shared.get({ signal, onProgress: (event) => { if (event.type === 'file:get:read') bar.update(event.bytes, event.total) } })
    await receive(context, { name, output, pieces, bar })
  } finally {
    bar.clear()
  }
}
