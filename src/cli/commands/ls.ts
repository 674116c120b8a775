import type { Command } from 'commander'
import type { FileInfo, FolderInfo } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, date, shortVersion } from '../format.js'
import { noName } from '../one-file.js'
import { openNode } from '../open.js'

const SIZE_WIDTH = 8
/** The columns size, time and version have this width. */
const LONG_WIDTH = SIZE_WIDTH + 2 + 'YYYY-MM-DD HH:MM'.length + 2 + 10

export interface LsFlags { long?: boolean, folders?: boolean }

export function defineLs (program: Command, run: Run): void {
  program.command('ls [prefix]')
    .summary('list names')
    .description('Lists the names that begin with PREFIX, sorted: all of them, or with --folders one level.')
    .option('-l, --long', 'with size, time and version')
    .option('-d, --folders', 'one level: what lies in a folder is one line that ends in /')
    .action(run(ls))
}

export async function ls (context: Context, prefix: string | undefined, { long = false, folders = false }: LsFlags): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context, { offline: true })
  const options = { signal, ...(prefix === undefined ? {} : { prefix }) }
  const rows: AsyncIterable<FileInfo | FolderInfo> = folders ? opened.node.list({ ...options, delimiter: '/' }) : opened.node.list(options)
  let any = false
  // lines go out one by one, with fixed columns, because a list may not fit into memory
  for await (const row of rows) {
    any = true
    await out.data(row)
    await out.line(long ? longLine(row) : shortLine(row, out.stdoutIsTerminal))
  }
  if (any) return
  if (prefix !== undefined && prefix !== '') throw noName(prefix)
  out.talk(`There is no file in this vault. Next:  ${out.dfs} put FILE`)
}

/** Returns the name alone for programs; a person also sees a conflict. */
function shortLine (row: FileInfo | FolderInfo, terminal: boolean): string {
  if ('prefix' in row) return clean(row.prefix)
  return `${clean(row.name)}${terminal && row.conflict ? '  (conflict)' : ''}`
}

function longLine (row: FileInfo | FolderInfo): string {
  if ('prefix' in row) return `${''.padStart(LONG_WIDTH)}  ${clean(row.prefix)}`
  return `${bytes(row.size).padStart(SIZE_WIDTH)}  ${date(row.mtime ?? row.time)}  ${shortVersion(row.version)}  ${shortLine(row, true)}`
}
