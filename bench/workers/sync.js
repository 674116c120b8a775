/** One member whose vault is mostly entries. Looks behind the public API: to make 100,000 at once, and to see what a round cost. */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../lib/worker.js'

const built = async (path) => import(new URL(`../../dist/${path}.js`, import.meta.url).href)
const { createNode } = await built('src/index')

const UNIT_ENTRIES = 500
const PAGE_NAMES = 500
/** Of a version of a few hundred bytes. */
const BLOCK_BYTES = 400
/** A thousand in a folder. */
const nameAt = (n) => `bench/${String(Math.floor(n / 1000)).padStart(4, '0')}/${String(n).padStart(8, '0')}.bin`
const POLL_MS = 20
const ROUND_MS = 15 * 60_000
const RESOLUTION_MS = 1
const MS_NS = 1e6
let node
let since

const inside = () => node.built.parts

serve({
  /** `capacity` 0: entries come, and no blocks are asked for. */
  async open ({ dir, label, capacity, invite, guard }) {
    node = await createNode({ dir, label, listen: ['/ip4/127.0.0.1/tcp/0'], ...(guard === undefined ? {} : { guard }), ...(capacity === undefined ? {} : { capacity }), ...(invite === undefined ? {} : { invite }) })
    return node.peer
  },

  async close () {
    await node.stop()
    node = undefined
  },

  async invite () {
    return node.invite({ role: 'write', uses: 1 })
  },

  /**
   * Entries of new files, signed and written to the index at once; the node is to be opened anew afterwards. `dead`: of
   * every so many names one has an older version that is forgotten, with a small block of its own.
   */
  async fill ({ entries, dead = Infinity }) {
    const { cidOf, DAG_CBOR } = await built('protocols/block/cid')
    const { makeForget, makePut } = await built('protocols/vault/make-entry')
    const { followed, insertEntry, setName } = await built('src/index/queries/entries')
    const { notMissing } = await built('src/index/queries/missing')
    const { nameOf } = await built('src/vault/names')
    const { entryRow } = await built('src/vault/stored')
    const { vault } = inside()
    const { db } = vault.parts
    const keys = vault.readKeys()
    const write = async (make) => vault.author.write(make, async ({ entry }) => entry)
    let written = Promise.resolve()
    let made = 0
    for (let n = 0; made < entries;) {
      const statements = []
      for (let unit = 0; unit < UNIT_ENTRIES && made < entries; n++) {
        const name = nameAt(n)
        const place = { keys, name, seed: randomBytes(16), lineage: randomBytes(32), bytes: 4500, key: randomBytes(32), size: 4096, mtime: Date.now() }
        const version = async (after, root) => write((terms) => makePut({ ...terms, ...place, root, after, clock: after.length + 1 }))
        let before
        if (n % dead === 0) {
          const block = randomBytes(BLOCK_BYTES)
          const root = cidOf(DAG_CBOR, block)
          before = await version([], root)
          statements.push(insertEntry(entryRow(before), true), notMissing(root.bytes),
            ['INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, ?, 0, 0, ?, ?)', root.bytes, block.length, Date.now(), block],
            ['INSERT INTO refs SELECT id, id FROM blocks WHERE cid = ?', root.bytes])
        }
        const root = cidOf(DAG_CBOR, randomBytes(8))
        const entry = await version(before === undefined ? [] : [before.id], root)
        statements.push(insertEntry(entryRow(entry), true), ...followed(entry.tag, entry.after), setName(entry.tag, nameOf(entry, place, false)), notMissing(root.bytes))
        if (before !== undefined) statements.push(insertEntry(entryRow(await write((terms) => makeForget({ ...terms, keys, name, versions: [before.id] })))))
        const more = before === undefined ? 1 : 3
        unit += more
        made += more
      }
      await written
      written = db.write(statements)
    }
    await written
  },

  /** Seconds of the first page of a list, and of one stat among many of random names. */
  async look ({ names }) {
    let at = performance.now()
    let listed = 0
    for await (const { name } of node.list()) if (name !== '' && ++listed === PAGE_NAMES) break
    const list = performance.now() - at
    const total = (await node.status()).files
    at = performance.now()
    for (let n = 0; n < names; n++) await node.stat(nameAt(Math.floor(Math.random() * total)))
    return { listMs: list, statMs: (performance.now() - at) / names }
  },

  async status () {
    const at = performance.now()
    await node.status()
    return performance.now() - at
  },

  async gc () {
    const at = performance.now()
    const result = await node.gc()
    return { seconds: (performance.now() - at) / 1000, result }
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
