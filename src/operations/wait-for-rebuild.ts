import type { AbortOptions } from '@libp2p/interface'
import type { Components } from './components.js'

/**
 * Waits after a rebuild, before this node writes an entry, until its earlier entries have come
 * back, within bounds. Without the wait this node would use numbers twice, and give names that it
 * does not know yet a second history.
 */
export async function waitForRebuild ({ rebuilt, peers, directory, waits }: Pick<Components, 'directory' | 'peers' | 'rebuilt' | 'waits'>, { signal }: AbortOptions): Promise<void> {
  if (!rebuilt.pending) return
  await rebuilt.settled({ connected: () => peers.sessions().length > 0, progressMs: waits.progressMs, aloneUntil: directory.aloneUntil, signal })
}
