import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { BALLAST_BYTES } from '../../../src/defaults.js'
import type { Part } from './part.js'
import { buildRecorder, record } from './record.js'
import type { Replayed } from './replay.js'

const MOST_PARTS = 4
const OWN_DIST = join(import.meta.dirname, '..', '..', '..')
/** Memory, where a sync costs nothing: what is synced is known from the record. */
const MEMORY = '/dev/shm'

/** Records workloads of real processes, and takes the power away at every place of the record. */
export class Rig {
  private count = 0
  private constructor (private readonly base: string, private readonly library: string) {}

  static async make (): Promise<Rig> {
    const memory = await access(MEMORY).then(() => MEMORY, () => tmpdir())
    const base = await mkdtemp(join(memory, 'dfs-power-'))
    await writeFile(join(base, 'ballast'), new Uint8Array(BALLAST_BYTES))
    return new Rig(base, await buildRecorder(base))
  }

  /** @param dist the code that runs the workload, and opens what it left. @default this one */
  async run (workload: string, options: Pick<Part, 'share' | 'seed' | 'maxFaults'>, dist = OWN_DIST): Promise<Replayed> {
    const folder = join(this.base, String(this.count++))
    await mkdir(folder)
    try {
      await record({ folder, library: this.library, workload, dist })
      const parts = Math.min(MOST_PARTS, availableParallelism())
      const done = await Promise.all(Array.from({ length: parts }, (_, part) => replayed(folder, { part, parts, ...options }, dist)))
      return {
        cuts: Math.max(...done.map(({ cuts }) => cuts)),
        states: Math.max(...done.map(({ states }) => states)),
        opened: done.reduce((sum, { opened }) => sum + opened, 0),
        faults: done.flatMap(({ faults }) => faults)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async end (): Promise<void> {
    await rm(this.base, { recursive: true, force: true })
  }
}

async function replayed (folder: string, part: Part, dist: string): Promise<Replayed> {
  const child = spawn(process.execPath, [join(dist, 'test', 'crash', 'power', 'part.js'), folder, JSON.stringify(part)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text })
  const [code] = await once(child, 'close') as [number | null]
  if (code !== 0) throw new Error(`a part of the replay ended with ${code}`)
  return JSON.parse(said) as Replayed
}
