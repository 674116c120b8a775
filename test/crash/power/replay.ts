import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Choice } from './choices.js'
import { Disk } from './disk.js'
import type { Call } from './log.js'
import { materialise, survivors } from './survive.js'
import { Told } from './told.js'

export interface ReplayInit {
  calls: readonly Call[]
  /** The folder that was recorded. */
  root: string
  /** An empty folder for what a loss of power leaves. */
  base: string
  ballast: { path: string, length: number }
  choices: (position: number) => Choice[]
  /** Of the states that differ, which are opened; `hash` is a number below 2^32 that is a state's own. @default all */
  take?: (hash: number, choice: Choice) => boolean
  /** Throws when a state is not what was promised. */
  check: (dir: string, told: Told) => Promise<void>
}

export interface Fault { position: number, choice: string, error: string }

export interface Replayed {
  /** Losses of power: places in the log times choices. */
  cuts: number
  /** States of disk and promises among them that differ. */
  states: number
  opened: number
  faults: Fault[]
}

/** Loses power after each recorded call, in each way, and checks what is left. At most `maxFaults` are looked for. */
export async function replay ({ calls, root, base, ballast, choices, take = () => true, check }: ReplayInit, maxFaults = Infinity): Promise<Replayed> {
  const disk = new Disk(root)
  const seen = new Set<string>()
  const done: Replayed = { cuts: 0, states: 0, opened: 0, faults: [] }
  for (const [position, call] of calls.entries()) {
    if (!disk.apply(call)) continue
    for (const choice of choices(position)) {
      done.cuts++
      const { tree, key } = survivors(disk, choice)
      const state = createHash('sha1').update(`${disk.marks.length}\n${key}`).digest()
      if (seen.has(state.toString('base64'))) continue
      seen.add(state.toString('base64'))
      done.states++
      if (!take(state.readUInt32BE(), choice)) continue
      const dir = join(base, String(done.opened++))
      materialise(tree, dir, ballast)
      try {
        await check(dir, new Told(disk.marks))
      } catch (error) {
        done.faults.push({ position, choice: choice.name, error: error instanceof Error ? error.stack ?? error.message : String(error) })
        if (done.faults.length >= maxFaults) return done
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    }
  }
  return done
}
