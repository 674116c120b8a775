/** The same node, in another process: every call is one request through the local door of its folder. */
import { randomUUID } from 'node:crypto'
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { TypedEventEmitter, type AbortOptions } from '@libp2p/interface'
import { AbortError, DfsError, NodeStoppedError, TimeoutError } from '../errors.js'
import type { DfsNode, DfsNodeEvents, FileInfo, FileResult, GetOptions, InviteOptions, ListOptions, MemberInfo, MembersOptions, PeerInfo, PutOptions, Revoked, RevokeOptions, Role, Source, Status } from '../interface.js'
import { readPointer } from './door-path.js'
import { upload } from './upload.js'
import { type Call, DOOR_API, type ErrorJson, errorFromJson, fromHeader, HEADER_OPERATION, HEADER_OPTIONS, HEADER_TOTAL, type NodeFacts, parseJson, type PutLine, toHeader, TRAILER_ERROR, TRAILER_FETCHED } from './wire.js'

/** A node that was told to end a call has this long to say how it ended. */
export const CANCEL_MS = 5_000

/** A node says who it is within this time, unless its process is stopped or its machine is out of breath. */
export const DOOR_ANSWER_MS = 10_000

/** The node that runs in `dir`; undefined when none does. TimeoutError when it does not answer. */
export async function connectDoor (dir: string, options: AbortOptions & { answerMs?: number } = {}): Promise<RemoteNode | undefined> {
  const path = await readPointer(dir)
  if (path === undefined) return undefined
  const wire = new Wire(path)
  const limit = AbortSignal.timeout(options.answerMs ?? DOOR_ANSWER_MS)
  try {
    const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit])
    const facts = await wire.json('GET', '/v1/node', undefined, { signal }) as NodeFacts
    if (facts.api !== DOOR_API) throw new DfsError('OTHER_VERSION', 'The node that runs in this folder is of another version of dfs: start it again')
    return new RemoteNode(wire, facts)
  } catch (error) {
    wire.close()
    if (error instanceof DoorClosed) return undefined
    if (limit.aborted && options.signal?.aborted !== true) throw new TimeoutError('The node that runs in this folder does not answer', { cause: error })
    throw error
  }
}

/** Nobody listens behind the socket any more. */
class DoorClosed extends NodeStoppedError {}

class Wire {
  private readonly agent = new Agent({ keepAlive: true })

  constructor (private readonly path: string) {}

  open (method: string, path: string, headers: Record<string, string>): ClientRequest {
    return httpRequest({ socketPath: this.path, agent: this.agent, method, path, headers: { host: 'dfs', ...headers } })
  }

  close (): void { this.agent.destroy() }

  /** The answer's head, or the typed error that came instead. */
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

const lost = (cause: unknown): NodeStoppedError => new NodeStoppedError('The node in this folder went away before it had answered', { cause, retry: true })

/** Ends the request when the signal does; the result takes the listener away. */
function endWith (request: ClientRequest, signal: AbortSignal | undefined): () => void {
  const end = (): void => { request.destroy() }
  signal?.addEventListener('abort', end, { once: true })
  return () => { signal?.removeEventListener('abort', end) }
}

export class RemoteNode extends TypedEventEmitter<DfsNodeEvents> implements DfsNode {
  constructor (private readonly wire: Wire, private readonly facts: NodeFacts) { super() }

  get peer (): string { return this.facts.peer }
  get vault (): string { return this.facts.vault }
  get role (): Role { return this.facts.role as Role }
  get addresses (): string[] { return this.facts.addresses }

  /** The node runs; there is nothing to start. */
  async start (): Promise<void> {}
  /** Leaves. The node goes on. */
  async stop (): Promise<void> { this.wire.close() }
  async [Symbol.asyncDispose] (): Promise<void> { await this.stop() }

  async stat (name: string, options: AbortOptions & { version?: string } = {}): Promise<FileInfo> { return this.call('stat', name, options) }
  async evict (name: string, options: AbortOptions = {}): Promise<{ blocks: number, bytes: number, peer: string }> { return this.call('evict', name, options) }
  async invite (options: InviteOptions): Promise<string> {
    const { signal, ...rest } = options
    // an absolute time, so that a slow door does not lengthen it, travels as milliseconds from now
    const expires = rest.expires instanceof Date ? rest.expires.getTime() - Date.now() : rest.expires
    return this.call('invite', { ...rest, expires }, { signal })
  }

