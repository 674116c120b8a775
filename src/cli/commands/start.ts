import { once } from 'node:events'
import { Option, type Command } from 'commander'
import { DirectoryLockedError } from '../../errors.js'
import { connectRpc } from '../../rpc/client.js'
import { serveRpc } from '../../rpc/server.js'
import { DEFAULT_HTTP_PORT } from '../../defaults.js'
import type { DfsNode, Status } from '../../api/node.js'
import { type Config, nodeInit, over, readValues } from '../config.js'
import type { Context, Run } from '../context.js'
import { hasVault } from '../folder.js'
import { bytes, clean, home, note, plural, shortVault, when } from '../format.js'
import { addNodeOptions, type NodeFlags, nodeConfig } from '../node-options.js'
import { waitForLock } from '../open.js'
import { unlock } from '../unlock.js'
import { VERSION } from '../version.js'
import { configOf, makeVault } from './init.js'

export interface StartFlags extends NodeFlags { init?: boolean, offlineGrace?: string, letGoAfter?: string, guard?: string, trash?: string, http?: string | true }

export function defineStart (program: Command, run: Run): void {
  addNodeOptions(program.command('start')
    .summary('run the node until stopped')
    .description(`Runs the node until Ctrl-C. What an option says holds for this run; to keep it, say the same to  ${program.name()} config , such as  ${program.name()} config guard 30d`))
    .option('--offline-grace <time>', 'a member that gives no sign of life for this long counts as away (default: 1h)')
    .option('--let-go-after <time>', 'a copy that other machines are to hold stays here for this long, unless room is needed (default: 7d)')
    .option('--guard <time>', 'the blocks of a version stay for this long after it died (default: 7d)')
    .option('--trash <time>', 'what was collected waits for this long in the trash, unless room is needed (default: 24h)')
    .option('--http [port]', `HTTP API for programs of this machine, on 127.0.0.1 (default port: ${DEFAULT_HTTP_PORT}); who gets in:  ${program.name()} token create`)
    .addOption(new Option('--init', 'make a vault first where there is none').hideHelp())
    .action(run(start))
}

export async function start (context: Context, { init = false, offlineGrace, letGoAfter, guard, trash, http, ...flags }: StartFlags): Promise<undefined> {
  const { world, dir, out, signal } = context
  const given = { ...nodeConfig(flags), ...timed('guard', guard), ...timed('trash', trash), ...timed('offlineGrace', offlineGrace), ...timed('letGoAfter', letGoAfter), ...(http === undefined ? {} : readValues('http', [http === true ? 'on' : http])) }
  await world.prepare()
  if (init && !await hasVault(dir)) {
    const { node } = await makeVault(context, given)
    await node.stop()
    out.talk(`A new vault, in ${home(dir)}. Its recovery code:  ${out.dfs} recovery-code`)
  }
  const config = over(await configOf(dir), given)
  const node = await openToRun(context, config)
  try {
    await using _door = await closing(node, dir)
    await using api = await openHttp(node, dir, config)
    tell(context, node)
    await ready(context, node, api.url)
    if (!signal.aborted) await once(signal, 'abort')
    out.talk('\nStopping.')
  } finally {
    await node.stop()
  }
}

function timed (key: 'guard' | 'trash' | 'offlineGrace' | 'letGoAfter', text: string | undefined): Config {
  return text === undefined ? {} : readValues(key, [text])
}

/**
 * Opens the node to run. It waits for a command that holds the folder, but not for a node that runs
 * here already.
 */
async function openToRun (context: Context, config: Config): Promise<DfsNode> {
  const { dir, signal } = context
  return waitForLock(signal, async () => {
    const running = await connectRpc(dir, { signal })
    if (running !== undefined) {
      await running.stop()
      throw new DirectoryLockedError(`A node runs in ${home(dir)} already`, { retry: false })
    }
    return unlock(context, { ...nodeInit(config), dir, createIfMissing: false, signal })
  })
}

async function closing (node: DfsNode, dir: string): Promise<AsyncDisposable> {
  const door = await serveRpc(node, dir)
  return { [Symbol.asyncDispose]: () => door.close() }
}

interface Api extends AsyncDisposable { url?: string }

