/** What lies on the disks: looked through, put away, collected, mended. */
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { House } from '../house.js'
import type { Machine } from '../machine.js'
import type { Vault } from './making.js'

/** Less lies in the index. */
const OWN_FILE_BYTES = 100_000

export async function keeping (house: House, { laptop, solo }: Vault): Promise<void> {
  for (const words of [['verify'], ['verify', '--remote'], ['verify', '--rebuild'], ['gc', '-n'], ['gc']]) await house.note(laptop, words)
  await damage(laptop)
  await house.note(laptop, ['verify'], { why: 'a block is damaged' })
  for (const words of [['evict', 'docs/b.bin'], ['evict', '-r', 'wood'], ['evict', 'none'], ['why', 'docs/b.bin']]) await house.note(laptop, words)
  await solo.ok(['put', 'b.bin'])
  for (const words of [['evict', 'b.bin'], ['evict', 'b.bin', '--force'], ['get', 'b.bin', '-o', 'lost'], ['status']]) await house.note(solo, words, { why: 'nobody else is there' })
}

async function damage ({ folder }: Machine): Promise<void> {
  for (const name of await readdir(join(folder, 'blocks'), { recursive: true })) {
    const path = join(folder, 'blocks', name)
    const { size } = await stat(path)
    if (size < OWN_FILE_BYTES) continue
    await using file = await open(path, 'r+')
    await file.write('damaged', size >> 1)
    return
  }
  throw new Error(`no block of ${OWN_FILE_BYTES} bytes in ${folder}`)
}

export async function rebuilding (house: House, { laptop, nas }: Vault): Promise<void> {
  await Promise.all([laptop.stop(), nas.stop()])
  for (const name of (await readdir(laptop.folder)).filter((one) => one.startsWith('index.db'))) await rm(join(laptop.folder, name))
  for (const words of [['ls'], ['verify'], ['verify', '--rebuild']]) await house.note(laptop, words, { why: 'the index is lost' })
}
