import { multiaddr } from '@multiformats/multiaddr'
import { DEFAULT_LINK_MS } from '../defaults.js'
import { NotAllowedError } from '../errors.js'
import type { ShareOptions } from '../api/node.js'
import { linkAddresses } from '../network/advertised-addresses.js'
import { expiry } from './invite.js'
import type { Components } from './components.js'
import { find } from './stat.js'

type Uses = Pick<Components, 'directory' | 'memberRecords' | 'peer' | 'peers' | 'sync' | 'vault' | 'waits'>

/** A link holds at most this many addresses (protocols/vault/README.md, "Texts"). */
const MAX_LINK_ADDRESSES = 4

/**
 * Returns text with which anybody can read one version, from any member that is reached, until it
 * expires.
 */
export async function share (parts: Uses, own: string[], name: string, options: ShareOptions & { signal: AbortSignal }): Promise<string> {
  const { vault } = parts
  if (vault.role !== 'owner' && vault.role !== 'write') throw new NotAllowedError(`This node has role ${vault.role}: only owner and write members make links`)
  const expires = expiry(options.expires ?? DEFAULT_LINK_MS)
  const { info, root, key } = await find(parts, name, options)
  return vault.createLink({ root, key, name: info.name, size: info.size, expires, addresses: linkAddresses([own, ...servers(parts)], MAX_LINK_ADDRESSES) })
}

/**
 * Returns the addresses of other members by their records: members that are there now first, and of
 * these the ones with role store, which are seldom off.
 */
function servers ({ vault, peer: self, peers, memberRecords: { records, presence } }: Pick<Components, 'memberRecords' | 'peer' | 'peers' | 'vault'>): string[][] {
  const score = ({ peer, role }: { peer: string, role: string }): number =>
    (peers.get(peer) !== undefined || presence.present(peer) ? 0 : 2) + (role === 'store' ? 0 : 1)
  return vault.members()
    // a member that lends nothing holds nothing
    .filter(({ peer }) => peer !== self && records.get(peer)?.capacity !== 0)
    .sort((a, b) => score(a) - score(b))
    .map(({ peer }) => records.addressesOf(peer).flatMap((text) => withPeer(text, peer)))
}

/**
 * Returns the address with its PeerId. A record may hold text that is no address, or another
 * peer's, which is left out.
 */
function withPeer (text: string, peer: string): string[] {
  try {
    const named = multiaddr(text).getComponents().findLast(({ name }) => name === 'p2p')?.value
    return named === undefined ? [`${text}/p2p/${peer}`] : named === peer ? [text] : []
  } catch {
    return []
  }
}
