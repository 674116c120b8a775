import { asBytes, asList } from '../block/cbor.js'
import { readValue } from '../block/cbor-read.js'
import { ProtocolError } from '../errors.js'
import { entryId } from '../vault/entry.js'
import { MAX_ENTRY_BYTES } from './constants.js'

/**
 * The id of an entry as signed; whether it is valid is not looked at. MALFORMED for what has not
 * the form of one.
 */
export function idOf (encoded: Uint8Array): Uint8Array {
  if (encoded.length > MAX_ENTRY_BYTES) throw new ProtocolError('MALFORMED', `An entry of ${encoded.length} bytes`)
  // without the second lock of `decode`: who verifies the entry turns it
  const [publicBytes, sealed] = asList(readValue(encoded), { min: 3, max: 3 })
  return entryId(asBytes(publicBytes), asBytes(sealed))
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
