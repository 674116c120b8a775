import type { InboundUploads } from '../serve/inbound-uploads.js'
import type { Clock } from '../../async/clock.js'

/** How long a version whose entry came while a member pushes here is left to that push. */
export const GRACE_MS = 2_000

/**
 * The entry of a version that is being pushed here can come by sync before the push has ended. Nothing tells which of
 * the uploads under way is that one, so such a version waits until none is, or GRACE_MS are over.
 */
export class Grace {
  /** When the entry came, by root, the oldest first. */
  private readonly came = new Map<string, number>()

  constructor (private readonly uploads: InboundUploads, private readonly timer: Clock) {}

  note (root: Uint8Array): void {
    if (this.uploads.active === 0) return
    const now = this.timer.now()
    for (const [old, at] of this.came) {
      if (now - at < GRACE_MS) break
      this.came.delete(old)
    }
    this.came.set(keyOf(root), now)
  }

  async over (root: Uint8Array, signal: AbortSignal): Promise<void> {
    const at = this.came.get(keyOf(root))
    if (at === undefined) return
    this.came.delete(keyOf(root))
    await this.uploads.quiet(at + GRACE_MS - this.timer.now(), this.timer, signal)
  }
}

function keyOf (root: Uint8Array): string {
  return Buffer.from(root).toString('latin1')
}
