/** Messages of the DHT, written by hand: field numbers of kad-dht's dht.proto. */
import { randomBytes } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'

export const DHT = '/dfs/kad/1.0.0'
export const KAD = { putValue: 0, getValue: 1, addProvider: 2, getProviders: 3, findNode: 4, ping: 5 }

const BYTES = 2

function varint (value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest & 0x7f) | 0x80)
    if (rest < 128) return bytes
  }
}

function field (number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint(number << 3 | BYTES), ...varint(bytes.length)]), bytes])
}

export interface Components { key?: Uint8Array, record?: Uint8Array, closer?: Uint8Array[], providers?: Uint8Array[] }

export function message (type: number, { key, record, closer = [], providers = [] }: Components): Uint8Array {
  return Buffer.concat([
    Uint8Array.of(8, type),
    ...(key === undefined ? [] : [field(2, key)]),
    ...(record === undefined ? [] : [field(3, record)]),
    ...closer.map((one) => field(8, one)),
    ...providers.map((one) => field(9, one))
  ])
}

/** @param addresses each as bytes */
export function peerInfo (id: Uint8Array, addresses: Uint8Array[]): Uint8Array {
  return Buffer.concat([field(1, id), ...addresses.map((one) => field(2, one))])
}

export const ADDRESS = multiaddr('/ip4/192.0.2.1/tcp/4001').bytes

/** A key that nobody asked for before: a SHA-256 multihash. */
export function newKey (): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x12, 32), randomBytes(32)])
}

export function addProvider (key: Uint8Array, self: Uint8Array, addresses = [ADDRESS]): Uint8Array {
  return message(KAD.addProvider, { key, providers: [peerInfo(self, addresses)] })
}

export function getProviders (key: Uint8Array): Uint8Array { return message(KAD.getProviders, { key }) }
