/** How many entries this node took in since it last had the same as each member; since the start only. */
export class SyncLag {
  private taken = 0
  private readonly at = new Map<string, number>()

  /** An entry was committed here. */
  added (): void { this.taken++ }

  /** Both have the same now. */
  equal (peer: string): void { this.at.set(peer, this.taken) }

  /** Entries that the member cannot have got from here; undefined before the two were compared. */
  behind (peer: string): number | undefined {
    const at = this.at.get(peer)
    return at === undefined ? undefined : this.taken - at
  }
}
