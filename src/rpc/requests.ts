/** This file sends one request through the local socket and maps its failures. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { AbortOptions } from '@libp2p/interface'
import { AbortError, DfsError, NodeStoppedError } from '../errors.js'
import { http } from './node-http.js'
import { type ErrorJson, errorFromJson, parseJson } from './wire.js'

/** No node listens on the socket any more. */
export class DoorClosed extends NodeStoppedError {}

export class Wire {
  private readonly agent = new http.Agent({ keepAlive: true })

  constructor (private readonly path: string) {}

  open (method: string, path: string, headers: Record<string, string>): ClientRequest {
    return http.request({ socketPath: this.path, agent: this.agent, method, path, headers: { host: 'dfs', ...headers } })
  }

  close (): void { this.agent.destroy() }

  /**
   * Resolves to the head of the answer.
   *
   * @throws the typed error that the node sent instead
   */
  async head (request: ClientRequest): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', (cause: NodeJS.ErrnoException) => {
        const gone = cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED'
        reject(gone ? new DoorClosed('No node runs in this folder any more', { cause }) : lost(cause))
      })
    })
    if (response.statusCode === 200) return response
    const { error } = parseJson(await text(response)) as { error: ErrorJson }
    throw errorFromJson(error)
  }

  async json (method: string, path: string, body: unknown, options: AbortOptions): Promise<unknown> {
    throwIfAborted(options.signal)
    const request = this.open(method, path, body === undefined ? {} : { 'content-type': 'application/json' })
    const ended = endWith(request, options.signal)
    try {
      request.end(body === undefined ? undefined : JSON.stringify(body))
      return parseJson(await text(await this.head(request)))
    } catch (error) {
      if (options.signal?.aborted === true) throw aborted(options.signal)
      throw error
    } finally {
      ended()
    }
  }
}

async function text (response: IncomingMessage): Promise<string> {
  let all = ''
  response.setEncoding('utf8')
  try {
    for await (const piece of response as AsyncIterable<string>) all += piece
  } catch (error) {
    throw lost(error)
  }
  return all
}

export const lost = (cause: unknown): NodeStoppedError => new NodeStoppedError('The node in this folder went away before it had answered', { cause, retry: true })

/** Ends the request when the signal aborts; the returned function removes the listener. */
export function endWith (request: ClientRequest, signal: AbortSignal | undefined): () => void {
  const end = (): void => { request.destroy() }
  signal?.addEventListener('abort', end, { once: true })
  return () => { signal?.removeEventListener('abort', end) }
}

export function throwIfAborted (signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal)
}

export const aborted = (signal: AbortSignal): AbortError => new AbortError('The operation was aborted', { cause: signal.reason })

/** Yields one JSON value for each line. */
export async function * lines<T> (response: IncomingMessage): AsyncGenerator<T> {
  let rest = ''
  response.setEncoding('utf8')
  try {
    for await (const piece of response as AsyncIterable<string>) {
      const [...whole] = (rest + piece).split('\n')
      rest = whole.pop() ?? ''
      for (const line of whole) yield parseJson(line) as T
    }
  } catch (error) {
    throw error instanceof DfsError ? error : lost(error)
  }
}
