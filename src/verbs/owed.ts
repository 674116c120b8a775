import { CID } from 'multiformats/cid'
import { pushVersion } from '../replication/push-version.js'
import type { Parts } from './parts.js'

/**
 * Brings to `peer` what this node's puts still owe: versions that fewer members have than was wanted. Called when a
 * member connects, so that a put that failed with NotDurableError, or found nobody, goes on copying by itself.
 */
export function payOwed (parts: Parts, peer: string): void {
  const { vault, store, links, background } = parts
  for (const { id, root, bytes, entry } of vault.owedTo(peer)) {
    if (root === null || bytes === null) continue
    background.add(peer, async (signal) => {
      const version = { id, root: CID.decode(root), bytes, entry }
      // what was let go of since is not here to be sent
      if (!await store.complete(version.root)) return
      await pushVersion(links, store, peer, version, { signal })
      await vault.paid(id, peer)
    })
  }
}
