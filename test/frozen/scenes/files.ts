/** Files are put and got. */
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileInfo } from '../../../src/api/node.js'
import type { House } from '../house.js'
import type { Vault } from './making.js'

const MTIME = new Date('2026-11-20T12:00:00Z')
/** One small block, and two of which one is a file of its own. */
const SMALL_BYTES = 10
const LARGE_BYTES = 300_000

export async function putting (house: House, { laptop, nas, box }: Vault): Promise<void> {
  await sources(house.cwd)
  await house.note(laptop, ['put', 'a.txt', 'docs/', '--durable', '3'])
  await house.note(laptop, ['put', 'a.txt', 'b.bin', 'docs/', '--durable', '3'], { why: 'several, of which one is as it was' })
  await house.note(laptop, ['put', '-', 'docs/note', '--durable', '3'], { input: 'one' })
  await house.note(laptop, ['put', '-', 'docs/note', '--durable', '3', '--unlinked'], { input: 'three' })
  await house.note(laptop, ['put', '-r', 'tree', '--durable', '3'])
  await house.note(laptop, ['put', '-r', 'tree', '--durable', '3'], { why: 'all of it is there' })
  await house.note(laptop, ['put'])
  await house.note(laptop, ['put', 'none'])
  await house.note(laptop, ['put', 'a.txt', '--as', 'x//y'])
  await house.note(laptop, ['put', 'a.txt', '--durable', '0'])
  await house.note(laptop, ['put', 'a.txt', '--durable', '9'])
  await house.note(box, ['put', 'a.txt'], { why: 'a machine without keys' })
  await nas.ok(['status', '--wait'])
}

export async function getting (house: House, { laptop, nas, box }: Vault): Promise<void> {
  const [old] = (await laptop.objects<FileInfo>('log', 'docs/note')).slice(-1)
  for (const words of [
    ['get', 'docs/a.txt', '-o', 'out'], ['get', 'docs/a.txt'], ['get', 'docs/note', '-o', '-'], ['get', 'docs/note', '-o', '-', '--version', old?.version ?? ''],
    ['get', 'docs/note', '-o', '-', '--offset', '1', '--length', '2'], ['get', 'none'], ['get', 'docs'], ['get', 'docs/note', '--version', 'none', '-o', '-'], ['get', 'docs/note', '--offset', 'x', '-o', '-']
  ]) await house.note(nas, words)
  await house.note(nas, ['get', '-r', 'tree', '-o', 'got'])
  await writeFile(join(house.cwd, 'got', 'one'), 'another')
  await house.note(nas, ['get', '-r', 'tree', '-o', 'got'], { why: 'one differs, the others are there' })
  await house.note(nas, ['get', '-r', 'none'])
  await house.note(box, ['get', 'docs/a.txt', '-o', '-'], { why: 'a machine without keys' })
}

async function sources (cwd: string): Promise<void> {
  await write(join(cwd, 'a.txt'), SMALL_BYTES)
  await write(join(cwd, 'b.bin'), LARGE_BYTES)
  await mkdir(join(cwd, 'tree', 'deep'), { recursive: true })
  for (const [i, name] of ['one', 'two', 'deep/three'].entries()) await write(join(cwd, 'tree', name), i + 1)
  await symlink('one', join(cwd, 'tree', 'link'))
}

async function write (path: string, size: number): Promise<void> {
  await writeFile(path, Buffer.alloc(size, 'dfs '))
  await utimes(path, MTIME, MTIME)
}
