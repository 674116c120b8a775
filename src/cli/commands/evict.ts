import type { Command } from 'commander'
import type { DfsNode, Evicted, MemberInfo } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, plural } from '../format.js'
import { oneFile } from '../one-file.js'
import { openNode } from '../open.js'
import { folderOf } from '../tree/folder-names.js'
import { eachBelow, TRANSFERS_AT_ONCE } from '../tree/folders.js'

export interface EvictFlags { force?: boolean, recursive?: boolean }

export function defineEvict (program: Command, run: Run): void {
  program.command('evict <name>')
    .usage(`[options] NAME\n       ${program.name()} evict -r [options] FOLDER`)
    .summary("drop this machine's own copy")
    .description("Drops this machine's own copy, once another member gave its word that it holds everything. The file stays.\nWith -r the copies of all files of a folder, or with / of the vault; each that stays here is named with the reason. Ctrl-C stops between two files; the same command goes on with the rest.")
    .option('--force', 'also when no other member gave its word: if this is the only copy, the file is lost')
    .option('-r, --recursive', 'all files of a folder')
    .action(run(evict))
}

export async function evict (context: Context, name: string, { force = false, recursive = false }: EvictFlags = {}): Promise<number | undefined> {
  const { signal } = context
  await using opened = await openNode(context)
  const { node } = opened
  const members = await node.members({ signal })
  if (recursive) return await evictFolder(context, node, folderOf(name), force, members)
  await told(context, name, await oneFile(context, node, name, async () => node.evict(name, { signal, force })), members)
}

async function evictFolder (context: Context, node: DfsNode, folder: string, force: boolean, members: MemberInfo[]): Promise<number | undefined> {
  const { out, signal } = context
  let freed = 0
  const ended = await eachBelow(context, node, folder, {
    most: TRANSFERS_AT_ONCE,
    done: 'are no longer on this machine',
    work: async ({ name }) => node.evict(name, { signal, force }),
    tell: async ({ name }, evicted) => {
      freed += evicted.bytes
      await told(context, name, evicted, members)
    }
  })
  if (ended.done > 0) out.talk(`${plural(ended.done, 'file')}, ${bytes(freed)} freed here.`)
  return ended.code
}

async function told ({ out }: Context, name: string, { blocks, bytes: freed, peer }: Evicted, members: MemberInfo[]): Promise<void> {
  const keeper = members.find((member) => member.peer === peer)
  await out.data({ name, blocks, bytes: freed, peer: peer ?? null })
  await out.line(`${clean(name)}: ${bytes(freed)} in ${plural(blocks, 'block')} freed here; ${peer === undefined ? 'nobody gave its word that it keeps it' : `${clean(keeper?.label ?? peer)} keeps it`}.`)
}
