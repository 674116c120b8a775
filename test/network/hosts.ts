/** Hosts and a stand-in for the hello of src/vault: one byte each way. */
import { memory } from '@libp2p/memory'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { ProtocolError } from '../../protocols/errors.js'
import type { WireCode } from '../../protocols/errors.js'
import { createHost, startHost } from '../../src/network/host.js'
import { newIdentity } from '../../src/network/identity.js'
import type { Turnstile } from '../../src/network/turnstile.js'
import { ConnectionGater } from '../../src/network/connection-gater.js'
import { Peers } from '../../src/network/peers.js'
import type { ConnectionGaterInit } from '../../src/network/connection-gater.js'
import type { Handshake, PeersInit, Session, SessionFacts, VisitorFacts } from '../../src/network/peers.js'

export const TCP = ['/ip4/127.0.0.1/tcp/0']
export const HELLO = '/test/hello/1.0.0'

/** Reads one byte; rejects when the stream ends before. */
export async function readByte (stream: Stream): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.addEventListener('message', (event) => { resolve(event.data.subarray()[0] ?? -1) }, { once: true })
    stream.addEventListener('close', () => { reject(new ProtocolError('CLOSED', 'stream closed')) }, { once: true })
    stream.addEventListener('remoteCloseWrite', () => { reject(new ProtocolError('CLOSED', 'stream closed')) }, { once: true })
  })
}

/** Greets everybody, or refuses with `refuse`; `hold` delays the listening side. */
export class TestGreeter implements Handshake {
  readonly protocol = HELLO
  refuse: WireCode | undefined
  hold: Promise<unknown> | undefined
  dialled = 0
  expires: Date | undefined
  /** Says that the other side is this peer, whoever it is. */
  takesFor: string | undefined
  /** Takes who dials for a visitor. */
  visits?: VisitorFacts['visits']

  async dial (connection: Connection): Promise<SessionFacts> {
    this.dialled++
    const stream = await connection.newStream(HELLO)
    stream.send(Uint8Array.of(1))
    if (await readByte(stream) !== 1) throw new ProtocolError('REFUSED', 'refused')
    await stream.close()
    return this.#facts(connection)
  }

  async handle (stream: Stream, connection: Connection): Promise<SessionFacts | VisitorFacts> {
    await readByte(stream)
    await this.hold
    stream.send(Uint8Array.of(this.refuse === undefined ? 1 : 0))
    await stream.close()
    if (this.refuse !== undefined) throw new ProtocolError(this.refuse, 'refused')
    if (this.visits !== undefined) return { peer: connection.remotePeer.toString(), visits: this.visits, expires: this.expires ?? new Date(Date.now() + 60_000) }
    return this.#facts(connection)
  }

  #facts (connection: Connection): SessionFacts {
    return { peer: this.takesFor ?? connection.remotePeer.toString(), role: 'write', label: 'test', ...(this.expires === undefined ? {} : { expires: this.expires }) }
  }
}

export interface Side {
  host: Libp2p
  peers: Peers
  gate: ConnectionGater
  greeter: TestGreeter
  id: string
  addresses: string[]
}

const running: Array<() => Promise<void>> = []

/** A host with Peers; `listen` of '/memory/…' picks that transport. */
export async function side (listen: string[] = TCP, init: PeersInit & { gateInit?: ConnectionGaterInit } = {}): Promise<Side> {
  const gate = new ConnectionGater(init.gateInit ?? {})
  const host = await bare(listen, { gate, turnstile: gate.turnstile, start: false })
  const greeter = new TestGreeter()
  const peers = new Peers(host, greeter, { gate, ...init })
  running.push(async () => { await peers.stop() })
  await startHost(host, listen)
  return { host, peers, gate, greeter, id: host.peerId.toString(), addresses: host.getMultiaddrs().map(String) }
}

/** A libp2p peer that knows nothing of us. */
export async function bare (listen: string[] = TCP, init: { gate?: ConnectionGater, turnstile?: Turnstile, start?: boolean } = {}): Promise<Libp2p> {
  const host = await createHost({
    privateKey: await newIdentity(),
    listen,
    ...init,
    ...(listen.some((address) => address.startsWith('/memory')) ? { libp2p: { transports: [memory()] } } : {})
  })
  running.push(async () => { await host.stop() })
  return host
}

export async function stopAll (): Promise<void> {
  // sessions go before the hosts below them
  for (const stop of running.splice(0).reverse()) await stop()
}

/** Looks again at each event of connections and sessions, on both sides of the event's own handling. */
export async function until<T> ({ peers, host }: Pick<Side, 'peers' | 'host'>, look: () => T | undefined | false): Promise<T> {
  return new Promise<T>((resolve) => {
    const check = (): void => {
      const seen = look()
      if (seen === undefined || seen === false) return
      for (const type of ['session:open', 'session:close'] as const) peers.removeEventListener(type, later)
      for (const type of ['connection:open', 'connection:close'] as const) host.removeEventListener(type, later)
      resolve(seen)
    }
    const later = (): void => { setImmediate(check) }
    for (const type of ['session:open', 'session:close'] as const) peers.addEventListener(type, later)
    for (const type of ['connection:open', 'connection:close'] as const) host.addEventListener(type, later)
    check()
  })
}

/** The next 'session:open' or 'session:close' that fits. */
export async function next (peers: Peers, type: 'session:open' | 'session:close', fits: (session: Session) => boolean = () => true): Promise<Session> {
  return new Promise((resolve) => {
    const listener = (event: CustomEvent<Session>): void => {
      if (!fits(event.detail)) return
      peers.removeEventListener(type, listener)
      resolve(event.detail)
    }
    peers.addEventListener(type, listener)
  })
}

/** Resolves when the connection is closed, with the count of checks that `when` passes left to events. */
export async function closed (connection: Connection): Promise<void> {
  if (connection.status !== 'open' && connection.status !== 'closing') return
  await new Promise<void>((resolve) => { connection.addEventListener('close', () => { resolve() }, { once: true }) })
}
