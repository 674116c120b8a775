/** Sessions, and what concerns the vault as a whole. */
import type { Door } from './door.js'
import { scopeOf } from './door.js'
import { allowAll } from './guard.js'
import { DoorError } from './problem.js'
import { Any, errors, SessionBody } from './schemas.js'
import { checkToken } from './tokens.js'
import { untilGone } from './transfer.js'

export function vaultRoutes ({ node, app, dir, sessions }: Door): void {
  const cookie = (value: string, seconds: number): string => `${sessions.cookie}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Strict`

  app.post<{ Body: { token: string } }>('/v1/session', { schema: { summary: 'Open a session of a browser with a token that is good once', body: SessionBody, response: { 200: Any, ...errors } } }, async (request, reply) => {
    const info = await checkToken(dir, request.body.token)
    const begun = info?.once === true ? sessions.begin(info) : undefined
    if (info === undefined || begun === undefined) throw new DoorError('UNAUTHORIZED', 'This token is wrong, used up or too old. A new one:  dfs token create --once')
    return reply.header('set-cookie', cookie(begun.secret, begun.seconds)).send({ role: info.role, prefix: info.prefix, vault: node.vault })
  })

  app.delete('/v1/session', { schema: { summary: 'End the session', response: { 204: { type: 'null' }, ...errors } } }, async (request, reply) => {
    sessions.end(request.headers.cookie)
    return reply.code(204).header('set-cookie', cookie('', 0)).send()
  })

  app.get('/v1/status', { schema: { summary: 'The state of this node and its vault', response: { 200: Any, ...errors } } }, async (request, reply) => {
    allowAll(scopeOf(request), 'read')
    return node.status({ signal: untilGone(reply.raw) })
  })

  app.get('/v1/members', { schema: { summary: 'The members of the vault', response: { 200: Any, ...errors } } }, async (request, reply) => {
    allowAll(scopeOf(request), 'read')
    return { rows: await node.members({ signal: untilGone(reply.raw) }) }
  })

  app.get('/v1/openapi.json', { schema: { hide: true } }, async (request) => {
    scopeOf(request)
    return app.swagger()
  })
}
