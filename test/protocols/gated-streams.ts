import { defaultLogger } from '@libp2p/logger'
import { AbstractStream } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

let made = 0

/** One end of a pair of streams in memory whose transport takes exactly as many bytes as the test lets it. */
export class GatedStream extends AbstractStream {
  /** Bytes that this end may still send. */
  window = Infinity
  /** Bytes that this end has handed to the other. */
  sentBytes = 0
  peer: GatedStream | undefined

  constructor (direction: 'inbound' | 'outbound') {
    const id = `${made++}`
    super({ id, direction, log: defaultLogger().forComponent(`dfs:test:${direction}:${id}`) })
  }

  /** Lets this end send more. */
  grant (bytes: number): void {
    this.window += bytes
    this.safeDispatchEvent('drain')
  }

  sendData (data: Uint8ArrayList): { sentBytes: number, canSendMore: boolean } {
    const taken = Math.min(this.window, data.byteLength)
    if (taken > 0) {
      const piece = data.slice(0, taken)
      this.window -= taken
      this.sentBytes += taken
      setImmediate(() => { this.peer?.onData(piece) })
    }
    return { sentBytes: taken, canSendMore: taken === data.byteLength }
  }

  sendReset (): void {
    setImmediate(() => { if (this.peer?.status === 'open') this.peer.onRemoteReset() })
  }

  async sendCloseWrite (): Promise<void> {
    setImmediate(() => { this.peer?.onRemoteCloseWrite() })
  }

  async sendCloseRead (): Promise<void> { /* the other end is not told */ }
  sendPause (): void { /* the window is the test's */ }
  sendResume (): void { /* the window is the test's */ }
}

/** The dialer's end, the listener's end. */
export function gatedPair (): [GatedStream, GatedStream] {
  const dialer = new GatedStream('outbound')
  const listener = new GatedStream('inbound')
  dialer.peer = listener
  listener.peer = dialer
  return [dialer, listener]
}
