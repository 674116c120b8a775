/**
 * A link text holds everything that a reader without a vault needs for one version. Spec:
 * protocols/vault/README.md, "Texts".
 */
import { asBytes, asCid, asInt, asMap, asText } from '../block/cbor.js'
import { DAG_CBOR } from '../block/cid.js'
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { asAddresses } from './addresses.js'
import { PUBLIC_KEY_BYTES } from './ed25519.js'
import { readGrant, verifyGrant } from './grant.js'
import { SECRET_BYTES } from './keys.js'
import { MAX_NAME_BYTES } from './limits.js'
import { nameProblem } from './names.js'
import { FORMAT_VERSION } from './signed.js'
import { decodeText, encodeText, inForm, LINK_PREFIX } from './text.js'
import type { CID } from 'multiformats/cid'
import type { Grant } from './grant.js'

/** The content of a link text. */
export interface LinkText {
  vault: Uint8Array
  root: CID
  /** The key K of the root block. */
  key: Uint8Array
  /** The name of the file when the link was made. */
  name: string
  /** The size of the file in bytes. */
  size: number
  grant: Grant
  /** Binary multiaddrs of members, public ones first. */
  addresses: Uint8Array[]
}

export interface LinkTerms extends Omit<LinkText, 'vault' | 'root' | 'grant'> {
  /** The grant as signed; the link has the grant's vault and root. */
  grant: Uint8Array
}

/**
 * Returns a link as text.
 *
 * @throws ProtocolError MALFORMED when a field is not allowed by the format
 */
export function createLink ({ grant, key, name, size, addresses }: LinkTerms): string {
  const { vault, root } = readGrant(grant)
  const value = { v: FORMAT_VERSION, vault, root, key, name, size, grant, addresses }
  parse(value)
  return encodeText(LINK_PREFIX, value)
}

/**
 * Reads a link text.
 *
 * @throws TextError (MALFORMED) for a mistyped text or one of another form; ProtocolError
 *   INVALID_DATA when the text is complete but its grant is for another vault or version, or has an
 *   invalid signature
 */
export function readLinkText (text: string): LinkText {
  const value = decodeText(LINK_PREFIX, text)
  const read = inForm(() => parse(value))
  const { grant, vault, root } = read
  if (!equal(grant.vault, vault) || !equal(grant.root.bytes, root.bytes) || !verifyGrant(grant)) {
    throw new ProtocolError('INVALID_DATA', 'The link was altered: its parts do not belong together')
  }
  return read
}

function parse (value: unknown): LinkText {
  const map = asMap(value, ['v', 'vault', 'root', 'key', 'name', 'size', 'grant', 'addresses'])
  asInt(map.v, { min: FORMAT_VERSION, max: FORMAT_VERSION })
  const name = asText(map.name, MAX_NAME_BYTES)
  if (nameProblem(name) !== undefined) throw new ProtocolError('MALFORMED', 'Not a name of a file')
  return {
    vault: asBytes(map.vault, PUBLIC_KEY_BYTES),
    root: asCid(map.root, DAG_CBOR),
    key: asBytes(map.key, SECRET_BYTES),
    name,
    size: asInt(map.size),
    grant: readGrant(asBytes(map.grant)),
    addresses: asAddresses(map.addresses)
  }
}
