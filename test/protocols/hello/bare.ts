/** A peer that speaks the real codec and follows no rule. */
import type { Stream } from '@libp2p/interface'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeMessage, encodeMessage } from '../../../protocols/hello/codec.js'
import type { Message } from '../../../protocols/hello/codec.js'

export class BarePeer {
  readonly channel: Channel
  constructor (stream: Stream) {
    this.channel = new Channel(stream)
  }

  async say (...messages: Message[]): Promise<void> {
    for (const message of messages) await this.channel.write(encodeMessage(message))
  }

  /** The next message; undefined when the other side has closed. */
  async hear (): Promise<Message | undefined> {
    const bytes = await this.channel.read()
    return bytes === undefined ? undefined : decodeMessage(bytes)
  }

  /** Everything until the other side closes. */
  async hearAll (): Promise<Message[]> {
    const said: Message[] = []
    for (let message = await this.hear(); message !== undefined; message = await this.hear()) said.push(message)
    return said
  }
}

/** Resolves once the stream is gone, to how it ended. */
export async function ended (stream: Stream): Promise<string> {
  if (stream.status === 'open' || stream.status === 'closing') await new Promise<unknown>((resolve) => { stream.addEventListener('close', resolve, { once: true }) })
  return stream.status
}
