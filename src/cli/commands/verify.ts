import type { Command } from 'commander'
import { DirectoryLockedError } from '../../errors.js'
import { connectRpc } from '../../rpc/client.js'
import type { DamagedBlock, DfsNode, ProgressEvent, RebuildInfo, RebuildProgress, RemoteResult, VerifyResult } from '../../api/node.js'
import { configOf } from './init.js'
import type { Context, Run } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { bytes, clean, count, home, plural, shortVersion } from '../format.js'
import { openNode, waitForLock } from '../open.js'
import { progressBar, type Bar } from '../progress.js'
import { unlock } from '../unlock.js'

export interface VerifyFlags { rebuild?: boolean, remote?: boolean }

export function defineVerify (program: Command, run: Run): void {
  program.command('verify')
    .summary('read everything that this machine holds, and repair it')
    .description('Reads the index and every block, and fetches what is damaged from other members where one is connected. Exit code 7 when damage stays.')
    .option('--rebuild', 'make a new index first where it is missing or damaged, from what can be read of it, from the blocks here and from other members; the old one is set aside')
    .option('--remote', 'also have the other machines prove what they hold of it; for a node that runs')
    .action(run(verify))
}

export async function verify (context: Context, { rebuild = false, remote = false }: VerifyFlags): Promise<number> {
  const { world, out, signal } = context
  const bar = progressBar(world.stderr, 'verify', out.stderrIsTerminal)
  const onProgress = show(bar)
  try {
    await using node = rebuild ? await rebuilt(context, onProgress) : (await openNode(context)).node
    const result = await node.verify({ signal, onProgress, remote })
    bar.clear()
    await out.data(result)
    if (!out.json) for (const line of describe(result, context.dir, out.dfs)) await out.line(line)
    return result.ok ? EXIT.done : EXIT.damage
  } catch (error) {
    bar.clear()
    if (signal.aborted) out.talk('What was read stays noted; repeating goes on with a whole new look.')
    throw error
  }
}

/** Opens the folder's node here, with a new index where it needs one. */
async function rebuilt (context: Context, onProgress: (event: RebuildProgress) => void): Promise<DfsNode> {
  const { world, dir, signal } = context
  const config = await configOf(dir)
  await world.prepare()
  return waitForLock(signal, async () => {
    const running = await connectRpc(dir, { signal })
    if (running !== undefined) {
      await running.stop()
      throw new DirectoryLockedError(`A node runs in ${home(dir)}. Stop it first: an index is made anew only while nobody uses it`, { retry: false })
    }
    return unlock(context, { ...config, dir, createIfMissing: false, dialOnly: true, rebuildIndex: { onProgress }, signal })
  })
}

function show (bar: Bar): (event: ProgressEvent | RebuildProgress) => void {
  return (event) => {
    switch (event.type) {
      case 'store:verify:index': return bar.note('reading the index')
      case 'store:verify:read':
      case 'index:rebuild:read': return bar.update(event.bytes, event.total)
      case 'store:verify:remote': return bar.note(`asking other machines about ${plural(event.versions, 'version')}`)
      case 'store:verify:repaired': return bar.note(`${plural(event.blocks, 'block')} repaired`)
      case 'index:rebuild:adopted': return bar.note(`${plural(event.blocks, 'block')} found, ${bytes(event.bytes)}`)
      default:
    }
  }
}

/** Up to this many damaged blocks are named one by one. */
const MAX_NAMED = 20

export function describe ({ ok, index, blocks, bytes: read, damaged, adopted, strange, rebuilt, remote }: VerifyResult, dir: string, dfs = 'dfs'): string[] {
  const left = damaged.blocks - damaged.repaired
  return [
    ...(rebuilt === undefined ? [] : anew(rebuilt, dir)),
    ...(index.length === 0 ? ['index   sound'] : ['index   damaged', ...index.map((line) => `        ${clean(line)}`), `Nothing was changed. Next:  ${dfs} verify --rebuild`]),
    ...(index.length > 0 ? [] : [`blocks  ${count(blocks)} read, ${bytes(read)} · ${damaged.blocks === 0 ? 'none is damaged' : `${count(damaged.blocks)} damaged or gone, ${count(damaged.repaired)} of them repaired from other members`}`]),
    ...(adopted.blocks === 0 ? [] : [`        ${plural(adopted.blocks, 'block')} that the index did not know or held for gone, ${bytes(adopted.bytes)}: kept for 30 days, and for as long as an entry names them`]),
    ...(strange === 0 ? [] : [`        ${plural(strange, 'file')} in ${home(dir)}/blocks ${strange === 1 ? 'is no block and was' : 'are no blocks and were'} left there`]),
    ...damaged.list.slice(0, MAX_NAMED).map(named),
    ...(damaged.blocks <= MAX_NAMED ? [] : [`  and ${plural(damaged.blocks - MAX_NAMED, 'more', 'more')} (all of them: --json)`]),
    ...(remote === undefined ? [] : others(remote)),
    ...(ok || left === 0 || index.length > 0 ? [] : [`What was damaged lies in ${home(dir)}/quarantine. Versions that need it are read from other members; when one of them is connected, repeat:  ${dfs} verify`])
  ]
}

/** Returns one line for each other machine. */
function others ({ versions, members }: RemoteResult): string[] {
  if (members.length === 0) return [`others  no other machine that should hold one of ${plural(versions, 'version')} is here`]
  return members.map(({ label, copies, proved, missing, wrong, unreached }, i) => `${i === 0 ? 'others' : '      '}  ${clean(label)}: ${[
    ...(copies === 0 ? [] : [`${count(proved)} of ${plural(copies, 'copy', 'copies')} proved`]),
    ...(missing === 0 ? [] : [`${count(missing)} not there`]),
    ...(wrong === 0 ? [] : [`${count(wrong)} damaged`]),
    ...(unreached === 0 ? [] : [`no answer about ${count(unreached)}`]),
    ...(copies + unreached === 0 ? ['says that it holds none of them'] : [])
  ].join(' · ')}${missing + wrong === 0 ? '' : '. These do not count until they are proved; others make up for them'}`)
}

function named ({ cid, reason, repaired, versions, files }: DamagedBlock): string {
  const of = files.length > 0
    ? files.map(({ name, version }) => `${clean(name)} (${shortVersion(version)})`).join(', ')
    : versions === 0 ? 'no version needs it' : `${plural(versions, 'version')} without a name here`
  return `  ${repaired ? 'repaired' : 'damaged '}  ${cid}  ${clean(reason)}: ${of}`
}

function anew ({ aside, pages, entries, blocks, bytes: found, versions, whole, settled }: RebuildInfo, dir: string): string[] {
  const old = aside === undefined ? 'There was no old one.' : `The old one is ${home(dir)}/${aside}.`
  const kept = pages.found === 0 ? 'nothing of the old one could be read' : `${count(pages.found)} of ${count(pages.of)} pages of the old one were there`
  return [
    `A new index was made: ${kept}. ${old}`,
    `        ${plural(entries, 'entry', 'entries')} and ${plural(blocks, 'block')} were found, ${bytes(found)}${versions === 0 ? '' : `; of ${plural(versions, 'version')} that they name ${count(whole)} ${whole === 1 ? 'is' : 'are'} whole here`}.`,
    settled ? '        All has been compared with another member since.' : '        Until all has been compared with another member, nothing is collected, and names may be missing.'
  ]
}
