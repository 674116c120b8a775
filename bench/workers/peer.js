/** One peer of another system that is a library: peers/NAME.js says how it is opened. */
import { join } from 'node:path'
import { eachAtOnce, serve, timed } from '../lib/worker.js'

let peer

async function bytesOf (ref, range) {
  let got = 0
  for await (const bytes of peer.read(ref, range)) got += bytes.length
  return got
}

serve({
  /** Gives what another peer needs to connect. */
  async open ({ system, dir, role }) {
    const { open } = await import(new URL(`../peers/${system}.js`, import.meta.url).href)
    peer = await open({ dir, role })
    return peer.address()
  },

  async connect ({ address }) {
    await peer.connect(address)
  },

  async add ({ path }) {
    const { seconds, result } = await timed(async () => peer.add(path))
    return { seconds, ref: result }
  },

  async fetch ({ ref, path }) {
    const { seconds } = await timed(async () => peer.fetch(ref, path))
    return seconds
  },

  async addAll ({ folder, names, atOnce }) {
    const refs = []
    const { seconds } = await timed(async () => eachAtOnce(names, atOnce, async (name, i) => { refs[i] = await peer.add(join(folder, name)) }))
    return { seconds, refs }
  },

  async fetchAll ({ refs, folder, names, atOnce }) {
    const { seconds } = await timed(async () => eachAtOnce(refs, atOnce, async (ref, i) => peer.fetch(ref, join(folder, names[i]))))
    return seconds
  },

  /** Milliseconds to the first bytes, and to all of a range. */
  async firstByte ({ ref, offset, length }) {
    const first = await timed(async () => {
      for await (const bytes of peer.read(ref)) if (bytes.length > 0) break
    })
    const range = await timed(async () => bytesOf(ref, { offset, length }))
    if (range.result !== length) throw new Error(`a range of ${length} bytes came as ${range.result}`)
    return { firstMs: first.seconds * 1000, rangeMs: range.seconds * 1000 }
  }
}, async () => { await peer?.close() })
