/**
 * Returns a function whose first call runs `work`; later calls return the same promise, even a
 * rejected one.
 */
export function once (work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => running ??= work()
}
