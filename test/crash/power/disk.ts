import { basename, dirname } from 'node:path'
import type { Call } from './log.js'

/** A change of a file's bytes that no sync has made durable yet. */
export type Data = { at: number, bytes: Buffer } | { length: number }

/** Bytes that grow. */
export class Content {
  private buffer = Buffer.alloc(0)
  length = 0

  apply (change: Data): void {
    if ('length' in change) this.resize(change.length)
    else {
      if (change.at + change.bytes.length > this.length) this.resize(change.at + change.bytes.length)
      change.bytes.copy(this.buffer, change.at)
    }
  }

  /** What a longer file has that nobody wrote is zero. */
  resize (length: number): void {
    if (length > this.buffer.length) {
      const grown = Buffer.alloc(Math.max(length, 2 * this.buffer.length))
      this.buffer.copy(grown, 0, 0, this.length)
      this.buffer = grown
    }
    if (length < this.length) this.buffer.fill(0, length, this.length)
    this.length = length
  }

  bytes (): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  copy (): Content {
    const copy = new Content()
    copy.apply({ at: 0, bytes: Buffer.from(this.bytes()) })
    return copy
  }
}

export interface File {
  kind: 'file'
  /** Unique in a disk. */
  id: number
  now: Content
  durable: Content
  pending: Data[]
  /** Changes so far, and when it was last synced. */
  changes: number
  synced: number
}

/** A name that was set (or removed: no node). `move` is shared by both halves of a rename, which no file system does by half. */
export interface NameChange { name: string, node: Node | undefined, move?: object }

export interface Folder {
  kind: 'folder'
  id: number
  now: Map<string, Node>
  durable: Map<string, Node>
  pending: NameChange[]
}

export type Node = File | Folder

/** The file below the root into which a process writes what it was told; it is the tester's, not on the disk. */
export const MARKS = 'marks'

/** What a machine's memory and its disk hold, as recorded calls change them. */
export class Disk {
  readonly root: Folder
  /** What the recorded processes were told so far, a line each. */
  readonly marks: string[] = []
  private readonly open = new Map<number, Node | 'marks'>()
  private readonly volatile = new WeakSet<Node>()
  private ids = 0

  constructor (readonly path: string) {
    this.root = this.folder()
  }

  /** True when what a loss of power can leave may be another than before. */
  apply (call: Call): boolean {
    switch (call.kind) {
      case 'open': return this.opened(call)
      case 'close': return this.open.delete(call.fd) && false
      case 'write': return this.change(call.fd, { at: call.at, bytes: call.bytes })
      case 'truncate': return this.change(call.fd, { length: call.length })
      case 'sync': return this.sync(this.open.get(call.fd))
      case 'mmap': return this.mapped(call.fd)
      case 'mkdir': return this.set(call.path, this.folder())
      case 'remove': return this.set(call.path, undefined)
      case 'link': return this.set(call.to, this.find(call.from))
      case 'rename': return this.rename(call.from, call.to)
    }
  }

  private opened ({ fd, create, empty, path }: Call & { kind: 'open' }): boolean {
    if (path === `${this.path}/${MARKS}`) {
      this.open.set(fd, 'marks')
      return false
    }
    let node = this.find(path)
    const made = node === undefined && create
    if (made) this.set(path, node = { kind: 'file', id: this.ids++, now: new Content(), durable: new Content(), pending: [], changes: 0, synced: 0 })
    if (node === undefined) throw new Error(`${path} was opened and is not there`)
    this.open.set(fd, node)
    if (path.endsWith('-shm')) this.volatile.add(node)
    if (empty && !made) this.change(fd, { length: 0 })
    return made || empty
  }

  private change (fd: number, change: Data): boolean {
    const file = this.open.get(fd)
    if (file === 'marks') {
      if ('bytes' in change) this.marks.push(...change.bytes.toString('utf8').trimEnd().split('\n'))
      return true
    }
    if (file?.kind !== 'file') throw new Error(`descriptor ${fd} was written and is no file`)
    file.now.apply(change)
    file.pending.push(change)
    file.changes++
    return true
  }

  private sync (node: Node | 'marks' | undefined): boolean {
    if (node === undefined || node === 'marks') throw new Error('what was synced is not open')
    if (node.pending.length === 0) return false
    if (node.kind === 'file') {
      for (const change of node.pending) node.durable.apply(change)
      node.synced = node.changes
    } else node.durable = new Map(node.now)
    node.pending = []
    return true
  }

  /** SQLite maps the index of its log, which counts for nothing after a loss of power; what else were mapped is not seen here. */
  private mapped (fd: number): boolean {
    const node = this.open.get(fd)
    if (node === undefined || node === 'marks' || !this.volatile.has(node)) throw new Error('a file is written through memory: the rig does not see it')
    return false
  }

  private rename (from: string, to: string): boolean {
    const [node, move] = [this.find(from), {}]
    this.set(from, undefined, move)
    return this.set(to, node, move)
  }

  private set (path: string, node: Node | undefined, move?: object): boolean {
    const [folder, name] = [this.find(dirname(path)), basename(path)]
    if (folder?.kind !== 'folder') throw new Error(`${dirname(path)} is no folder`)
    if (node === undefined) folder.now.delete(name)
    else folder.now.set(name, node)
    folder.pending.push({ name, node, ...(move === undefined ? {} : { move }) })
    return true
  }

  find (path: string): Node | undefined {
    let node: Node | undefined = this.root
    for (const part of path.slice(this.path.length).split('/').filter(Boolean)) node = node?.kind === 'folder' ? node.now.get(part) : undefined
    return node
  }

  * folders (folder = this.root): Generator<Folder> {
    yield folder
    for (const node of folder.now.values()) if (node.kind === 'folder') yield * this.folders(node)
  }

  private folder (): Folder {
    return { kind: 'folder', id: this.ids++, now: new Map(), durable: new Map(), pending: [] }
  }
}
