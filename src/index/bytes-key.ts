import type { CID } from 'multiformats/cid'

/** Returns the key of a CID in a Map. */
export function keyOf (cid: CID): string {
  return bytesKey(cid.bytes)
}

export function bytesKey (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

export function toHex (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
