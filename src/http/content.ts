/**
 * Headers of content. Whoever may write a file chooses its bytes and its type, and this origin has a
 * session: so nothing is served that a browser would run.
 */
import type { FileInfo } from '../api/node.js'
import { etagOf } from './conditions.js'

/** A browser shows these, and runs nothing in them. */
const SHOWN = /^(image\/(?!svg)[\w.+-]+|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain(;.*)?|application\/pdf)$/i
const PRINTABLE = /^[\x20-\x7e]+$/
/** Props that are sent as the header of their name. */
const SENT = ['cache-control', 'content-encoding', 'content-language'] as const

export const CONTENT_CSP = "sandbox; default-src 'none'; frame-ancestors 'none'"

export function contentHeaders ({ name, version, mtime, time, type, props = {} }: FileInfo): Record<string, string> {
  const known = type !== undefined && PRINTABLE.test(type) ? type : 'application/octet-stream'
  const asked = props['content-disposition']
  const shown = SHOWN.test(known) && (asked === undefined || !/^\s*attachment/i.test(asked))
  const file = name.split('/').at(-1) ?? name
  return {
    'content-type': known,
    'content-disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`,
    'content-security-policy': CONTENT_CSP,
    'cache-control': 'private, no-cache',
    ...Object.fromEntries(SENT.flatMap((key) => PRINTABLE.test(props[key] ?? '') ? [[key, props[key] ?? '']] : [])),
    'accept-ranges': 'bytes',
    etag: etagOf(version),
    'last-modified': (mtime ?? time).toUTCString()
  }
}
