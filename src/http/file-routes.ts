/** The content of files: PUT, GET, HEAD and DELETE of /v1/files/{name}. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileInfo, PutOptions } from '../api/node.js'
import { FileNotFoundError, InvalidOptionError, PreconditionFailedError } from '../errors.js'
import { etagOf, fits, rangeOf, readTags } from './conditions.js'
import { contentHeaders } from './content.js'
import { type Door, nameIn, Places, scopeOf } from './door.js'
import { allow } from './guard.js'
import { DoorError } from './problem.js'
import { Any, errors, File, PutQuery, VersionQuery, WriteQuery } from './schemas.js'
import { bodyOf, send, untilGone } from './transfer.js'

const PROP_HEADER = 'dfs-prop-'
const AS_PROPS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language'] as const
/** What programs send that know no type. */
const NO_TYPE = new Set(['application/octet-stream', 'application/x-www-form-urlencoded'])

export function fileRoutes ({ node, app, limits }: Door): void {
  const places = new Places(limits.transfers, 'transfers')
  void app.register(async (files) => {
    // the body is content, whatever its type says
    files.removeAllContentTypeParsers()
    files.addContentTypeParser('*', (_request, _body, done) => { done(null) })

    files.put<{ Querystring: { durable?: number, copies?: number } }>('/v1/files/*', { schema: { summary: 'Store a new version', querystring: PutQuery, response: { 200: File, 201: File, ...errors } } }, async (request, reply) => {
      const name = nameIn(request)
      allow(scopeOf(request), 'write', name)
      using _place = places.take()
      const options: PutOptions = { ...request.query, ...described(request.headers), signal: untilGone(reply.raw) }
      const ifVersion = await expected(node.stat.bind(node), name, request.headers)
      const file = await node.put(name, bodyOf(request.raw, limits.stallMs), { ...options, ...(ifVersion === undefined ? {} : { ifVersion }) })
      return await reply.code(ifVersion === null ? 201 : 200).header('etag', etagOf(file.version)).send(file)
    })

    files.delete<{ Querystring: { durable?: number } }>('/v1/files/*', { schema: { summary: 'Delete a name', querystring: WriteQuery, response: { 200: Any, ...errors } } }, async (request, reply) => {
      const name = nameIn(request)
      allow(scopeOf(request), 'write', name)
      const ifVersion = await expected(node.stat.bind(node), name, request.headers)
      return node.delete(name, { ...request.query, signal: untilGone(reply.raw), ...(ifVersion === undefined ? {} : { ifVersion }) })
    })

    for (const method of ['GET', 'HEAD'] as const) {
      files.route<{ Querystring: { version?: string } }>({
        method,
        url: '/v1/files/*',
        schema: { summary: method === 'GET' ? 'Read a file, or one range of it' : 'What a GET would answer', querystring: VersionQuery, response: errors },
        handler: async (request, reply) => {
          const name = nameIn(request)
          allow(scopeOf(request), 'read', name)
          const signal = untilGone(reply.raw)
          const info = await node.stat(name, { ...request.query, signal })
          await answer(request, reply, info, signal)
        }
      })
    }
  })

  async function answer (request: FastifyRequest, reply: FastifyReply, info: FileInfo, signal: AbortSignal): Promise<void> {
    const { method, headers } = request
    const match = readTags(headers['if-match'])
    if (match !== undefined && !fits(match, info.version)) throw new PreconditionFailedError(`"${info.name}" is another version now`, { current: info.version })
    const none = readTags(headers['if-none-match'])
    const shown = contentHeaders(info)
    if (none !== undefined && fits(none, info.version)) return void await reply.code(304).headers(shown).send()
    const range = method === 'GET' ? rangeOf(headers, info) : undefined
    const length = range?.length ?? info.size
    const all = { ...shown, 'content-length': String(length), ...(range === undefined ? {} : { 'content-range': `bytes ${range.offset}-${range.offset + length - 1}/${info.size}` }) }
    if (method === 'HEAD') return void await reply.code(200).headers(all).send()
    using _place = places.take()
    const pieces = node.get(info.name, { version: info.version, offset: range?.offset ?? 0, length, signal })[Symbol.asyncIterator]()
    // an error before the first byte has a status of its own
    const first = await pieces.next()
    reply.hijack()
    reply.raw.writeHead(range === undefined ? 200 : 206, { ...reply.getHeaders(), ...all } as Record<string, string>)
    await send(reply.raw, pieces, first, { signal, stallMs: limits.stallMs })
  }
}

/**
 * Returns what the name must mean by If-Match and If-None-Match; undefined for anything.
 * @throws PreconditionFailedError where it cannot hold; DoorError for conditions without a meaning
 */
async function expected (stat: (name: string) => Promise<FileInfo>, name: string, headers: IncomingHttpHeaders): Promise<string | null | undefined> {
  const match = readTags(headers['if-match'])
  const none = readTags(headers['if-none-match'])
  if (none !== undefined && (none !== '*' || match !== undefined)) throw new DoorError('BAD_REQUEST', 'A write takes If-Match, or If-None-Match: *')
  if (none === '*') return null
  if (match === undefined) return undefined
  const now = await stat(name).then(({ version }) => version, (error: unknown) => {
    if (error instanceof FileNotFoundError) return null
    throw error
  })
  if (!fits(match, now)) throw new PreconditionFailedError(`"${name}" ${now === null ? 'means nothing now' : `is version ${now.slice(0, 10)} now`}. Nothing was changed`, { current: now })
  return now
}

/** Returns what the headers of a PUT say of the content. */
function described (headers: IncomingHttpHeaders): Pick<PutOptions, 'type' | 'size' | 'mtime' | 'props'> {
  if (headers['content-range'] !== undefined) throw new DoorError('BAD_REQUEST', 'A PUT stores a whole file: Content-Range is not accepted')
  const type = headers['content-type']
  const size = headers['content-length']
  const own = Object.entries(headers).filter(([key]) => key.startsWith(PROP_HEADER)).map(([key, value]) => [key.slice(PROP_HEADER.length), String(value)])
  const props = Object.fromEntries([...own, ...AS_PROPS.flatMap((key) => headers[key] === undefined ? [] : [[key, headers[key]]])]) as Record<string, string>
  const changed = headers['dfs-mtime']
  const mtime = typeof changed === 'string' ? new Date(changed) : undefined
  if (mtime !== undefined && Number.isNaN(mtime.getTime())) throw new InvalidOptionError('dfs-mtime', 'no time', 'a time in ISO 8601')
  return {
    ...(type === undefined || NO_TYPE.has(type) ? {} : { type }),
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(mtime === undefined ? {} : { mtime }),
    ...(Object.keys(props).length === 0 ? {} : { props })
  }
}
