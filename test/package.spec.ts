import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

describe('the package', () => {
  const run = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })

  it('can be required by CommonJS as well as imported', () => {
    const script = (load: string): string => `const { createNode, openLink, FileNotFoundError } = ${load}; console.log(typeof createNode, typeof openLink, new FileNotFoundError('x').code)`
    assert.equal(run('-e', script("require('libp2p-dfs')")), 'function function FILE_NOT_FOUND\n')
    assert.equal(run('--input-type=module', '-e', script("await import('libp2p-dfs')")), 'function function FILE_NOT_FOUND\n')
    assert.equal(run('-e', "console.log(Object.keys(require('libp2p-dfs/compliance')).length > 0)"), 'true\n')
  })

  it('carries the source text in its source maps, which no other file of it does', async () => {
    const maps = (await readdir(join(ROOT, 'dist', 'src'), { recursive: true })).filter((name) => name.endsWith('.js.map'))
    assert.ok(maps.length > 100)
    for (const name of maps) {
      const { sources, sourcesContent } = JSON.parse(await readFile(join(ROOT, 'dist', 'src', name), 'utf8')) as { sources: string[], sourcesContent?: string[] }
      assert.equal(sourcesContent?.length, sources.length, name)
    }
  })
})
