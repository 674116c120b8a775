import { asBytes, asList } from '../block/cbor.js'
import { ProtocolError } from '../errors.js'
import { MAX_ADDRESS_BYTES, MAX_ADDRESSES } from './limits.js'

/**
 * Returns the binary multiaddrs of an invite or link text, by default at most 4. Only their lengths
 * are checked, not that they are valid multiaddrs.
 *
 * @throws ProtocolError MALFORMED
 */
export function asAddresses (value: unknown, max = MAX_ADDRESSES): Uint8Array[] {
  return asList(value, { max }).map((item) => {
    const address = asBytes(item)
    if (address.length === 0 || address.length > MAX_ADDRESS_BYTES) throw new ProtocolError('MALFORMED', `An address has 1 to ${MAX_ADDRESS_BYTES} bytes`)
    return address
  })
}
