/**
 * Loaded before each suite: one seed for all that is random in it. Properties take new cases in each run, so that runs go
 * on finding things; CI takes the same cases each time, so that what CI refuses is the change and not the day. The seed is
 * printed at the start of each suite, and DFS_TEST_SEED repeats it.
 */
import { randomInt } from 'node:crypto'
import fc from 'fast-check'

const CI_SEED = 20_261_121
const { DFS_TEST_SEED, CI } = process.env

/** Seed of this run: an integer of 32 bits. */
export const SEED = DFS_TEST_SEED !== undefined ? Number(DFS_TEST_SEED) : CI === 'true' ? CI_SEED : randomInt(2 ** 31)
if (!Number.isInteger(SEED)) throw new Error(`DFS_TEST_SEED is a whole number, not ${DFS_TEST_SEED ?? ''}`)

fc.configureGlobal({ seed: SEED })
// Mocha runs files in processes of their own, which take the seed (and below, the length) from here.
if (DFS_TEST_SEED === undefined) {
  process.env['DFS_TEST_SEED'] = String(SEED)
  process.stdout.write(`seed ${SEED} (DFS_TEST_SEED=${SEED} repeats this run)\n`)
}

/** `--long` after the test command: the sizes and counts of a long run. */
export const LONG = process.argv.includes('--long') || process.env['DFS_TEST_LONG'] === '1'
if (LONG) process.env['DFS_TEST_LONG'] = '1'

/** Numbers from 0 to 1, not 1, that depend on the seed alone (Mulberry32). */
export function seeded (seed: number = SEED): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
