/** What a command reads and writes in a test: streams that are kept, signals and ends that are counted, a folder of its own. */
import { EventEmitter, once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { run } from '../../src/cli/main.js'
import type { Terminal } from '../../src/cli/terminal.js'
import type { Input, Sink, World } from '../../src/cli/world.js'

export interface Ran { code: number, stdout: string, stderr: string, bytes: Uint8Array }

export abstract class StreamsWorld implements World {
  program = 'dfs'
  env: NodeJS.ProcessEnv
  stdin: Input = new PassThrough()
  readonly signals = new EventEmitter()
  readonly exits: number[] = []
  prepared = 0
  private readonly out: Uint8Array[] = []
  private readonly err: Uint8Array[] = []
  private readonly written = new EventEmitter()
  readonly stdout: Sink = sink(this.out, this.written)
  readonly stderr: Sink = sink(this.err, this.written)

  constructor (readonly cwd: string, folder = 'vault') { this.env = { DFS_DIR: join(cwd, folder) } }

  abstract createNode: World['createNode']
  abstract openLink: World['openLink']

  terminal (): Terminal | undefined { return this.stdin.isTTY === true ? { input: this.stdin, close: () => {} } : undefined }
  async prepare (): Promise<void> { this.prepared++ }
  prepareBrief (): void { this.prepared++ }
  exit (code: number): void { this.exits.push(code) }

  /** Runs `dfs …words`; the output is that of this run alone. */
  async run (...words: string[]): Promise<Ran> {
    this.out.length = 0
    this.err.length = 0
    const code = await run(words, this)
    const bytes = Buffer.concat(this.out)
    return { code, stdout: bytes.toString('utf8'), stderr: Buffer.concat(this.err).toString('utf8'), bytes: new Uint8Array(bytes) }
  }

  /** Resolves once the run has written this to stdout. */
  async said (text: string): Promise<void> {
    while (!Buffer.concat(this.out).includes(text)) await once(this.written, 'piece')
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
}

function sink (pieces: Uint8Array[], written: EventEmitter): Sink {
  return new Writable({
    write: (piece: Uint8Array, _encoding, done) => {
      pieces.push(piece)
      written.emit('piece')
      done()
    }
  })
}
