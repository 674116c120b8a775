/** One member whose vault is mostly entries. Looks behind the public API: to make 100,000 at once, and to see what a round cost. */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../lib/worker.js'

const built = async (path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href)
const { createNode } = await built('src/index')

const UNIT_ENTRIES = 500
const POLL_MS = 20
const ROUND_MS = 15 * 60_000
const RESOLUTION_MS = 1
const MS_NS = 1e6
let node
let since

const inside = () => node.built.parts

serve({
  /** `capacity` 0: entries come, and no blocks are asked for. */
  async open ({ dir, label, capacity, invite }) {
    node = await createNode({ dir, label, listen: ['/ip4/127.0.0.1/tcp/0'], ...(capacity === undefined ? {} : { capacity }), ...(invite === undefined ? {} : { invite }) })
    return node.peer
  },

  async close () {
    await node.stop()
    node = undefined
  },

  async invite () {
    return node.invite({ role: 'write', uses: 1 })
  },

  /** Entries of new files, signed and written to the index at once; the node is to be opened anew afterwards. */
  async fill ({ entries }) {
    const { cidOf, DAG_CBOR } = await built('protocols/block/cid')
    const { makePut } = await built('protocols/vault/make-entry')
    const { insertEntry } = await built('src/index-db/entries')
    const { notMissing } = await built('src/index-db/missing')
    const { entryRow } = await built('src/vault/stored')
    const { vault } = inside()
    const { db } = vault.parts
    const keys = vault.readKeys()
    for (let at = 0; at < entries; at += UNIT_ENTRIES) {
      const statements = []
      for (let n = at; n < Math.min(entries, at + UNIT_ENTRIES); n++) {
        const root = cidOf(DAG_CBOR, randomBytes(8))
        const place = { keys, name: `bench/${String(n).padStart(8, '0')}.bin`, after: [], clock: 1, seed: randomBytes(16), lineage: randomBytes(32) }
        await vault.author.write((terms) => makePut({ ...terms, ...place, root, bytes: 4500, key: randomBytes(32), size: 4096, mtime: Date.now() }), async ({ entry }) => {
          statements.push(insertEntry(entryRow(entry), true), notMissing(root.bytes))
        })
      }
      await db.write(statements)
    }
  },

  async put ({ files }) {
    for (let n = 0; n < files; n++) await node.put(`later/${n}`, randomBytes(4096), { size: 4096, copies: 1, durable: 1 })
  },

  async entries () {
    return (await node.status()).entries
  },

  /** What follows is counted by `counted`. */
  async count () {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    delay.enable()
    since = { cpu: process.cpuUsage(), at: performance.now(), delay }
  },

  async counted () {
    const { cpu, at, delay } = since
    delay.disable()
    const { user, system } = process.cpuUsage(cpu)
    return {
      seconds: (performance.now() - at) / 1000,
      cpuSeconds: (user + system) / 1e6,
      p99Ms: delay.percentile(99) / MS_NS - RESOLUTION_MS,
      maxMs: delay.max / MS_NS - RESOLUTION_MS
    }
  },

  /** The first round with a member since the node was opened. */
  async round ({ peer }) {
    for (const until = performance.now() + ROUND_MS; performance.now() < until; await sleep(POLL_MS)) {
      const round = inside().sync.roundOf(peer)
      if (round !== undefined) return round
    }
    throw new Error(`no round with ${peer} ended in ${ROUND_MS / 60_000} minutes`)
  }
}, async () => { await node?.stop() })
