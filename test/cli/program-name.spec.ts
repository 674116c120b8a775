import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programName } from '../../src/cli/program-name.js'

describe('what a person types to run dfs again', () => {
  let dir: string
  let script: string
  beforeEach(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), 'dfs-name-')))
    script = join(dir, 'lib', 'bin.js')
    for (const folder of ['lib', 'bin', 'other']) await mkdir(join(dir, folder))
    await writeFile(script, '#!/usr/bin/env node\n', { mode: 0o755 })
  })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  const name = (env: NodeJS.ProcessEnv, cwd = dir): string => programName({ env, cwd, node: 'node', script, platform: 'linux' })
  const path = (...folders: string[]): NodeJS.ProcessEnv => ({ PATH: folders.map((folder) => join(dir, folder)).join(':') })

  it('is npx dfs where npm started it, also when dfs is in the PATH that npm made', async () => {
    await symlink(script, join(dir, 'bin', 'dfs'))
    for (const npm_command of ['start', 'run-script', 'exec']) assert.equal(name({ ...path('bin'), npm_command }), 'npx dfs')
  })

  it('is dfs where that is found in PATH, and is this program', async () => {
    await symlink(script, join(dir, 'bin', 'dfs'))
    assert.equal(name(path('other', 'bin')), 'dfs')
    // another program of that name comes first
    await writeFile(join(dir, 'other', 'dfs'), '', { mode: 0o755 })
    assert.equal(name(path('other', 'bin')), 'node lib/bin.js')
    assert.equal(name(path('bin', 'other')), 'dfs')
  })

  it('is Node with the script otherwise, by the shorter path', () => {
    assert.equal(name({}), 'node lib/bin.js')
    assert.equal(name(path('bin'), '/'), `node ${script.slice(1)}`)
    assert.equal(name(path('bin'), join(dir, 'other')), `node ${script}`)
  })
})
