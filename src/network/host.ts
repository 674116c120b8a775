/** The libp2p host: the only file that names transports, encrypters and muxers. */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { bootstrap } from '@libp2p/bootstrap'
import { identify } from '@libp2p/identify'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import type { ConnectionGater, Libp2p, PrivateKey } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import { MAX_CONNECTIONS } from '../defaults.js'
import { AddressUnavailableError, InvalidOptionError, PortInUseError } from '../errors.js'
import { parseAddress } from './addresses.js'
import { whyFailed } from '../log.js'
import { steadyClock } from '../async/clock.js'
import { tcpBehind, type Turnstile } from './turnstile.js'
import { echo } from './echo.js'
import { HostStore } from './host-store.js'
import { forgetStrangers } from './leaving.js'
import { DHT_PROTOCOL, MAX_DHT_ANSWER_BYTES } from './kad.js'
import { noiseCrypto } from './noise-crypto.js'
import { bounded, MAX_FRAME_BYTES } from './wire.js'
import { Agreeing } from './words.js'

/** Told to everybody by identify, and so the same for every version and system. */
const AGENT = { name: 'dfs', version: '1', userAgent: 'dfs/1' }
/** More than a member may have of all protocols together, with identify and ping. */
const MAX_STREAMS_PER_CONNECTION = 128
/** Nobody has more than 3 blocks in flight on a stream; a window beyond that only fills buffers. */
const MAX_STREAM_WINDOW_BYTES = MAX_FRAME_BYTES
/** One address that swallows packets must leave time for the next ones. */
const ADDRESS_DIAL_MS = 5_000
export const DIAL_MS = 30_000
/** Addresses tried a peer. */
const MAX_ADDRESSES_PER_PEER = 16
/** A ping waits behind what is queued: on a line of 1 Mbit/s two blocks take 17 s. Shorter than the interval, since libp2p allows one at a time. */
const PING_INTERVAL_MS = 30_000
const PING_TIMEOUT_MS = 29_000
/** libp2p allows 5 a second of one host, which 50 nodes behind one address pass at once; the gate counts what is open instead. */
const MAX_INBOUND_PER_SECOND = 10_000
/** libp2p refuses the newest beyond it; the gate sends the oldest away instead, long before. */
const MAX_PENDING_CONNECTIONS = 10_000
/** The words are a few bytes and one round trip. */
const AGREE_MS = 5_000

export interface HostInit {
  privateKey: PrivateKey
  /** Multiaddrs to listen on; empty: dials only. */
  listen: string[]
  announce?: string[]
  /** Each with the PeerId. */
  bootstrap?: string[]
  /** @default 'noise' */
  encryption?: 'noise'
  /** Those of whom libp2p keeps what it knows when they hang up. @default nobody */
  isMember?: (peer: string) => boolean
  /** Decides who may connect. @default everybody, up to twice MAX_CONNECTIONS */
  gate?: ConnectionGater
  /** Where its sockets come in. @default none */
  turnstile?: Turnstile
  /** Components by which peers are found (discovery.ts). */
  discovery?: Pick<Libp2pOptions, 'peerDiscovery' | 'services'>
  /** Components to replace: a list given here stands instead of ours, services and settings are added. */
  libp2p?: Partial<Libp2pOptions>
  /** False: `startHost` starts it, so that protocols are registered before anybody can dial. @default true */
  start?: boolean
}

/**
 * Throws InvalidOptionError (listen, announce, bootstrap, encryption), and when it starts PortInUseError and
 * AddressUnavailableError.
 */
