/** What requests and answers look like. OpenAPI is made of these, and requests are checked by them. */
import Type from 'typebox'

const closed = { additionalProperties: false } as const
const text = (description: string): ReturnType<typeof Type.String> => Type.String({ description, maxLength: 4096 })
const ifVersion = (field: string): ReturnType<typeof Type.Optional> => Type.Optional(Type.Union([Type.String({ maxLength: 128 }), Type.Null()], { description: `What ${field} must mean: a version, or null for nothing` }))
const durable = Type.Optional(Type.Integer({ minimum: 1, description: 'Members that must have it on disk, this one included, before the answer' }))

/** Slashes of a name may be percent-encoded too. */
export const NAME_PARAM = Type.Object({ name: Type.String({ description: 'Name, percent-encoded once' }) })
export const VersionQuery = Type.Object({ version: Type.Optional(text('An older version')) }, closed)
export const PutQuery = Type.Object({ durable, copies: Type.Optional(Type.Integer({ minimum: 1 })) }, closed)
export const WriteQuery = Type.Object({ durable }, closed)
export const ListQuery = Type.Object({
  prefix: Type.Optional(text('Only names that begin with this text')),
  delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'One row stands for all names that are equal up to it' })),
  after: Type.Optional(text('`next` of the page before')),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 500 }))
}, closed)
export const HistoryQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 500 })) }, closed)
export const MoveBody = Type.Object({ from: text('Name'), to: text('New name'), force: Type.Optional(Type.Boolean()), ifVersion: ifVersion('`from`'), ifTarget: ifVersion('`to`'), durable }, closed)
export const RestoreBody = Type.Object({ name: text('Name'), version: Type.Optional(text('Version; without it the newest whose content the name does not mean')), ifVersion: ifVersion('the name'), durable }, closed)
export const ShareBody = Type.Object({ name: text('Name'), version: Type.Optional(text('Version')), expiresIn: Type.Optional(Type.Integer({ minimum: 1, description: 'Seconds' })) }, closed)
export const SessionBody = Type.Object({ token: text('A token that is good once') }, closed)
export const EventsQuery = Type.Object({ after: Type.Optional(text('Id of the last event that was seen; Last-Event-ID comes before it')) }, closed)

export const File = Type.Object({
  name: Type.String(), version: Type.String(), cid: Type.String(), size: Type.Integer(), mtime: Type.Optional(Type.String({ format: 'date-time' })),
  type: Type.Optional(Type.String()), props: Type.Optional(Type.Record(Type.String(), Type.String())), time: Type.String({ format: 'date-time' }), conflict: Type.Boolean()
})
export const Rows = Type.Object({ rows: Type.Array(Type.Object({})), next: Type.Optional(Type.String({ description: 'There is more: give this as `after`' })) })
export const Any = Type.Object({})
export const Problem = Type.Object({ type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String(), code: Type.String(), retry: Type.Boolean() })

/** The errors that each call may answer with. */
export const errors = { '4xx': { description: 'Refused', content: { 'application/problem+json': { schema: Problem } } }, '5xx': { description: 'Failed', content: { 'application/problem+json': { schema: Problem } } } }
