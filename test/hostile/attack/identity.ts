/** Answers of the attacker to the question who it is, written by hand: field numbers of libp2p's identify. */
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from '@libp2p/interface'
import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { framed } from './wire.js'

export const IDENTIFY = '/ipfs/id/1.0.0'

function field (number: number, bytes: Uint8Array): Uint8Array {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
  return Buffer.concat([Uint8Array.from([number << 3 | 2, ...length]), bytes])
}

/** One message of at most 8 KiB, full of protocols, or of addresses. */
export function identity (host: Libp2p, full: 'protocols' | 'addresses', n: number): Uint8Array {
  const parts = [field(1, publicKeyToProtobuf(host.peerId.publicKey as never))]
  for (let k = 0, bytes = 100; bytes < 7_900; k++) {
    const part = full === 'protocols' ? field(3, Buffer.from(`/${n}/${k}`)) : field(2, multiaddr(`/ip4/10.${n}.${k >> 8}.${k & 255}/tcp/1`).bytes)
    bytes += part.length
    parts.push(part)
  }
  return framed(Buffer.concat(parts))
}

/** Answers every question with ten such messages. */
export async function tellsMuch (host: Libp2p, full: 'protocols' | 'addresses', first = 0): Promise<void> {
  await host.handle(IDENTIFY, (stream) => {
    for (let n = first; n < first + 10; n++) stream.send(identity(host, full, n % 256))
    void stream.close().catch(() => {})
  })
}
