import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { LONG } from '../seed.js'
import { first, GIB, joined, lines, MIB, randomFile, type RunningNode, Scene, sha256, until } from './harness.js'

/**
 * 1 MiB changed inside 1 GiB sends under 3 MiB to a member that has the rest; a rename under 64 KiB. On a machine that does
 * other things too, a holder may be late for every block, and each block is then asked of a second holder as well.
 */
const CHANGED_BYTES = (LONG ? 3 : 6) * MIB
const RENAMED_BYTES = 64 * 1024
/** For a copy of the whole file, on a machine that does other things too. */
const COPY_MS = LONG ? 600_000 : 60_000

interface Link { label: string, self: boolean, link?: { bytesReceived: number } }

/** Bytes that came to a node so far from each of the others, by label, over the connections that are open. */
async function received (node: RunningNode): Promise<Map<string, number>> {
  const members = lines<Link>(await node.ok('members', '--json')).filter(({ self }) => !self)
  return new Map(members.map(({ label, link }) => {
    assert.ok(link !== undefined, `${label} is connected`)
    return [label, link.bytesReceived]
  }))
}

describe('a large file of which little changes', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('sends what changed, and nothing when only its name does', async () => {
    const size = LONG ? GIB : 96 * MIB
    const a = await first(scene, 'a')
    const b = await joined(scene, 'b', a)
    const c = await joined(scene, 'c', a, 'write', '--bootstrap', b.address)
    const nodes = [a, b, c]
    const settled = async (): Promise<boolean> => (await Promise.all(nodes.map((node) => node.inSync(2)))).every(Boolean)
    await until('three members are connected', settled)

    const source = scene.path('source')
    const before = await randomFile(source, size)
    const one = JSON.parse(await a.ok('put', source, 'big', '--durable', '2', '--json')) as { version: string }
    await until('all have the first version', settled, COPY_MS)

    // a MiB that lies across two chunks
    const file = await open(source, 'r+')
    await file.write(randomBytes(MIB), 0, MIB, size / 2 + MIB / 2 - 17)
    await file.close()
    const after = await sha256(source)
    assert.notEqual(after, before)

    const counts = await Promise.all(nodes.map(received))
    /** What each node got since the last time, from all others: whoever pulls does so from whom it likes. */
    const since = async (): Promise<number[]> => {
      const now = await Promise.all(nodes.map(received))
      const before = counts.splice(0, counts.length, ...now)
      return now.map((links, at) => {
        assert.equal(links.size, 2)
        return [...links].reduce((sum, [label, bytes]) => sum + bytes - (before[at]?.get(label) ?? 0), 0)
      })
    }
    const two = JSON.parse(await a.ok('put', source, 'big', '--durable', '2', '--json')) as { version: string, copies: unknown[] }
    assert.equal(two.copies.length, 2)
    await until('all have the second version', settled, COPY_MS)
    const changed = await since()
    console.log(`      1 MiB changed inside ${size / MIB} MiB: ${changed[1]} bytes to b and ${changed[2]} to c, of which one was pushed to and the other pulled`)
    for (const bytes of changed) assert.ok(bytes < CHANGED_BYTES, `${bytes} bytes`)

    await b.ok('mv', 'big', 'renamed')
    await until('all know the new name', async () => {
      const listed = await Promise.all(nodes.map((node) => node.ok('ls')))
      return listed.every((text) => text === 'renamed\n') && await settled()
    })
    const renamed = await since()
    console.log(`      mv: ${renamed.join(', ')} bytes to each of the three`)
    for (const bytes of renamed) assert.ok(bytes < RENAMED_BYTES, `${bytes} bytes`)

    for (const node of nodes) {
      await node.ok('get', 'renamed', '-o', scene.path('out'))
      assert.equal(await sha256(scene.path('out')), after)
      await node.ok('get', 'big', '--version', one.version, '-o', scene.path('out'))
      assert.equal(await sha256(scene.path('out')), before)
    }
    assert.ok(Math.max(...await since()) < RENAMED_BYTES, 'both versions were read from each one\'s own disk')
  })
})
