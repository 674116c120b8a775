/**
 * The score of a member gives its place in the order of a slot. Spec:
 * protocols/placement/README.md, "Rank" and "Score".
 */
import { hash } from 'node:crypto'
import { label } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { CLASSES_PER_DOUBLING, SLOTS, SLOTS_PER_HASH } from './constants.js'

const RANK = label('rank')
const PEER_BYTES = 38
const U32 = 2 ** 32
const U64 = 2 ** 64
const RANK_BYTES = 8
/**
 * The entries are 2^(i/4). They are written out because the power function of a library may differ
 * between machines.
 */
const ROOTS = [1, 1.189207115002721, 1.4142135623730951, 1.681792830507429]

/** Returns -ln((h + 0.5) / 2^64) / 2^(class / 4). `h` is the rank, already rounded to a double. */
export function scoreOf (h: number, cls: number): number {
  return -Math.log((h + 0.5) / U64) / weightOf(cls)
}

/**
 * Returns 2^(class / 4): a member of this class holds so many times as much as a member of class 0.
 */
export function weightOf (cls: number): number {
  const doublings = Math.floor(cls / CLASSES_PER_DOUBLING)
  return (ROOTS[cls - doublings * CLASSES_PER_DOUBLING] ?? NaN) * 2 ** doublings
}

/** A ranker computes the ranks and scores of one member. */
export class Ranker {
  readonly weight: number
  private readonly message: Uint8Array
  private readonly view: DataView
  private ranks = ''
  private quad = -1

  /**
   * @param peer the PeerId of the member, 38 bytes
   * @param cls the class of the member
   * @throws ProtocolError MALFORMED for a peer of another length
   */
  constructor (peer: Uint8Array, cls: number) {
    if (peer.length !== PEER_BYTES) throw new ProtocolError('MALFORMED', `a peer of ${peer.length} bytes`)
    this.weight = weightOf(cls)
    this.message = new Uint8Array([...RANK, ...peer, ...new Uint8Array(RANK_BYTES)])
    this.view = new DataView(this.message.buffer)
  }

  /**
   * Returns the rank h of this member in a slot, rounded to a double.
   *
   * @throws RangeError unless `slot` is 0..65,535
   */
  rank (slot: number): number {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) throw new RangeError(`not a slot: ${slot}`)
    const quad = Math.floor(slot / SLOTS_PER_HASH)
    if (quad !== this.quad) {
      this.quad = quad
      this.view.setUint32(this.message.length - 4, quad)
      // the hash is text of one byte a character, which takes a third of the time of a Buffer
      this.ranks = hash('sha256', this.message, 'binary')
    }
    const at = (slot - quad * SLOTS_PER_HASH) * RANK_BYTES
    // both halves are exact, so the sum is rounded once
    return this.u32(at) * U32 + this.u32(at + 4)
  }

  /**
   * Returns the score: a smaller score is earlier in the order of the slot. Consecutive slots are
   * cheapest, because they share hashes.
   */
  score (slot: number): number {
    return -Math.log((this.rank(slot) + 0.5) / U64) / this.weight
  }

  private u32 (at: number): number {
    const { ranks } = this
    return ((ranks.charCodeAt(at) << 24) | (ranks.charCodeAt(at + 1) << 16) | (ranks.charCodeAt(at + 2) << 8) | ranks.charCodeAt(at + 3)) >>> 0
  }
}
