/** A new node picks its port once and keeps it. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { PortInUseError } from '../errors.js'
import { DEFAULT_PORT, FALLBACK_PORT_BELOW } from '../defaults.js'

const NO_SUCH_FAMILY = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

type State = 'free' | 'taken' | 'unsupported'

async function probe (port: number, host: string): Promise<State> {
  const server = createServer()
  try {
    server.listen({ port, host, ipv6Only: host === '::', exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return 'free'
  } catch (error) {
    return NO_SUCH_FAMILY.has((error as NodeJS.ErrnoException).code ?? '') ? 'unsupported' : 'taken'
  }
}

/**
 * Returns where a new node listens: port 14040 on every address family of this machine, or the next
 * port below 32768 that is free on all of them.
 */
export async function freeListen (first = DEFAULT_PORT): Promise<{ port: number, listen: string[] }> {
  for (let port = first; port < FALLBACK_PORT_BELOW; port++) {
    const four = await probe(port, '0.0.0.0')
    if (four === 'taken') continue
    const six = await probe(port, '::')
    if (six === 'taken') continue
    return { port, listen: [...(four === 'free' ? [`/ip4/0.0.0.0/tcp/${port}`] : []), ...(six === 'free' ? [`/ip6/::/tcp/${port}`] : [])] }
  }
  throw new PortInUseError(`No port from ${first} to ${FALLBACK_PORT_BELOW - 1} is free`)
}
