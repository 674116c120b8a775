/** A world for commands: streams that are kept, a folder of its own, and a node in memory. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidLinkError, NoVaultError } from '../../src/errors.js'
import type { DfsNodeInit, OpenLinkOptions, SharedFile } from '../../src/api/node.js'
import { FakeNode } from '../rpc/fake-node.js'
import { StreamsWorld } from './streams.js'

export class TestWorld extends StreamsWorld {
  readonly node = new FakeNode()
  readonly inits: DfsNodeInit[] = []
  /** Replaces what opening does. */
  open: () => Promise<FakeNode> = async () => this.node
  /** Links that are open. */
  links = 0

  static async open (): Promise<TestWorld> {
    return new TestWorld(await mkdtemp(join(tmpdir(), 'dfs-cli-')))
  }

  override createNode = async (init: DfsNodeInit): Promise<FakeNode> => {
    this.inits.push(init)
    if (init.createIfMissing === false && this.env.NO_VAULT === '1') throw new NoVaultError('There is no vault')
    if (init.createIfMissing !== false && init.dir !== undefined) await mkdir(init.dir, { recursive: true, mode: 0o700 })
    return this.open()
  }

  /** A link of the node in memory. */
  override openLink = async (text: string, options: OpenLinkOptions): Promise<SharedFile> => {
    const name = Buffer.from(text.trim().slice('dfs-link1'.length), 'hex').toString()
    if (!this.node.files.has(name)) throw new InvalidLinkError('This is no link')
    this.links++
    const { size } = await this.node.stat(name)
    const close = async (): Promise<void> => { this.links-- }
    return { name, size, expires: new Date(0), get: (more) => this.node.get(name, { ...options, ...more }), close, [Symbol.asyncDispose]: close }
  }

  async close (): Promise<void> { await rm(this.cwd, { recursive: true, force: true }) }
}
