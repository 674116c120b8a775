import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LOG_AREAS } from '../../src/cli/log-areas.js'
import { TestWorld } from './harness.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** The areas that any file of src/ logs to. */
async function used (): Promise<Set<string>> {
  const areas = new Set<string>()
  for (const file of await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (!file.name.endsWith('.ts') || file.parentPath.includes('cli')) continue
    const text = await readFile(join(file.parentPath, file.name), 'utf8')
    for (const [, area = ''] of text.matchAll(/forComponent\('(dfs:[a-z]+)'\)/g)) areas.add(area)
    for (const [, area = ''] of text.matchAll(/this\.area\('([a-z]+)'\)/g)) areas.add(`dfs:${area}`)
  }
  return areas
}

describe('cli: logs', () => {
  it('--verbose before or behind the command shows all areas, beside what DEBUG says', async () => {
    for (const [args, before, after] of [
      [['ls'], undefined, undefined], [['--verbose', 'ls'], undefined, 'dfs:*'], [['ls', '--verbose'], '', 'dfs:*'], [['ls', '--verbose'], 'libp2p:*', 'libp2p:*,dfs:*']
    ] as const) {
      const world = await TestWorld.open()
      if (before !== undefined) world.env.DEBUG = before
      assert.equal((await world.run(...args)).code, 0)
      assert.equal(world.env.DEBUG, after)
      await world.close()
    }
  })

  it('help logs explains every area that there is, as docs/logs.md does', async () => {
    const world = await TestWorld.open()
    const { stdout } = await world.run('help', 'logs')
    await world.close()
    const page = await readFile(join(ROOT, 'docs', 'logs.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `(dfs:[a-z]+)` \| (.+) \|$/gm)].map(([, area, text]) => [area, text])
    assert.deepEqual(rows, Object.entries(LOG_AREAS))
    assert.deepEqual([...await used()].sort(), Object.keys(LOG_AREAS).sort())
    for (const [area, text] of Object.entries(LOG_AREAS)) assert.ok(stdout.includes(area) && stdout.includes(text), area)
  })
})
