import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { bytes, clean, plural } from '../format.js'
import { openNode } from '../open.js'

export function defineEvict (program: Command, run: Run): void {
  program.command('evict <name>')
    .summary("drop this machine's own copy")
    .description("Drops this machine's own copy, once another member gave its word that it holds everything. The file stays.")
    .option('--force', 'also when no other member gave its word: if this is the only copy, the file is lost')
    .action(run(evict))
}

export async function evict (context: Context, name: string, { force = false }: { force?: boolean } = {}): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  const { blocks, bytes: freed, peer } = await opened.node.evict(name, { signal, force })
  const keeper = (await opened.node.members({ signal })).find((member) => member.peer === peer)
  await out.data({ name, blocks, bytes: freed, peer: peer ?? null })
  await out.line(`${clean(name)}: ${bytes(freed)} in ${plural(blocks, 'block')} freed here; ${peer === undefined ? 'nobody gave its word that it keeps it' : `${clean(keeper?.label ?? peer)} keeps it`}.`)
}
