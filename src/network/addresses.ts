/** Multiaddrs: parsing what people give, and the address group (one IPv4 address, one IPv6 /64) that limits count by. */
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { InvalidOptionError } from '../errors.js'

const EXAMPLE = '/ip4/192.0.2.1/tcp/14040'
/** Of the four parts of a group: a /32 and a /48 of version 6, a /16 and a /24 of version 4. */
const WIDER_PARTS = [2, 3]
const PEER = '/p2p/12D3KooW…'

export interface ParseOptions {
  /** 'required': the address must end in a PeerId. @default 'optional' */
  peer?: 'required' | 'optional'
}

/** InvalidOptionError naming `field` when `text` is no multiaddr. */
export function parseAddress (field: string, text: string, options: ParseOptions = {}): Multiaddr {
  const accepted = `a multiaddr such as ${EXAMPLE}${options.peer === 'required' ? PEER : ''}`
  let address
  try {
    address = multiaddr(text)
  } catch (cause) {
    throw new InvalidOptionError(field, `"${text}" is no multiaddr`, accepted, { cause })
  }
  if (address.getComponents().length === 0) throw new InvalidOptionError(field, 'an empty address', accepted)
  if (options.peer === 'required' && peerOf(address) === undefined) throw new InvalidOptionError(field, `"${text}" names no peer`, accepted)
  return address
}

/** PeerId at the end of an address. */
export function peerOf (address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value
}

/** One IPv4 address or one IPv6 /64; undefined for what has no IP (memory, Unix sockets). */
export function groupOf (address: Multiaddr): string | undefined {
  const [first] = address.getComponents()
  return first?.name === 'ip4' || first?.name === 'ip6' ? groupOfIp(first.value) : undefined
}

/** The same of an address as a socket tells it. */
export function groupOfIp (ip: string | undefined): string | undefined {
  if (ip === undefined) return undefined
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  return mapped?.[1] ?? `${hextets(ip).slice(0, 4).join(':')}::/64`
}

/** What a group lies in, from the widest to the group itself: whoever has one address of version 6 has at least a /64, and often a /48 of them. */
export function networksOf (group: string): string[] {
  const separator = group.includes(':') ? ':' : '.'
  const parts = group.split('::')[0]?.split(separator) ?? []
  return [...WIDER_PARTS.map((width) => parts.slice(0, width).join(separator)), group]
}

/** Every proxy on this machine and every other node on it comes from here, so it says nothing about who is calling. */
export function isLoopback (group: string): boolean {
  return group.startsWith('127.')
    // ::1 is the only address in use of its /64
    || group === '0:0:0:0::/64'
}

/** The eight groups of an IPv6 address in hex without leading zeros. */
function hextets (address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const split = (part: string | undefined): string[] => part === undefined || part === '' ? [] : part.split(':')
  const left = split(head)
  const right = split(tail)
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...new Array<string>(zeros).fill('0'), ...right].map((text) => (Number.parseInt(text, 16) || 0).toString(16))
}
