import type { Command } from 'commander'
import type { VersionInfo } from '../../interface.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, date, plural, quote, shortVersion } from '../format.js'
import { openNode } from '../open.js'

const KIND_WIDTH = 7
const SIZE_WIDTH = 8

export function defineLog (program: Command, run: Run): void {
  program.command('log <name>')
    .summary('the versions of a file')
    .description('Lists every version of a file, the newest first: when it was put, restored or deleted and by which machine. Also of a deleted file.')
    .action(run(log))
}

export async function log (context: Context, name: string): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  let heads = 0
  // a line at a time, with fixed columns: a history may be longer than memory
  for await (const version of opened.node.history(name, { signal })) {
    if (version.state === 'head') heads++
    await out.data(version)
    await out.line(line(version))
  }
  if (heads > 1) {
    out.talk(`Conflict: ${plural(heads, 'version')} were written without knowledge of each other. The next put ends it, as does  ${out.dfs} restore ${quote(name)} VERSION`)
  }
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
