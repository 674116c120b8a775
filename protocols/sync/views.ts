/**
 * A round compares a view: one of the two sets by sums that are kept, or both together by hashes
 * that are made for the round.
 */
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { label } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { setNumber, split } from './codec.js'
import { CHECK_PASSES, ROOT_CHILDREN, SPARE_ENTRIES, SUM_BYTES } from './constants.js'
import type { AnySet, ChildDigest, SetName, SyncSource } from './source.js'

export interface View {
  /** The number of the view in messages. */
  number: number
  /** True when the digests are kept, and so cheap to read again. */
  kept: boolean
  /** Returns the digests one step below a prefix, like `children` of SyncSource. */
  children: (prefix: string) => ChildDigest[] | Promise<ChildDigest[]>
  ids: (prefix: string, most: number) => Uint8Array[] | Promise<Uint8Array[]>
  /** Yields all entries below a prefix, in an order in which a peer can receive them. */
  below: (prefix: string) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export function keptView (source: SyncSource, set: SetName): View {
  return {
    number: setNumber(set),
    kept: true,
    children: (prefix) => source.children(set, prefix),
    ids: (prefix, most) => source.ids(set, prefix, most),
    below: (prefix) => source.below(set, prefix)
  }
}

const NAME: AnySet = 'all'
const KEY_LABEL = label('sync')
const HEX = 16

/** This view is both sets under the key of one checked round. */
export class CheckedView implements View {
  readonly number = setNumber(NAME)
  readonly kept = false
  /** The number of ids hashed so far. */
  #hashed = 0

  /**
   * @param nonces the leader's, then the answerer's
   * @param entries the number of entries at the start; beyond CHECK_PASSES times as many hashed ids
   *   and SPARE_ENTRIES more, `children` throws LIMIT
   */
  constructor (private readonly source: SyncSource, private readonly nonces: [Uint8Array, Uint8Array], private readonly entries: number) {}

  /** Hashes the ids anew at each call, and yields the event loop to other work in between. */
  async children (prefix: string): Promise<ChildDigest[]> {
    if (prefix !== '') return this.#below(prefix, await this.source.idBytes(prefix))
    const all: ChildDigest[] = []
    for (let child = 0; child < ROOT_CHILDREN; child++) {
      const name = child.toString(HEX).padStart(2, '0')
      const ids = await this.source.idBytes(name)
      if (ids.length > 0) all.push(this.#digest(name, ids))
      await nextTurn()
    }
    return all
  }

  async ids (prefix: string, most: number): Promise<Uint8Array[]> {
    if (prefix !== '') return split(await this.source.idBytes(prefix), SUM_BYTES).slice(0, most)
    const all: Uint8Array[] = []
    for (let child = 0; child < ROOT_CHILDREN && all.length < most; child++) {
      all.push(...split(await this.source.idBytes(child.toString(HEX).padStart(2, '0')), SUM_BYTES))
    }
    return all.slice(0, most)
  }

  /** Yields the vault kinds first, because they decide whose other entries are kept. */
  async * below (prefix: string): AsyncGenerator<Uint8Array> {
    for (const set of ['vault', 'file'] as const) yield * this.source.below(set, prefix)
  }

  /** Digests the children of a prefix; sorted ids with the same next digit are adjacent. */
  #below (prefix: string, ids: Uint8Array): ChildDigest[] {
    const children: ChildDigest[] = []
    const digitOf = (at: number): number => {
      const byte = ids[at + (prefix.length >> 1)] ?? 0
      return prefix.length % 2 === 0 ? byte >> 4 : byte & (HEX - 1)
    }
    for (let from = 0, to = 0; from < ids.length; from = to) {
      const digit = digitOf(from)
      while (to < ids.length && digitOf(to) === digit) to += SUM_BYTES
      children.push(this.#digest(prefix + digit.toString(HEX), ids.subarray(from, to)))
    }
    return children
  }

  #digest (prefix: string, ids: Uint8Array): ChildDigest {
    const count = ids.length / SUM_BYTES
    this.#hashed += count
    if (this.#hashed > CHECK_PASSES * this.entries + SPARE_ENTRIES) throw new ProtocolError('LIMIT', 'The same ids hashed over and over in one round')
    return { prefix, count, sum: keyedDigest(this.nonces, ids) }
  }
}

/** Returns H(L("sync") ‖ nonce of the leader ‖ nonce of the answerer ‖ the ids, sorted). */
export function keyedDigest ([leader, answerer]: [Uint8Array, Uint8Array], ids: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(KEY_LABEL).update(leader).update(answerer).update(ids).digest())
}