/** Loads what HTTP needs only where it is asked for: it would take a third of the start. */
async function openHttp (node: DfsNode, dir: string, { http = 0, httpHosts = [] }: Config): Promise<Api> {
  if (http === 0) return { [Symbol.asyncDispose]: async () => {} }
  const { serveHttp } = await import('../../http/server.js')
  const door = await serveHttp(node, { dir, port: http, allowedHosts: httpHosts })
  return { url: door.url, [Symbol.asyncDispose]: () => door.close() }
}

async function ready ({ out, dir }: Context, node: DfsNode, http?: string): Promise<void> {
  const { peer, vault, role, addresses } = node
  await out.data({ event: 'ready', peerId: peer, addresses, vault, role, ...(http === undefined ? {} : { http }) })
  if (out.json) return
  const status = await node.status()
  await out.line(`${out.bold(`dfs ${VERSION} is running.`)} Ctrl-C stops it.`)
  await out.line(`  node    ${clean(status.label)}  ${peer}`)
  await out.line(`  vault   ${shortVault(vault)}  ${role} · ${plural(status.members.total, 'member')} · ${plural(status.files, 'file')}, ${bytes(status.bytes)}`)
  for (const [i, address] of addresses.entries()) await out.line(`  ${i === 0 ? 'listens' : '       '} ${address}`)
  if (http !== undefined) await out.line(`  http    ${http}v1  for programs of this machine:  ${out.dfs} token create`)
  await out.line(`  lends   ${bytes(status.disk.capacity)} in ${home(dir)}`)
  for (const text of status.notes) await out.line(`  note    ${note(text, out.dfs)}`)
  for (const line of next(status, role, out.dfs)) await out.line(line)
}

function next ({ members }: Status, role: string, dfs: string): string[] {
  if (members.total > 1) return []
  return role === 'owner' ? [`Your files are on this machine only. Next:  ${dfs} invite --role write --label nas`] : []
}

/**
 * An older admit is not reported: a node that is new in a vault receives the admits of all its
 * members at once.
 */
const NEWS_MS = 10 * 60_000

/** Prints one line for each event while the node runs. */
function tell ({ out }: Context, node: DfsNode): void {
  const say = (text: string, data: Record<string, unknown>, news = true): void => {
    if (news) out.talk(`${when(new Date())}  ${clean(text)}`)
    // the node goes on when its output is closed
    out.data(data).catch(() => {})
  }
  node.addEventListener('member:join', ({ detail: { label, role, peer, since } }) => {
    say(`${label} joined, with role ${role}`, { event: 'member:join', peer, label, role }, Date.now() - since.getTime() < NEWS_MS)
  })
  node.addEventListener('member:revoke', ({ detail }) => { say(`${detail.label} was revoked`, { event: 'member:revoke', ...detail }) })
  node.addEventListener('peer:connect', ({ detail }) => { say(`${detail.label} is here`, { event: 'peer:connect', ...detail }) })
  node.addEventListener('peer:disconnect', ({ detail }) => { say(`${labels.get(detail.peer) ?? detail.peer} is away`, { event: 'peer:disconnect', ...detail }) })
  node.addEventListener('index:failed', ({ detail }) => {
    say(`${detail.message}. Nothing more is taken in or acknowledged. ${detail.damaged ? `Stop this node, then:  ${out.dfs} verify --rebuild` : 'Look at the disk, then start the node again'}`, { event: 'index:failed', ...detail })
  })
  node.addEventListener('space:low', ({ detail }) => { say(`no room: ${bytes(detail.used)} of ${bytes(detail.capacity)} lent are used, ${bytes(detail.free)} free on the disk`, { event: 'space:low', ...detail }) })
  node.addEventListener('block:mended', ({ detail }) => { say(`a damaged block came again from another member: ${detail.cid}`, { event: 'block:mended', ...detail }) })
  node.addEventListener('block:corrupt', ({ detail }) => { say(`a damaged block was put aside: ${detail.cid}: ${detail.reason}`, { event: 'block:corrupt', ...detail }) })
  const labels = new Map<string, string>()
  node.addEventListener('peer:connect', ({ detail }) => { labels.set(detail.peer, detail.label) })
}
