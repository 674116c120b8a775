import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { bytes, clean, count, date, quote } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'

export function defineStat (program: Command, run: Run): void {
  program.command('stat <name>')
    .summary('what is known of one file')
    .option('--version <version>', 'an older version')
    .action(run(stat))
}

export async function stat (context: Context, name: string, { version }: { version?: string }): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context, { offline: true })
  const info = await oneFile(context, opened.node, name, async () => opened.node.stat(name, { signal, ...(version === undefined ? {} : { version }) }))
  await out.data(info)
  await out.line(out.bold(clean(info.name)))
  await out.line(`  size     ${bytes(info.size)} (${count(info.size)} bytes)`)
  if (info.mtime !== undefined) await out.line(`  changed  ${date(info.mtime)}`)
  await out.line(`  put      ${date(info.time)}`)
  if (info.type !== undefined) await out.line(`  type     ${clean(info.type)}`)
  for (const [key, text] of Object.entries(info.props ?? {})) await out.line(`  prop     ${clean(key)} = ${clean(text)}`)
  await out.line(`  version  ${info.version}`)
  await out.line(`  cid      ${info.cid}`)
  if (info.conflict) await out.line(`  conflict another version was written without knowledge of this one:  ${out.dfs} log ${quote(info.name)}`)
}