export async function createHost (init: HostInit): Promise<Libp2p> {
  const given = init.libp2p ?? {}
  if ((init.encryption ?? 'noise') !== 'noise') throw new InvalidOptionError('encryption', `"${String(init.encryption)}"`, '"noise"')
  const list = (init.bootstrap ?? []).map((text) => parseAddress('bootstrap', text, { peer: 'required' }).toString())
  const agreeing = new Agreeing()
  const gates = [agreeing.gate, init.gate, given.connectionGater].filter((gate) => gate !== undefined)
  const isMember = init.isMember ?? (() => false)
  const store = new HostStore({ self: peerIdFromPrivateKey(init.privateKey).toString(), isMember })
  const host: Libp2p = await createLibp2p({
    nodeInfo: AGENT,
    ...given,
    privateKey: init.privateKey,
    datastore: store,
    start: false,
    addresses: {
      ...given.addresses,
      listen: init.listen.map((text) => parseAddress('listen', text).toString()),
      // beside what the listeners say, not instead of it
      appendAnnounce: (init.announce ?? []).map((text) => parseAddress('announce', text).toString())
    },
    transports: given.transports ?? [init.turnstile === undefined ? tcp() : tcpBehind(init.turnstile)],
    connectionEncrypters: (given.connectionEncrypters ?? [noise({ crypto: noiseCrypto })]).map((make) => agreeing.bounded(make)),
    streamMuxers: given.streamMuxers ?? [bounded(yamux({
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES }
    }), { answers: { [DHT_PROTOCOL]: MAX_DHT_ANSWER_BYTES }, protocols: () => host.getProtocols() })],
    peerDiscovery: [...(list.length > 0 ? [bootstrap({ list, timeout: 0 })] : []), ...(init.discovery?.peerDiscovery ?? []), ...(given.peerDiscovery ?? [])],
    services: { identify: identify(), ping: echo(), ...init.discovery?.services, ...given.services },
    connectionGater: gates.reduce(both),
    connectionManager: {
      // the gate refuses long before libp2p prunes by its own rules
      maxConnections: 2 * MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
      inboundStreamProtocolNegotiationTimeout: AGREE_MS,
      inboundConnectionThreshold: MAX_INBOUND_PER_SECOND,
      maxPeerAddrsToDial: MAX_ADDRESSES_PER_PEER,
      addressDialTimeout: ADDRESS_DIAL_MS,
      dialTimeout: DIAL_MS,
      // Peers.keep does this, without end and with jitter
      reconnectRetries: 0,
      ...given.connectionManager
    },
    connectionMonitor: {
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: { minTimeout: PING_TIMEOUT_MS, maxTimeout: PING_TIMEOUT_MS },
      ...given.connectionMonitor
    }
  })
  const log = host.logger.forComponent('dfs:network')
  forgetStrangers({ host, clock: steadyClock, stays: (peer) => isMember(peer) || store.isProvider(peer), onError: (error) => { log.error('what is known of a stranger was not forgotten: %s', whyFailed(error)) } })
  if (init.start !== false) await startHost(host, init.listen)
  return host
}

/** Starts to listen on what the host was made with; PortInUseError, AddressUnavailableError, InvalidOptionError (listen). */
export async function startHost (host: Libp2p, listen: string[]): Promise<void> {
  try {
    await host.start()
  } catch (err) {
    throw listenError(err, listen)
  }
}

/** libp2p keeps of each failed address only its stack, as text. */
function listenError (cause: unknown, listen: string[]): unknown {
  if (!(cause instanceof Error) || cause.name !== 'UnsupportedListenAddressesError') return cause
  const failed = listen.filter((address) => cause.message.includes(`\n  ${address}: `))
  const which = (failed.length > 0 ? failed : listen).join(', ')
  if (/EADDRINUSE|already in use/.test(cause.message)) return new PortInUseError(`The port of ${which} is taken by another process. Stop that one, or listen on another port.`, { cause })
  if (/EADDRNOTAVAIL|EACCES|EPERM|EAFNOSUPPORT|ENOTFOUND|EAI_AGAIN/.test(cause.message)) return new AddressUnavailableError(`${which}: this machine has no such address, or may not listen there.`, { cause })
  return new InvalidOptionError('listen', `no transport listens on ${which}`, 'a TCP multiaddr such as /ip4/0.0.0.0/tcp/14040', { cause })
}

/** Refuses what either refuses. */
function both (a: ConnectionGater, b: ConnectionGater): ConnectionGater {
  return {
    ...pair('denyDialPeer'), ...pair('denyDialMultiaddr'),
    ...pair('denyInboundConnection'), ...pair('denyOutboundConnection'),
    ...pair('denyInboundEncryptedConnection'), ...pair('denyOutboundEncryptedConnection'),
    ...pair('denyInboundUpgradedConnection'), ...pair('denyOutboundUpgradedConnection'),
    filterMultiaddrForPeer: async (peer, address) =>
      await (a.filterMultiaddrForPeer?.(peer, address) ?? true) && await (b.filterMultiaddrForPeer?.(peer, address) ?? true)
  }
  function pair (name: Exclude<keyof ConnectionGater, 'filterMultiaddrForPeer'>): ConnectionGater {
    type Deny = (...args: unknown[]) => Promise<boolean> | boolean
    const deny = async (...args: unknown[]): Promise<boolean> => {
      for (const gate of [a, b]) {
        const method = gate[name] as Deny | undefined
        if (method !== undefined && await method.apply(gate, args)) return true
      }
      return false
    }
    return { [name]: deny }
  }
}
