import { asBytes, asList, decode } from '../block/cbor.js'
import { entryId } from '../vault/entry.js'
import { MAX_ENTRY_BYTES } from './constants.js'

/** The id of an entry as signed; whether it is valid is not looked at. MALFORMED for what has not the form of one. */
export function idOf (encoded: Uint8Array): Uint8Array {
  const [publicBytes, sealed] = asList(decode(encoded, { maxBytes: MAX_ENTRY_BYTES }), { min: 3, max: 3 })
  return entryId(asBytes(publicBytes), asBytes(sealed))
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
