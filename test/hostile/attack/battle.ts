/** A node in a process of its own under attack: its vault, an honest member that pushes files to it, one that comes and goes, and the attackers. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { createNode } from '../../../src/index.js'
import { joined, lines, MIB, randomFile, Scene, start, type RunningNode } from '../../e2e/harness.js'
import { next } from '../../node/cluster.js'

const HERE = import.meta.dirname
/** Attackers are other machines: what they take from the processor here is not theirs to take. */
const ATTACKERS_NICE = 10
/** The honest member pushes again until the attack has lasted this long. */
const ATTACK_MS = 3_000

export interface Outcome {
  names: string[]
  /** Of the node under attack. */
  peakMiB: number
  /** The longest pause of its event loop. */
  delayMs: number
  /** What the honest member's put took. */
  putMs: number
  /** From the start of a member that was away to its connection. */
  admittedMs: number
}

interface Report { delayMs: number }

export class Battle {
  private n = 0

  private constructor (readonly scene: Scene, readonly node: RunningNode, readonly honest: RunningNode, private readonly folders: { late: string, attacker: string }) {}

  static async open (): Promise<Battle> {
    const scene = await Scene.open()
    const folder = scene.path('node')
    await scene.ok(['--dir', folder, 'init', '--capacity', '20GB', '--listen', '/ip4/127.0.0.1/tcp/0'])
    await scene.ok(['--dir', folder, 'config', 'dht', 'on'])
    await scene.ok(['--dir', folder, 'config', 'mdns', 'off'])
    const node = await withEnvironment({ NODE_OPTIONS: `--import=${join(HERE, 'report.js')}`, DFS_REPORT: scene.path('report') }, async () => start(scene, folder))
    const honest = await joined(scene, 'honest', node)
    const folders = { late: await member(scene, 'late', node), attacker: await member(scene, 'attacker', node) }
    return new Battle(scene, node, honest, folders)
  }

  async close (): Promise<void> { await this.scene.close() }

  /** The honest member pushes a file, and another comes, while these attack. */
  async run (names: string[], bytes: number): Promise<Outcome> {
    const file = this.scene.path(`source-${++this.n}`)
    await randomFile(file, bytes)
    await writeFile(this.scene.path('report'), '')
    await this.resetPeak()
    const attackers = this.attack(names)
    try {
      if (attackers !== undefined) await once(attackers.stdout as NonNullable<typeof attackers.stdout>, 'data')
      const [putMs, admittedMs] = await Promise.all([
        this.puts(file, names.length === 0 ? 0 : ATTACK_MS),
        this.admitted()
      ])
      assert.equal(this.node.child.exitCode, null, `the node ended under ${names.join(', ')}`)
      const reports = lines<Report>(await readFile(this.scene.path('report'), 'utf8'))
      return { names, putMs, admittedMs, peakMiB: await this.node.peakMiB(), delayMs: Math.max(0, ...reports.map(({ delayMs }) => delayMs)) }
    } finally {
      await stopped(attackers)
      await rm(file)
    }
  }

  /** What one put took, on average, of a file that is another one each time. */
  private async puts (file: string, ms: number): Promise<number> {
    const began = performance.now()
    for (let n = 1; ; n++) {
      await this.honest.ok('put', file, '--as', `file-${this.n}-${n}`, '--durable', '2')
      const passed = performance.now() - began
      if (passed >= ms) return passed / n
      await renewed(file, n)
    }
  }

  private attack (names: string[]): ChildProcess | undefined {
    if (names.length === 0) return undefined
    const child = spawn(process.execPath, [join(HERE, 'main.js'), this.node.address, ...names], { env: { ...process.env, DFS_ATTACK_MEMBER: this.folders.attacker }, stdio: ['ignore', 'pipe', 'ignore'] })
    setPriority(child.pid ?? 0, ATTACKERS_NICE)
    return child
  }

  /** A member that the vault admitted long ago, and that the node under attack cannot dial, comes. */
  private async admitted (): Promise<number> {
    const node = await createNode({ dir: this.folders.late, createIfMissing: false, listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [this.node.address], start: false })
    try {
      return await took(async () => {
        const connected = next(node, 'peer:connect', ({ peer }) => peer === this.node.ready.peerId)
        await node.start()
        await connected
      })
    } finally {
      await node.stop()
    }
  }

  private async resetPeak (): Promise<void> {
    await writeFile(`/proc/${this.node.pid}/clear_refs`, '5')
  }
}

async function member (scene: Scene, name: string, by: RunningNode): Promise<string> {
  const folder = scene.path(name)
  const invite = await by.ok('invite', '--role', 'write', '--label', name)
  await scene.ok(['--dir', folder, 'join', '-', '--capacity', '1GB', '--listen', '/ip4/127.0.0.1/tcp/0'], invite.trim())
  return folder
}

/** Writes a number into each MiB, so that no block of the file is known. */
async function renewed (file: string, n: number): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    for (let at = 0; at < size; at += MIB / 4) await handle.write(Buffer.from(String(n)), 0, undefined, at)
  } finally {
    await handle.close()
  }
}

async function took (work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function stopped (child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function withEnvironment<T> (values: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]))
  Object.assign(process.env, values)
  try {
    return await work()
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}
