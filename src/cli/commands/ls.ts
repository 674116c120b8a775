import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { bytes, clean, date, shortVersion } from '../format.js'
import { openNode } from '../open.js'

const SIZE_WIDTH = 8

export function defineLs (program: Command, run: Run): void {
  program.command('ls [prefix]')
    .summary('list names')
    .description('Lists the names that begin with PREFIX, sorted.')
    .option('-l, --long', 'with size, time and version')
    .action(run(ls))
}

export async function ls (context: Context, prefix: string | undefined, { long = false }: { long?: boolean }): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  // a line at a time, with fixed columns: a list may be longer than memory
  for await (const info of opened.node.list({ signal, ...(prefix === undefined ? {} : { prefix }) })) {
    await out.data(info)
    const name = `${clean(info.name)}${info.conflict ? '  (conflict)' : ''}`
    await out.line(long ? `${bytes(info.size).padStart(SIZE_WIDTH)}  ${date(info.mtime ?? info.time)}  ${shortVersion(info.version)}  ${name}` : clean(info.name))
  }
}
