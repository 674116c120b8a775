/** What all systems do alike. A sample is { workload, measure, system, seconds and bytes | ops, or ms, ... }. */

export const AT_ONCE = 16
export const BYTES_PER_RANGE = 1024 ** 2
export const ROUND_TRIP_MS = 20
export const NO_DELAY = 'fetch, proxy'
export const DELAY = `fetch, ${ROUND_TRIP_MS} ms`

/** Makes the samples of one system. */
export const of = (system) => (workload, measure, result) => ({ workload, measure, system, ...result })

/** One sample through a proxy without a delay, and one with. */
export async function delayed (context, task) {
  return [await task(0, NO_DELAY), await task(ROUND_TRIP_MS, DELAY)]
}

/** The small files of W3, and ten times as many of W3x10, each with what `task` makes anew. */
export async function smallSets (context, { small, many }, task) {
  const samples = []
  if (context.wants('W3')) samples.push(...await task('W3', await small()))
  if (context.wants('W3x10')) samples.push(...await task('W3x10', await many()))
  return samples
}
