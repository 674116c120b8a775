import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeMessage, encodeBlockHeader, encodeMessage, type StoreMessage } from '../../../protocols/store/codec.js'
import type { IncomingUpload, StoreBackend } from '../../../protocols/store/handler.js'
import type { Message } from '../../../protocols/store/messages.js'
import { ended, type Block } from '../get/fixtures.js'

export { block, ended, settled, type Block } from '../get/fixtures.js'

export const UPLOAD_ID = new Uint8Array(16).fill(5)
export const ENTRY = new Uint8Array(300).fill(6)
export const ENTRY_ID = new Uint8Array(32).fill(7)

/** The other end of a store stream, played by the test with the real codec. */
export class Script {
  readonly channel: Channel

  constructor (readonly stream: Stream) {
    this.channel = new Channel(stream)
  }

  /** The next message that is none of the kinds to skip; fails the test when the stream ended. */
  async next (...skip: Array<StoreMessage['kind']>): Promise<StoreMessage> {
    for (;;) {
      const frame = await this.channel.read()
      if (frame === undefined) throw new Error('the other side closed')
      const message = decodeMessage(frame)
      if (!skip.includes(message.kind)) return message
    }
  }

  async expect<K extends StoreMessage['kind']> (kind: K, ...skip: Array<StoreMessage['kind']>): Promise<Extract<StoreMessage, { kind: K }>> {
    const message = await this.next(...skip)
    if (message.kind !== kind) throw new Error(`a ${message.kind} instead of a ${kind}: ${JSON.stringify(message)}`)
    return message as Extract<StoreMessage, { kind: K }>
  }

  async send (message: Message): Promise<void> {
    await this.channel.write(encodeMessage(message))
  }

  async sendBlock (upload: number, { cid, bytes }: Block): Promise<void> {
    await this.channel.write(encodeBlockHeader(upload, cid.bytes, bytes.length), bytes)
  }

  async ended (): Promise<string> {
    return ended(this.stream)
  }
}

/** A backend in memory that writes down what it is asked. */
export class MemoryBackend implements StoreBackend {
  readonly held = new Map<string, Uint8Array>()
  readonly calls: string[] = []
  /** Of all uploads. */
  storing = 0
  mostStoring = 0
  /** Replaced by tests. */
  onOpen: (expected: number) => Promise<void> = async () => { /* taken on */ }
  onStore: () => Promise<void> = async () => { /* at once */ }
  onWant: () => Promise<void> = async () => { /* at once */ }
  onDone: () => Promise<void> = async () => { /* whole */ }

  open = async ({ upload, expected }: { upload: Uint8Array, expected: number }): Promise<IncomingUpload> => {
    this.calls.push(`open ${upload[0] ?? ''} ${expected}`)
    await this.onOpen(expected)
    let storing = 0
    return {
      want: async (cids: CID[], sizes: number[]) => {
        this.calls.push(`want ${sizes.join()}`)
        await this.onWant()
        return cids.map((cid) => !this.held.has(cid.toString()))
      },
      store: async (cid, bytes) => {
        storing++
        this.mostStoring = Math.max(this.mostStoring, ++this.storing)
        try {
          await this.onStore()
          this.held.set(cid.toString(), bytes)
        } finally {
          this.storing--
          storing--
        }
      },
      done: async (entry) => {
        this.calls.push(`done ${entry.length} with ${storing} stores under way`)
        await this.onDone()
        return ENTRY_ID
      },
      end: async (aborted) => { this.calls.push(`end ${aborted ? 'aborted' : 'whole'} with ${storing} stores under way`) }
    }
  }
}
