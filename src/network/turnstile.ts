/**
 * Sockets as they come, before libp2p makes a connection of them: each costs libp2p half a millisecond even if it says nothing,
 * and two if it proves who it is. They come in at the pace of crowds.ts; whoever is too fast waits, and is closed after a while.
 */
import type { Server, Socket } from 'node:net'
import { tcp } from '@libp2p/tcp'
import type { Libp2pOptions } from 'libp2p'
import type { Clock } from '../async/clock.js'
import { groupOfIp } from './addresses.js'

/** Sockets that wait, of strangers and of the addresses of members. The next one is closed at once. */
export const MAX_WAITING_SOCKETS = 96
/** Of those of strangers, for one network. */
const NETWORK_SHARE = 1 / 2
/** Whoever waits as long is closed; a member has twice as long to dial. */
export const STRANGER_WAIT_MS = 1_000
export const MEMBER_WAIT_MS = 4_000
/** So often those who wait are looked at anew. */
const LOOK_MS = 20

export interface TurnstileInit {
  clock: Clock
  /** What is known of an address: 'barred', or what its pace counts by. */
  whence: (group: string) => 'barred' | From
  /** True, once, for one more connection that may come in now. */
  mayCome: (from: From) => boolean
  onRefused: (why: 'BARRED' | 'CROWD', address: string | undefined) => void
}

/** An address group, the network that it lies in, and whether a member came from there. */
export interface From { group: string, network: string, trusted: boolean }

interface Waiting {
  readonly socket: Socket
  readonly from: From
  readonly until: number
  readonly enter: () => void
}

export class Turnstile {
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>()
  /** How many of them, by lane. */
  readonly #lanes = new Map<string, number>()
  readonly #entered = new WeakSet<object>()
  #looking = false

  constructor (private readonly init: TurnstileInit) {}

  /** It came through here. */
  let (socket: object | undefined): boolean { return socket !== undefined && this.#entered.has(socket) }

  /** What the server does with its connections from now on it does only with those that may come in. It must pause them as they come. */
  guard (server: Server): void {
    const listeners = server.listeners('connection') as Array<(socket: Socket) => void>
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      this.#came(socket, () => {
        this.#entered.add(socket)
        for (const listener of listeners) listener.call(server, socket)
        socket.resume()
      })
    })
  }

  /** Closes all that wait: the server, which ends with its last socket, is to end. */
  clear (): void {
    for (const waiting of [...this.#waiting]) this.#leave(waiting)
  }

  #came (socket: Socket, enter: () => void): void {
    const group = groupOfIp(socket.remoteAddress)
    if (group === undefined) return enter()
    const from = this.init.whence(group)
    if (from === 'barred') return this.#refuse(socket, 'BARRED')
    const ahead = this.#lanes.get(laneOf(from)) ?? 0
    if (ahead === 0 && this.init.mayCome(from)) return enter()
    const strangers = this.#waiting.size - (this.#lanes.get(MEMBERS) ?? 0)
    if (from.trusted ? ahead >= MAX_WAITING_SOCKETS : strangers >= MAX_WAITING_SOCKETS || ahead >= MAX_WAITING_SOCKETS * NETWORK_SHARE) return this.#refuse(socket, 'CROWD')
    const until = this.init.clock.now() + (from.trusted ? MEMBER_WAIT_MS : STRANGER_WAIT_MS)
    const waiting = { socket, from, until, enter }
    this.#waiting.add(waiting)
    this.#lanes.set(laneOf(from), ahead + 1)
    socket.once('error', () => { socket.destroy() })
    // at an address of members whoever hangs up, or says nothing, is not in the way of those who are in earnest
    if (from.trusted) {
      socket.on('readable', () => { if (socket.readableLength === 0) socket.read() })
      socket.once('close', () => { this.#forget(waiting) })
    }
    this.#look()
  }

  #look (): void {
    if (this.#looking) return
    this.#looking = true
    this.init.clock.after(LOOK_MS, () => {
      this.#looking = false
      this.#move()
      if (this.#waiting.size > 0) this.#look()
    })
  }

  #move (): void {
    const full = new Set<string>()
    const now = this.init.clock.now()
    for (const waiting of [...this.#waiting]) {
      const { socket, from, until, enter } = waiting
      if (from.trusted && socket.readableLength === 0 && now < until) continue
      if (now >= until) {
        this.init.onRefused('CROWD', socket.remoteAddress)
        this.#leave(waiting)
      } else if (!full.has(from.network) && this.init.mayCome(from)) {
        this.#forget(waiting)
        socket.removeAllListeners('readable')
        enter()
      } else full.add(from.network)
    }
  }

  #forget (waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return
    const lane = laneOf(waiting.from)
    const left = (this.#lanes.get(lane) ?? 1) - 1
    if (left === 0) this.#lanes.delete(lane)
    else this.#lanes.set(lane, left)
  }

  #leave (waiting: Waiting): void {
    this.#forget(waiting)
    waiting.socket.destroy()
  }

  #refuse (socket: Socket, why: 'BARRED' | 'CROWD'): void {
    this.init.onRefused(why, socket.remoteAddress)
    socket.destroy()
  }
}

/** Addresses of members wait in one lane, strangers in that of their network. */
const MEMBERS = 'members'

function laneOf ({ network, trusted }: From): string { return trusted ? MEMBERS : network }

type Transport = NonNullable<Libp2pOptions['transports']>[number]

/** TCP whose sockets come in by a turnstile. */
export function tcpBehind (turnstile: Turnstile): Transport {
  return (components) => {
    const transport = tcp({ listenOpts: { pauseOnConnect: true } as object })(components)
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const listener = createListener(options)
      const { server } = listener as unknown as { server: Server }
      turnstile.guard(server)
      const close = listener.close.bind(listener)
      listener.close = async (...args) => {
        turnstile.clear()
        await close(...args)
      }
      return listener
    }
    return transport
  }
}
