export interface AtOnce<T> {
  /** At most this many items are worked on at once. */
  most: number
  /** The sum of their weights is at most this; a single item may weigh more. */
  budget: number
  weigh: (item: T) => number
}

/**
 * Does `work` for each item, several at once, and takes the next item only when there is room. The
 * first failure, of the source or of the work, begins no more work, waits for the running work, and
 * is then thrown.
 *
 * @param onFailure called at once with the first failure, so that running work can be ended
 */
export async function eachAtOnce<T> (items: AsyncIterable<T>, { most, budget, weigh }: AtOnce<T>, work: (item: T) => Promise<void>, onFailure: (error: unknown) => void = () => {}): Promise<void> {
  const running = new Set<Promise<void>>()
  let weight = 0
  let failed: { error: unknown } | undefined
  const fail = (error: unknown): void => {
    if (failed !== undefined) return
    failed = { error }
    onFailure(error)
  }
  const stopped = (): boolean => failed !== undefined
  try {
    for await (const item of items) {
      const own = weigh(item)
      while (running.size >= most || (running.size > 0 && weight + own > budget)) await Promise.race(running)
      if (stopped()) break
      weight += own
      const one = work(item).catch(fail).finally(() => {
        weight -= own
        running.delete(one)
      })
      running.add(one)
    }
  } catch (error) {
    fail(error)
  }
  await Promise.all(running)
  if (failed !== undefined) throw failed.error
}
