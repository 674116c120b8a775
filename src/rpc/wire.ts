/**
 * The local socket carries bytes, JSON in which times are ISO 8601, and errors that keep their
 * class. Both ends are this package; `DOOR_API` shows when their versions differ.
 */
import * as errors from '../errors.js'
import type { ProgressEvent } from '../api/node.js'

/** This number rises when a request or an answer changes its meaning. */
export const DOOR_API = 3
/** The JSON body of a request and one line of an answer have at most this many bytes. */
export const MAX_JSON_BYTES = 4 * 1024 ** 2

export const HEADER_OPERATION = 'dfs-operation'
export const HEADER_OPTIONS = 'dfs-options'
export const HEADER_TOTAL = 'dfs-total'
/**
 * A get ends with these trailers: the error that ended it, and how many bytes came from which peer.
 */
export const TRAILER_ERROR = 'dfs-error'
export const TRAILER_FETCHED = 'dfs-fetched'

/** These calls have one JSON answer. */
export const CALLS = ['stat', 'delete', 'mv', 'copy', 'why', 'evict', 'share', 'invite', 'revoke', 'members', 'peers', 'status', 'recoveryCode', 'checkRecoveryCode', 'changePassphrase', 'settings', 'set', 'synced'] as const
export type Call = typeof CALLS[number]
/** These calls answer line by line: they yield many results, or one that takes long. */
export const STREAMS = ['list', 'du', 'deleted', 'history', 'restore', 'verify', 'gc'] as const
export type StreamCall = typeof STREAMS[number]
/** One line of such an answer; the last line has `end`. */
export interface StreamLine { progress?: ProgressEvent, result?: unknown, error?: ErrorJson, end?: boolean }

export interface NodeFacts { api: number, peer: string, vault: string, role: string, addresses: string[] }

/** One line of the answer to a put. */
export type PutLine = { progress: ProgressEvent } | { result: unknown } | { error: ErrorJson }

export interface ErrorJson {
  name: string
  code: string
  message: string
  retry: boolean
  /** The fields of the error class: `field`, `reached`, `wanted`, `file`, … */
  fields?: Record<string, unknown>
  cause?: ErrorJson
}

const TIMES = new Set(['mtime', 'time', 'since', 'lastSeen', 'expires', 'revoked', 'island', 'next', 'until', 'word', 'counted', 'asked'])
const ISO_TIME = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Parses JSON and turns the time fields of the API back into Date. */
export function parseJson (text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => TIMES.has(key) && typeof value === 'string' && ISO_TIME.test(value) ? new Date(value) : value)
}

const plain = (error: unknown): error is Error => error instanceof Error

/**
 * Converts an error without its stack, which would tell a client about this machine and nothing
 * about its mistake.
 */
export function errorToJson (error: unknown): ErrorJson {
  if (!plain(error)) return { name: 'Error', code: 'UNKNOWN', message: String(error), retry: false }
  const { name, message, code, retry, cause, stack: _stack, ...fields } = { ...error, name: error.name, message: error.message, cause: error.cause } as Record<string, unknown>
  return {
    name: String(name),
    code: typeof code === 'string' ? code : 'UNKNOWN',
    message: String(message),
    retry: retry === true,
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    ...(cause === undefined ? {} : { cause: errorToJson(cause) })
  }
}

/** Restores an error with its class, so that `instanceof` holds on both sides of the socket. */
export function errorFromJson (json: ErrorJson): Error {
  const known = (errors as Record<string, unknown>)[json.name]
  const base = typeof known === 'function' && known.prototype instanceof errors.DfsError ? known.prototype as object : errors.DfsError.prototype
  const error = new Error(json.message, json.cause === undefined ? undefined : { cause: errorFromJson(json.cause) })
  Object.setPrototypeOf(error, base)
  return Object.assign(error, json.fields, { name: json.name, code: json.code, retry: json.retry })
}

/** Encodes a value for a header or trailer, which must be ASCII without line breaks. */
export const toHeader = (value: unknown): string => encodeURIComponent(JSON.stringify(value))
export const fromHeader = (value: string): unknown => parseJson(decodeURIComponent(value))
