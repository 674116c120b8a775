import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { bytes, clean, count } from '../format.js'
import { noName } from '../one-file.js'
import { openNode } from '../open.js'

const FILES_WIDTH = 11
const SIZE_WIDTH = 9

export function defineDu (program: Command, run: Run): void {
  program.command('du [prefix]')
    .summary('what folders take')
    .description('Says for each folder just below PREFIX how many files lie in it, their size, and what one copy of them takes; the last line is PREFIX itself. Older versions are not counted.')
    .action(run(du))
}

export async function du (context: Context, prefix: string | undefined): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context, { offline: true })
  let first = true
  for await (const row of opened.node.du({ signal, ...(prefix === undefined ? {} : { prefix }) })) {
    if (row.files === 0 && prefix !== undefined && prefix !== '') throw noName(prefix)
    if (first) await out.line(`${'files'.padStart(FILES_WIDTH)}  ${'size'.padStart(SIZE_WIDTH)}  ${'stored'.padStart(SIZE_WIDTH)}`)
    first = false
    await out.data(row)
    await out.line(`${count(row.files).padStart(FILES_WIDTH)}  ${bytes(row.size).padStart(SIZE_WIDTH)}  ${bytes(row.bytes).padStart(SIZE_WIDTH)}  ${row.prefix === (prefix ?? '').normalize('NFC') ? `${clean(row.prefix)}  (all)`.trim() : clean(row.prefix)}`)
  }
}
