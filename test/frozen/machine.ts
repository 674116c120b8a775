/** Machines of one vault: real nodes in this process that talk over @libp2p/memory, and commands that are run in their folders. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { memory } from '@libp2p/memory'
import { createNode } from '../../src/node/create-node.js'
import { openLink } from '../../src/index.js'
import type { DfsNode, DfsNodeInit, OpenLinkOptions, SharedFile } from '../../src/api/node.js'
import { StreamsWorld, type Ran } from '../cli/streams.js'

/** Passphrases are cheap here, and whoever went away is dialled again soon. */
const WAITS = { cost: { memory: 64 * 1024, passes: 3, lanes: 1 }, reconnectMaxMs: 1_000 }

/** Copies are counted for the first time after this; whoever says nothing for so long counts as away. */
const GRACE = '10s'

/** A link is measured for the first time after this. */
const PING_MS = 1_000

class MemoryWorld extends StreamsWorld {
  override createNode = async (init: DfsNodeInit): Promise<DfsNode> => createNode({ ...init, libp2p: { transports: [memory()], connectionMonitor: { pingInterval: PING_MS } }, discovery: { mdns: false, dht: false } }, WAITS)
  override openLink = async (text: string, options: OpenLinkOptions): Promise<SharedFile> => openLink(text, { ...options, libp2p: { transports: [memory()] } })
}

export class Machine {
  private running: { world: MemoryWorld, ended: Promise<Ran> } | undefined

  constructor (readonly cwd: string, readonly label: string) {}

  get folder (): string { return join(this.cwd, this.label) }
  /** What its folder is made with. */
  get options (): string[] { return ['--listen', `/memory/frozen-${this.label}`, '--capacity', '1GB'] }

  async run (words: string[], input?: string): Promise<Ran> {
    const world = new MemoryWorld(this.cwd, this.label)
    if (input !== undefined) world.input(input)
    return world.run(...words)
  }

  /** The same, and it must succeed. */
  async ok (words: string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(words, input)
    assert.equal(code, 0, `${this.label}$ dfs ${words.join(' ')}: exit ${code}\n${stderr}`)
    return stdout
  }

  /** Objects that a command prints. */
  async objects<T> (...words: string[]): Promise<T[]> {
    return (await this.ok([...words, '--json'])).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as T)
  }

  /** `dfs start`; resolves when the node is ready. */
  async start (): Promise<void> {
    const world = new MemoryWorld(this.cwd, this.label)
    const ended = world.run('start', '--offline-grace', GRACE, '--json')
    this.running = { world, ended }
    const early = ended.then(({ code, stderr }) => { assert.fail(`start ended with ${code}: ${stderr}`) })
    await Promise.race([world.said('"event":"ready"'), early])
    early.catch(() => {})
  }

  get runs (): boolean { return this.running !== undefined }

  /** Ctrl-C; what it printed while it ran. */
  async stop (): Promise<Ran> {
    assert.ok(this.running)
    const { world, ended } = this.running
    this.running = undefined
    world.signals.emit('SIGINT')
    return ended
  }
}
