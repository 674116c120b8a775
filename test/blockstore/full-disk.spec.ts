import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeConfig } from '../../src/cli/config.js'
import { createNode } from '../../src/index.js'
import type { DfsNode } from '../../src/api/node.js'

const MIB = 1024 ** 2

describe('a full disk (root, which may mount a tmpfs)', () => {
  let disk = ''
  before(async function () {
    if (process.getuid?.() !== 0 || process.platform !== 'linux') return this.skip()
    disk = await mkdtemp(join(tmpdir(), 'dfs-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3g', 'dfs-test', disk])
  })
  afterEach(async () => {
    if (disk === '') return
    execFileSync('mount', ['-o', 'remount,size=3g', disk])
    for (const name of ['node', 'fill']) await rm(join(disk, name), { recursive: true, force: true })
  })
  after(async () => {
    if (disk === '') return
    execFileSync('umount', [disk])
    await rm(disk, { recursive: true })
  })

  const open = (): Promise<DfsNode> => createNode({ dir: join(disk, 'node'), dialOnly: true, discovery: { mdns: false, dht: false } })
  /** What one command does. */
  const once = async (work: (node: DfsNode) => Promise<unknown>): Promise<unknown> => {
    await using node = await open()
    return await work(node)
  }
  const text = async (node: DfsNode, name: string): Promise<string> => {
    const pieces: Uint8Array[] = []
    for await (const piece of node.get(name)) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }

  it('a folder on a disk that is read-only says so, and is as it was', async () => {
    await once((node) => node.put('a', 'text'))
    execFileSync('mount', ['-o', 'remount,ro', disk])
    try {
      await assert.rejects(createNode({ dir: join(disk, 'node'), listen: ['/ip4/127.0.0.1/tcp/0'], discovery: { mdns: false, dht: false } }), { code: 'DIRECTORY_NOT_WRITABLE' })
      await assert.rejects(writeConfig(join(disk, 'node'), { label: 'x' }), { code: 'DIRECTORY_NOT_WRITABLE' })
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', disk])
    }
    assert.equal(await once((node) => text(node, 'a')), 'text')
  })

  for (const left of [0, 1, 2, 3]) {
    it(`with ${left} MiB left: everything can be read and deleted, one command after the other`, async () => {
      await once(async (node) => { for (const name of ['a', 'b', 'c']) await node.put(name, name.repeat(30_000)) })
      execFileSync('mount', ['-o', 'remount,size=32m', disk])
      const { bavail, bsize } = await statfs(disk)
      await writeFile(join(disk, 'fill'), Buffer.alloc(bavail * bsize - left * MIB))
      for (const name of ['a', 'b']) {
        await once(async (node) => { assert.equal(await text(node, name), name.repeat(30_000)) })
        await once((node) => node.delete(name))
        await once(async (node) => { await assert.rejects(node.stat(name), { code: 'FILE_NOT_FOUND' }) })
        await once((node) => node.gc())
        await once((node) => node.status())
        await once(async (node) => { assert.equal((await node.verify()).ok, true) })
      }
      await once(async (node) => { assert.equal(await text(node, 'c'), 'c'.repeat(30_000)) })
    })
  }
})
