import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Why } from '../../src/api/node.js'
import { first, joined, randomFile, type RunningNode, Scene, until } from './harness.js'

/** Lines of the log, without their times, as long as this node writes any. */
function logOf ({ child }: RunningNode): string[] {
  const lines: string[] = []
  assert.ok(child.stderr)
  let rest = ''
  child.stderr.on('data', (text: string) => {
    const all = (rest + text).split('\n')
    rest = all.pop() ?? ''
    lines.push(...all.filter((line) => /^\S+ dfs:/.test(line)).map((line) => line.slice(line.indexOf(' ') + 1)))
  })
  return lines
}

const says = (lines: string[], pattern: string): boolean => lines.some((line) => new RegExp(pattern).test(line))

/** There are lines that fit, in this order. */
function story (lines: string[], ...patterns: string[]): void {
  let from = -1
  for (const pattern of patterns) {
    const at = lines.findIndex((line, place) => place > from && new RegExp(pattern).test(line))
    assert.notEqual(at, -1, `no line ${pattern} behind line ${from} of\n${lines.join('\n')}`)
    from = at
  }
}

describe('what a node says with --verbose', () => {
  let scene: Scene
  beforeEach(async () => { scene = await Scene.open() })
  afterEach(async () => { await scene.close() })

  it('tells the story of a put, a member that is killed, and the repair by a third', async () => {
    const options = ['--verbose', '--offline-grace', '2s']
    const a = await first(scene, 'a', ...options)
    const b = await joined(scene, 'b', a, 'write', ...options)
    const c = await joined(scene, 'c', a, 'write', ...options)
    const [atA, atB, atC] = [logOf(a), logOf(b), logOf(c)]
    const [A, B] = [a, b].map(({ ready: { peerId } }) => peerId.slice(-8))
    await a.ok('config', '--vault', 'copies', '2')
    await until('all are in sync', async () => await a.inSync(2) && await b.inSync(2) && await c.inSync(2))
    await randomFile(scene.path('file'), 300_000)
    /** Puts until a version lies where the third has no part in it; its root. */
    const put = async (n = 0): Promise<string> => {
      const name = `secret name ${n}.mov`
      const { cid } = JSON.parse(await a.ok('put', scene.path('file'), '--as', name, '--unlinked', '--durable', '2', '--json')) as { cid: string }
      await until('the third knows it', async () => (await c.run('why', name)).code === 0)
      const { should } = JSON.parse(await c.ok('why', name, '--json')) as Why
      return should === true ? put(n + 1) : cid
    }
    const cid = await put()
    await until('the lines of the put are out', async () => says(atA, `${cid} is on 2 of 2`) && says(atB, `receipt to ${A}`))
    story(atA, 'dfs:push pushing blocks to', `dfs:push receipt from ${B} for version ${cid}`, `dfs:push version ${cid} is on 2 of 2 members`)
    story(atB, `dfs:serve ${A} pushes a version`, `dfs:serve version ${cid} is whole here: \\d+ bytes, pushed by ${A}`, `dfs:serve receipt to ${A}`)

    await b.kill()
    await until('the third says that it has a copy', async () => says(atC, `version ${cid} is whole here`))
    story(atC, `dfs:network the connection with ${B} closed`, `dfs:placement ${B} counts as away`, `dfs:placement version ${cid} is wanted here: repair`,
      `dfs:download fetching version ${cid}`, `dfs:download version ${cid} is whole here, fetched from ${A}`)
    story(atA, `dfs:network the connection with ${B} closed`, `dfs:network not reached at .*${B}: ECONNREFUSED`)

    const ended = once(a.child, 'close')
    await a.stop()
    await ended
    story(atA, 'dfs:node stop: streams to members', 'dfs:node stop: folder', 'dfs:node stopped')
    for (const lines of [atA, atB, atC]) assert.equal(says(lines, 'secret name'), false)
  })

  it('says nothing without it', async () => {
    const a = await first(scene, 'a')
    const lines = logOf(a)
    const ended = once(a.child, 'close')
    await randomFile(scene.path('x'), 1000)
    await a.ok('put', scene.path('x'))
    await a.stop()
    await ended
    assert.deepEqual(lines, [])
  })
})
