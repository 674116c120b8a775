/** Errors over HTTP are problem details (RFC 9457) with the codes of docs/errors.md. */
import { DfsError, SourceError } from '../errors.js'

/** The codes of this door itself, each with its status; docs/http.md explains them. */
export const DOOR_STATUS = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  ORIGIN_NOT_ALLOWED: 403,
  HEADER_MISSING: 403,
  OUT_OF_SCOPE: 403,
  NOT_SERVED: 404,
  STALLED: 408,
  BODY_TOO_LONG: 413,
  RANGE_NOT_SATISFIABLE: 416,
  HOST_NOT_ALLOWED: 421,
  HEADERS_TOO_LARGE: 431,
  TOO_MANY: 503
} as const
export type DoorCode = keyof typeof DOOR_STATUS

/** What this door refuses before the node is asked. */
export class DoorError extends Error {
  readonly status: number
  constructor (readonly code: DoorCode, message: string) {
    super(message)
    this.name = 'DoorError'
    this.status = DOOR_STATUS[code]
  }
}

const STATUS: Record<string, number> = {
  INVALID_OPTION: 400, INVALID_NAME: 400, INVALID_LINK: 400, INVALID_INVITE: 400, SOURCE_FAILED: 400,
  NOT_ALLOWED: 403,
  FILE_NOT_FOUND: 404, VERSION_NOT_FOUND: 404, MEMBER_NOT_FOUND: 404,
  FILE_EXISTS: 409, LAST_OWNER: 409,
  PRECONDITION_FAILED: 412,
  VERSION_GONE: 503, BLOCKS_UNAVAILABLE: 503, BLOCK_NOT_FOUND: 503, NOT_DURABLE: 503, NODE_STOPPED: 503, PEER_NOT_CONNECTED: 503, NO_MEMBER_REACHABLE: 503, ABORTED: 503,
  TIMEOUT: 504,
  NO_SPACE: 507
}

export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  retry: boolean
  [field: string]: unknown
}

const problem = (title: string, status: number, detail: string, code: string, retry = false): Problem => ({ type: `urn:dfs:error:${code}`, title, status, detail, code, retry })

/**
 * Returns what a caller is told of an error. An error of no class of ours may carry paths or memory
 * of this machine, so its text is left out.
 */
export function problemOf (error: unknown): Problem {
  // a source that failed is the body of the request
  if (error instanceof SourceError && error.cause instanceof DoorError) return problemOf(error.cause)
  if (error instanceof DoorError) return problem(error.name, error.status, error.message, error.code, error.code === 'TOO_MANY')
  if (error instanceof DfsError) {
    const { name, message, code, retry, cause: _cause, stack: _stack, ...fields } = { ...error, name: error.name, message: error.message } as DfsError & Record<string, unknown>
    return { ...fields, ...problem(name, STATUS[code] ?? 500, message, code, retry) }
  }
  return asFramework(error) ?? problem('Error', 500, 'The node failed in a way that it has no name for; its log says more', 'UNKNOWN')
}

/** Returns what an error of the HTTP framework is here. */
function asFramework (error: unknown): Problem | undefined {
  const { statusCode, code, message, validation } = error as { statusCode?: number, code?: string, message?: string, validation?: unknown }
  if (validation !== undefined) return problem('InvalidOptionError', 400, `${message ?? 'not acceptable'}. Nothing was changed`, 'INVALID_OPTION')
  if (statusCode === 413) return problemOf(new DoorError('BODY_TOO_LONG', 'The body is longer than this call takes'))
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode !== undefined && statusCode < 500) return problemOf(new DoorError('BAD_REQUEST', message ?? 'The request cannot be read'))
  return undefined
}
