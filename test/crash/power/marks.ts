import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MARKS } from './disk.js'
import type { Mark } from './told.js'

/** Content of a file by its number: what is put, and what must come back. */
export function content (seed: string, bytes: number): Uint8Array {
  const block = createHash('sha512').update(seed).digest()
  const all = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += block.length) {
    block.writeUInt32LE(at, 0)
    block.copy(all, at)
  }
  return new Uint8Array(all.buffer, all.byteOffset, bytes)
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export async function hashOfAll (pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** Says what may be and what is; the recorder sees each mark in its place between the calls. */
export class Marks {
  private readonly fd: number

  constructor (root: string) {
    this.fd = openSync(join(root, MARKS), 'a')
  }

  may (key: string, value: string | null): void { this.say({ may: [key, value] }) }
  is (key: string, value: string | null): void { this.say({ is: [key, value] }) }
  close (): void { closeSync(this.fd) }

  /** Does the work between the two marks. */
  async change (key: string, value: string | null, work: () => Promise<unknown>): Promise<void> {
    this.may(key, value)
    await work()
    this.is(key, value)
  }

  private say (mark: Mark): void { writeSync(this.fd, `${JSON.stringify(mark)}\n`) }
}
