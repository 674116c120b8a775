/** One dfs node with a folder, by the public API of the built package. */
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { eachAtOnce, serve, timed } from '../lib/worker.js'

const { createNode } = await import(new URL('../../dist/src/index.js', import.meta.url).href)

const READ_BYTES = 1024 ** 2
let node

async function put (name, path, size, durable) {
  await node.put(name, createReadStream(path, { highWaterMark: READ_BYTES }), { size, durable, copies: durable })
}

async function get (name, path) {
  await pipeline(Readable.from(node.get(name)), createWriteStream(path, { highWaterMark: 4 * READ_BYTES }))
}

serve({
  async open ({ dir, label, invite, capacity }) {
    node = await createNode({ dir, label, ...(capacity === undefined ? {} : { capacity }), listen: ['/ip4/127.0.0.1/tcp/0'], ...(invite === undefined ? {} : { invite }) })
  },

  async invite () {
    return node.invite({ role: 'write', uses: 1 })
  },

  /** Resolves once `count` other members are connected. */
  async connected ({ count }) {
    await new Promise((resolve, reject) => {
      const check = () => {
        node.peers().then((peers) => { if (peers.length >= count) resolve() }, reject)
      }
      node.addEventListener('peer:connect', check)
      check()
    })
  },

  async put ({ name, path, size, durable }) {
    const { seconds } = await timed(async () => put(name, path, size, durable))
    return seconds
  },

  async get ({ name, path }) {
    const { seconds } = await timed(async () => get(name, path))
    return seconds
  },

  async putAll ({ folder, names, atOnce, size }) {
    const { seconds } = await timed(async () => eachAtOnce(names, atOnce, async (name) => put(name, join(folder, name), size, 1)))
    return seconds
  },

  async getAll ({ folder, names, atOnce }) {
    const { seconds } = await timed(async () => eachAtOnce(names, atOnce, async (name) => get(name, join(folder, name))))
    return seconds
  },

  /** Milliseconds to the first bytes of the file, and to all of a range. */
  async firstByte ({ name, offset, length }) {
    const first = await timed(async () => {
      for await (const bytes of node.get(name)) if (bytes.length > 0) break
    })
    let got = 0
    const range = await timed(async () => {
      for await (const bytes of node.get(name, { offset, length })) got += bytes.length
    })
    if (got !== length) throw new Error(`a range of ${length} bytes came as ${got}`)
    return { firstMs: first.seconds * 1000, rangeMs: range.seconds * 1000 }
  }
}, async () => { await node?.stop() })
