/** Words about addresses that were tried: for somebody who will look there. */
import type { Multiaddr } from '@multiformats/multiaddr'
import { ProtocolError } from '../../protocols/errors.js'

/** One address, and why it was of no use. */
export type Tried = [where: string, why: string]

/** A line each, below each other. */
export function linesOf (tried: Tried[]): string {
  const width = Math.max(0, ...tried.map(([where]) => where.length))
  return tried.map(([where, why]) => `  ${where.padEnd(width)}  ${why}\n`).join('')
}

/** `host:port` for people, or the address as it is when it has neither. */
export function where (address: Multiaddr | string): string {
  const text = address.toString()
  const [, kind, host = '', port] = /^\/(ip4|ip6|dns[46]?|dnsaddr)\/([^/]+)(?:\/(?:tcp|udp)\/([0-9]+))?/.exec(text) ?? []
  if (kind === undefined) return text
  const name = kind === 'ip6' ? `[${host}]` : host
  return port === undefined ? name : `${name}:${port}`
}

/** Why an address gave no answer. */
export function why (error: unknown): string {
  const texts: string[] = []
  for (let at: unknown = error; at instanceof Error && texts.length < 4; at = at instanceof AggregateError ? at.errors[0] : at.cause) texts.push(at.message)
  const text = texts.join(' ')
  if (error instanceof ProtocolError && error.code === 'REFUSED') return 'is in another vault, or keeps this machine out for a minute'
  if (/ECONNREFUSED/.test(text)) return 'refused: nothing listens there'
  if (/ENETUNREACH|EHOSTUNREACH/.test(text)) return 'no route: a private address, works only in that network'
  if (/timed? ?out|TimeoutError|aborted/i.test(text)) return 'no answer in time'
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'its name is not known'
  return texts.at(-1) ?? String(error)
}

/** What others wrote may be no address: that one is left out. */
export function parsed (read: () => Multiaddr): Multiaddr[] {
  try {
    return [read()]
  } catch {
    return []
  }
}

/** The address with this PeerId at its end, unless it names one. */
export function withPeer (address: Multiaddr, peer: string): Multiaddr {
  return address.toString().includes('/p2p/') ? address : address.encapsulate(`/p2p/${peer}`)
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `21 Nov 19:47`; with the year when it is not this one. */
export function localTime (time: Date): string {
  const year = time.getFullYear() === new Date().getFullYear() ? '' : ` ${time.getFullYear()}`
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${time.getDate()} ${MONTHS[time.getMonth()] ?? ''}${year} ${two(time.getHours())}:${two(time.getMinutes())}`
}
