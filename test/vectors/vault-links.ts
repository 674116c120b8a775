/** Vectors of grants and link texts; one fault each. */
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { makeGrant } from '../../protocols/vault/grant.js'
import { createLink } from '../../protocols/vault/link.js'
import { encodeText, LINK_PREFIX } from '../../protocols/vault/text.js'
import { ascii, concat, content, fixed, founder, hex, name, root, signedOf, TIME, unhex, vault } from './vault-fixtures.js'
import { vaultKeys } from '../../protocols/vault/keys.js'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'

export const linkId = fixed('link').subarray(0, 16)
const NOT_AFTER = TIME + 7 * 86_400_000
const terms = { vault: vault.id, link: linkId, root, notAfter: NOT_AFTER }
export const grant = makeGrant({ ...terms, by: founder.writer })
export const linkAddresses = [unhex('047f000001063699')]
export const linkText = createLink({ grant, key: content.key, name, size: content.size, addresses: linkAddresses })

export const grantMap = { v: 1, ...terms, by: publicKeyOf(founder.writer) }
const { link: _link, ...withoutLink } = grantMap
const other = vaultKeys(fixed('another vault'))
const otherRoot = cidOf(DAG_CBOR, ascii('another root block'))
const grantOf = (changes: object, seed = founder.writer): Uint8Array => signedOf({ ...grantMap, ...changes }, 'grant', [seed])

export interface GrantCase {
  name?: string
  fault?: string
  code?: string
  grant: Uint8Array
  now: number
  /** Ids of links that were revoked. */
  revoked: Uint8Array[]
  /** What the asked member knows of the writer key in `by`. */
  writer: 'unknown' | 'void' | 'counts'
}
const asked: GrantCase = { grant, now: TIME, revoked: [], writer: 'counts' }

/** What a member of this vault says to a grant. */
export const grants: GrantCase[] = [
  { name: 'by a writer that counts', ...asked },
  { name: 'in its last millisecond', ...asked, now: NOT_AFTER },
  { name: 'by the vault key, which nobody admitted', ...asked, writer: 'unknown', grant: makeGrant({ ...terms, by: vault.sign }) },
  { name: 'another link was revoked', ...asked, revoked: [fixed('another link').subarray(0, 16)] },
  { fault: 'one millisecond late', code: 'EXPIRED', ...asked, now: NOT_AFTER + 1 },
  { fault: 'its link was revoked', code: 'REVOKED', ...asked, revoked: [linkId] },
  { fault: 'the writer is void', code: 'REVOKED', ...asked, writer: 'void' },
  { fault: 'the writer is not known', code: 'UNKNOWN_WRITER', ...asked, writer: 'unknown' },
  { fault: 'another vault', code: 'WRONG_VAULT', ...asked, grant: grantOf({ vault: other.id }) },
  { fault: 'signed by another key than by', code: 'INVALID_DATA', ...asked, grant: grantOf({}, fixed('x')) },
  { fault: 'signed under another purpose', code: 'INVALID_DATA', ...asked, grant: signedOf(grantMap, 'invite', [founder.writer]) },
  { fault: 'the root was changed, the signature not', code: 'INVALID_DATA', ...asked, grant: concat(grantOf({ root: otherRoot }).subarray(0, -64), grant.subarray(-64)) },
  { fault: 'the time was changed, the signature not', code: 'INVALID_DATA', ...asked, grant: concat(grantOf({ notAfter: NOT_AFTER + 1 }).subarray(0, -64), grant.subarray(-64)) },
  { fault: 'v 2', code: 'MALFORMED', ...asked, grant: grantOf({ v: 2 }) },
  { fault: 'a key that is not listed', code: 'MALFORMED', ...asked, grant: grantOf({ type: 'grant' }) },
  { fault: 'no link id', code: 'MALFORMED', ...asked, grant: signedOf(withoutLink, 'grant', [founder.writer]) },
  { fault: 'a link id of 15 bytes', code: 'MALFORMED', ...asked, grant: grantOf({ link: linkId.subarray(1) }) },
  { fault: 'the root is a chunk', code: 'MALFORMED', ...asked, grant: grantOf({ root: cidOf(RAW, ascii('a chunk')) }) },
  { fault: 'two signatures', code: 'MALFORMED', ...asked, grant: signedOf(grantMap, 'grant', [founder.writer, founder.writer]) },
  { fault: 'cut off', code: 'MALFORMED', ...asked, grant: grant.subarray(0, -1) }
]

/** The map of the good link text. */
export const wholeLink = { v: 1, vault: vault.id, root, key: content.key, name, size: content.size, grant, addresses: linkAddresses }
const { key: _key, ...withoutKey } = wholeLink
const linkOf = (changes: object): string => encodeText(LINK_PREFIX, { ...wholeLink, ...changes })

export const badLinks = [
  { fault: 'one letter of a link is another', problem: 'checksum', text: linkText.slice(0, 60) + (linkText[60] === 'a' ? 'b' : 'a') + linkText.slice(61) },
  { fault: 'a link that is cut off', problem: 'checksum', text: linkText.slice(0, -9) },
  { fault: 'a link with a key of 31 bytes', problem: 'form', text: linkOf({ key: content.key.subarray(1) }) },
  { fault: 'a link without a key', problem: 'form', text: encodeText(LINK_PREFIX, withoutKey) },
  { fault: 'a link to a name that leaves its folder', problem: 'form', text: linkOf({ name: '../cat.jpg' }) },
  { fault: 'a link with five addresses', problem: 'form', text: linkOf({ addresses: Array.from({ length: 5 }, () => ascii('x')) }) },
  { fault: 'a link with a negative size', problem: 'form', text: linkOf({ size: -1 }) },
  { fault: 'a link whose grant is none', problem: 'form', text: linkOf({ grant: ascii('x') }) },
  { fault: 'a link to another root than its grant\'s', text: linkOf({ root: otherRoot }) },
  { fault: 'a link of another vault than its grant\'s', text: linkOf({ vault: other.id }) },
  { fault: 'a link whose grant was altered', text: linkOf({ grant: concat(grantOf({ root: otherRoot }).subarray(0, -64), grant.subarray(-64)), root: otherRoot }) }
].map((link) => ({ ...link, kind: 'link', code: link.problem === undefined ? 'INVALID_DATA' : 'MALFORMED' }))

export const plainGrant = ({ grant: encoded, revoked, ...rest }: GrantCase): Record<string, unknown> =>
  ({ ...rest, vault: hex(vault.id), grant: hex(encoded), revoked: revoked.map(hex) })
