import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AbortError, BlockCorruptError } from '../../errors.js'
import type { Context, Run } from '../context.js'
import { FILES, fresh } from '../demo/files.js'
import { type DemoNode, Processes } from '../demo/processes.js'
import { describe, type Row, summary } from '../demo/report.js'
import { bytes, clean } from '../format.js'
import { progressBar } from '../progress.js'

/** The demo's nodes have these labels. */
const LABELS = ['laptop', 'nas', 'friend'] as const
const LENT = '2GB'

export function defineDemo (program: Command, run: Run): void {
  program.command('demo')
    .summary('three nodes on this machine store, lose and get back 20 files')
    .description('Starts three nodes on this machine, stores 20 files on all of them, drops the copies where they were put, gets them back from the others, compares, and removes everything again.')
    .action(run(demo))
}

export async function demo (context: Context): Promise<undefined> {
  const { world, out, signal } = context
  const started = performance.now()
  const dir = await mkdtemp(join(tmpdir(), 'dfs-demo-'))
  try {
    // the demo must not touch the person's own folder
    const { DFS_DIR: _own, ...env } = world.env
    await using processes = new Processes(env, signal)
    out.talk('Starting three nodes, each a process of its own …')
    const nodes = await startNodes(processes, dir)
    for (const { label, role, peer, address, pid } of nodes) {
      await out.data({ event: 'node', label, role, peerId: peer, address, pid })
      await out.line(`  ${label.padEnd(6)}  ${role.padEnd(5)}  ${address.replace(/\/p2p\/.*/, '').padEnd(25)}  process ${pid}${role === 'store' ? '  (lends disk; has no key to any content)' : ''}`)
    }
    const rows = await storeLoseGet(context, nodes)
    await out.line()
    for (const line of describe(rows)) await out.line(line)
    const seconds = (performance.now() - started) / 1000
    for (const line of summary(rows, seconds)) await out.line(line)
    const equal = rows.filter((row) => row.same).length
    await out.data({ event: 'done', files: rows.length, equal, bytes: rows.reduce((all, { size }) => all + size, 0), seconds })
    if (equal !== rows.length) throw new BlockCorruptError(`${rows.length - equal} files came back different`)
    for (const { remote } of nodes) await remote.stop()
  } catch (error) {
    // after Ctrl-C a waiting put reports that its file is kept, which is untrue in the demo: its
    // folders are removed
    if (signal.aborted) throw new AbortError('The demo was ended', { cause: error })
    throw error
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
  out.talk(`All nodes are stopped and their folders removed. Yours next:  ${out.program} init`)
}

/**
 * Makes a vault on the first node; the second joins it; the third joins too, knowing only the
 * addresses of the first two.
 */
async function startNodes (processes: Processes, dir: string): Promise<DemoNode[]> {
  const [laptop, nas, friend] = LABELS
  const common = ['--capacity', LENT, '--listen', '/ip4/127.0.0.1/tcp/0']
  await processes.run(['--dir', join(dir, laptop), 'init', '--label', laptop, '--operator', 'you', ...common])
  const first = await processes.start(laptop, join(dir, laptop))
  const add = async (label: string, role: 'write' | 'store', operator: string, bootstrap: DemoNode[]): Promise<DemoNode> => {
    const invite = await first.remote.invite({ role, label, operator })
    await processes.run(['--dir', join(dir, label), 'join', '-', ...common, ...bootstrap.flatMap(({ address }) => ['--bootstrap', address])], invite)
    return processes.start(label, join(dir, label))
  }
  const second = await add(nas, 'write', 'you', [first])
  const third = await add(friend, 'store', 'a friend', [first, second])
  return [first, second, third]
}

async function storeLoseGet ({ world, out, signal }: Context, nodes: DemoNode[]): Promise<Row[]> {
  const [first] = nodes
  if (first === undefined) return []
  const bar = progressBar(world.stderr, 'demo', out.stderrIsTerminal)
  const stored: Row[] = []
  try {
    for (const [i, { name, size }] of FILES.entries()) {
      bar.note(`storing on three nodes: ${name}, ${bytes(size)}  (${i + 1} of ${FILES.length})`)
      const { bytes: source, sha256 } = fresh(size)
      const at = performance.now()
      const { copies } = await first.remote.put(name, source(), { durable: nodes.length, size, signal })
      stored.push({ name, size, sha256, putMs: performance.now() - at, copies: copies.map(({ peer }) => labelOf(nodes, peer)).sort(byNode), getMs: 0, from: {}, same: false })
    }
    for (const { name } of stored) {
      bar.note(`dropping the copy of ${first.label}: ${name}`)
      await first.remote.evict(name, { signal })
    }
    for (const [i, row] of stored.entries()) {
      bar.note(`getting back from the others: ${row.name}, ${bytes(row.size)}  (${i + 1} of ${stored.length})`)
      await getBack(first, nodes, row, signal)
      await out.data({ event: 'file', ...row })
    }
  } finally {
    bar.clear()
  }
  return stored
}

async function getBack (node: DemoNode, nodes: DemoNode[], row: Row, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256')
  const at = performance.now()
  const pieces = node.remote.get(row.name, {
    signal,
    onProgress: (event) => {
      if (event.type !== 'file:get:fetched') return
      const label = labelOf(nodes, event.peer)
      row.from[label] = (row.from[label] ?? 0) + event.bytes
    }
  })
  for await (const piece of pieces) hash.update(piece)
  row.getMs = performance.now() - at
  row.same = hash.digest('hex') === row.sha256
}

const labelOf = (nodes: DemoNode[], peer: string): string => clean(nodes.find((node) => node.peer === peer)?.label ?? peer)

const byNode = (a: string, b: string): number => (LABELS as readonly string[]).indexOf(a) - (LABELS as readonly string[]).indexOf(b)
