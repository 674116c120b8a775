/** Nodes of one process over @libp2p/memory, joined into one vault, stopped with their folders removed when a test is over. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory } from '@libp2p/memory'
import type { AbortOptions } from '@libp2p/interface'
import { createNode } from '../../src/node/create-node.js'
import type { Waits } from '../../src/node/waits.js'
import type { DfsNode, DfsNodeEvents, DfsNodeInit, FileInfo, Role } from '../../src/api/node.js'
import type { Built } from '../../src/node/node.js'
import type { Secrets } from '../../src/vault/keys/keyring.js'

/** Waits for what never comes are short here; what a test waits for itself has the time of the test. */
const SHORT: Partial<Waits> = { answerMs: 1_000, progressMs: 300, askMs: 2_000, reconnectMaxMs: 1_000 }

let count = 0

/** An address that nobody else in this process has. */
export function address (): string {
  return `/memory/dfs-${process.pid}-${++count}`
}

/** What is running, and what lies on disk, of one test. */
export class Cluster {
  private readonly nodes = new Set<DfsNode>()
  private readonly dirs: string[] = []

  async node (init: DfsNodeInit = {}, waits: Partial<Waits> = {}): Promise<DfsNode> {
    const node = await createNode({ listen: [address()], libp2p: { transports: [memory()] }, ...init }, { ...SHORT, ...waits })
    this.nodes.add(node)
    return node
  }

  /** A further member of the vault of `owner`, connected to it. */
  async member (owner: DfsNode, init: DfsNodeInit & { role?: Role } = {}, waits: Partial<Waits> = {}): Promise<DfsNode> {
    const { role = 'write', ...rest } = init
    const node = await this.node({ ...rest, invite: await owner.invite({ role, label: rest.label ?? '' }) }, waits)
    if (rest.start !== false) await connected(owner, node)
    return node
  }

  async dir (): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'dfs-node-'))
    this.dirs.push(dir)
    return dir
  }

  async end (): Promise<void> {
    await Promise.all([...this.nodes].map((node) => node.stop()))
    this.nodes.clear()
    await Promise.all(this.dirs.splice(0).map((dir) => rm(dir, { recursive: true, force: true })))
  }
}

/** The parts inside a node, for tests that look behind the API or make a member misbehave. */
export function inside (node: DfsNode): Built {
  return (node as unknown as { built: Built }).built
}

/** What a node holds of its vault. */
export function secretsOf (node: DfsNode): Secrets {
  return (inside(node).parts.vault as unknown as { parts: { secrets: Secrets } }).parts.secrets
}

type Detail<K extends keyof DfsNodeEvents> = DfsNodeEvents[K] extends CustomEvent<infer D> ? D : never

/** The detail of the next event that fits. */
export async function next<K extends keyof DfsNodeEvents> (node: DfsNode, type: K, fits: (detail: Detail<K>) => boolean = () => true): Promise<Detail<K>> {
  return new Promise((resolve) => {
    const listener = (event: DfsNodeEvents[K]): void => {
      const detail = event.detail as Detail<K>
      if (!fits(detail)) return
      node.removeEventListener(type, listener)
      resolve(detail)
    }
    node.addEventListener(type, listener)
  })
}

/** Resolves once each of two nodes has a session with the other. */
export async function connected (a: DfsNode, b: DfsNode): Promise<void> {
  await Promise.all([[a, b], [b, a]].map(async ([one, other]) => {
    if (one === undefined || other === undefined || inside(one).parts.peers.get(other.peer) !== undefined) return
    await next(one, 'peer:connect', ({ peer }) => peer === other.peer)
  }))
}

/** Resolves once `one` has no session with `other`. */
export async function parted (one: DfsNode, other: string): Promise<void> {
  if (inside(one).parts.peers.get(other) !== undefined) await next(one, 'peer:disconnect', ({ peer }) => peer === other)
}

/** Resolves once `node` knows this version of `name` as the newest. */
export async function knows (node: DfsNode, name: string, version: string): Promise<void> {
  const has = (): boolean => inside(node).parts.vault.lookup(name)?.info.version === version
  while (!has()) {
    const event = next(node, 'file:put', (detail) => detail.name === name)
    if (has()) return
    await event
  }
}

/** Bytes that depend on `seed` alone. */
export function bytesOf (seed: string | number, length: number): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(String(seed)).digest())
}

export async function collect (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece.slice())
  return new Uint8Array(Buffer.concat(pieces))
}

export async function infos (node: DfsNode): Promise<FileInfo[]> {
  const found: FileInfo[] = []
  for await (const info of node.list()) found.push(info)
  return found
}

export async function names (node: DfsNode, options: AbortOptions & { prefix?: string } = {}): Promise<string[]> {
  const found: string[] = []
  for await (const { name } of node.list(options)) found.push(name)
  return found
}

/** Equal bytes, without printing megabytes when they are not. */
export function same (actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length)
  assert.equal(Buffer.compare(actual, expected), 0)
}

/** Rejects with this code; the error, for more questions. */
export async function failsWith<E extends Error & { code: string }> (work: Promise<unknown>, code: string): Promise<E> {
  const error = await work.then(() => undefined, (reason: unknown) => reason)
  assert.ok(error instanceof Error, `expected ${code}, and nothing failed`)
  assert.equal((error as E).code, code, error.stack)
  return error as E
}

/** Everything that the store of a node holds or keeps room for, without the index. */
export function held (node: DfsNode): { blocks: number, used: number, reserved: number } {
  const { blocks, used, index, reserved } = inside(node).folder.store.usage()
  return { blocks, used: used - index, reserved }
}
