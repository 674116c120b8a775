/** What failed its hash, with the reason; never served, never silently deleted. */
export interface Quarantine {
  keep: (name: string, bytes: Uint8Array, reason: string) => Promise<void>
  totals: () => { blocks: number, bytes: number }
}

/** For as long as the process runs. */
export class MemoryQuarantine implements Quarantine {
  private readonly kept: Array<{ name: string, bytes: Uint8Array, reason: string }> = []

  async keep (name: string, bytes: Uint8Array, reason: string): Promise<void> {
    this.kept.push({ name, bytes, reason })
  }

  totals (): { blocks: number, bytes: number } {
    return { blocks: this.kept.length, bytes: this.kept.reduce((sum, { bytes }) => sum + bytes.length, 0) }
  }
}
