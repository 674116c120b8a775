/** A libp2p stream with nothing above it: the same transport, encrypter and muxer, as they come from their packages. */
import { registerHooks } from 'node:module'
import { eachAtOnce, serve, timed } from '../lib/worker.js'

// those that dfs runs on, not those that bench/ has for other systems
const here = new URL('..', import.meta.url).href
const root = new URL('../../package.json', import.meta.url).href
registerHooks({ resolve: (name, context, next) => next(name, context.parentURL?.startsWith(here) && !context.parentURL.includes('/node_modules/') ? { ...context, parentURL: root } : context) })

const { noise } = await import('@chainsafe/libp2p-noise')
const { yamux } = await import('@chainsafe/libp2p-yamux')
const { tcp } = await import('@libp2p/tcp')
const { multiaddr } = await import('@multiformats/multiaddr')
const { createLibp2p } = await import('libp2p')

const BULK = '/bench/bulk/1.0.0'
const SMALL = '/bench/small/1.0.0'
const SEND_BYTES = 1024 ** 2
const QUEUED_BYTES = 512 * 1024
const REQUEST_BYTES = 8

let host

/** Waits until little is queued; the stream's own listener for 'drain' sends in a microtask, hence the two turns. */
async function drained (out) {
  while (out.writeBufferLength > QUEUED_BYTES && out.status === 'open') {
    await new Promise((resolve) => {
      const types = ['drain', 'idle', 'close']
      const done = () => {
        for (const type of types) out.removeEventListener(type, done)
        resolve()
      }
      for (const type of types) out.addEventListener(type, done)
    })
    await null
    await null
  }
}

/** Answers a request for n bytes with n bytes. */
async function sendBulk (out) {
  const size = await new Promise((resolve) => {
    out.addEventListener('message', ({ data }) => {
      const bytes = data.subarray()
      resolve(Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)))
    }, { once: true })
  })
  const chunk = new Uint8Array(SEND_BYTES)
  for (let left = size; left > 0; left -= chunk.length) {
    out.send(left < chunk.length ? chunk.subarray(0, left) : chunk)
    await drained(out)
  }
  await out.close()
}

/** Answers each request of 8 bytes with 4 KiB, on one stream. */
function answerSmall (out, bytes) {
  const answer = new Uint8Array(bytes)
  let pending = 0
  out.addEventListener('message', ({ data }) => {
    for (pending += data.byteLength; pending >= REQUEST_BYTES; pending -= REQUEST_BYTES) out.send(answer)
  })
  out.addEventListener('remoteCloseWrite', () => { void out.close() })
}

serve({
  async listen ({ smallBytes }) {
    host = await make(['/ip4/127.0.0.1/tcp/0'])
    await host.handle(BULK, sendBulk)
    await host.handle(SMALL, (out) => { answerSmall(out, smallBytes) })
    return host.getMultiaddrs().map(String)
  },

  async connect ({ addresses }) {
    host = await make([])
    await host.dial(addresses.map((address) => multiaddr(address)))
  },

  /** Seconds from the request to the last byte. */
  async fetch ({ addresses, size }) {
    const { seconds } = await timed(async () => {
      const stream = await host.dialProtocol(multiaddr(addresses[0]), BULK)
      let left = size
      const done = new Promise((resolve, reject) => {
        stream.addEventListener('message', ({ data }) => { left -= data.byteLength })
        stream.addEventListener('remoteCloseWrite', () => {
          if (left === 0) resolve()
          else reject(new Error(`ended with ${left} of ${size} bytes to come`))
        })
        stream.addEventListener('close', () => { reject(new Error(`closed with ${left} bytes to come`)) })
      })
      const request = new Uint8Array(REQUEST_BYTES)
      new DataView(request.buffer).setBigUint64(0, BigInt(size))
      const out = stream
      out.send(request)
      await done
      void stream.close()
    })
    return seconds
  },

  /** Seconds for `files` requests, `atOnce` under way on one stream. */
  async ask ({ addresses, files, atOnce, smallBytes }) {
    const out = await host.dialProtocol(multiaddr(addresses[0]), SMALL)
    const waiting = []
    let received = 0
    out.addEventListener('message', ({ data }) => {
      for (received += data.byteLength; received >= smallBytes; received -= smallBytes) waiting.shift()()
    })
    const request = new Uint8Array(REQUEST_BYTES)
    const { seconds } = await timed(async () => eachAtOnce(Array.from({ length: files }), atOnce, async () => new Promise((resolve) => {
      waiting.push(resolve)
      out.send(request)
    })))
    await out.close()
    return seconds
  }
}, async () => { await host?.stop() })

async function make (listen) {
  return createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  })
}
