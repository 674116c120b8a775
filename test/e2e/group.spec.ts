import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { LONG, seeded } from '../seed.js'
import { contents, first, joined, lines, type RunningNode, Scene, start, until } from './harness.js'

const NODES = LONG ? 10 : 4
const FILES = LONG ? 50 : 8
const CHURN_MS = LONG ? 60_000 : 15_000
/** So many nodes are being stopped or started at once. */
const CHURNERS = LONG ? 3 : 1
/** Files a put command. */
const BATCH = LONG ? 10 : 4
/** Of the stops so many are kill -9. */
const KILLS = 0.3
const SIZES = [0, 1, 300, 5_000, 70_000, 262_144, 300_000, 1_100_000]

interface Player {
  name: string
  folder: string
  /** Missing while it is stopped. */
  node: RunningNode | undefined
  /** It is being stopped or started. */
  busy: boolean
}

describe(`${NODES} nodes that come and go`, () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it(`put ${FILES} files each, and all have all of them in the end`, async () => {
    const random = seeded()
    const players = await gather(random)
    const hashes = new Map<string, string>()
    let putting = true
    const count = { stops: 0, kills: 0 }
    const churned = Promise.all(Array.from({ length: CHURNERS }, () => churn(players, random, () => putting, count)))
    try {
      await Promise.all(players.map((player) => putAll(player, hashes)))
    } finally {
      putting = false
      await churned
    }
    console.log(`      ${count.stops} stops, ${count.kills} of them kill -9`)
    assert.ok(count.stops >= NODES / 2)
    assert.equal(hashes.size, NODES * FILES)

    for (const player of players) player.node ??= await start(scene, player.folder)
    const nodes = players.map(({ node }) => node!)
    const began = performance.now()
    await until('every node lists the same and holds all of it', async () => {
      // the cheapest question first: most rounds end with it
      for (const node of nodes) if (lines(await node.ok('ls', '--json')).length !== hashes.size) return false
      const said = await Promise.all(nodes.map((node) => node.ok('ls', '--json')))
      if (new Set(said).size > 1) return false
      for (const node of nodes) if (!await node.inSync(NODES - 1)) return false
      return true
    }, LONG ? 300_000 : 120_000)
    console.log(`      the same everywhere ${((performance.now() - began) / 1000).toFixed(1)} s after all ran again`)

    const names = [...hashes.keys()].sort()
    for (const node of nodes) {
      const name = names[Math.floor(random() * names.length)] ?? ''
      const out = await scene.ok(['--dir', node.folder, 'get', name, '-o', scene.path(`out-${node.pid}`)])
      assert.equal(out, '')
    }
    for (const node of nodes) assert.equal(await node.stop(), 0)
    // each by itself, with nobody to ask
    for (const { folder } of players) {
      const found = await contents(folder)
      assert.deepEqual([...found.keys()].sort(), names)
      for (const name of names) assert.equal(found.get(name), hashes.get(name), name)
    }
  })

  /** A vault, joined one after the other, each through one of those that are in. All but the last are owners, so that they can invite. */
  async function gather (random: () => number): Promise<Player[]> {
    const nodes = [await first(scene, 'n0')]
    await nodes[0]!.ok('config', '--vault', 'copies', 'all')
    for (let n = 1; n < NODES; n++) {
      const by = nodes[Math.floor(random() * nodes.length)]!
      nodes.push(await joined(scene, `n${n}`, by, n < NODES - 1 ? 'owner' : 'write'))
    }
    return nodes.map((node, n) => ({ name: `n${n}`, folder: node.folder, node, busy: false }))
  }

  async function putAll ({ name, folder }: Player, hashes: Map<string, string>): Promise<void> {
    const sources = scene.path(`source-${name}`)
    await mkdir(sources)
    for (let from = 0; from < FILES; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, FILES - from) }, (_, n) => String(from + n))
      for (const file of batch) {
        const bytes = randomBytes(SIZES[Number(file) % SIZES.length] ?? 0)
        await writeFile(`${sources}/${file}`, bytes)
        hashes.set(`${name}/${file}`, createHash('sha256').update(bytes).digest('hex'))
      }
      // a command whose node is stopped under it fails, and is repeated
      await until(`${name} puts ${batch.join(' ')}`, async () =>
        (await scene.run(['--dir', folder, 'put', ...batch.map((file) => `${sources}/${file}`), `${name}/`, '--durable', '1', '--json'])).code === 0)
    }
  }

  /** Stops and starts nodes for CHURN_MS, and for as long as files are put. */
  async function churn (players: Player[], random: () => number, putting: () => boolean, count: { stops: number, kills: number }): Promise<void> {
    const end = performance.now() + CHURN_MS
    while (performance.now() < end || putting()) {
      const free = players.filter(({ busy }) => !busy)
      const player = free[Math.floor(random() * free.length)]!
      player.busy = true
      if (player.node === undefined) {
        // commands have the folder at times, for longer than a start waits
        player.node = await start(scene, player.folder).catch(() => undefined)
      } else {
        const kill = random() < KILLS
        await (kill ? player.node.kill() : player.node.stop())
        player.node = undefined
        count.stops++
        if (kill) count.kills++
      }
      player.busy = false
    }
  }
})
