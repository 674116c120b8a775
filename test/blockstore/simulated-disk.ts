import type { FileSystem, FolderEntry, NewFile } from '../../src/blockstore/file-system.js'

/** What every step says once the machine has stopped. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

interface File { kind: 'file', bytes: Uint8Array, synced: Uint8Array | undefined }
interface Folder { kind: 'folder', names: Map<string, Node>, synced: Map<string, Node> }
type Node = File | Folder
type Step = { name: string, path: string }

const folder = (): Folder => ({ kind: 'folder', names: new Map(), synced: new Map() })
const failure = (code: string, path: string): Error => Object.assign(new Error(`${code} ${path}`), { code })

/** The machine: counts steps, stops before one of them, makes steps fail. Disk and index share one. */
export class Machine {
  steps: Step[] = []
  /** The number of the step before which everything stops. */
  stopBefore = Infinity
  /** Called for each step; what it throws is what the step throws. */
  fault: (step: Step) => void = () => {}

  /** How long a step takes. */
  pause: () => Promise<void> = async () => {}

  async step (name: string, path: string): Promise<void> {
    await this.pause()
    if (this.steps.length >= this.stopBefore) throw new Stopped()
    const step = { name, path }
    this.steps.push(step)
    this.fault(step)
  }

  /** Every step from here on fails. */
  stop (): void {
    this.stopBefore = this.steps.length
  }
}

/**
 * A disk that keeps only what was synced: after `crash` a file has the bytes of its last fdatasync, and a folder the
 * names of its last fsync; of what was not synced, `chance` decides what is there, and a file that was never synced is cut.
 */
export class SimulatedDisk implements FileSystem {
  private root = folder()
  freeBytes = 1e12

  constructor (readonly machine = new Machine()) {}

  crash (chance: () => boolean, machine = new Machine()): SimulatedDisk {
    const after = new SimulatedDisk(machine)
    after.root = survive(this.root, chance) as Folder
    return after
  }

  /** Paths of all files, with their bytes. */
  files (): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>()
    const walk = (path: string, node: Node): void => {
      if (node.kind === 'file') found.set(path, node.bytes)
      else for (const [name, child] of node.names) walk(`${path}/${name}`, child)
    }
    walk('', this.root)
    return found
  }

  /** Changes a file behind the store's back, or removes it. */
  damage (path: string, bytes: Uint8Array | undefined): void {
    const { parent, name } = this.parentOf(path)
    if (bytes === undefined) parent.names.delete(name)
    else parent.names.set(name, { kind: 'file', bytes, synced: bytes })
  }

  async create (path: string): Promise<NewFile> {
    await this.machine.step('create', path)
    const { parent, name } = this.parentOf(path)
    if (parent.names.has(name)) throw failure('EEXIST', path)
    const file: File = { kind: 'file', bytes: new Uint8Array(), synced: undefined }
    parent.names.set(name, file)
    return {
      write: async (bytes) => {
        await this.machine.step('write', path)
        file.bytes = new Uint8Array(Buffer.concat([file.bytes, bytes]))
      },
      size: async () => {
        await this.machine.step('size', path)
        return file.bytes.length
      },
      sync: async () => {
        await this.machine.step('sync', path)
        file.synced = file.bytes
      },
      close: () => this.machine.step('close', path)
    }
  }

  async read (path: string, maxBytes: number): Promise<Uint8Array> {
    await this.machine.step('read', path)
    return this.fileOf(path).bytes.slice(0, maxBytes)
  }

  async size (path: string): Promise<number> {
    await this.machine.step('size', path)
    return this.fileOf(path).bytes.length
  }

  async rename (from: string, to: string): Promise<void> {
    await this.machine.step('rename', to)
    const file = this.fileOf(from)
    const [source, target] = [this.parentOf(from), this.parentOf(to)]
    source.parent.names.delete(source.name)
    target.parent.names.set(target.name, file)
  }

  async remove (path: string): Promise<void> {
    await this.machine.step('remove', path)
    this.fileOf(path)
    const { parent, name } = this.parentOf(path)
    parent.names.delete(name)
  }

  async makeFolder (path: string): Promise<void> {
    await this.machine.step('makeFolder', path)
    const { parent, name } = this.parentOf(path)
    if (!parent.names.has(name)) parent.names.set(name, folder())
  }

  async syncFolder (path: string): Promise<void> {
    await this.machine.step('syncFolder', path)
    const node = this.folderOf(path.split('/').filter(Boolean))
    node.synced = new Map(node.names)
  }

  async list (path: string): Promise<FolderEntry[]> {
    await this.machine.step('list', path)
    return Array.from(this.folderOf(path.split('/').filter(Boolean)).names, ([name, { kind }]) => ({ name, kind }))
  }

  async space (): Promise<{ free: number, total: number }> {
    return { free: this.freeBytes, total: 1e12 }
  }

  private folderOf (parts: string[]): Folder {
    let node: Node | undefined = this.root
    for (const part of parts) {
      node = node.kind === 'folder' ? node.names.get(part) : undefined
      if (node === undefined) throw failure('ENOENT', parts.join('/'))
    }
    if (node.kind !== 'folder') throw failure('ENOTDIR', parts.join('/'))
    return node
  }

  private parentOf (path: string): { parent: Folder, name: string } {
    const parts = path.split('/').filter(Boolean)
    const name = parts.pop() ?? ''
    return { parent: this.folderOf(parts), name }
  }

  private fileOf (path: string): File {
    const { parent, name } = this.parentOf(path)
    const node = parent.names.get(name)
    if (node?.kind !== 'file') throw failure('ENOENT', path)
    return node
  }
}

function survive (node: Node, chance: () => boolean): Node {
  if (node.kind === 'file') {
    const bytes = node.synced ?? node.bytes.slice(0, node.bytes.length >> 1)
    return { kind: 'file', bytes, synced: bytes }
  }
  const names = new Map<string, Node>()
  for (const name of new Set([...node.synced.keys(), ...node.names.keys()])) {
    const [old, now] = [node.synced.get(name), node.names.get(name)]
    const kept = old === now || chance() ? now : old
    if (kept !== undefined) names.set(name, survive(kept, chance))
  }
  return { kind: 'folder', names, synced: new Map(names) }
}
