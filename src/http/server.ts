/**
 * The HTTP API of a node, on 127.0.0.1. It stands on the public API alone. docs/http.md describes it
 * to those who call it.
 */
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import swagger from '@fastify/swagger'
import { fastify, type FastifyInstance } from 'fastify'
import { PortInUseError } from '../errors.js'
import type { DfsNode } from '../api/node.js'
import { UnsatisfiableRange } from './conditions.js'
import { admitted, type Door, type Limits } from './door.js'
import { Events } from './events.js'
import { fileRoutes } from './file-routes.js'
import { Guard } from './guard.js'
import { nameRoutes } from './name-routes.js'
import { DoorError, type Problem, problemOf } from './problem.js'
import { NAME_PARAM } from './schemas.js'
import { Sessions } from './sessions.js'
import { vaultRoutes } from './vault-routes.js'

const HOST = '127.0.0.1'
const LIMITS: Limits = { transfers: 64, streams: 64, stallMs: 120_000, lagBytes: 256 * 1024, connections: 1024 }
/** A JSON body has at most this many bytes. */
const MAX_JSON_BYTES = 64 * 1024
const MAX_HEADER_BYTES = 32 * 1024
const HEADERS_MS = 15_000
/** Requests that run when the door closes may go on for this long. */
const DRAIN_MS = 5_000

/** What a query says in digits. */
const NUMBERS = ['limit', 'durable', 'copies'] as const

const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store'
}

export interface HttpInit {
  /** Folder of the node, which has the tokens. */
  dir: string
  /** 0 takes a free one. */
  port: number
  /** Further `host:port` by which a proxy of the owner reaches this door. */
  allowedHosts?: readonly string[]
  limits?: Partial<Limits>
}

export interface HttpDoor {
  readonly url: string
  readonly port: number
  close: () => Promise<void>
}

/** @throws PortInUseError */
export async function serveHttp (node: DfsNode, { dir, port, allowedHosts = [], limits = {} }: HttpInit): Promise<HttpDoor> {
  const app = create()
  const sessions = new Sessions(node.vault)
  const door: Door = { node, app, dir, sessions, limits: { ...LIMITS, ...limits } }
  app.server.maxConnections = door.limits.connections
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'dfs', version: '1', description: 'Files of a vault, by the node of its person' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }]
    },
    transform: ({ schema, url }) => url.endsWith('/*') ? { schema: { ...schema, params: NAME_PARAM }, url: url.replace('*', ':name') } : { schema, url }
  })
  // its Host names the port, which is known once the door is open
  const guards: Guard[] = []
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    const [guard] = guards
    if (guard === undefined) throw new DoorError('TOO_MANY', 'The node is starting')
    const { method, headers } = request
    guard.checkOrigin(headers)
    // the token in the body of this one lets its caller in
    if (method === 'POST' && request.routeOptions.url === '/v1/session') return guard.checkOwn(method, headers)
    admitted(request, await guard.scopeOf(method, headers))
  })
  fileRoutes(door)
  nameRoutes(door)
  vaultRoutes(door)
  const events = new Events(door)
  try {
    await app.listen({ host: HOST, port })
  } catch (cause) {
    events[Symbol.dispose]()
    await app.close()
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    throw new PortInUseError(`Port ${port} of this machine is taken: the HTTP API needs it. Another one:  dfs config http PORT`, { cause })
  }
  const address = app.server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  guards.push(new Guard(dir, sessions, bound, allowedHosts))
  return {
    url: `http://${HOST}:${bound}/`,
    port: bound,
    close: async () => {
      events[Symbol.dispose]()
      const rest = setTimeout(() => { app.server.closeAllConnections() }, DRAIN_MS)
      await app.close()
      clearTimeout(rest)
    }
  }
}

function create (): FastifyInstance {
  const answering = new WeakMap<Duplex, ServerResponse>()
  const app = fastify({
    logger: false,
    bodyLimit: MAX_JSON_BYTES,
    exposeHeadRoutes: false,
    requestTimeout: 0,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_MS },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    // an unknown key is an error and not a default
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, strict: false } },
    clientErrorHandler (error, socket) {
      const { code } = error as NodeJS.ErrnoException
      const response = answering.get(socket)
      // what follows a whole request is no request; that one has its answer first
      if (response?.req.complete === true && !response.writableFinished) {
        response.once('finish', () => { socket.destroySoon() })
        return
      }
      const problem = problemOf(code === 'HPE_HEADER_OVERFLOW'
        ? new DoorError('HEADERS_TOO_LARGE', `The headers have more than ${MAX_HEADER_BYTES} bytes`)
        : new DoorError('BAD_REQUEST', 'This is no HTTP request'))
      const body = JSON.stringify(problem)
      if (socket.writable) socket.end(`HTTP/1.1 ${problem.status} Refused\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
      else socket.destroy()
    },
    frameworkErrors (error, _request, reply) {
      reply.raw.writeHead(400, { ...HEADERS, 'content-type': 'application/problem+json', connection: 'close' })
      reply.raw.end(JSON.stringify(problemOf(error)))
    }
  })
  app.addHook('onRequest', async ({ raw }, reply) => { answering.set(raw.socket, reply.raw) })
  // answers have every field that the node gives, whatever the schemas name
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.addHook('preValidation', async ({ query }) => {
    const values = query as Record<string, unknown>
    for (const key of NUMBERS) if (/^\d{1,9}$/.test(String(values[key]))) values[key] = Number(values[key])
  })
  app.setNotFoundHandler(() => { throw new DoorError('NOT_SERVED', 'There is no such call. See:  /v1/openapi.json') })
  app.setErrorHandler((error, request, reply) => {
    const problem: Problem = problemOf(error)
    if (error instanceof UnsatisfiableRange) reply.header('content-range', `bytes */${error.size}`)
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
    if (problem.code === 'TOO_MANY') reply.header('retry-after', '5')
    // what is left of a refused upload is not read
    if (!request.raw.complete) reply.header('connection', 'close')
    void reply.code(problem.status).type('application/problem+json').send(Buffer.from(JSON.stringify(problem)))
  })
  return app
}
