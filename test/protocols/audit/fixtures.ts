import type { Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { cidOf, DAG_CBOR, RAW } from '../../../protocols/block/cid.js'
import { decodeMessage, type AuditMessage } from '../../../protocols/audit/codec.js'
import type { GroupName } from '../../../protocols/audit/groups.js'
import type { Pair } from '../../../protocols/audit/proof.js'
import { Channel } from '../../../protocols/framing/channel.js'
import { peerOf } from '../../vectors/placement.js'

export { ended, settled } from '../get/fixtures.js'

export const PAIR: Pair = { answerer: peerOf(0), asker: peerOf(1) }
export const rootOf = (seed: number): CID => cidOf(DAG_CBOR, Uint8Array.of(seed))
export const group = (seed: number, index = 0): GroupName => ({ root: rootOf(seed), index })

export interface Block { cid: CID, bytes: Uint8Array }
export function block (seed: number, length = 1000): Block {
  const bytes = new Uint8Array(length).map((_, i) => seed + i)
  return { cid: cidOf(RAW, bytes), bytes }
}

/** The other end of an audit stream, played by the test with the real codec. */
export class Script {
  readonly channel: Channel

  constructor (readonly stream: Stream) {
    this.channel = new Channel(stream)
  }

  async expect<K extends AuditMessage['kind']> (kind: K): Promise<Extract<AuditMessage, { kind: K }>> {
    const frame = await this.channel.read()
    if (frame === undefined) throw new Error('the other side closed')
    const message = decodeMessage(frame)
    if (message.kind !== kind) throw new Error(`a ${message.kind} instead of a ${kind}`)
    return message as Extract<AuditMessage, { kind: K }>
  }

  async send (...messages: Uint8Array[]): Promise<void> {
    await Promise.all(messages.map(async (message) => this.channel.write(message)))
  }
}
