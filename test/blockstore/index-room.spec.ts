import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INDEX_RESERVE_BYTES, RESERVE_BYTES } from '../../src/defaults.js'
import { createNode } from '../../src/index.js'
import { indexRoom } from '../../src/blockstore/index-room.js'

const MIB = 1024 ** 2

describe('store: room for the index', () => {
  it('ends before the disk does, on a small one too, and long after that for blocks', () => {
    const total = 32 * 1024 * MIB
    assert.ok(INDEX_RESERVE_BYTES < RESERVE_BYTES)
    assert.deepEqual([200, 129, 128, 65, 64, 0].map((free) => indexRoom({ free: free * MIB, total })), ['all', 'all', 'known', 'known', 'none', 'none'])
    assert.deepEqual([31, 30, 16, 15].map((free) => indexRoom({ free: free * MIB, total: 60 * MIB })), ['all', 'known', 'known', 'none'])
    assert.equal(indexRoom(undefined), 'all')
  })

  it('what the index takes counts in what is used, small blocks in it once', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dfs-index-'))
    const node = await createNode({ dir, start: false })
    try {
      const before = (await node.status()).disk
      assert.equal(before.used, before.index)
      assert.ok(before.index > 0)
      for (let n = 0; n < 40; n++) await node.put(`name ${n}`, 'x'.repeat(30_000))
      const after = (await node.status()).disk
      assert.ok(after.used - after.index >= 40 * 30_000)
      assert.ok(after.index - before.index < MIB, `${after.index - before.index} bytes of index for 40 small files`)
      assert.ok(after.index > before.index)
    } finally {
      await node.stop()
      await rm(dir, { recursive: true, force: true })
    }
  })
})
