import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { cidOf, RAW } from '../../../protocols/block/cid.js'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeMessage, encodeBlockHeader, type GetMessage } from '../../../protocols/get/codec.js'

export interface Block { cid: CID, bytes: Uint8Array }

/** A block of `length` bytes, different for each `seed`. */
export function block (seed: number, length = 1000): Block {
  const bytes = new Uint8Array(length).fill(seed)
  return { cid: cidOf(RAW, bytes), bytes }
}

/** The other end of a get stream, played by the test with the real codec. */
export class Script {
  readonly channel: Channel

  constructor (readonly stream: Stream) {
    this.channel = new Channel(stream)
  }

  /** The next message; fails the test when the stream ended. */
  async next (): Promise<GetMessage> {
    const frame = await this.channel.read()
    if (frame === undefined) throw new Error('the other side closed')
    return decodeMessage(frame)
  }

  async expect<K extends GetMessage['kind']> (kind: K): Promise<Extract<GetMessage, { kind: K }>> {
    const message = await this.next()
    if (message.kind !== kind) throw new Error(`a ${message.kind} instead of a ${kind}`)
    return message as Extract<GetMessage, { kind: K }>
  }

  async send (message: Uint8Array): Promise<void> {
    await this.channel.write(message)
  }

  async sendBlock ({ cid, bytes }: Block): Promise<void> {
    await this.channel.write(encodeBlockHeader(cid.bytes, bytes.length), bytes)
  }

  /** Resolves when the stream has ended, with its state. */
  async ended (): Promise<string> {
    return ended(this.stream)
  }
}

export async function ended (stream: Stream): Promise<string> {
  if (stream.status === 'open' || stream.status === 'closing') await new Promise((resolve) => { stream.addEventListener('close', resolve, { once: true }) })
  return stream.status
}

/** Lets everything that is under way in memory arrive. */
export async function settled (): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => { setImmediate(resolve) })
}
