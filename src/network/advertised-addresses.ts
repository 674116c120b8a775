import { networkInterfaces } from 'node:os'
import { multiaddr } from '@multiformats/multiaddr'

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:|fe80:)/i
const LOOPBACK = /^(127\.|::1$)/

/**
 * The addresses that go into an invite, the most useful first: what was announced, public ones, private ones, this
 * machine's own. `addresses` are those of a node that listens; of one that does not, those where it will.
 */
export function inviteAddresses (peer: string, announce: string[], addresses: string[], listen: string[]): string[] {
  const reached = addresses.length > 0 ? addresses : listen.flatMap(expand).filter((text) => !text.endsWith('/tcp/0'))
  const sorted = publicFirst(reached)
  const full = [...announce, ...sorted].map((text) => text.includes('/p2p/') ? text : `${text}/p2p/${peer}`)
  return [...new Set(full)]
}

/**
 * The addresses that go into a link: of each machine the most useful one, then of each the next one, up to `most`;
 * public ones first. So it can be fetched while the machine that made it is off.
 *
 * @param machines addresses of each, the most useful first
 */
export function linkAddresses (machines: string[][], most: number): string[] {
  const rounds = Math.max(0, ...machines.map(({ length }) => length))
  const all = Array.from({ length: rounds }, (_, n) => machines.flatMap((addresses) => addresses[n] ?? [])).flat()
  return publicFirst([...new Set(all)].slice(0, most))
}

/** The addresses that go into a record: those at which other machines reach this node, if there are any. */
export function recordAddresses (addresses: string[]): string[] {
  const others = addresses.filter((text) => !isOwnMachine(text))
  return others.length > 0 ? others : addresses
}

function publicFirst (addresses: string[]): string[] {
  const rank = (text: string): number => {
    const value = multiaddr(text).getComponents()[0]?.value ?? ''
    if (LOOPBACK.test(value)) return 3
    return PRIVATE.test(value) ? 2 : 1
  }
  return addresses.map((text) => ({ text, rank: rank(text) })).sort((a, b) => a.rank - b.rank).map(({ text }) => text)
}

/** Reaches only this machine. */
function isOwnMachine (address: string): boolean {
  return LOOPBACK.test(multiaddr(address).getComponents()[0]?.value ?? '')
}

/** An address of all interfaces as one of each. */
function expand (listen: string): string[] {
  const any = /^\/(ip4\/0\.0\.0\.0|ip6\/::)(\/.*)$/.exec(listen)
  if (any === null) return [listen]
  const family = listen.startsWith('/ip4') ? 'IPv4' : 'IPv6'
  const hosts = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter((one) => one.family === family && !one.address.startsWith('fe80'))
  return hosts.map(({ address }) => `/${family === 'IPv4' ? 'ip4' : 'ip6'}/${address}${any[2] ?? ''}`)
}
