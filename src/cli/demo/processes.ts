/**
 * The demo runs its nodes as processes of this same command and stops each by its id, whatever
 * happens.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DfsError } from '../../errors.js'
import { PACKAGE_ROOT } from '../package-root.js'
import { connectRpc, type RemoteNode } from '../../rpc/client.js'

const BIN = join(PACKAGE_ROOT, 'dist', 'bin', 'dfs.js')
/** A node has this long to stop. */
const STOP_MS = 10_000

export interface DemoNode { label: string, dir: string, pid: number, address: string, role: string, peer: string, remote: RemoteNode }

export class Processes implements AsyncDisposable {
  private readonly children = new Set<ChildProcess>()
  private readonly onExit = (): void => { for (const child of this.children) child.kill('SIGKILL') }

  constructor (private readonly env: NodeJS.ProcessEnv, private readonly signal: AbortSignal) {
    process.on('exit', this.onExit)
  }

  /** Runs one command to its end and resolves to its output. */
  async run (args: string[], input = ''): Promise<string> {
    const child = this.spawn(args)
    const errors = text(child.stderr)
    child.stdin?.end(input)
    const printed = text(child.stdout)
    const [code] = await once(child, 'close') as [number | null]
    this.signal.throwIfAborted()
    if (code !== 0) throw failed(args, code, await errors)
    return printed
  }

  /** Starts a node, which runs until this object is disposed of. */
  async start (label: string, dir: string): Promise<DemoNode> {
    const child = this.spawn(['--dir', dir, 'start', '--json'])
    const errors = text(child.stderr)
    child.stdin?.end()
    if (child.stdout === null) throw new Error('the child has no stdout')
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as { event: string, peerId: string, addresses: string[], role: string }
      if (event.event !== 'ready') continue
      child.stdout.resume()
      const remote = await connectRpc(dir, { signal: this.signal })
      const [address] = event.addresses
      if (remote === undefined || address === undefined) break
      return { label, dir, pid: child.pid ?? 0, address, role: event.role, peer: event.peerId, remote }
    }
    this.signal.throwIfAborted()
    throw failed(['start'], child.exitCode, await errors)
  }

  /** Asks every running process to stop and waits until each is gone. */
  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all([...this.children].map(async (child) => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => { child.kill('SIGKILL') }, STOP_MS)
      await gone
      clearTimeout(timer)
    }))
    process.off('exit', this.onExit)
  }

  private spawn (args: string[]): ChildProcess {
    this.signal.throwIfAborted()
    const child = spawn(process.execPath, [BIN, ...args], { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.children.add(child)
    child.once('exit', () => { this.children.delete(child) })
    // the exit code reports a child that ends before it has read its input
    child.stdin?.on('error', () => {})
    return child
  }
}

async function text (stream: ChildProcess['stdout']): Promise<string> {
  let all = ''
  if (stream !== null) for await (const piece of stream.setEncoding('utf8') as AsyncIterable<string>) all += piece
  return all
}

function failed (args: string[], code: number | null, errors: string): DfsError {
  return new DfsError('DEMO_FAILED', `A node of the demo failed: dfs ${args.filter((word) => !word.startsWith('/')).join(' ')} ended with ${code ?? 'a signal'}\n${errors.trim()}`)
}
