// What the decisions about copies cost one member: keeping the orders of all slots, and looking at all groups that the
// change of one member concerns. In memory, no other member is really asked. Prints CPU seconds and what was looked at; and how
// much a join moves, beside the fair share. Imports the built code behind the public API.
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'

const USAGE = 'node bench/copies.js [--groups 1000000] [--members 1000] [--joins 50] [--operators 0] [--json]'
const built = async (path) => import(new URL(`../dist/${path}.js`, import.meta.url).href)
const { slotOf } = await built('protocols/placement/slot')
const { PlacementCache } = await built('src/replication/placement/placement-cache')
const { MemoryBook } = await built('test/replication/placement/memory-book')
const { Reconcile } = await built('src/replication/placement/reconcile')
const { NEXT } = await built('src/replication/placement/desired-state')

const COPIES = 3
/** A member further behind in an order changes nothing there, as long as those before it are there. */
const DEPTH = COPIES + NEXT + 3
const GRACE_MS = 3600e3

const { values } = parseArgs({
  options: {
    groups: { type: 'string', default: '1000000' },
    members: { type: 'string', default: '1000' },
    joins: { type: 'string', default: '50' },
    operators: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
if (values.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit()
}
const [groups, members, joins, operators] = [values.groups, values.members, values.joins, values.operators].map(Number)
if (![groups, members, joins, operators].every((count) => Number.isSafeInteger(count) && count >= 0) || members <= COPIES) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}

const peerOf = (n) => new Uint8Array([0, 0x24, 8, 1, 0x12, 0x20, ...createHash('sha256').update(`bench ${n}`).digest()])
const member = (n, cls = n % 9) => ({ name: `n${n}`, peer: peerOf(n), operator: operators === 0 ? '' : `o${n % operators}`, class: cls })
const rows = []

async function measured (name, work) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  const more = await work()
  const { user, system } = process.cpuUsage(cpu)
  const row = { name, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - wall) / 1e3, rssMib: Math.round(process.memoryUsage().rss / 2 ** 20), ...more }
  rows.push(row)
  process.stdout.write(values.json ? `${JSON.stringify(row)}\n` : `${text(row)}\n`)
}

function text ({ name, cpuSeconds, seconds, rssMib, ...more }) {
  const rest = Object.entries(more).map(([key, value]) => `${key} ${Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(3)}`).join('  ')
  return `${name.padEnd(42)} CPU ${cpuSeconds.toFixed(2)} s  ${seconds.toFixed(2)} s  RSS ${rssMib} MiB  ${rest}`
}

const orders = new PlacementCache()
await measured(`orders of all slots, ${members} members`, () => {
  for (let n = 0; n < members; n++) orders.add(member(n))
})

const bySlot = Array.from({ length: 65_536 }, () => [])
await measured(`slots of ${groups} groups`, () => {
  const seed = new Uint8Array(16)
  const view = new DataView(seed.buffer)
  for (let id = 0; id < groups; id++) {
    view.setUint32(0, id)
    const slot = slotOf(seed, 0)
    bySlot[slot].push({ id, slot, copies: COPIES, bytes: 2 ** 20 })
  }
})

// one member's view; its timers and questions are counted, not waited for
const self = 'n0'
const absent = new Set()
const timers = []
const clock = { now: () => performance.now(), after: (ms, fn) => { timers.push({ ms, fn }); return () => {} } }
const book = new MemoryBook({ now: clock.now, inSlot: (slot) => bySlot[slot] })
let asked = 0
let looked = 0
const inSlot = book.inSlot.bind(book)
book.inSlot = (slot) => { const list = inSlot(slot); looked += list.length; return list }
book.take = (count) => book.queue.take(count, (slot) => bySlot[slot].length)
const view = {
  self,
  get size () { return orders.size },
  order: (slot, least) => orders.order(slot, least),
  operator: () => '',
  present: (peer) => !absent.has(peer),
  accepting: () => true,
  island: false
}
const reconcile = new Reconcile({
  view, book, clock, random: () => 0.5, offlineGraceMs: GRACE_MS, room: () => true,
  port: { have: async () => { throw new Error('nobody is there') } },
  fetch: async () => new Promise(() => {})
})
const ask = reconcile.asking.ask.bind(reconcile.asking)
reconcile.asking.ask = (group, peers) => { asked += peers.length; return ask(group, peers) }

/** Lets the loop take all that is marked; questions and repairs stay planned. */
function drain () {
  let turns = 0
  for (let at = timers.findIndex(({ ms }) => ms === 0); at !== -1; at = timers.findIndex(({ ms }) => ms === 0)) {
    turns++
    timers.splice(at, 1)[0].fn()
  }
  timers.length = 0
  return turns
}

function change (slots) {
  looked = 0
  asked = 0
  for (const slot of slots) reconcile.mark(slot, 'member')
  const turns = drain()
  return { slots: slots.length, groups: looked, asked, turns }
}

await measured('all groups, once (a start)', () => change(bySlot.keys().toArray()))
reconcile.stop()
reconcile.stopped = false
for (const [name, work] of [
  ['a member is away', () => { absent.add('n7'); return orders.slotsOf('n7', DEPTH) }],
  ['it is back', () => { absent.delete('n7'); return orders.slotsOf('n7', DEPTH) }],
  ['a member joins', () => orders.add(member(members), DEPTH)],
  ['it lends more', () => orders.replace(member(members, 8), DEPTH)],
  ['it is revoked', () => orders.remove(`n${members}`, DEPTH)]
]) await measured(name, () => change(work()))

const weight = (cls) => 2 ** (cls / 4)
await measured(`${joins} joins: groups whose holders change`, () => {
  let total = 0
  for (let n = 0; n < members; n++) total += weight(n % 9)
  let ratios = 0
  let worst = 0
  for (let i = 0; i < joins; i++) {
    const one = member(members + 1 + i)
    const moved = orders.add(one, COPIES).reduce((sum, slot) => sum + bySlot[slot].length, 0)
    total += weight(one.class)
    const ratio = moved / (groups * COPIES * weight(one.class) / total)
    ratios += ratio
    worst = Math.max(worst, ratio)
  }
  return { toFairShare: ratios / Math.max(1, joins), worst }
})
