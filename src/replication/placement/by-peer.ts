import type { PlacedVersion } from './types.js'

/** Each peer with the groups about which it is to be asked, in their order. */
export function byPeer<G extends PlacedVersion> (groups: Iterable<G>, peersOf: (group: G) => Iterable<string>): Map<string, G[]> {
  const asked = new Map<string, G[]>()
  for (const group of groups) {
    for (const peer of peersOf(group)) {
      const list = asked.get(peer) ?? []
      asked.set(peer, list)
      list.push(group)
    }
  }
  return asked
}
