/** What is known of names, and the writes that bring no content. */
import type { FileInfo, FolderInfo, MoveOptions, VersionInfo } from '../api/node.js'
import { etagOf } from './conditions.js'
import { type Door, nameIn, scopeOf } from './door.js'
import { allow } from './guard.js'
import { Any, errors, File, HistoryQuery, ListQuery, MoveBody, RestoreBody, Rows, ShareBody, VersionQuery } from './schemas.js'
import { untilGone } from './transfer.js'

const PAGE = 500

interface ListQuery { prefix?: string, delimiter?: string, after?: string, limit?: number }
interface MoveBody { from: string, to: string, force?: boolean, ifVersion?: string | null, ifTarget?: string | null, durable?: number }

export function nameRoutes ({ node, app }: Door): void {
  app.get<{ Querystring: ListQuery }>('/v1/files', { schema: { summary: 'List names in order, page by page', querystring: ListQuery, response: { 200: Rows, ...errors } } }, async (request, reply) => {
    const { limit = PAGE, delimiter, prefix = '', after } = request.query
    allow(scopeOf(request), 'read', prefix)
    const options = { prefix, limit: limit + 1, signal: untilGone(reply.raw), ...(after === undefined ? {} : { after }) }
    const rows: Array<FileInfo | FolderInfo> = []
    for await (const row of delimiter === undefined ? node.list(options) : node.list({ ...options, delimiter })) rows.push(row)
    const last = rows.at(limit - 1)
    return rows.length <= limit || last === undefined ? { rows } : { rows: rows.slice(0, limit), next: 'prefix' in last ? last.prefix : last.name }
  })

  app.get<{ Querystring: { version?: string } }>('/v1/stat/*', { schema: { summary: 'What is known of a version', querystring: VersionQuery, response: { 200: File, ...errors } } }, async (request, reply) => {
    const name = nameIn(request)
    allow(scopeOf(request), 'read', name)
    const info = await node.stat(name, { ...request.query, signal: untilGone(reply.raw) })
    return reply.header('etag', etagOf(info.version)).send(info)
  })

  app.get<{ Querystring: { limit?: number } }>('/v1/history/*', { schema: { summary: 'The versions of a name, the newest first', querystring: HistoryQuery, response: { 200: Rows, ...errors } } }, async (request, reply) => {
    const name = nameIn(request)
    allow(scopeOf(request), 'read', name)
    const { limit = PAGE } = request.query
    const rows: VersionInfo[] = []
    for await (const version of node.history(name, { signal: untilGone(reply.raw) })) {
      if (rows.length === limit) return { rows, more: true }
      rows.push(version)
    }
    return { rows }
  })

  app.get('/v1/why/*', { schema: { summary: 'Where the copies of a file are, and what comes next', response: { 200: Any, ...errors } } }, async (request, reply) => {
    const name = nameIn(request)
    allow(scopeOf(request), 'read', name)
    return node.why(name, { signal: untilGone(reply.raw) })
  })

  for (const verb of ['mv', 'cp'] as const) {
    app.post<{ Body: MoveBody }>(`/v1/${verb}`, { schema: { summary: verb === 'mv' ? 'Give a file another name' : 'Give a file a second name', body: MoveBody, response: { 200: File, ...errors } } }, async (request, reply) => {
      const { from, to, ...rest } = request.body
      allow(scopeOf(request), 'write', from, to)
      const options: MoveOptions = { ...rest, signal: untilGone(reply.raw) }
      const info = await (verb === 'mv' ? node.mv(from, to, options) : node.copy(from, to, options))
      return reply.header('etag', etagOf(info.version)).send(info)
    })
  }

  app.post<{ Body: { name: string, version?: string, ifVersion?: string | null, durable?: number } }>('/v1/restore', { schema: { summary: 'Put an older version on top again', body: RestoreBody, response: { 200: File, ...errors } } }, async (request, reply) => {
    const { name, version, ...rest } = request.body
    allow(scopeOf(request), 'write', name)
    const info = await node.restore(name, version, { ...rest, signal: untilGone(reply.raw) })
    return reply.header('etag', etagOf(info.version)).send(info)
  })

  app.post<{ Body: { name: string, version?: string, expiresIn?: number } }>('/v1/share', { schema: { summary: 'Make a link with which anybody reads one version', body: ShareBody, response: { 200: Any, ...errors } } }, async (request, reply) => {
    const { name, expiresIn, version } = request.body
    allow(scopeOf(request), 'write', name)
    const link = await node.share(name, { signal: untilGone(reply.raw), ...(version === undefined ? {} : { version }), ...(expiresIn === undefined ? {} : { expires: expiresIn * 1000 }) })
    return { link }
  })
}
