/** Sessions of browsers. They live in memory: a node that starts anew has none. */
import { createHash, randomBytes } from 'node:crypto'
import type { TokenInfo } from './tokens.js'

/** A session ends this long after it was opened. */
const SESSION_MS = 12 * 3600e3
/** The oldest session makes room for one more. */
const MAX_SESSIONS = 64

export type Scope = Pick<TokenInfo, 'role' | 'prefix'>

const keyOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export class Sessions {
  private readonly open = new Map<string, Scope & { until: number }>()
  private readonly used = new Map<string, number>()
  private readonly began = Date.now()

  /** @param vault the cookie is named by it: browsers do not tell ports of a host apart */
  constructor (vault: string) { this.cookie = `dfs-${vault.slice(0, 10)}` }

  readonly cookie: string

  /**
   * Opens a session for a token that is good once. Returns undefined for one that was used, or is
   * older than this process, which does not know whether it was used.
   */
  begin ({ id, role, prefix, created, expires }: TokenInfo): { secret: string, seconds: number } | undefined {
    const now = Date.now()
    for (const [used, until] of this.used) if (until <= now) this.used.delete(used)
    if (this.used.has(id) || created.getTime() < this.began) return undefined
    this.used.set(id, expires?.getTime() ?? Infinity)
    const secret = randomBytes(32).toString('base64url')
    const [oldest] = this.open.keys()
    if (this.open.size >= MAX_SESSIONS && oldest !== undefined) this.open.delete(oldest)
    this.open.set(keyOf(secret), { role, prefix, until: now + SESSION_MS })
    return { secret, seconds: SESSION_MS / 1000 }
  }

  /** Returns what the session may do, or undefined where there is none. */
  of (cookies: string | undefined): Scope | undefined {
    const secret = this.secretIn(cookies)
    const session = secret === undefined ? undefined : this.open.get(keyOf(secret))
    return session === undefined || session.until <= Date.now() ? undefined : session
  }

  end (cookies: string | undefined): void {
    const secret = this.secretIn(cookies)
    if (secret !== undefined) this.open.delete(keyOf(secret))
  }

  private secretIn (cookies = ''): string | undefined {
    return cookies.split(/;\s*/).find((pair) => pair.startsWith(`${this.cookie}=`))?.slice(this.cookie.length + 1)
  }
}
