/** Vectors of settings: what a reader makes of a body, and which of several counts. */
import { encode } from '../../protocols/block/cbor.js'
import { newestSetting, readSettings } from '../../protocols/vault/settings.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const CENTURY = 3_153_600_000_000

/** The worked example of the README. */
export const settingBody = { copies: 3, keep: 10, retention: 2_592_000_000, scope: 'lineage' }

const bodies: Array<[name: string, body: Record<string, unknown>]> = [
  ['nothing', {}],
  ['all defaults, written out', settingBody],
  ['all of it', { copies: 5, durable: 2, keep: 100, retention: 86_400_000, scope: 'vault' }],
  ['all copies', { copies: 0 }],
  ['the most copies', { copies: 1024 }],
  ['one copy too many: as if it was missing', { copies: 1025, keep: 3 }],
  ['copies as text', { copies: '3' }],
  ['copies below 0', { copies: -1 }],
  ['copies as a truth value', { copies: true }],
  ['durable 1', { durable: 1 }],
  ['durable 0: none', { durable: 0 }],
  ['durable beyond its range', { durable: 1025 }],
  ['keep nothing but what is newest', { keep: 0 }],
  ['keep the most', { keep: 1_000_000 }],
  ['keep beyond its range', { keep: 1_000_001 }],
  ['no retention', { retention: 0 }],
  ['the longest retention', { retention: CENTURY }],
  ['a retention beyond its range', { retention: CENTURY + 1 }],
  ['a scope of later times', { scope: 'folder', copies: 2 }],
  ['unlinked is no scope of a vault', { scope: 'unlinked' }],
  ['a scope that is no text', { scope: Uint8Array.of(1) }],
  ['keys that are not known here', { copies: 2, later: [1, { a: true }], __proto__x: 1 }],
  ['a key that every object has', { constructor: 1, keep: 2 }]
]

const orders: Array<[name: string, list: Array<[seq: number, id: string]>]> = [
  ['none', []],
  ['the highest seq, wherever it stands', [[1, 'ff'], [3, '01'], [2, 'ee']]],
  ['of two with one seq the higher id', [[2, '7f'], [2, '80'], [1, 'ff']]]
]

export function settings (): unknown {
  return {
    bodies: bodies.map(([name, body]) => ({ name, body: hex(encode(body)), settings: readSettings(body) })),
    counts: orders.map(([name, list]) => {
      const all = list.map(([seq, id]) => ({ seq, id: new Uint8Array(Buffer.from(id.repeat(32), 'hex')) }))
      const newest = newestSetting(all)
      return { name, settings: all.map(({ seq, id }) => ({ seq, id: hex(id) })), counts: newest === undefined ? null : all.indexOf(newest) }
    })
  }
}
