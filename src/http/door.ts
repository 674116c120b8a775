import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DfsNode } from '../api/node.js'
import type { Scope, Sessions } from './sessions.js'
import { DoorError } from './problem.js'

/** Bounds of one door; tests shorten them. */
export interface Limits {
  /** Uploads and downloads at once. */
  transfers: number
  /** Event streams at once. */
  streams: number
  /** A transfer without a byte of progress for this long ends. */
  stallMs: number
  /** An event stream whose reader lags by this many bytes ends. */
  lagBytes: number
  connections: number
}

/** What the routes share. */
export interface Door {
  node: DfsNode
  app: FastifyInstance
  dir: string
  sessions: Sessions
  limits: Limits
}

const scopes = new WeakMap<FastifyRequest, Scope>()
export const admitted = (request: FastifyRequest, scope: Scope): void => { scopes.set(request, scope) }

/** Returns what the caller may do; every route is behind the guard. */
export function scopeOf (request: FastifyRequest): Scope {
  const scope = scopes.get(request)
  if (scope === undefined) throw new DoorError('UNAUTHORIZED', 'A token is needed: dfs token create')
  return scope
}

/** Returns the name at the end of a path, decoded once. A %2F in it is a slash like any other. */
export function nameIn (request: FastifyRequest): string {
  const [path = ''] = (request.raw.url ?? '').split('?')
  const [, , , ...parts] = path.split('/')
  try {
    return decodeURIComponent(parts.join('/'))
  } catch {
    throw new DoorError('BAD_REQUEST', 'The name in the path is not percent-encoded UTF-8')
  }
}

/** Counts what runs at once. */
export class Places {
  private taken = 0
  constructor (private readonly most: number, private readonly what: string) {}

  /** @throws DoorError when all are taken */
  take (): Disposable {
    if (this.taken >= this.most) throw new DoorError('TOO_MANY', `${this.most} ${this.what} run already`)
    this.taken++
    let left = false
    return {
      [Symbol.dispose]: () => {
        if (!left) this.taken--
        left = true
      }
    }
  }
}
