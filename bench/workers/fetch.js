/** A holder or a reader of the fetch bench. Looks behind the public API for one thing: what was asked for twice. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import net from 'node:net'
import { serve, timed } from '../lib/worker.js'

/** Ports that this process reaches by another one only. */
const detours = new Map()
const { connect } = net
// before libp2p is there: whatever it dials goes this way, however it learnt the address
net.connect = (options, ...rest) => connect.call(net, detours.has(options.port) ? { ...options, port: detours.get(options.port) } : options, ...rest)

const { createNode } = await import(new URL('../../dist/src/index.js', import.meta.url).href)

const READ_BYTES = 1024 ** 2
let node
let read = 0
let passed = () => {}

serve({
  /** `detour`: [port, another] */
  async open ({ dir, label, invite, reader, detour }) {
    if (detour !== undefined) detours.set(...detour)
    node = await createNode({
      dir, label, copies: 'all', discovery: { mdns: false, dht: false },
      // nobody dials a reader, so that no connection with a holder is but the one that it made
      ...(reader ? { capacity: 0, listen: [] } : { listen: ['/ip4/127.0.0.1/tcp/0'] }),
      ...(invite === undefined ? {} : { invite })
    })
    return { peer: node.peer, ports: node.addresses.map((address) => Number(address.split('/')[4])) }
  },

  async close () {
    await node.stop()
  },

  async invite ({ role }) {
    return node.invite({ role, uses: 1 })
  },

  /** Resolves once just these members are connected. */
  async connected ({ peers }) {
    await new Promise((resolve, reject) => {
      const check = () => {
        node.peers().then((here) => { if (peers.every((peer) => here.some((one) => one.peer === peer))) resolve() }, reject)
      }
      node.addEventListener('peer:connect', check)
      check()
    })
  },

  async put ({ name, path, size, durable }) {
    await node.put(name, createReadStream(path, { highWaterMark: READ_BYTES }), { size, durable, copies: 'all' })
  },

  /** Reads it to its end and keeps nothing: seconds, SHA-256, bytes by member, what was asked for twice. */
  async get ({ name }) {
    const from = {}
    const hash = createHash('sha256')
    const { seconds } = await timed(async () => {
      for await (const piece of node.get(name, { onProgress: (event) => { if (event.type === 'file:get:fetched') from[event.peer] = (from[event.peer] ?? 0) + event.bytes } })) {
        hash.update(piece)
        read += piece.length
        passed()
      }
    })
    return { seconds, sha256: hash.digest('hex'), from, hedged: node.built.parts.fetch.hedged }
  },

  /** Resolves once the get that runs has given so many bytes. */
  async passed ({ bytes }) {
    await new Promise((resolve) => {
      passed = () => { if (read >= bytes) resolve() }
      passed()
    })
  }
}, async () => { await node?.stop() })
