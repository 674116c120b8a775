import type { Command } from 'commander'
import { InvalidOptionError } from '../../errors.js'
import type { GetOptions } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { oneFile, refuseFolder } from '../one-file.js'
import { openNode } from '../open.js'
import { parseSize } from '../parse.js'
import { progressBar } from '../progress.js'
import { receive } from '../receive.js'
import { findTarget } from '../target.js'
import { getFolder } from '../tree/get-folder.js'

export interface GetFlags { output?: string, version?: string, offset?: string, length?: string, recursive?: boolean, checksum?: boolean, replace?: boolean }

export function defineGet (program: Command, run: Run): void {
  program.command('get <name>')
    .usage(`[options] NAME\n       ${program.name()} get -r [options] FOLDER`)
    .summary('fetch a file')
    .description('Fetches a file into this folder, under the last part of its name. A file that is here is replaced only with -o, and only when all bytes are there.\nWith -r all files of a folder, or / for all there are, into a folder of the same name: here, or in DIR/; -o DIR without a slash is that folder itself. What is here with the same size and time is not fetched again, so that the same command goes on after Ctrl-C; what differs is named, and replaced only with --replace.')
    .option('-o, --output <file|dir/|->', 'where to; - is stdout')
    .option('--version <version>', 'an older version')
    .option('--offset <n>', 'first byte')
    .option('--length <n>', 'how many bytes')
    .option('-r, --recursive', 'all files of a folder')
    .option('--replace', 'with -r: replace files here that differ')
    .option('--checksum', 'with -r: compare contents, whatever size and time say')
    .action(run(get))
}

export async function get (context: Context, name: string, flags: GetFlags): Promise<number | undefined> {
  const { world, out, signal } = context
  if (flags.recursive === true) return getRecursive(context, name, flags)
  for (const flag of ['replace', 'checksum'] as const) {
    if (flags[flag] === true) throw new InvalidOptionError(`--${flag}`, 'without -r it says nothing', 'it together with -r; one file is replaced with -o FILE')
  }
  const options: GetOptions = {
    signal,
    ...(flags.version === undefined ? {} : { version: flags.version }),
    ...(flags.offset === undefined ? {} : { offset: parseSize('--offset', flags.offset) }),
    ...(flags.length === undefined ? {} : { length: parseSize('--length', flags.length) })
  }
  refuseFolder(context, name)
  // an unusable target is reported before anything is fetched
  if (flags.output !== '-') await findTarget(name, flags.output, world.cwd)
  await using opened = await openNode(context)
  const bar = progressBar(world.stderr, name, out.stderrIsTerminal)
  try {
    const pieces = opened.node.get(name, { ...options, onProgress: (event) => { if (event.type === 'file:get:read') bar.update(event.bytes, event.total) } })
    await oneFile(context, opened.node, name, async () => receive(context, { name, output: flags.output, pieces, bar }))
  } finally {
    bar.clear()
  }
  return undefined
}

function getRecursive (context: Context, name: string, flags: GetFlags): Promise<number | undefined> {
  for (const flag of ['version', 'offset', 'length'] as const) {
    if (flags[flag] !== undefined) throw new InvalidOptionError(`--${flag}`, 'of one file only', 'it without -r')
  }
  return getFolder(context, name, flags.output, { checksum: flags.checksum === true, replace: flags.replace === true })
}
