/**
 * Loaded before all suites. Properties take new cases in each run, so that they go on finding things; CI takes the same
 * ones, so that what it refuses is the change and not the day. A failure prints its seed: DFS_TEST_SEED repeats it.
 */
import fc from 'fast-check'

const CI_SEED = 20_261_121
const { DFS_TEST_SEED, CI } = process.env
const seed = DFS_TEST_SEED !== undefined ? Number(DFS_TEST_SEED) : CI === 'true' ? CI_SEED : undefined

if (seed !== undefined) fc.configureGlobal({ seed })
