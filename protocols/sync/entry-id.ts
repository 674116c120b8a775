import { asBytes, asList } from '../block/cbor.js'
import { readValue } from '../block/cbor-read.js'
import { ProtocolError } from '../errors.js'
import { entryId } from '../vault/entry.js'
import { MAX_ENTRY_BYTES } from './constants.js'

/**
 * Returns the id of an entry as signed; the entry is not verified.
 *
 * @throws ProtocolError MALFORMED for bytes without the form of an entry
 */
export function idOf (encoded: Uint8Array): Uint8Array {
  if (encoded.length > MAX_ENTRY_BYTES) throw new ProtocolError('MALFORMED', `An entry of ${encoded.length} bytes`)
  // the second check of `decode` is left to the code that verifies the entry
  const [publicBytes, sealed] = asList(readValue(encoded), { min: 3, max: 3 })
  return entryId(asBytes(publicBytes), asBytes(sealed))
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
