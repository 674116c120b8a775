/**
 * The sync lag counts entries that this node took in since it last had the same set as each member.
 * The counts begin at the start of the node.
 */
export class SyncLag {
  private taken = 0
  private readonly at = new Map<string, number>()

  /** Call when an entry was committed here. */
  added (): void { this.taken++ }

  /** Call when both nodes have the same set. */
  equal (peer: string): void { this.at.set(peer, this.taken) }

  /**
   * Returns the number of entries that the member cannot have got from here, or undefined before
   * the first comparison.
   */
  behind (peer: string): number | undefined {
    const at = this.at.get(peer)
    return at === undefined ? undefined : this.taken - at
  }
}
