import { ProtocolError } from '../errors.js'

/** The multiformats spec allows no longer unsigned varint (9 bytes of 7 bits). */
const MAX_VARINT_BITS = 63
/** Below this size a zeroed array is as cheap to allocate as an array that is not zeroed. */
const ZEROED_BYTES = 4096

/**
 * The assembler cuts a byte stream into frames: an unsigned varint length, then that many bytes. It
 * gives every frame an array of exactly the announced length, so that a decoder can use views of
 * it, and copies each incoming byte once. It checks the length before it allocates.
 */
export class Assembler {
  readonly #maxMessageBytes: number
  readonly #emit: (frame: Uint8Array) => void
  #length = 0
  #bits = 0
  #frame: Uint8Array | undefined
  #filled = 0

  constructor (maxMessageBytes: number, emit: (frame: Uint8Array) => void) {
    this.#maxMessageBytes = maxMessageBytes
    this.#emit = emit
  }

  /** True between the first byte of a length and the last byte of its frame. */
  get inside (): boolean {
    return this.#bits > 0 || this.#frame !== undefined
  }

  /** The number of bytes of the unfinished frame that have arrived. */
  get filledBytes (): number {
    return this.#filled
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws ProtocolError LIMIT for a length above the bound, MALFORMED for a length that is not
   *   the shortest varint
   */
  push (piece: Uint8Array): void {
    let at = 0
    while (at < piece.length) {
      if (this.#frame === undefined) {
        at = this.#readLength(piece, at)
        continue
      }
      const taken = Math.min(this.#frame.length - this.#filled, piece.length - at)
      this.#frame.set(taken === piece.length ? piece : piece.subarray(at, at + taken), this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled === this.#frame.length) this.#finish(this.#frame)
    }
  }

  #readLength (piece: Uint8Array, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at] ?? 0
      this.#length += (byte & 0x7f) * 2 ** this.#bits
      if (this.#length > this.#maxMessageBytes) throw new ProtocolError('LIMIT', `A frame of more than ${this.#maxMessageBytes} bytes`)
      if (byte >= 0x80) {
        this.#bits += 7
        if (this.#bits >= MAX_VARINT_BITS) throw new ProtocolError('MALFORMED', 'A frame length that does not end')
        continue
      }
      if (byte === 0 && this.#bits > 0) throw new ProtocolError('MALFORMED', 'A frame length that is not the shortest')
      if (this.#length === 0) this.#finish(new Uint8Array(0))
      else this.#frame = allocate(this.#length)
      this.#bits = 0
      return at + 1
    }
    return piece.length
  }

  #finish (frame: Uint8Array): void {
    this.#frame = undefined
    this.#filled = 0
    this.#length = 0
    this.#emit(frame)
  }
}

/** A large array is not zeroed: the frame is emitted only after every byte was written. */
function allocate (bytes: number): Uint8Array {
  if (bytes < ZEROED_BYTES) return new Uint8Array(bytes)
  const memory = Buffer.allocUnsafeSlow(bytes)
  return new Uint8Array(memory.buffer, memory.byteOffset, bytes)
}
