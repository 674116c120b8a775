/**
 * This server offers a DfsNode over HTTP on a Unix socket that only its owner can open. It serves
 * the command line and no network. One request is one call of the node; the end of either ends the
 * other.
 */
import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { InvalidOptionError, NodeStoppedError } from '../errors.js'
import type { DfsNode } from '../api/node.js'
import { http } from './node-http.js'
import { choosePath, readPointer, removePointer, writePointer } from './socket-path.js'
import { handleCall, handleGet, handlePut, handleStream } from './handlers.js'
import { CALLS, DOOR_API, HEADER_OPERATION, type Call, errorToJson, type NodeFacts, STREAMS, type StreamCall } from './wire.js'

/** Calls that run when the socket closes may go on for this long. */
export const DOOR_DRAIN_MS = 5_000

export interface Door {
  /** Path of the socket. */
  readonly path: string
  /**
   * Accepts no more requests, waits at most `drainMs` for the running ones, ends the rest, and
   * removes the socket.
   */
  close: (options?: { drainMs?: number }) => Promise<void>
}

/** Opens the local socket of `dir` for a node that holds the folder's lock. */
export async function serveRpc (node: DfsNode, dir: string, options: { env?: NodeJS.ProcessEnv } = {}): Promise<Door> {
  await removeStale(await readPointer(dir))
  const { path, temporary } = await choosePath(dir, options.env)
  const operations = new Operations(node)
  const server = http.createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    void operations.serve(request, response)
  })
  // an upload may take days, and a put answers only when other members have the version
  server.timeout = 0
  await listen(server, path)
  await chmod(path, 0o600)
  await writePointer(dir, path)
  return {
    path,
    close: async ({ drainMs = DOOR_DRAIN_MS } = {}) => {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await operations.drain(drainMs)
      server.closeAllConnections()
      await closed
      await removePointer(dir)
      await rm(temporary ?? path, { recursive: true, force: true })
    }
  }
}

async function listen (server: Server, path: string): Promise<void> {
  const attempt = async (): Promise<void> => {
    server.listen(path)
    await once(server, 'listening')
  }
  try {
    await attempt()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    await removeStale(path)
    await attempt()
  }
}

/**
 * Removes a socket that a killed process left. A socket that answers belongs to a running node and
 * stays.
 */
async function removeStale (path: string | undefined): Promise<void> {
  if (path === undefined) return
  const socket = connect(path)
  try {
    await once(socket, 'connect')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') await rm(path, { force: true })
  } finally {
    socket.destroy()
  }
}

class Operations {
  private readonly running = new Map<string, AbortController>()
  private stopping = false
  private count = 0
  private idle = Promise.withResolvers<void>()

  constructor (private readonly node: DfsNode) { this.idle.resolve() }

  async serve (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController()
    const given = request.headers[HEADER_OPERATION]
    const id = typeof given === 'string' ? given : `#${this.count}`
    // the caller went away, so nobody waits for the answer
    response.once('close', () => { if (!response.writableFinished) controller.abort(new NodeStoppedError('The caller went away')) })
    if (this.running.size === 0) this.idle = Promise.withResolvers<void>()
    this.running.set(id, controller)
    this.count++
    try {
      if (this.stopping) throw new NodeStoppedError('The node in this folder is stopping')
      await this.route(request, response, controller.signal)
    } catch (error) {
      fail(response, error)
    } finally {
      this.running.delete(id)
      if (this.running.size === 0) this.idle.resolve()
    }
  }

  async drain (drainMs: number): Promise<void> {
    this.stopping = true
    const timer = setTimeout(() => {
      for (const controller of this.running.values()) controller.abort(new NodeStoppedError('The node was stopped'))
    }, drainMs)
    await this.idle.promise
    clearTimeout(timer)
  }

  private async route (request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const [, version, verb, detail = ''] = (request.url ?? '').split('/')
    if (version !== 'v1') throw new InvalidOptionError('path', `${request.url ?? ''} is not served`, 'paths that begin with /v1')
    if (verb === 'node') return answer(response, this.facts())
    if (verb === 'cancel') return answer(response, { cancelled: this.cancel(detail) })
    if (verb === 'put') return handlePut(this.node, request, response, signal)
    if (verb === 'get') return handleGet(this.node, request, response, signal)
    if (verb === 'stream' && isStream(detail)) return handleStream(this.node, detail, request, response, signal)
    if (verb === 'call' && isCall(detail)) return handleCall(this.node, detail, request, response, signal)
    throw new InvalidOptionError('path', `${request.url ?? ''} is not served`, `node, cancel, put, get, stream/{${STREAMS.join(',')}}, call/{${CALLS.join(',')}}`)
  }

  private facts (): NodeFacts {
    const { peer, vault, role, addresses } = this.node
    return { api: DOOR_API, peer, vault, role, addresses }
  }

  /** Ends one operation early; the answer of that operation says how it ended. */
  private cancel (id: string): boolean {
    const controller = this.running.get(id)
    controller?.abort()
    return controller !== undefined
  }
}

const isCall = (text: string): text is Call => (CALLS as readonly string[]).includes(text)
const isStream = (text: string): text is StreamCall => (STREAMS as readonly string[]).includes(text)

function answer (response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/**
 * Sends an error as the answer before its first byte; after it the handlers have reported the error
 * in their own way.
 */
function fail (response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: errorToJson(error) }))
}
