import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MIB, Scene } from './harness.js'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'dfs.js')

describe('where the output goes, and what is read', () => {
  let scene: Scene
  let dir = ''
  before(async () => {
    scene = await Scene.open()
    dir = scene.path('node')
    await scene.ok(['--dir', dir, 'init'])
    await writeFile(scene.path('large'), randomBytes(40 * MIB))
    await scene.ok(['--dir', dir, 'put', 'large'])
  })
  after(() => scene.close())

  /** One line of a shell, in which `$DFS` is the command. */
  const shell = async (line: string): Promise<{ code: number | null, stderr: string }> => {
    const child = spawn('bash', ['-c', line], { cwd: scene.dir, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DFS_DIR: dir, DFS: `${process.execPath} ${BIN}`, NO_COLOR: '1' } })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    const [code] = await once(child, 'close') as [number | null]
    return { code, stderr }
  }

  for (const command of ['get large -o -', 'ls', 'status', 'status --json', 'log large', '--help', 'get large -o /dev/full']) {
    it(`dfs ${command} to a full disk says so, with code 6`, async function () {
      if (!existsSync('/dev/full')) this.skip()
      const { code, stderr } = await shell(`$DFS ${command} > /dev/full`)
      assert.equal(code, 6, stderr)
      assert.match(stderr, /ENOSPC|disk is full/)
      assert.doesNotMatch(stderr, /^ +at |node:internal/m)
    })
  }

  it('a reader that goes away ends a get, and nobody is told', async () => {
    const { stderr } = await shell('$DFS get large -o - | head -c 10 > /dev/null')
    assert.equal(stderr, '')
  })

  it('a slow reader gets all, without a warning', async () => {
    const { code, stderr } = await shell("$DFS get large -o - | (while head -c 1000000 > part && [ -s part ]; do cat part; done) | cmp - large")
    assert.deepEqual([code, stderr], [0, ''])
  })

  /** Starts a command, sends it a signal once it is so far, and gives its exit code. */
  const stopped = async (args: string[], waits: (pid: number) => Promise<boolean>, signal: NodeJS.Signals): Promise<number | null> => {
    const child = scene.spawn(['--dir', dir, ...args])
    const ended = once(child, 'exit')
    while (!await waits(child.pid ?? -1)) assert.equal(child.exitCode, null)
    child.kill(signal)
    const [code] = await ended as [number | null]
    return code
  }
  /** Whether a process has a file of this name open. */
  const open = (name: string) => async (pid: number): Promise<boolean> => {
    const folder = `/proc/${pid}/fd`
    const files = await Promise.all((await readdir(folder).catch(() => [])).map((fd) => readlink(join(folder, fd)).catch(() => '')))
    return files.some((file) => file.endsWith(name))
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} ends a put from a pipe to which nobody writes`, async () => {
      execFileSync('mkfifo', [scene.path(`in-${signal}`)])
      assert.equal(await stopped(['put', scene.path(`in-${signal}`), 'x'], open(`in-${signal}`), signal), 130)
    })

    it(`${signal} ends a get into a pipe that nobody reads`, async () => {
      execFileSync('mkfifo', [scene.path(`out-${signal}`)])
      assert.equal(await stopped(['get', 'large', '-o', scene.path(`out-${signal}`)], open('index.db'), signal), 130)
    })
  }

  it('a pipe gives and takes all', async () => {
    execFileSync('mkfifo', [scene.path('pipe')])
    const { code, stderr } = await shell('cat large > pipe & $DFS put pipe piped && wait && { cat pipe > back & $DFS get piped -o pipe; wait; }')
    assert.equal(code, 0, stderr)
    assert.ok((await readFile(scene.path('back'))).equals(await readFile(scene.path('large'))))
  })

  it('an argument whose bytes are no UTF-8 is refused, and none is made up; U+FFFD itself is a letter like others', async () => {
    for (const line of ["$DFS put large $'caf\\xe9'", "$DFS get $'caf\\xe9' -o x", "DFS_DIR=$'/tmp/caf\\xe9' $DFS ls"]) {
      const { code, stderr } = await shell(line)
      assert.equal(code, 2, line)
      assert.match(stderr, /no UTF-8/)
    }
    assert.equal((await shell("$DFS put large $'caf\\xef\\xbf\\xbd'")).code, 0)
    assert.match(await scene.ok(['--dir', dir, 'ls']), /caf\ufffd/)
  })
})
