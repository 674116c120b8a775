import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNode, type DfsNode } from '../../src/index.js'

/** What an attempt makes on its way, in this order; each is a moment to kill it at. */
const MOMENTS = ['lock', 'ballast', 'index.db', 'tmp', 'keyring', 'format', 'MADE']
const TCP = { listen: ['/ip4/127.0.0.1/tcp/0'], capacity: 1e9 }

describe('kill -9 while a vault is made or joined', () => {
  let base: string
  const nodes: DfsNode[] = []

  const open = async (init: Parameters<typeof createNode>[0]): Promise<DfsNode> => {
    const node = await createNode({ ...TCP, ...init })
    nodes.push(node)
    return node
  }

  beforeEach(async () => { base = await mkdtemp(join(tmpdir(), 'dfs-making-')) })
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()))
    await rm(base, { recursive: true, force: true })
  })

  /** Kills the attempt as soon as `moment` is there; true when it had not ended with a vault by then. */
  const cutOff = async (dir: string, moment: string, invite?: string): Promise<boolean> => {
    await mkdir(dir)
    const watcher = watch(dir)
    const child = spawn(process.execPath, [join(import.meta.dirname, 'maker.js'), dir, ...invite === undefined ? [] : [invite]], { stdio: ['ignore', 'pipe', 'inherit'] })
    const closed = once(child, 'close')
    watcher.on('change', (_, name) => { if (name === moment) child.kill('SIGKILL') })
    child.stdout.on('data', () => child.kill('SIGKILL'))
    await closed
    watcher.close()
    assert.equal(child.signalCode, 'SIGKILL', 'the process ended by itself')
    return !(await readdir(dir)).includes('format')
  }

  /** Both know each other, and a file of either is with both. */
  const works = async (a: DfsNode, b: DfsNode): Promise<void> => {
    assert.equal(b.vault, a.vault)
    for (const [node, name] of [[a, 'of-a'], [b, 'of-b']] as const) {
      const { copies } = await node.put(`${name}-${b.peer}`, 'text', { durable: 2 })
      assert.deepEqual(copies.map(({ peer }) => peer).filter((peer) => peer === a.peer || peer === b.peer).sort(), [a.peer, b.peer].sort())
    }
  }

  it('init: the folder can be initialised, and others can join its vault', async () => {
    let cut = 0
    for (const moment of MOMENTS) {
      const dir = join(base, moment)
      if (await cutOff(dir, moment)) cut++
      const a = await open({ dir })
      assert.deepEqual((await a.members()).map(({ peer }) => peer), [a.peer])
      const b = await open({ invite: await a.invite({ role: 'write' }) })
      await works(a, b)
    }
    assert.ok(cut > 0, 'no kill was in the middle')
  })

  it('join: the folder can join the vault', async () => {
    let cut = 0
    for (const moment of MOMENTS) {
      const owner = await open({})
      const invite = await owner.invite({ role: 'write', uses: 2 })
      const dir = join(base, moment)
      if (await cutOff(dir, moment, invite)) cut++
      await works(owner, await open({ dir, invite }))
    }
    assert.ok(cut > 0, 'no kill was in the middle')
  })
})
