/**
 * Who gets in. A page of another site can make a browser send requests to this machine, also under
 * a name that its owner points at 127.0.0.1; so loopback alone is no protection.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { DoorError } from './problem.js'
import type { Scope, Sessions } from './sessions.js'
import { checkToken, TOKEN_ROLES, type TokenRole } from './tokens.js'

/** A browser sends this header to another origin only after that origin agreed, which none does. */
export const OWN_HEADER = 'dfs-request'

export class Guard {
  private readonly hosts: ReadonlySet<string>

  /**
   * @param allowedHosts further `host:port` by which a proxy of the owner reaches this door; a
   * browser leaves the port out where it is the one of its scheme
   */
  constructor (private readonly dir: string, private readonly sessions: Sessions, port: number, allowedHosts: readonly string[]) {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, ...allowedHosts.flatMap((host) => [host.toLowerCase(), host.toLowerCase().replace(/:(80|443)$/, '')])])
  }

  /**
   * Refuses requests under another name, and those of pages of another origin.
   * @throws DoorError
   */
  checkOrigin (headers: IncomingHttpHeaders): void {
    const { host, origin } = headers
    if (host === undefined || !this.hosts.has(host.toLowerCase())) throw new DoorError('HOST_NOT_ALLOWED', 'This node is not reached under that name')
    const site = headers['sec-fetch-site']
    const foreign = origin !== undefined && origin !== `http://${host.toLowerCase()}` && origin !== `https://${host.toLowerCase()}`
    if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none')) throw new DoorError('ORIGIN_NOT_ALLOWED', 'Pages of another origin are not served')
  }

  /**
   * Requires what only a page of this origin can send; a token in `Authorization` is such a thing
   * itself.
   * @throws DoorError
   */
  checkOwn (method: string, headers: IncomingHttpHeaders): void {
    if (headers[OWN_HEADER] === undefined) throw new DoorError('HEADER_MISSING', `Requests with a cookie carry the header ${OWN_HEADER}`)
    if (method !== 'GET' && method !== 'HEAD' && headers.origin === undefined) throw new DoorError('ORIGIN_NOT_ALLOWED', 'A request that changes something says its Origin')
  }

  /**
   * Returns what the caller may do.
   * @throws DoorError
   */
  async scopeOf (method: string, headers: IncomingHttpHeaders): Promise<Scope> {
    const [, token] = /^Bearer ([^\s]+)$/i.exec(headers.authorization ?? '') ?? []
    if (token !== undefined) {
      const info = await checkToken(this.dir, token)
      if (info !== undefined && info.once !== true) return info
    } else if (headers.authorization === undefined) {
      const session = this.sessions.of(headers.cookie)
      if (session !== undefined) {
        this.checkOwn(method, headers)
        return session
      }
    }
    throw new DoorError('UNAUTHORIZED', 'A token is needed: dfs token create')
  }
}

/** @throws DoorError where the caller's role or prefix does not reach */
export function allow (scope: Scope, role: TokenRole, ...names: string[]): void {
  if (TOKEN_ROLES.indexOf(scope.role) < TOKEN_ROLES.indexOf(role)) throw new DoorError('OUT_OF_SCOPE', `This token has role ${scope.role}; the call needs ${role}`)
  for (const name of names) {
    if (!name.normalize('NFC').startsWith(scope.prefix)) throw new DoorError('OUT_OF_SCOPE', 'This token is for other names')
  }
}

/** Checks a call that concerns the whole vault. @throws DoorError */
export const allowAll = (scope: Scope, role: TokenRole): void => { allow(scope, role, '') }
