/** The demo makes its files on the fly; the same seed gives the same bytes again. */
import { createHash, randomFillSync } from 'node:crypto'

const KIB = 1024
const MIB = 1024 ** 2

export interface DemoFile { name: string, size: number }

/** The sizes are 0 bytes to 64 MiB and include those at which formats tend to break. */
export const FILES: DemoFile[] = [
  { name: 'empty.txt', size: 0 },
  { name: 'one-byte.txt', size: 1 },
  { name: 'notes/todo.md', size: 255 },
  { name: 'notes/shopping.md', size: 256 },
  { name: 'notes/ideas.md', size: 4 * KIB - 1 },
  { name: 'notes/diary.md', size: 4 * KIB },
  { name: 'notes/recipes.md', size: 4 * KIB + 1 },
  { name: 'letters/bank.pdf', size: 64 * KIB },
  { name: 'letters/contract.pdf', size: 256 * KIB - 1 },
  { name: 'letters/lease.pdf', size: 256 * KIB },
  { name: 'letters/tax.pdf', size: 256 * KIB + 1 },
  { name: 'photos/cat.jpg', size: MIB - 1 },
  { name: 'photos/sea.jpg', size: MIB },
  { name: 'photos/town.jpg', size: MIB + 1 },
  { name: 'photos/mountain.jpg', size: 2 * MIB },
  { name: 'music/song.flac', size: 5 * MIB + 12_345 },
  { name: 'music/concert.flac', size: 8 * MIB },
  { name: 'video/birthday.mp4', size: 16 * MIB },
  { name: 'video/holiday.mp4', size: 32 * MIB },
  { name: 'backup/disk.img', size: 64 * MIB }
]

/**
 * Returns a fresh file of random bytes. It repeats one MiB drawn at random and numbers each repeat,
 * so no two pieces are alike and the file is cheap to make.
 */
export function fresh (size: number): { bytes: () => Generator<Uint8Array>, sha256: string } {
  const seed = randomFillSync(Buffer.allocUnsafe(Math.min(size, MIB)))
  function * bytes (): Generator<Uint8Array> {
    for (let at = 0; at < size; at += MIB) {
      const piece = Buffer.from(seed.subarray(0, Math.min(MIB, size - at)))
      if (piece.length >= 4) piece.writeUInt32BE((piece.readUInt32BE(0) + at / MIB) >>> 0, 0)
      yield piece
    }
  }
  const hash = createHash('sha256')
  for (const piece of bytes()) hash.update(piece)
  return { bytes, sha256: hash.digest('hex') }
}
