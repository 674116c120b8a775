/** Files of random bytes, and their hashes. */
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { dirname, join } from 'node:path'

export const SMALL_BYTES = 4096
/** How many times as many small files there are of the larger set. */
const MANY = 10
/** Names in the vault whose start is timed. */
const LISTED_FILES = 1000
const CHUNK_BYTES = 4 * 1024 ** 2

/** One file of random bytes, with its SHA-256 in hex. */
export async function bigFile (path, size) {
  const hash = createHash('sha256')
  const out = createWriteStream(path)
  for (let left = size; left > 0;) {
    const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES)))
    hash.update(chunk)
    if (!out.write(chunk)) await once(out, 'drain')
    left -= chunk.length
  }
  out.end()
  await once(out, 'close')
  return { path, size, sha256: hash.digest('hex') }
}

/** A folder of small files of random bytes. */
export async function smallFiles (folder, files) {
  await mkdir(folder, { recursive: true })
  const names = Array.from({ length: files }, (_, i) => `${String(i).padStart(6, '0')}.bin`)
  for (const name of names) await writeFile(join(folder, name), randomFillSync(Buffer.allocUnsafe(SMALL_BYTES)))
  return { folder, names }
}

const TREE_SEED = 'dfs-bench-tree'
const PER_FOLDER = 12
/** Sizes of a source tree: half of the files below 2 KiB, a mean of about 11 kB. */
const MEDIAN_BYTES = 2048
const SPREAD = 1.83

/** Numbers from 0 to 1 that are the same in every run. */
function chance () {
  let bytes = Buffer.from(TREE_SEED)
  let at = 32
  return () => {
    if (at >= 32) {
      bytes = createHash('sha256').update(bytes).digest()
      at = 0
    }
    return (bytes.readUInt32LE((at += 4) - 4) + 0.5) / 2 ** 32
  }
}

/** A tree like that of a program's sources, four folders deep; the names and sizes are the same in every run, the bytes random. */
export async function tree (folder, files) {
  const next = chance()
  const names = []
  let bytes = 0
  for (let i = 0; i < files; i++) {
    const at = Math.floor(i / PER_FOLDER)
    const name = join(`package-${Math.floor(at / 64)}`, `part-${Math.floor(at / 8) % 8}`, `folder-${at % 8}`, `file-${i}.js`)
    const size = Math.min(1024 ** 2, Math.round(MEDIAN_BYTES * Math.exp(SPREAD * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()))))
    if (i % PER_FOLDER === 0) await mkdir(join(folder, dirname(name)), { recursive: true })
    await writeFile(join(folder, name), randomFillSync(Buffer.allocUnsafe(size)))
    names.push(name)
    bytes += size
  }
  return { folder, names, bytes }
}

export async function sha256 (path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 })) hash.update(chunk)
  return hash.digest('hex')
}

/** Throws unless every name holds the same bytes in both folders. */
export async function sameFolders (a, b, names) {
  for (const name of names) {
    const [left, right] = await Promise.all([readFile(join(a, name)), readFile(join(b, name))])
    if (!left.equals(right)) throw new Error(`${name} came back different`)
  }
}

/** What workloads ask for, each made when it is first asked for, in `folder`. */
export function makeData (folder, { size, files, tree: treeFiles, memory }) {
  const once = (make) => {
    let made
    return async () => (made ??= mkdir(folder, { recursive: true }).then(make))
  }
  const big = once(async () => bigFile(join(folder, 'big.bin'), size))
  const listed = once(async () => smallFiles(join(folder, 'listed'), LISTED_FILES))
  return {
    big,
    /** A copy of the large file that may be changed. */
    copyOfBig: async (dir) => {
      const path = join(dir, 'changed.bin')
      await copyFile((await big()).path, path)
      return { path, size }
    },
    huge: once(async () => bigFile(join(folder, 'huge.bin'), memory)),
    small: once(async () => smallFiles(join(folder, 'small'), files)),
    many: once(async () => smallFiles(join(folder, 'many'), files * MANY)),
    tree: once(async () => tree(join(folder, 'tree'), treeFiles)),
    listed
  }
}
