/**
 * Each kind of request has one function, which ends its answer or throws before the first byte of
 * the answer.
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { InvalidOptionError } from '../errors.js'
import type { DfsNode, GetOptions, InviteOptions, ProgressEvent, PutOptions, SettingsChange } from '../api/node.js'
import { type Call, errorToJson, fromHeader, HEADER_OPTIONS, HEADER_TOTAL, MAX_JSON_BYTES, parseJson, type PutLine, type StreamCall, type StreamLine, toHeader, TRAILER_ERROR, TRAILER_FETCHED } from './wire.js'

interface Arguments { name: string, options: Record<string, unknown> }

/** Reads the arguments of `put` and `get` from a header: the body is that of the file. */
function fromRequest (request: IncomingMessage): Arguments {
  const header = request.headers[HEADER_OPTIONS]
  if (typeof header !== 'string') throw new InvalidOptionError(HEADER_OPTIONS, 'missing', 'JSON, percent-encoded')
  return fromHeader(header) as Arguments
}

async function readBody (request: IncomingMessage): Promise<unknown[]> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    length += piece.length
    if (length > MAX_JSON_BYTES) throw new InvalidOptionError('body', 'too long', `at most ${MAX_JSON_BYTES} bytes`)
    pieces.push(piece)
  }
  return length === 0 ? [] : parseJson(Buffer.concat(pieces).toString('utf8')) as unknown[]
}

/**
 * Writes and waits for a slow reader. A reader that went away aborts the signal, which ends
 * whatever is being sent.
 */
async function write (response: ServerResponse, bytes: Uint8Array | string, signal: AbortSignal): Promise<void> {
  if (response.destroyed) signal.throwIfAborted()
  if (!response.write(bytes)) await once(response, 'drain', { signal })
}

/**
 * Sends everything written in this turn of the event loop as one write; for a small file that is
 * the whole answer. The socket is corked, not the response: Node sends the chunks of a corked
 * response after its end.
 */
function together ({ socket }: ServerResponse): void {
  if (socket === null || socket.writableCorked > 0) return
  socket.cork()
  setImmediate(() => { socket.uncork() })
}

export async function handleCall (node: DfsNode, call: Call, request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const body = await readBody(request)
  // the last argument of every method is its options
  const options = { ...(body.at(-1) as object | undefined), signal }
  const [text = '', second = ''] = body.slice(0, -1).map(String)
  const run = async (): Promise<unknown> => {
    switch (call) {
      case 'stat': return node.stat(text, options)
      case 'delete': return node.delete(text, options)
      case 'why': return node.why(text, options)
      case 'mv': return node.mv(text, second, options)
      case 'copy': return node.copy(text, second, options)
      case 'evict': return node.evict(text, options)
      case 'checkRecoveryCode': return node.checkRecoveryCode(text, options)
      case 'share': return node.share(text, options)
      case 'invite': return node.invite(options as InviteOptions & { signal: AbortSignal })
      case 'revoke': return node.revoke(text, options)
      case 'members': return node.members(options)
      case 'peers': return node.peers(options)
      case 'status': return node.status(options)
      case 'changePassphrase': return node.changePassphrase(options)
      case 'synced': return node.synced(options)
      case 'settings': return node.settings(options)
      case 'set': return node.set(body[0] as SettingsChange, options)
      case 'recoveryCode': return node.recoveryCode(options)
    }
  }
  const result = await run()
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }))
}

export async function handleStream (node: DfsNode, call: StreamCall, request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const body = await readBody(request)
  const line = (value: StreamLine): string => `${JSON.stringify(value)}\n`
  const pace = paced()
  const onProgress = (progress: ProgressEvent): void => { if (!response.destroyed && pace(progress)) response.write(line({ progress })) }
  const options = { ...(body.at(-1) as object | undefined), signal }
  const long = { ...options, onProgress }
  const [text, second] = body.slice(0, -1) as [string, string | null]
  const start = (): AsyncIterable<unknown> => {
    switch (call) {
      case 'list': return node.list(options)
      case 'du': return node.du(options)
      case 'deleted': return node.deleted(options)
      case 'history': return node.history(text, options)
      // a version that was left out arrives as null in JSON
      case 'gc': return single(node.gc(long))
      case 'restore': return single(node.restore(text, second ?? undefined, long))
      case 'verify': return single(node.verify(long))
    }
  }
  response.setHeader('content-type', 'application/x-ndjson')
  // the first line may take long; the headers show that the node works
  response.flushHeaders()
  try {
    for await (const result of start()) await write(response, line({ result }), signal)
    response.end(line({ end: true }))
  } catch (error) {
    response.end(line({ error: errorToJson(error) }))
  }
}

/**
 * Progress events that count up are sent at most once in this time: the node may emit a thousand a
 * second.
 */
const PROGRESS_MS = 100
const COUNTS_UP: ReadonlySet<ProgressEvent['type']> = new Set(['store:verify:read', 'store:verify:repaired', 'store:verify:remote'])

/** Returns a function that is false for a counting event within PROGRESS_MS of the last one. */
function paced (): (progress: ProgressEvent) => boolean {
  const told = new Map<string, number>()
  return ({ type }) => {
    const now = performance.now()
    if (COUNTS_UP.has(type) && now - (told.get(type) ?? -Infinity) < PROGRESS_MS) return false
    told.set(type, now)
    return true
  }
}

async function * single<T> (result: Promise<T>): AsyncGenerator<T> {
  yield await result
}

export async function handlePut (node: DfsNode, request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { name, options } = fromRequest(request)
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  // the headers go out at once: the client sends its body when it sees that the node reads
  response.flushHeaders()
  const line = (value: PutLine): void => {
    if (response.destroyed) return
    together(response)
    response.write(`${JSON.stringify(value)}\n`)
  }
  try {
    const result = await node.put(name, body(request), { ...options as PutOptions, signal, onProgress: (progress) => { line({ progress }) } })
    line({ result })
  } catch (error) {
    line({ error: errorToJson(error) })
  }
  response.end()
}

/** Yields the body. A body that was cut off is an error, never a shorter file. */
async function * body (request: IncomingMessage): AsyncGenerator<Uint8Array> {
  // the socket must still carry the answer when the node stops reading early
  yield * request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  if (!request.complete) throw new Error('The upload was cut off')
}

export async function handleGet (node: DfsNode, request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { name, options } = fromRequest(request)
  const fetched: Record<string, number> = {}
  let total: number | undefined
  const bytes = node.get(name, {
    ...options as GetOptions,
    signal,
    onProgress: (event) => {
      if (event.type === 'file:get:fetched') fetched[event.peer] = (fetched[event.peer] ?? 0) + event.bytes
      if (event.type === 'file:get:read') total = event.total
    }
  })[Symbol.asyncIterator]()
  let piece = await bytes.next()
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    trailer: `${TRAILER_ERROR}, ${TRAILER_FETCHED}`,
    ...(total === undefined ? {} : { [HEADER_TOTAL]: String(total) })
  })
  together(response)
  const trailers: Record<string, string> = {}
  try {
    while (piece.done !== true) {
      await write(response, piece.value, signal)
      piece = await bytes.next()
    }
  } catch (error) {
    trailers[TRAILER_ERROR] = toHeader(errorToJson(error))
    await bytes.return?.()
  }
  trailers[TRAILER_FETCHED] = toHeader(fetched)
  response.addTrailers(trailers)
  response.end()
}
