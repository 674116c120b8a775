/** Reads the headers of Yamux frames as their bytes pass by: the muxer itself waits for a whole frame, of up to 4 GiB, before it looks at one. */

export const YAMUX_HEADER_BYTES = 12
export const DATA_FRAME = 0
export const PING_FRAME = 2
export const SYN = 1

export interface FrameHeader {
  type: number
  flags: number
  stream: number
  /** Of the data that follows, where the type is DATA_FRAME. */
  length: number
}

/** @param header the first YAMUX_HEADER_BYTES bytes of a frame, or more */
export function headerOf (header: Uint8Array): FrameHeader {
  const view = new DataView(header.buffer, header.byteOffset, YAMUX_HEADER_BYTES)
  return { type: view.getUint8(1), flags: view.getUint16(2), stream: view.getUint32(4), length: view.getUint32(8) }
}

export class FrameReader {
  readonly #header = Buffer.alloc(YAMUX_HEADER_BYTES)
  readonly #onFrame: (frame: FrameHeader) => void
  #have = 0
  #left = 0
  #length = 0
  #pieces = 0

  /** @param onFrame told of each frame as soon as its header is whole */
  constructor (onFrame: (frame: FrameHeader) => void) { this.#onFrame = onFrame }

  /** Bytes of the frame under way that are still to come. */
  get missing (): number { return this.#left }

  /** Of the data of the frame under way, or of the last one. */
  get length (): number { return this.#length }

  /** In how many pieces the frame under way came so far. */
  get pieces (): number { return this.#pieces }

  /** Throws what `onFrame` throws. */
  push (piece: Uint8Array): void {
    this.#pieces++
    for (let at = 0; at < piece.length;) {
      const skipped = Math.min(this.#left, piece.length - at)
      this.#left -= skipped
      at += skipped
      if (at === piece.length) break
      const taken = Math.min(YAMUX_HEADER_BYTES - this.#have, piece.length - at)
      this.#header.set(piece.subarray(at, at + taken), this.#have)
      this.#have += taken
      at += taken
      if (this.#have === YAMUX_HEADER_BYTES) this.#frame()
    }
    if (this.#left === 0 && this.#have === 0) this.#pieces = 0
  }

  #frame (): void {
    const frame = headerOf(this.#header)
    this.#have = 0
    this.#pieces = 1
    this.#length = this.#left = frame.type === DATA_FRAME ? frame.length : 0
    this.#onFrame(frame)
  }
}
