import type { AbortOptions } from '@libp2p/interface'
import type { Components } from './components.js'

/**
 * Before this node writes an entry: after its index was made anew it waits, within bounds, for what it had written before
 * to come back. Without that it would give numbers twice, and names that it does not know yet a second history.
 */
export async function waitForRebuild ({ rebuilt, peers, directory, waits }: Pick<Components, 'directory' | 'peers' | 'rebuilt' | 'waits'>, { signal }: AbortOptions): Promise<void> {
  if (!rebuilt.pending) return
  await rebuilt.settled({ connected: () => peers.sessions().length > 0, progressMs: waits.progressMs, aloneUntil: directory.aloneUntil, signal })
}
