/** A world for commands: streams that are kept, a folder of its own, and a node in memory. */
import { EventEmitter } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { NoVaultError } from '../../src/errors.js'
import { run } from '../../src/cli/main.js'
import type { Terminal } from '../../src/cli/terminal.js'
import type { Input, Sink, World } from '../../src/cli/world.js'
import { InvalidLinkError } from '../../src/errors.js'
import type { DfsNodeInit, OpenLinkOptions, SharedFile } from '../../src/api/node.js'
import { FakeNode } from '../rpc/fake-node.js'

export class TestWorld implements World {
  program = 'dfs'
  env: NodeJS.ProcessEnv
  stdin: Input = new PassThrough()
  readonly node = new FakeNode()
  readonly signals = new EventEmitter()
  readonly inits: DfsNodeInit[] = []
  readonly exits: number[] = []
  prepared = 0
  /** Replaces what opening does. */
  open: () => Promise<FakeNode> = async () => this.node
  private readonly out: Uint8Array[] = []
  private readonly err: Uint8Array[] = []
  readonly stdout: Sink = sink(this.out)
  readonly stderr: Sink = sink(this.err)

  private constructor (readonly cwd: string) { this.env = { DFS_DIR: join(cwd, 'vault') } }

  static async open (): Promise<TestWorld> {
    return new TestWorld(await mkdtemp(join(tmpdir(), 'dfs-cli-')))
  }

  terminal (): Terminal | undefined { return this.stdin.isTTY === true ? { input: this.stdin, close: () => {} } : undefined }
  async prepare (): Promise<void> { this.prepared++ }
  exit (code: number): void { this.exits.push(code) }

  async createNode (init: DfsNodeInit): Promise<FakeNode> {
    this.inits.push(init)
    if (init.createIfMissing === false && this.env.NO_VAULT === '1') throw new NoVaultError('There is no vault')
    if (init.createIfMissing !== false && init.dir !== undefined) await mkdir(init.dir, { recursive: true, mode: 0o700 })
    return this.open()
  }

  /** A link of the node in memory. */
  async openLink (text: string, options: OpenLinkOptions): Promise<SharedFile> {
    const name = Buffer.from(text.trim().slice('dfs-link1'.length), 'hex').toString()
    if (!this.node.files.has(name)) throw new InvalidLinkError('This is no link')
    this.links++
    const { size } = await this.node.stat(name)
    const close = async (): Promise<void> => { this.links-- }
    return { name, size, expires: new Date(0), get: (more) => this.node.get(name, { ...options, ...more }), close, [Symbol.asyncDispose]: close }
  }

  /** Links that are open. */
  links = 0

  /** Runs `dfs …words`; the output is that of this run alone. */
  async run (...words: string[]): Promise<{ code: number, stdout: string, stderr: string, bytes: Uint8Array }> {
    this.out.length = 0
    this.err.length = 0
    const code = await run(words, this)
    const bytes = Buffer.concat(this.out)
    return { code, stdout: bytes.toString('utf8'), stderr: Buffer.concat(this.err).toString('utf8'), bytes: new Uint8Array(bytes) }
  }

  /** Bytes on stdin, of a pipe or of a terminal. */
  input (text: string | Uint8Array, terminal = false): void {
    const stream: Input & { write: PassThrough['write'], end: PassThrough['end'] } = new PassThrough()
    if (terminal) {
      stream.isTTY = true
      stream.setRawMode = (raw) => this.rawModes.push(raw)
      stream.write(text)
    } else {
      stream.end(text)
    }
    this.stdin = stream
  }

  readonly rawModes: boolean[] = []

  path (...parts: string[]): string { return join(this.cwd, ...parts) }
  async file (name: string, content: string | Uint8Array = name): Promise<string> {
    await writeFile(this.path(name), content)
    return this.path(name)
  }

  async close (): Promise<void> { await rm(this.cwd, { recursive: true, force: true }) }
}

function sink (pieces: Uint8Array[]): Sink {
  return new Writable({ write: (piece: Uint8Array, _encoding, done) => { pieces.push(piece); done() } })
}
