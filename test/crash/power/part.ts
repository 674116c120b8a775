/** A process that replays its part of a recording: `part.js FOLDER WHAT`, where WHAT is JSON of Part; says JSON of Replayed. */
import { writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { BALLAST_BYTES } from '../../../src/defaults.js'
import { checkFolder } from './check.js'
import { byChance, CORNERS } from './choices.js'
import { readLog } from './log.js'
import { writeOnThisThread } from './quick.js'
import { replay } from './replay.js'

export interface Part {
  /** This one, of so many. */
  part: number
  parts: number
  /** Of the states that differ, so many are opened; of those in which nothing unsynced is there, which are few, four times as many. */
  share: number
  seed: number
  maxFaults?: number
}

const [folder = '', what = ''] = process.argv.slice(2)
const { part, parts, share, seed, maxFaults } = JSON.parse(what) as Part
writeOnThisThread()
const base = join(folder, `cuts-${part}`)
await mkdir(base)
// a check whose node waits for something that never comes would end this process as if it were done
const alive = setInterval(() => {}, 60_000)
const done = await replay({
  calls: readLog(join(folder, 'log')),
  root: join(folder, 'root'),
  base,
  ballast: { path: join(folder, '..', 'ballast'), length: BALLAST_BYTES },
  choices: (position) => [...CORNERS, byChance(seed + position)],
  take: (hash, choice) => hash % parts === part && Math.floor(hash / parts) / (2 ** 32 / parts) < (choice === CORNERS[0] ? 4 : 1) * share,
  check: checkFolder
}, maxFaults)
clearInterval(alive)
writeSync(1, `${JSON.stringify(done)}\n`)
process.exit(0)
