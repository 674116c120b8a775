/** The events of the node as a stream that goes on where it broke off (server-sent events). */
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { DfsNodeEvents } from '../api/node.js'
import { type Door, Places, scopeOf } from './door.js'
import { allow } from './guard.js'
import type { Scope } from './sessions.js'
import { errors, EventsQuery } from './schemas.js'

/** So many events are kept for readers that come back. */
const KEPT = 1_000
/** A comment shows a proxy, and this node, that the stream lives. */
const ALIVE_MS = 15_000

const TYPES: Record<keyof DfsNodeEvents, true> = {
  'file:put': true, 'file:held': true, 'file:delete': true, 'file:forget': true, 'file:conflict': true, 'file:copies': true, 'vault:settings': true, 'member:join': true, 'member:revoke': true,
  'sync:round': true, 'peer:connect': true, 'peer:disconnect': true, 'garbage:collected': true, 'space:low': true, 'copies:low': true, 'copies:ok': true, 'block:corrupt': true, 'block:mended': true, 'index:failed': true
}

interface Told { n: number, name: string | undefined, text: string }

/** Whoever may read only some names hears of these alone. */
const concerns = ({ prefix }: Scope, { name }: Told): boolean => prefix === '' || name?.startsWith(prefix) === true

export class Events implements Disposable {
  /** Tells this process apart: numbers begin anew with each. */
  private readonly life = randomBytes(4).toString('hex')
  private readonly told: Told[] = []
  private n = 0
  private readonly readers = new Map<ServerResponse, Scope>()
  private readonly places: Places
  private readonly alive = setInterval(() => { for (const response of this.readers.keys()) this.write(response, ': alive\n\n') }, ALIVE_MS).unref()

  constructor (private readonly door: Door) {
    this.places = new Places(door.limits.streams, 'event streams')
    for (const type of Object.keys(TYPES) as Array<keyof DfsNodeEvents>) door.node.addEventListener(type, this.take)
    door.app.get<{ Querystring: { after?: string } }>('/v1/events', { schema: { summary: 'Events as they happen, as text/event-stream; `reset` says that some were missed', querystring: EventsQuery, response: errors } }, async (request, reply) => {
      const scope = scopeOf(request)
      allow(scope, 'read')
      const header = request.headers['last-event-id']
      const place = this.places.take()
      reply.hijack()
      reply.raw.once('close', () => {
        this.readers.delete(reply.raw)
        place[Symbol.dispose]()
      })
      reply.raw.writeHead(200, { ...reply.getHeaders() as Record<string, string>, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      this.begin(reply.raw, scope, typeof header === 'string' ? header : request.query.after)
    })
  }

  /** Sends what the reader missed, and from then on what happens. */
  private begin (response: ServerResponse, scope: Scope, last: string | undefined): void {
    const from = this.after(last)
    // a reader without an id begins here, and learns the id of here
    if (last === undefined || from === undefined) this.write(response, `id: ${this.life}-${this.n}\nevent: ${last === undefined ? 'begin' : 'reset'}\ndata: {}\n\n`)
    for (const event of this.told) if (from !== undefined && event.n > from && concerns(scope, event)) this.write(response, event.text)
    this.readers.set(response, scope)
  }

  /** Returns the number of the last event that the reader has; undefined where events are lost. */
  private after (last: string | undefined): number | undefined {
    const [, life, digits] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(last ?? '') ?? []
    const n = Number(digits)
    return life !== this.life || n > this.n || n < this.n - this.told.length ? undefined : n
  }

  private readonly take = ({ type, detail }: CustomEvent): void => {
    const n = ++this.n
    const { name } = (detail ?? {}) as { name?: string }
    const event: Told = { n, name, text: `id: ${this.life}-${n}\nevent: ${type}\ndata: ${JSON.stringify(detail)}\n\n` }
    this.told.push(event)
    if (this.told.length > KEPT) this.told.shift()
    for (const [response, scope] of this.readers) if (concerns(scope, event)) this.write(response, event.text)
  }

  /** A reader that lags too far is cut off: it comes back and goes on where it was. */
  private write (response: ServerResponse, text: string): void {
    if (response.destroyed) return
    response.write(text)
    if (response.writableLength > this.door.limits.lagBytes) response.destroy()
  }

  [Symbol.dispose] (): void {
    clearInterval(this.alive)
    for (const type of Object.keys(TYPES) as Array<keyof DfsNodeEvents>) this.door.node.removeEventListener(type, this.take)
    for (const response of this.readers.keys()) response.end()
  }
}
