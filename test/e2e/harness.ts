/** Real processes of the built command, on 127.0.0.1, in temporary folders; all ended, by process id, when a test is over. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { createNode } from '../../src/index.js'
import type { FileInfo, MemberInfo, Status } from '../../src/api/node.js'

export const MIB = 1024 ** 2
export const GIB = 1024 ** 3

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'dfs.js')
const MODULES = join(import.meta.dirname, '..', '..', 'src', 'cli', 'bin.js')

export interface Result { code: number, stdout: string, stderr: string }

/** Variables of the person who runs the tests must not reach the command. */
function environment (): NodeJS.ProcessEnv {
  const { DFS_DIR: _dir, XDG_RUNTIME_DIR: _runtime, ...rest } = process.env
  return { ...rest, NO_COLOR: '1' }
}

export class Scene {
  readonly dir: string
  /** Folders whose commands run in a network namespace, by path. */
  readonly namespaces = new Map<string, string>()
  /** Folders whose commands run from the modules that the bundle is made of: what is preloaded can replace parts of those. */
  readonly unbundled = new Set<string>()
  private readonly children = new Set<ChildProcess>()

  private constructor (dir: string) { this.dir = dir }

  static async open (): Promise<Scene> {
    return new Scene(await mkdtemp(join(tmpdir(), 'dfs-e2e-')))
  }

  path (...parts: string[]): string { return join(this.dir, ...parts) }

  /** @param alone without the terminal that the tests were started from */
  spawn (args: string[], stdin: 'ignore' | 'pipe' = 'ignore', alone = false): ChildProcess {
    const folder = args[args.indexOf('--dir') + 1] ?? ''
    const namespace = this.namespaces.get(folder)
    const [program = '', ...words] = [...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]), process.execPath, this.unbundled.has(folder) ? MODULES : BIN, ...args]
    return this.keep(spawn(program, words, { cwd: this.dir, env: environment(), stdio: [stdin, 'pipe', 'pipe'], detached: alone }))
  }

  /** The same on a terminal of its own, through `script` of util-linux, which passes on what is written to its stdin. */
  onTerminal (args: string[]): ChildProcess {
    const words = [process.execPath, BIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    return this.keep(spawn('script', ['-qefc', words.join(' '), '/dev/null'], { cwd: this.dir, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] }))
  }

  private keep (child: ChildProcess): ChildProcess {
    this.children.add(child)
    child.once('exit', () => { this.children.delete(child) })
    return child
  }

  /** Runs one command to its end. */
  async run (args: string[], input?: Uint8Array | string, alone = false): Promise<Result> {
    const child = this.spawn(args, input === undefined ? 'ignore' : 'pipe', alone)
    child.stdin?.end(input)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => { stdout += text })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    const [code] = await once(child, 'close') as [number | null]
    return { code: code ?? -1, stdout, stderr }
  }

  /** The same, and it must succeed. */
  async ok (args: string[], input?: Uint8Array | string): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, input)
    assert.equal(code, 0, `dfs ${args.join(' ')}: exit ${code}\n${stderr}`)
    return stdout
  }

  async close (): Promise<void> {
    const ends = [...this.children].map(async (child) => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    })
    await Promise.all(ends)
    await rm(this.dir, { recursive: true, force: true })
  }
}

/** A node that runs in a process of its own. */
export class RunningNode {
  constructor (readonly scene: Scene, readonly folder: string, readonly child: ChildProcess, readonly ready: { peerId: string, addresses: string[], vault: string, role: string }) {}

  get pid (): number { return this.child.pid ?? -1 }
  get address (): string {
    const [address] = this.ready.addresses
    assert.ok(address)
    return address
  }

  /** A command in this node's folder, which must succeed. */
  ok (...args: string[]): Promise<string> { return this.scene.ok(['--dir', this.folder, ...args]) }
  run (...args: string[]): Promise<Result> { return this.scene.run(['--dir', this.folder, ...args]) }

  async status (): Promise<Status> { return JSON.parse(await this.ok('status', '--json')) as Status }
  async members (...args: string[]): Promise<MemberInfo[]> { return lines<MemberInfo>(await this.ok('members', '--json', ...args)) }

