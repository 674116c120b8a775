/** One dfs node with a folder, by the public API of the built package. */
import { createReadStream, createWriteStream } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { eachAtOnce, serve, timed } from '../lib/worker.js'

/** Ports that this process reaches by another one only. */
const detours = new Map()
const { connect } = net
// before libp2p is there: whatever it dials goes this way, however it learnt the address
net.connect = (options, ...rest) => connect.call(net, detours.has(options.port) ? { ...options, port: detours.get(options.port) } : options, ...rest)

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
  /** `detour`: [port, another], through which it goes instead; nobody dials a node that has one. Gives the ports it listens on. */
  async open ({ dir, label, invite, capacity, detour }) {
    if (detour !== undefined) detours.set(...detour)
    node = await createNode({
      dir, label, listen: detour === undefined ? ['/ip4/127.0.0.1/tcp/0'] : [],
      ...(capacity === undefined ? {} : { capacity }), ...(invite === undefined ? {} : { invite })
    })
    return node.addresses.map((address) => Number(address.split('/')[4]))
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
