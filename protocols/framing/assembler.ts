import { ProtocolError } from '../errors.js'

/** The longest unsigned varint of the multiformats spec. */
const MAX_VARINT_BITS = 63
/** Below this a zeroed array is as cheap as one that is not. */
const ZEROED_BYTES = 4096

/**
 * Cuts a byte stream into frames: an unsigned varint length, then that many bytes. Every frame is put together in one
 * array of its own of exactly the announced length, so that what is read from it can be a view; each incoming byte is
 * copied once. The length is checked before anything is allocated.
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

  /** Bytes of the unfinished frame that have come. */
  get filledBytes (): number {
    return this.#filled
  }

  /** Throws ProtocolError LIMIT for a length above the bound, MALFORMED for a length that is no shortest varint. */
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

/** Not zeroed when large: nobody sees the frame before every byte of it was written. */
function allocate (bytes: number): Uint8Array {
  if (bytes < ZEROED_BYTES) return new Uint8Array(bytes)
  const memory = Buffer.allocUnsafeSlow(bytes)
  return new Uint8Array(memory.buffer, memory.byteOffset, bytes)
}