  /** It has compared its entries with so many others, and holds every block that it knows of. */
  async inSync (others: number): Promise<boolean> {
    const { inSync, entries, versions } = (await this.status()).sync
    return inSync >= others && entries === 0 && versions === 0
  }

  /** Bytes that came over the links that it has now. */
  async received (): Promise<number> {
    return lines<{ link?: { bytesReceived: number } }>(await this.ok('members', '--json')).reduce((sum, { link }) => sum + (link?.bytesReceived ?? 0), 0)
  }

  /** Ctrl-C. */
  async stop (): Promise<number> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGINT')
    const [code] = await ended as [number | null]
    return code ?? -1
  }

  async kill (): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await ended
  }

  /** Peak resident set in MiB, as the kernel counts it. */
  async peakMiB (): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
  }
}

/** `dfs start` in a folder that has a vault; resolves when it is ready. */
export async function start (scene: Scene, folder: string, ...args: string[]): Promise<RunningNode> {
  const child = scene.spawn(['--dir', folder, 'start', '--json', ...args])
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  assert.ok(child.stdout)
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const event = JSON.parse(line) as { event: string, peerId: string, addresses: string[], vault: string, role: string }
    if (event.event !== 'ready') continue
    // further lines are read and dropped, so that the process never waits for a reader
    child.stdout.resume()
    return new RunningNode(scene, folder, child, event)
  }
  throw new Error(`dfs start ended before it was ready: ${stderr}`)
}

/** A new vault, running. */
export async function first (scene: Scene, name: string, ...args: string[]): Promise<RunningNode> {
  const folder = scene.path(name)
  await scene.ok(['--dir', folder, 'init', '--label', name, '--capacity', '20GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`])
  return start(scene, folder, ...args)
}

/** One more member of a running node's vault, running. */
export async function joined (scene: Scene, name: string, by: RunningNode, role = 'write', ...args: string[]): Promise<RunningNode> {
  const folder = scene.path(name)
  const invite = (await by.ok('invite', '--role', role, '--label', name)).trim()
  await scene.ok(['--dir', folder, 'join', '-', '--capacity', '20GB', '--listen', `/ip4/127.0.0.1/tcp/${await freePort()}`], invite)
  return start(scene, folder, ...args)
}

/** What a command printed with --json, an object a line. Times stay text. */
export function lines<T> (stdout: string): T[] {
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}

/** SHA-256 of every file of a folder whose node does not run, by name: what is on this disk and nowhere else. */
export async function contents (folder: string): Promise<Map<string, string>> {
  await using node = await createNode({ dir: folder, createIfMissing: false, start: false })
  const files: FileInfo[] = []
  for await (const info of node.list()) files.push(info)
  const found = new Map<string, string>()
  for (const { name } of files) {
    const hash = createHash('sha256')
    for await (const piece of node.get(name)) hash.update(piece)
    found.set(name, hash.digest('hex'))
  }
  return found
}

export async function freePort (): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A file of random bytes; resolves to its SHA-256. */
export async function randomFile (path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  try {
    const seed = randomBytes(MIB)
    for (let left = size, n = 0; left > 0; n++) {
      // one draw of a MiB, different in each of its pages from piece to piece, is as good as random here and much faster
      for (let at = 0; at < MIB; at += 4096) seed.writeUInt32BE((seed.readUInt32BE(at) + n + at) >>> 0, at)
      const piece = seed.subarray(0, Math.min(left, MIB))
      await file.write(piece)
      hash.update(piece)
      left -= piece.length
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

export async function sha256 (path: string, start = 0, end = Infinity): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { start, end, highWaterMark: MIB })) hash.update(piece as Uint8Array)
  return hash.digest('hex')
}

/** A check that asks no process must not take the processor from those that it waits for. */
const CHECK_EVERY_MS = 100

/** Resolves when `check` holds; looks again, mostly by running a command, for at most `ms`. */
export async function until (what: string, check: () => Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms
  for (;;) {
    const began = performance.now()
    if (await check()) return
    if (performance.now() > end) throw new Error(`not in ${ms / 1000} s: ${what}`)
    const left = began + CHECK_EVERY_MS - performance.now()
    if (left > 0) await wait(left)
  }
}
