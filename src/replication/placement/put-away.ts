/** Putting a copy away for its user, who wants the room: one other copy is enough, and it does not come back by itself. */

export interface PutAwayParts<T> {
  /** Roots (CID as text) that are being put away: while one is here this node gives neither receipt nor promise for it. */
  leaving: Set<string>
  /** Members to ask for their word, in order. */
  candidates: Iterable<string>
  /** Resolves with the member's word that all of it lies there. */
  push: (peer: string) => Promise<void>
  /** A member did not give its word. Throws to end the attempt. */
  failed: (peer: string, error: unknown) => void
  /** A promise for it holds. */
  promised: () => boolean
  /** Lets it go; durable when it resolves. */
  drop: () => Promise<T>
}

/** What came of it; undefined: nobody gave a word. */
export type PutAway<T> = { dropped: T, peer?: string } | 'promised' | undefined

/** @param force without anybody's word too; never while a promise holds */
export async function putAway<T> (root: string, parts: PutAwayParts<T>, force = false): Promise<PutAway<T>> {
  const { leaving, candidates, push, failed, promised, drop } = parts
  if (promised()) return 'promised'
  leaving.add(root)
  try {
    for (const peer of candidates) {
      try {
        await push(peer)
      } catch (error) {
        failed(peer, error)
        continue
      }
      return promised() ? 'promised' : { dropped: await drop(), peer }
    }
    if (!force) return undefined
    return promised() ? 'promised' : { dropped: await drop() }
  } finally {
    leaving.delete(root)
  }
}
