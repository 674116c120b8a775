import assert from 'node:assert/strict'
import { AGAIN_MS, AuditLoop, GROUPS_A_MEMBER, RANGES_A_GROUP, ROUND_MS } from '../../../src/replication/placement/audit-loop.js'
import type { Proof } from '../../../src/replication/placement/types.js'
import { SimRandom } from '../../sim/random.js'
import { FakePort, group, Scene } from './scene.js'

describe('replication: audit loop', () => {
  let scene: Scene
  let port: FakePort
  let found: string[]
  let loop: AuditLoop

  async function start (groups = 1, order = 'a b c d e'): Promise<void> {
    scene = new Scene(order, 'a', { origin: -1e12 })
    port = new FakePort()
    found = []
    for (const peer of scene.order) {
      port.states[peer] = 'held'
      port.verdicts[peer] = 'PROVED'
    }
    for (let id = 0; id < groups; id++) {
      scene.groups.push(group(id))
      await scene.book.hold(group(id))
    }
    loop = new AuditLoop({
      view: scene.view,
      book: scene.book,
      port,
      clock: scene.clock,
      random: new SimRandom(1).next,
      found: ({ id }, peer, verdict) => { found.push(`${peer} ${id} ${verdict ?? 'trusted'}`) }
    })
  }

  const G = group(0)
  beforeEach(async () => { await start() })

  for (const [verdict, look, expected] of [
    ['PROVED', undefined, undefined],
    ['NOT_HELD', undefined, 'missing'],
    ['FAILED', undefined, 'unknown'],
    ['DIFFERENT', 'bad', 'wrong'],
    // its proof was of other bytes, and it sends the right ones: it has them from somebody else
    ['DIFFERENT', 'good', 'missing'],
    ['DIFFERENT', 'missing', 'missing'],
    ['DIFFERENT', undefined, 'missing']
  ] as const) {
    it(`${verdict}, then ${look ?? 'no block'}: ${expected ?? 'nothing'} is found`, async () => {
      port.verdicts.b = verdict
      if (look !== undefined) port.looks.b = look
      assert.equal(await loop.group(G, 'b', RANGES_A_GROUP), expected)
      const distrusted = expected === 'missing' || expected === 'wrong'
      assert.equal(scene.book.distrusted(G, 'b'), distrusted)
      assert.deepEqual(found, distrusted ? [`b 0 ${expected}`] : [])
      if (distrusted) assert.equal(scene.book.heard(G, 'b')?.state, 'none')
    })
  }

  it('who is not reached is offline, and nothing is held against it', async () => {
    delete port.verdicts.b
    assert.equal(await loop.group(G, 'b', RANGES_A_GROUP), 'offline')
    assert.equal(scene.book.distrusted(G, 'b'), false)
  })

  it('without a good copy of its own it finds nothing', async () => {
    port.blind = true
    port.verdicts.b = 'NOT_HELD'
    assert.equal(await loop.group(G, 'b', RANGES_A_GROUP), undefined)
    assert.equal(scene.book.distrusted(G, 'b'), false)
  })

  it('asks first, and challenges those alone that say that they hold it', async () => {
    port.states = { b: 'none', c: 'held', d: 'coming', e: 'cannot' }
    for (let i = 0; i < 40; i++) await loop.round()
    assert.ok(['b', 'c', 'd', 'e'].every((peer) => port.asked.includes(`have ${peer} 0`)))
    assert.deepEqual(new Set(port.asked.filter((one) => one.startsWith('prove'))), new Set([`prove c ${RANGES_A_GROUP}`]))
    assert.deepEqual(['b', 'c', 'd', 'e'].map((peer) => scene.book.heard(G, peer)?.state), ['none', 'held', 'coming', 'cannot'])
  })

  it('finds a member that dropped half of what it holds, or passes challenges on, within 3 rounds', async () => {
    for (const how of ['drops', 'passes on'] as const) {
      let rounds = 0
      for (let seed = 1; seed <= 50; seed++) {
        await start(100, 'a b c d')
        const random = new SimRandom(seed, 5)
        loop = new AuditLoop({ view: scene.view, book: scene.book, port, clock: scene.clock, random: random.next, found: ({ id }, peer) => { found.push(`${peer} ${id}`) } })
        port.prove = async (peer, _group, count) => Array.from({ length: Number(count) }, (): Proof =>
          ({ block: 0, verdict: peer === 'c' && (how === 'passes on' || random.chance(0.5)) ? 'DIFFERENT' : 'PROVED' }))
        let round = 0
        while (found.length === 0) {
          await loop.round()
          round++
        }
        rounds = Math.max(rounds, round)
        assert.ok(found.every((one) => one.startsWith('c ')))
      }
      assert.ok(rounds <= 3, `${how}: ${rounds} rounds`)
    }
  })

  it('looks at a member that failed in each round until one finds nothing', async () => {
    await start(200, 'a b c d e f g h')
    port.verdicts.c = 'NOT_HELD'
    while (found.length === 0) await loop.round()
    for (let i = 0; i < 20; i++) {
      port.asked.length = 0
      await loop.round()
      assert.ok(port.asked.some((one) => one.startsWith('have c')))
    }
    assert.ok(port.asked.filter((one) => one.startsWith('prove c')).length <= GROUPS_A_MEMBER)
  })

  it('a member that lacked something is looked at in each round, though chance would draw others', async () => {
    port.verdicts.c = 'NOT_HELD'
    await loop.member('c', [G])
    for (let i = 0; i < 10; i++) {
      port.asked.length = 0
      await loop.round()
      assert.ok(port.asked.some((one) => one.startsWith('have c')))
    }
  })

  it('a full audit that passes ends the distrust; one that fails makes the pause longer', async () => {
    port.verdicts.b = 'NOT_HELD'
    await loop.group(G, 'b', RANGES_A_GROUP)
    const full = (): number => port.asked.filter((one) => one === 'prove b all').length
    await loop.round()
    assert.equal(full(), 0)
    await scene.pass(AGAIN_MS)
    await loop.round()
    assert.equal(full(), 1)
    await scene.pass(AGAIN_MS)
    await loop.round()
    assert.equal(full(), 1)
    await scene.pass(AGAIN_MS)
    port.verdicts.b = 'PROVED'
    await loop.round()
    assert.equal(full(), 2)
    assert.equal(scene.book.distrusted(G, 'b'), false)
    assert.equal(scene.book.heard(G, 'b')?.state, 'held')
    assert.equal(found.at(-1), 'b 0 trusted')
    // a few ranges never end it
    port.verdicts.b = 'NOT_HELD'
    await loop.group(G, 'b', RANGES_A_GROUP)
    port.verdicts.b = 'PROVED'
    await loop.group(G, 'b', RANGES_A_GROUP)
    assert.equal(scene.book.distrusted(G, 'b'), true)
  })

  it('goes on by itself, about once an hour', async () => {
    loop.start()
    await scene.pass(10 * ROUND_MS)
    const rounds = port.asked.filter((one) => one.startsWith('have')).length
    assert.ok(rounds >= 6 && rounds <= 20, String(rounds))
    loop.stop()
    await scene.pass(10 * ROUND_MS)
    assert.equal(port.asked.filter((one) => one.startsWith('have')).length, rounds)
  })
})
