/** A node in a process of its own under attack: its vault, an honest member that pushes files to it, one that comes and goes, and the attackers. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createNode } from '../../../src/index.js'
import { joined, lines, MIB, randomFile, Scene, start, type RunningNode } from '../../e2e/harness.js'
import { next } from '../../node/cluster.js'
import { confine, cores, cpuOf, cpuOfEnded, cpuOfLoop } from './cpu.js'

const HERE = import.meta.dirname
/** The honest member pushes again until so much time passed. */
const ATTACK_MS = 3_000
const QUIET_MS = 2_000
/** An attack that has no connection by then is none: a member that did too much before its hello is shut out for a minute. */
const BEGINS_MS = 90_000
/** They attack in turns, so that hardly one has to wait for that. */
const ATTACKING_MEMBERS = 2

export interface Outcome {
  names: string[]
  /** Of the node under attack. */
  peakMiB: number
  /** The longest pause of its event loop. */
  delayMs: number
  /** The longest that a message of the DHT may have held it; 0 when none came. */
  kadMs: number
  kadMessages: number
  /** What the honest member's put took, on average. */
  putMs: number
  /** Seconds of processor a put, of all that is honest: the node, the honest member's and its command. */
  putCpu: number
  /** Seconds of processor a second: the node's, that of its event loop, the attackers'. */
  nodeCpu: number
  loopCpu: number
  attackerCpu: number
  /** From the start of a member that was away to its connection. */
  admittedMs: number
}

interface Report { delayMs: number, kadMs: number, kadMessages: number }

export interface BattleInit {
  /** Loaded into the node before its own code: takes a bound away, in tests of the measure itself. */
  spoiledBy?: string
}

export class Battle {
  private n = 0

  private constructor (
    readonly scene: Scene, readonly node: RunningNode, readonly honest: RunningNode, private readonly late: string, private readonly attackers: Array<{ folder: string, invite: string }>,
    private readonly allCores: number[]
  ) {}

  /**
   * Attackers stand for other machines: they have a core of their own, and all that is honest shares another one, where every
   * cycle that the attack costs the node is missing.
   */
  static async open ({ spoiledBy }: BattleInit = {}): Promise<Battle> {
    const allCores = await cores()
    assert.ok(allCores.length >= 2, 'a core for the attackers, and one for what is honest')
    confine(process.pid, allCores.slice(-1))
    const scene = await Scene.open()
    const folder = scene.path('node')
    scene.unbundled.add(folder)
    await scene.ok(['--dir', folder, 'init', '--capacity', '20GB', '--listen', '/ip4/127.0.0.1/tcp/0'])
    await scene.ok(['--dir', folder, 'config', 'dht', 'on'])
    await scene.ok(['--dir', folder, 'config', 'mdns', 'off'])
    // no third member is sent what the honest one pushes
    await scene.ok(['--dir', folder, 'config', '--vault', 'copies', '2'])
    const loaded = ['report.js', ...(spoiledBy === undefined ? [] : [spoiledBy])].map((file) => `--import=${join(HERE, file)}`)
    const node = await withEnvironment({ NODE_OPTIONS: loaded.join(' '), DFS_REPORT: scene.path('report') }, async () => start(scene, folder))
    const honest = await joined(scene, 'honest', node)
    const late = await member(scene, 'late', node)
    const attackers = []
    for (let n = 0; n < ATTACKING_MEMBERS; n++) attackers.push(await member(scene, `attacker-${n}`, node))
    return new Battle(scene, node, honest, late.folder, attackers, allCores)
  }

  async close (): Promise<void> {
    confine(process.pid, this.allCores)
    await this.scene.close()
  }

  /** The honest member pushes a file, and another comes, while these attack. */
  async run (names: string[], bytes: number): Promise<Outcome> {
    const file = this.scene.path(`source-${++this.n}`)
    await randomFile(file, bytes)
    await writeFile(this.scene.path('report'), '')
    await this.resetPeak()
    const attackers = this.attack(names)
    try {
      if (attackers !== undefined) await once(attackers.stdout as NonNullable<typeof attackers.stdout>, 'data', { signal: AbortSignal.timeout(BEGINS_MS) })
      const before = await this.cpu(attackers)
      const [{ puts, ms, cpu }, admittedMs] = await Promise.all([this.puts(file, names.length === 0 ? QUIET_MS : ATTACK_MS, attackers), this.admitted()])
      assert.equal(this.node.child.exitCode, null, `the node ended under ${names.join(', ')}`)
      const reports = lines<Report>(await readFile(this.scene.path('report'), 'utf8'))
      const used = (what: keyof Cpu): number => cpu[what] - before[what]
      return {
        names, putMs: ms / puts, putCpu: (used('node') + used('honest')) / puts, nodeCpu: used('node') * 1000 / ms, loopCpu: used('loop') * 1000 / ms, attackerCpu: used('attackers') * 1000 / ms,
        admittedMs, peakMiB: await this.node.peakMiB(),
        delayMs: Math.max(0, ...reports.map(({ delayMs }) => delayMs)), kadMs: Math.max(0, ...reports.map(({ kadMs }) => kadMs)), kadMessages: reports.reduce((sum, { kadMessages }) => sum + kadMessages, 0)
      }
    } finally {
      await stopped(attackers)
      await rm(file)
    }
  }

  /** Puts of a file that is another one each time. */
  private async puts (file: string, lastsMs: number, attackers: ChildProcess | undefined): Promise<{ puts: number, ms: number, cpu: Cpu }> {
    const began = performance.now()
    for (let puts = 1; ; puts++) {
      await this.honest.ok('put', file, '--as', `file-${this.n}-${puts}`, '--durable', '2')
      const ms = performance.now() - began
      if (ms >= lastsMs) return { puts, ms, cpu: await this.cpu(attackers) }
      await renewed(file, puts)
    }
  }

  private async cpu (attackers: ChildProcess | undefined): Promise<Cpu> {
    const { pid } = this.node
    const running = attackers?.pid !== undefined && attackers.exitCode === null
    return {
      node: await cpuOf(pid), loop: await cpuOfLoop(pid), honest: await cpuOf(this.honest.pid) + await cpuOfEnded(), attackers: running ? await cpuOf(attackers.pid ?? 0) : 0
    }
  }

  private attack (names: string[]): ChildProcess | undefined {
    if (names.length === 0) return undefined
    const words = ['--cpu-list', this.allCores.slice(0, -1).join(','), process.execPath, join(HERE, 'main.js'), this.node.address, ...names]
    const [attacker] = this.attackers
    assert.ok(attacker)
    this.attackers.push(...this.attackers.splice(0, 1))
    return spawn('taskset', words, { env: { ...process.env, DFS_ATTACK_MEMBER: attacker.folder, DFS_ATTACK_INVITE: attacker.invite }, stdio: ['ignore', 'pipe', 'ignore'] })
  }

  /** A member that the vault admitted long ago, and that the node under attack cannot dial, comes. */
  private async admitted (): Promise<number> {
    const node = await createNode({ dir: this.late, createIfMissing: false, listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [this.node.address], start: false })
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

interface Cpu { node: number, loop: number, honest: number, attackers: number }

async function member (scene: Scene, name: string, by: RunningNode): Promise<{ folder: string, invite: string }> {
  const folder = scene.path(name)
  const invite = (await by.ok('invite', '--role', 'write', '--label', name)).trim()
  // it lends nothing: what the honest one pushes goes to the node, and waits for no attacker
  await scene.ok(['--dir', folder, 'join', '-', '--capacity', '0', '--listen', '/ip4/127.0.0.1/tcp/0'], invite)
  return { folder, invite }
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
