import type { ComponentLogger, Ed25519PrivateKey, Libp2p } from '@libp2p/interface'
import { DEFAULT_PORT } from '../defaults.js'
import type { DfsNodeInit } from '../api/node.js'
import { inviteAddresses } from '../network/advertised-addresses.js'
import { parseAddress, peerOf } from '../network/addresses.js'
import { ConnectionGater } from '../network/connection-gater.js'
import { discoveryOf, discoveryParts, type DiscoveryOptions } from '../network/discovery.js'
import { createHost, startHost } from '../network/host.js'
import { MemberSet } from '../network/member-set.js'
import type { NodeBus } from './bus-events.js'

const WITH_DIR = [`/ip4/0.0.0.0/tcp/${DEFAULT_PORT}`, `/ip6/::/tcp/${DEFAULT_PORT}`]
const IN_MEMORY = ['/ip4/127.0.0.1/tcp/0']

/** The libp2p host of a node, not started yet, and its settings. */
export interface OpenedNetwork {
  host: Libp2p
  gater: ConnectionGater
  /** Filled when the vault is known. */
  members: MemberSet
  /** Multiaddrs to listen on; empty for a node that only dials. */
  listening: string[]
  /** Addresses of the bootstrap list that name a peer. */
  bootstrap: string[]
  discovering: DiscoveryOptions
  /**
   * Returns full multiaddrs at which others reach this node, also those of a node that does not
   * listen yet; the most useful first.
   */
  reachedAt: () => string[]
  /** Listens once; a later call does nothing. */
  start: () => Promise<void>
}

export async function openNetwork (init: DfsNodeInit, key: Ed25519PrivateKey, { bus, logger }: { bus: NodeBus, logger: ComponentLogger }): Promise<OpenedNetwork> {
  const members = new MemberSet()
  const gater = new ConnectionGater({ isMember: members.has, logger })
  const listen = init.listen ?? (init.dir === undefined ? IN_MEMORY : WITH_DIR)
  const listening = init.dialOnly === true ? [] : listen
  // a recovery accepts addresses without a PeerId; afterwards members are found by their own
  // addresses
  const bootstrap = init.bootstrap?.filter((text) => peerOf(parseAddress('bootstrap', text)) !== undefined)
  // a command that opens a folder for a moment knows its members, unless it recovers a vault
  const searches = init.dir !== undefined && (init.dialOnly !== true || init.recoveryCode !== undefined)
  const discovering = searches ? discoveryOf(init.discovery, listen) : { mdns: false, dht: false, ...init.discovery }
  const host = await createHost({
    privateKey: key,
    listen: listening,
    gate: gater,
    turnstile: gater.turnstile,
    isMember: members.has,
    start: false,
    // peers that do not announce the DHT protocol are refused without a hello, so a recovering node
    // announces it too
    discovery: discoveryParts(discovering, listening.length > 0 || init.recoveryCode !== undefined, (found) => { bus.emit('peer:found', found) }),
    ...(init.announce === undefined ? {} : { announce: init.announce }),
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(init.encryption === undefined ? {} : { encryption: init.encryption }),
    libp2p: { ...init.libp2p, logger }
  })
  const started = { yet: false }
  return {
    host, gater, members, listening, discovering,
    bootstrap: bootstrap ?? [],
    reachedAt: () => inviteAddresses(key.publicKey.toString(), init.announce ?? [], host.getMultiaddrs().map(String), listen),
    start: async () => {
      if (started.yet) return
      await startHost(host, listening)
      started.yet = true
    }
  }
}
