import type { Command } from 'commander'
import type { DfsNode, VersionInfo } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, date, plural, quote, shortVersion } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { eachFile } from '../tree/each-file.js'
import { filesBelow, folderOf, prefixOf } from '../tree/folder-names.js'

const KIND_WIDTH = 7
const SIZE_WIDTH = 8

export interface LogFlags { recursive?: boolean }

export function defineLog (program: Command, run: Run): void {
  program.command('log <name>')
    .usage(`[options] NAME\n       ${program.name()} log -r [options] FOLDER`)
    .summary('the versions of a file')
    .description('Lists every version of a file, the newest first: when it was put, restored or deleted and by which machine. Also of a deleted file.\nWith -r those of all files of a folder, or with / of the vault, each behind its name; behind them the deleted files.')
    .option('-r, --recursive', 'all files of a folder, deleted ones too')
    .action(run(log))
}

export async function log (context: Context, name: string, { recursive = false }: LogFlags = {}): Promise<number | undefined> {
  await using opened = await openNode(context, { offline: true })
  if (recursive) return await logFolder(context, opened.node, folderOf(name))
  await oneFile(context, opened.node, name, async () => logFile(context, opened.node, name))
}

async function logFile ({ out, signal }: Context, node: DfsNode, name: string): Promise<void> {
  let heads = 0
  // lines go out one by one, with fixed columns, because a history may not fit into memory
  for await (const version of node.history(name, { signal })) {
    if (version.state === 'head') heads++
    await out.data(version)
    await out.line(line(version))
  }
  if (heads > 1) {
    out.talk(`Conflict: ${plural(heads, 'version')} were written without knowledge of each other. The next put ends it, as does  ${out.dfs} restore ${quote(name)} VERSION`)
  }
}

/** Prints one file after the other, because each history may be long. */
async function logFolder (context: Context, node: DfsNode, folder: string): Promise<number | undefined> {
  const { out } = context
  const { code } = await eachFile(context, {
    rows: everyName(context, node, folder),
    most: 1,
    done: 'are listed',
    work: async ({ name }) => {
      await out.line(clean(name))
      await logFile(context, node, name)
    },
    tell: async () => out.line()
  })
  return code
}

async function * everyName ({ signal }: Context, node: DfsNode, folder: string): AsyncGenerator<{ name: string }> {
  const prefix = prefixOf(folder)
  let any = false
  for await (const row of chain<{ name: string }>(node.list({ prefix, signal }), node.deleted({ prefix, signal }))) {
    any = true
    yield row
  }
  // this call asks other members, and reports what is wrong with the word
  if (!any) yield * await filesBelow(node, folder, signal)
}

async function * chain<T> (...lists: Array<AsyncIterable<T>>): AsyncGenerator<T> {
  for (const list of lists) yield * list
}

/** `2026-11-20 09:12  k7qf2mabcd  put        1.2 MB  nas  now` */
export function line (version: VersionInfo): string {
  const { time, kind, size, writer, note } = version
  const columns = [date(time), shortVersion(version.version), kind.padEnd(KIND_WIDTH), (size === undefined ? '' : bytes(size)).padStart(SIZE_WIDTH), clean(writer.label)]
  return [...columns, [...standing(version), ...(note === undefined ? [] : [clean(note)])].join(', ')].join('  ').trimEnd()
}

function standing ({ state, current, unreadable, here, until }: VersionInfo): string[] {
  return [
    ...(current ? ['now'] : state === 'head' ? ['in conflict with the newest'] : []),
    ...(state === 'forgotten' ? ['given up'] : state === 'waiting' ? ['waits for what it stands on'] : state === 'void' ? ['void, its writer was revoked'] : []),
    ...(unreadable === true ? ['cannot be read'] : []),
    ...(here === false ? ['not here'] : until === undefined ? [] : [`can be restored here until ${date(until)}`])
  ]
}
