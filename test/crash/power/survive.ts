import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BALLAST, INDEX, INDEX_NEW } from '../../../src/blockstore/layout.js'
import type { Choice } from './choices.js'
import type { Disk, File, Folder, Node } from './disk.js'

/** Made anew by SQLite, whatever lies there. */
const VOLATILE = new Set([`${INDEX}-shm`, `${INDEX_NEW}-shm`])

/** A tree as a loss of power leaves it: of folders their names, of files their bytes. */
export type Survivor = { folder: Map<string, Survivor> } | { key: string, bytes: () => Buffer }

/** What of the disk is there after a loss of power now; `key` tells it from any other state of this disk. */
export function survivors (disk: Disk, choice: Choice): { tree: Map<string, Survivor>, key: string } {
  const kept = keptNames(disk, choice)
  const files = new Map<File, Survivor>()
  const keys: string[] = []
  const walk = (folder: Folder, path: string): Map<string, Survivor> => {
    const names = new Map(folder.durable)
    for (const { name, node } of folder.pending.slice(0, kept.get(folder))) {
      if (node === undefined) names.delete(name)
      else names.set(name, node)
    }
    return new Map(Array.from(names).filter(([name]) => !VOLATILE.has(name)).map(([name, node]) => [name, of(node, `${path}/${name}`)]))
  }
  const of = (node: Node, path: string): Survivor => {
    if (node.kind === 'folder') {
      keys.push(path)
      return { folder: walk(node, path) }
    }
    let file = files.get(node)
    if (file === undefined) files.set(node, file = survivorOf(node, choice))
    keys.push(`${path} ${'key' in file ? file.key : ''}`)
    return file
  }
  return { tree: walk(disk.root, ''), key: keys.sort().join('\n') }
}

/** How many pending names of each folder are there. A move is never there by half: who lost its old name has the new one. */
function keptNames (disk: Disk, choice: Choice): Map<Folder, number> {
  const kept = new Map(Array.from(disk.folders(), (folder) => [folder, choice.names(folder)]))
  for (let again = true; again;) {
    again = false
    const gone = new Set(Array.from(kept).flatMap(([{ pending }, count]) => pending.slice(0, count).flatMap(({ node, move }) => node === undefined && move !== undefined ? [move] : [])))
    for (const [folder, count] of kept) {
      const needed = folder.pending.findLastIndex(({ node, move }) => node !== undefined && move !== undefined && gone.has(move)) + 1
      if (needed > count) {
        kept.set(folder, needed)
        again = true
      }
    }
  }
  return kept
}

function survivorOf (file: File, choice: Choice): Survivor {
  const how = file.pending.length === 0 ? 'all' : choice.data(file)
  if (how === 'all') return { key: `${file.id}@${file.changes}`, bytes: () => file.now.bytes() }
  if (how === undefined) return { key: `${file.id}@${file.synced}`, bytes: () => file.durable.bytes() }
  return {
    key: `${file.id}@${file.synced}-${file.changes} ${choice.name}`,
    bytes: () => {
      const copy = file.durable.copy()
      how(copy)
      return copy.bytes()
    }
  }
}

/** Writes the tree below `base`. Of the ballast nobody reads the bytes: `ballast` is a file that is linked in place of a whole one. */
export function materialise (tree: Map<string, Survivor>, base: string, ballast: { path: string, length: number }): void {
  mkdirSync(base, { mode: 0o700 })
  for (const [name, node] of tree) {
    const path = join(base, name)
    if ('folder' in node) materialise(node.folder, path, ballast)
    else if (name === BALLAST && node.bytes().length === ballast.length) linkSync(ballast.path, path)
    else writeFileSync(path, node.bytes(), { mode: 0o600 })
  }
}
