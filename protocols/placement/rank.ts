/** Where one member stands in a slot's order. Spec: README.md, "Rank" and "Score". */
import { hash } from 'node:crypto'
import { label } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { CLASSES_PER_DOUBLING, SLOTS, SLOTS_PER_HASH } from './constants.js'

const RANK = label('rank')
const PEER_BYTES = 38
const U32 = 2 ** 32
const U64 = 2 ** 64
const RANK_BYTES = 8
/** 2^(i/4): a library's power function may differ between machines. */
const ROOTS = [1, 1.189207115002721, 1.4142135623730951, 1.681792830507429]

/** -ln((h + 0.5) / 2^64) / 2^(class / 4). `h` is the rank, rounded to a double already. */
export function scoreOf (h: number, cls: number): number {
  return -Math.log((h + 0.5) / U64) / weightOf(cls)
}

/** 2^(class / 4): how many times as much as a member of class 0 it holds. */
export function weightOf (cls: number): number {
  const doublings = Math.floor(cls / CLASSES_PER_DOUBLING)
  return (ROOTS[cls - doublings * CLASSES_PER_DOUBLING] ?? NaN) * 2 ** doublings
}

/** The ranks and scores of one member. */
export class Ranker {
  readonly weight: number
  private readonly message: Uint8Array
  private readonly view: DataView
  private ranks = ''
  private quad = -1

  /**
   * @param peer its PeerId, 38 bytes
   * @param cls its class
   * @throws ProtocolError MALFORMED for a peer of another length
   */
  constructor (peer: Uint8Array, cls: number) {
    if (peer.length !== PEER_BYTES) throw new ProtocolError('MALFORMED', `a peer of ${peer.length} bytes`)
    this.weight = weightOf(cls)
    this.message = new Uint8Array([...RANK, ...peer, ...new Uint8Array(RANK_BYTES)])
    this.view = new DataView(this.message.buffer)
  }

  /** h of this member in a slot, rounded to a double. */
  rank (slot: number): number {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) throw new RangeError(`not a slot: ${slot}`)
    const quad = Math.floor(slot / SLOTS_PER_HASH)
    if (quad !== this.quad) {
      this.quad = quad
      this.view.setUint32(this.message.length - 4, quad)
      // as text of one byte a character: a third of the time that making a Buffer takes
      this.ranks = hash('sha256', this.message, 'binary')
    }
    const at = (slot - quad * SLOTS_PER_HASH) * RANK_BYTES
    // both halves are exact, so the sum is rounded once
    return this.u32(at) * U32 + this.u32(at + 4)
  }

  /** The smaller, the earlier in the slot's order. Cheapest for slots in their order. */
  score (slot: number): number {
    return -Math.log((this.rank(slot) + 0.5) / U64) / this.weight
  }

  private u32 (at: number): number {
    const { ranks } = this
    return ((ranks.charCodeAt(at) << 24) | (ranks.charCodeAt(at + 1) << 16) | (ranks.charCodeAt(at + 2) << 8) | ranks.charCodeAt(at + 3)) >>> 0
  }
}