  async revoke (target: string, options: RevokeOptions = {}): Promise<Revoked> { return this.call('revoke', target, options) }
  async members ({ signal, ...rest }: MembersOptions = {}): Promise<MemberInfo[]> { return this.call('members', rest, signal === undefined ? {} : { signal }) }
  async peers (options: AbortOptions = {}): Promise<PeerInfo[]> { return this.call('peers', undefined, options) }
  async status (options: AbortOptions = {}): Promise<Status> { return this.call('status', undefined, options) }
  async recoveryCode (options: AbortOptions = {}): Promise<string> { return this.call('recoveryCode', undefined, options) }
  async checkRecoveryCode (code: string, options: AbortOptions = {}): Promise<boolean> { return this.call('checkRecoveryCode', code, options) }

  async * list (options: ListOptions = {}): AsyncGenerator<FileInfo> {
    const { signal, ...rest } = options
    throwIfAborted(signal)
    const request = this.wire.open('POST', '/v1/list', { 'content-type': 'application/json' })
    const ended = endWith(request, signal)
    try {
      request.end(JSON.stringify([rest]))
      for await (const line of lines<{ result?: FileInfo, error?: ErrorJson, end?: boolean }>(await this.wire.head(request))) {
        if (line.error !== undefined) throw errorFromJson(line.error)
        if (line.end === true) return
        if (line.result !== undefined) yield line.result
      }
      throw lost(undefined)
    } catch (error) {
      if (signal?.aborted === true) throw aborted(signal)
      throw error
    } finally {
      ended()
      request.destroy()
    }
  }

  async * get (name: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    const { signal, onProgress, ...rest } = options
    throwIfAborted(signal)
    const request = this.wire.open('GET', '/v1/get', { [HEADER_OPTIONS]: toHeader({ name, options: rest }) })
    const ended = endWith(request, signal)
    try {
      request.end()
      const response = await this.wire.head(request)
      const total = Number(response.headers[HEADER_TOTAL] ?? 0)
      let bytes = 0
      for await (const piece of response as AsyncIterable<Uint8Array>) {
        bytes += piece.length
        onProgress?.({ type: 'file:get:read', bytes, total })
        yield piece
      }
      const fetched = response.trailers[TRAILER_FETCHED]
      for (const [peer, count] of Object.entries(fetched === undefined ? {} : fromHeader(fetched) as Record<string, number>)) {
        onProgress?.({ type: 'file:get:fetched', peer, bytes: count })
      }
      const error = response.trailers[TRAILER_ERROR]
      if (error !== undefined) throw errorFromJson(fromHeader(error) as ErrorJson)
    } catch (error) {
      if (signal?.aborted === true) throw aborted(signal)
      throw error instanceof DfsError ? error : lost(error)
    } finally {
      ended()
      request.destroy()
    }
  }

  async put (name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
    const { signal, onProgress, ...rest } = options
    throwIfAborted(signal)
    const id = randomUUID()
    const request = this.wire.open('POST', '/v1/put', { [HEADER_OPTIONS]: toHeader({ name, options: rest }), [HEADER_OPERATION]: id })
    let failure: Error | undefined
    let impatient: NodeJS.Timeout | undefined
    // the node says how the put ended: nothing is left, or the version is kept
    const cancel = (): void => {
      impatient = setTimeout(() => request.destroy(), CANCEL_MS)
      this.wire.json('POST', `/v1/cancel/${id}`, undefined, {}).catch(() => request.destroy())
    }
    signal?.addEventListener('abort', cancel, { once: true })
    upload(request, source).catch((error: Error) => {
      failure = error
      request.destroy()
    })
    try {
      for await (const line of lines<PutLine>(await this.wire.head(request))) {
        if ('error' in line) throw errorFromJson(line.error)
        if ('result' in line) return line.result as FileResult
        onProgress?.(line.progress)
      }
      throw lost(undefined)
    } catch (error) {
      if (failure !== undefined) throw failure
      throw signal?.aborted === true && error instanceof NodeStoppedError ? aborted(signal) : error
    } finally {
      signal?.removeEventListener('abort', cancel)
      clearTimeout(impatient)
      request.destroy()
    }
  }

  private async call<T> (call: Call, first: unknown, options: AbortOptions): Promise<T> {
    const { signal, ...rest } = options
    const { result } = await this.wire.json('POST', `/v1/call/${call}`, [first ?? null, rest], signal === undefined ? {} : { signal }) as { result: T }
    return result
  }
}

function throwIfAborted (signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal)
}

const aborted = (signal: AbortSignal): AbortError => new AbortError('The operation was aborted', { cause: signal.reason })

/** One JSON value a line. */
async function * lines<T> (response: IncomingMessage): AsyncGenerator<T> {
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
