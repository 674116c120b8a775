/** What an attack is aimed at, and what all attacks are made of. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

export interface Target {
  /** Full multiaddr. */
  address: string
  ip: string
  port: number
}

/** Attacks until the signal aborts; whatever the node refuses is no error of the attack. */
export type Behaviour = (target: Target, signal: AbortSignal) => Promise<void>

export function targetOf (address: string): Target {
  const [, ip, port] = /^\/ip4\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? []
  if (ip === undefined) throw new Error(`no TCP address of version 4: ${address}`)
  return { address, ip, port: Number(port) }
}

let told = false

/** The node let the attacker connect: told once, on stdout, to whoever started this process. */
export function attacking (): void {
  if (!told) process.stdout.write('attacking\n')
  told = true
}

/** A pause of the attacker; ends early with the signal. */
export async function pause (ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {})
}

/** Does `work` again and again, also when it fails, which is what the node wants; `ms` between two. */
export async function again (signal: AbortSignal, work: () => Promise<void>, ms = 0): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => {})
    await pause(ms, signal)
  }
}

/** `count` attackers side by side. */
export async function many (count: number, one: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)))
}

/** A plain TCP connection. */
export async function tcp ({ ip, port }: Target, signal: AbortSignal, from = ownAddress()): Promise<Socket> {
  const socket = connect({ host: ip, port, localAddress: from })
  socket.on('error', () => {})
  signal.addEventListener('abort', () => { socket.destroy() }, { once: true })
  await once(socket, 'connect', { signal })
  attacking()
  return socket
}

/** Resolves once the other side, or the attacker, ended the connection. */
export async function ended (socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close')
}

/** Where no member is, since attackers stand for other machines: 127.1.0.2 and upwards, another one for each index, 250 of them in a network. */
export function loopback (index: number): string {
  return `127.${1 + Math.floor(index / 65_000) % 250}.${Math.floor(index / 250) % 250}.${(index % 250) + 2}`
}

/** That of the members. */
export const MEMBERS_ADDRESS = '127.0.0.1'
/** As many as an attacker has that is no botnet. */
const OWN_ADDRESSES = 16
let used = 0

/** One after the other of the attacker's own. */
export function ownAddress (): string { return loopback(used++ % OWN_ADDRESSES) }

/** Plain TCP connections, again and again, each of which sends `bytes()` until it is ended; with `quiet` it then says nothing more. */
export async function pouring (target: Target, signal: AbortSignal, bytes: (n: number) => Uint8Array | undefined, { count = 8, ms = 0, from }: { count?: number, ms?: number, from?: string } = {}): Promise<void> {
  await many(count, async () => again(signal, async () => {
    const socket = await tcp(target, signal, from)
    for (let n = 0; !socket.destroyed; n++) {
      const next = bytes(n)
      if (next === undefined) break
      if (!socket.write(next)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
      await pause(ms, signal)
    }
    await ended(socket)
  }, 10))
}
