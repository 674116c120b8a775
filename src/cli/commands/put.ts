import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AbortError, InvalidOptionError, NotDurableError } from '../../errors.js'
import type { FileResult, ProgressEvent, PutOptions } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, plural, shortVersion } from '../format.js'
import { openNode } from '../open.js'
import { IF_VERSION, oneName, parseCopies, parseProps, parseWrite } from '../parse.js'
import { progressBar, type Bar } from '../progress.js'
import { planPut, type PlannedPut } from '../put-plan.js'
import { claimStdin } from '../secrets.js'
import { collect } from '../node-options.js'
import { refuseKey } from '../tree/node-folder.js'
import { putFolders } from '../tree/put-folders.js'
import { EXIT } from '../exit-codes.js'
import type { DfsNode } from '../../api/node.js'

export interface PutFlags { as?: string, durable?: string, ifVersion?: string, copies?: string, recursive?: boolean, checksum?: boolean, unlinked?: boolean, type?: string, prop?: string[] }

export function definePut (program: Command, run: Run): void {
  program.command('put <words...>')
    .usage(`[options] FILE [NAME]\n       ${program.name()} put [options] FILE... PREFIX/\n       ${program.name()} put [options] - NAME\n       ${program.name()} put -r [options] FOLDER... [NAME|PREFIX/]`)
    .summary('store a file under a name')
    .description('Stores files. NAME omitted is the base name; several FILEs need a last word that ends in /; - is stdin.\nWith -r the files of folders too: FOLDER is named like a file would be, FOLDER/. stands for what is in it. Links in it are named and not followed, modes and owners are not kept. What has its size and time in the vault already is not read again, so that the same command goes on after Ctrl-C.')
    .option('--as <name>', 'the name, also where a local file has it; all words are files then')
    .option('--durable <n>', 'members that must have it on disk, this one included, before the command ends')
    .option('--copies <n|all>', 'copies wanted (default: what the vault says)')
    .option(...IF_VERSION)
    .option('-r, --recursive', 'folders, with all that is in them')
    .option('--checksum', 'with -r: also read files whose size and time are those in the vault')
    .option('--type <media-type>', 'media type of the content, such as text/html')
    .option('--prop <key=value>', 'more to say of it, sealed like its name; repeatable', collect)
    .option('--unlinked', 'nobody who holds it can see what it has in common with other versions; all of it is sent')
    .action(run(put))
}

export async function put (context: Context, words: string[], flags: PutFlags): Promise<number | undefined> {
  const { world, out, signal } = context
  const plans = await planPut(words, flags, world.cwd)
  const options: PutOptions = {
    ...parseWrite(flags),
    ...(flags.copies === undefined ? {} : { copies: parseCopies(flags.copies) }),
    ...(flags.type === undefined ? {} : { type: flags.type }),
    ...(flags.prop === undefined ? {} : { props: parseProps(flags.prop) }),
    ...(flags.unlinked === true ? { scope: 'unlinked' } : {})
  }
  oneName(flags.ifVersion, plans.length === 1 && flags.recursive !== true)
  if (flags.recursive === true) return putFolders(context, plans, { checksum: flags.checksum === true, put: options })
  if (flags.checksum === true) throw new InvalidOptionError('--checksum', 'without -r a file is always read', 'it together with -r')
  if (plans.some(({ file }) => file === '-')) claimStdin(context, 'FILE')
  for (const { file } of plans) if (file !== '-') await refuseKey(file, resolve(world.cwd, file))
  await using opened = await openNode(context)
  for (const plan of plans) {
    signal.throwIfAborted()
    const bar = progressBar(world.stderr, plan.name, out.stderrIsTerminal)
    try {
      const file = await putOne(context, opened.node, plan, { ...options, signal, onProgress: show(bar) })
      bar.clear()
      await report(context, file, opened.running)
    } catch (error) {
      bar.clear()
      if (signal.aborted && !(error instanceof NotDurableError)) out.talk(`Nothing of ${clean(plan.name)} is kept.`)
      if (!(error instanceof NotDurableError) || error.file === undefined) throw error
      await out.data(error.file)
      if (!(error.cause instanceof AbortError)) throw error
      // the person pressed Ctrl-C and knows why the wait ended
      out.talk(`Stopped waiting. ${clean(plan.name)} is kept, ${where(error.file)}, and goes on copying while \`${out.dfs} start\` runs.`)
      return EXIT.interrupted
    }
  }
}

async function putOne ({ world }: Context, node: DfsNode, { name, file }: PlannedPut, options: PutOptions): Promise<FileResult> {
  return node.put(name, file === '-' ? world.stdin : { path: resolve(world.cwd, file) }, options)
}

function show (bar: Bar): (event: ProgressEvent) => void {
  return (event) => {
    if (event.type === 'file:put:read') bar.update(event.bytes, event.total)
    if (event.type === 'file:put:read' && event.bytes === event.total) bar.note('stored here, waiting for other machines …')
  }
}

async function report ({ out }: Context, file: FileResult, running: boolean): Promise<void> {
  await out.data(file)
  await out.line(`${clean(file.name)}  ${bytes(file.size)}  version ${shortVersion(file.version)}  ${where(file)}`)
  if (file.copies.length === 1 && !running) out.talk(`It is on this machine only. Others get it while the node runs:  ${out.dfs} start`)
}

function where ({ copies }: FileResult): string {
  return `on ${plural(copies.length, 'machine')}: ${copies.map(({ label, peer }) => clean(label === '' ? peer : label)).join(', ')}`
}
