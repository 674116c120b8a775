/** Files of random bytes, and their hashes. */
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'

export const SMALL_BYTES = 4096
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
