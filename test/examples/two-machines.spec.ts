// What the README shows as "From a program": two machines, one vault, and a link for somebody without either.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNode, openLink } from '../../src/index.js'

describe('example: two machines', () => {
  it('put on one, get on the other by name', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dfs-example-'))
    const bytes = randomBytes(3_000_000)
    try {
      await using laptop = await createNode({ dir: join(dir, 'laptop'), label: 'laptop', listen: ['/ip4/127.0.0.1/tcp/0'] })
      const invite = await laptop.invite({ role: 'write', label: 'nas' })
      await using nas = await createNode({ dir: join(dir, 'nas'), invite, listen: ['/ip4/127.0.0.1/tcp/0'] })

      const file = await laptop.put('photos/cat.jpg', bytes, { durable: 2 })
      assert.equal(file.copies.length, 2)

      const pieces: Uint8Array[] = []
      for await (const piece of nas.get('photos/cat.jpg')) pieces.push(piece)
      assert.deepEqual(Buffer.concat(pieces), bytes)

      const link = await laptop.share('photos/cat.jpg', { expires: 86400e3 })
      await using shared = await openLink(link)
      const fetched: Uint8Array[] = []
      for await (const piece of shared.get()) fetched.push(piece)
      assert.deepEqual(Buffer.concat(fetched), bytes)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})
