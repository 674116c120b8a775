import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComponentLogger, Logger } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import type { DfsNode } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, connected, failsWith, held, inside, same, secretsOf } from '../node/cluster.js'

const CANARY = 'canary-4f1c9e'

describe('hostile: a member with role store', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  it('holds all blocks and entries, and nothing of what is in them', async () => {
    const lines: unknown[] = []
    const dir = await cluster.dir()
    const a = await cluster.node()
    const w = await cluster.member(a)
    const s = await cluster.member(a, { role: 'store', dir, bootstrap: w.addresses, libp2p: { transports: [memory()], logger: collecting(lines) } })
    await connected(w, s)

    const small = new TextEncoder().encode(`small ${CANARY}`)
    const large = bytesOf('large', 3 * 1024 ** 2)
    large.set(new TextEncoder().encode(CANARY), 1024 ** 2 - 5)
    await a.put(`dir/${CANARY}.txt`, small, { durable: 3, type: `text/${CANARY}` })
    await w.put(`${CANARY}/large`, large, { durable: 3 })
    await w.put(`dir/${CANARY}.txt`, `second ${CANARY}`, { durable: 3 })
    assert.equal((await s.status()).entries, (await a.status()).entries)
    assert.equal(held(s).blocks, held(a).blocks)
    await failsWith(s.stat(`${CANARY}/large`), 'NOT_ALLOWED')

    // what it serves is whole
    for (const node of [a, w]) {
      await node.evict(`${CANARY}/large`).catch(() => {})
      same(await collect(node.get(`${CANARY}/large`)), large)
    }
    const { secret, reads, writer } = secretsOf(a)
    const own = secretsOf(s)
    assert.deepEqual([own.secret, own.writer, own.reads], [undefined, undefined, []])

    // open files of the index are looked at too: the node is running
    await search(dir, [CANARY, ...reads, secret, writer])
    await s.stop()
    await search(dir, [CANARY, ...reads, secret, writer])
    const log = JSON.stringify(lines)
    assert.ok(lines.length > 0)
    assert.equal(log.includes(CANARY), false)
  })

  it('the search finds what is there: on the disk of a reader the names lie in clear', async () => {
    const dir = await cluster.dir()
    const a: DfsNode = await cluster.node({ dir })
    await a.put(CANARY, 'text')
    await a.stop()
    await assert.rejects(search(dir, [CANARY]))
    const b = await cluster.node({ dir })
    assert.equal(inside(b).parts.vault.lookup(CANARY)?.info.name, CANARY)
  })
})

/** No file below `dir` holds any of these, as bytes, hex or base64. */
async function search (dir: string, secrets: Array<string | Uint8Array | undefined>): Promise<void> {
  const needles = secrets.filter((one) => one !== undefined).flatMap((one) => {
    const bytes = Buffer.from(one)
    // base64 at each of the three places where it may begin, without the letters that depend on what stands beside it
    const base64 = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').slice(shift === 0 ? 0 : 4, -4))
    return [bytes, Buffer.from(bytes.toString('hex')), ...base64.map((text) => Buffer.from(text))]
  })
  let files = 0
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    assert.ok(needles.every((needle) => !Buffer.from(entry.name).includes(needle)), entry.name)
    if (!entry.isFile() || entry.name === 'ballast') continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    files++
    for (const needle of needles) assert.equal(bytes.includes(needle), false, entry.name)
  }
  assert.ok(files > 3)
}

/** Takes in everything that is logged at any level, by anybody in the node. */
function collecting (lines: unknown[]): ComponentLogger {
  const logger = (): Logger => {
    const take = (...args: unknown[]): void => { lines.push(args.map((one) => one instanceof Error ? one.stack : String(one))) }
    return Object.assign(take, { enabled: true, error: take, trace: take, newScope: logger })
  }
  return { forComponent: logger }
}
