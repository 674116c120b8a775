/** Versions of which receipts are remembered; the oldest goes first. */
const VERSIONS_KEPT = 4096

/** Which members gave their word, since the start, that all of a version was on their disk: for people, nothing relies on it. */
export class Receipts {
  /** By root, the newest last. */
  private readonly words = new Map<string, Map<string, number>>()

  /** @param root CID as text  @param time milliseconds since 1970 */
  add (root: string, peer: string, time: number): void {
    const word = this.words.get(root) ?? new Map<string, number>()
    word.set(peer, time)
    this.words.delete(root)
    this.words.set(root, word)
    const [oldest] = this.words.size > VERSIONS_KEPT ? this.words.keys() : []
    if (oldest !== undefined) this.words.delete(oldest)
  }

  /** When, by PeerId. */
  of (root: string): ReadonlyMap<string, number> { return this.words.get(root) ?? new Map<string, number>() }
}
