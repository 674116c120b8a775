/**
 * An admit is the entry that makes a node a member and its writer known. Spec:
 * protocols/vault/README.md, "Members".
 */
import { asBytes, asMap } from '../block/cbor.js'
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { readInvite, verifyInvite } from './invite.js'
import { readMember, sameTerms, verifyMember } from './member.js'
import type { Entry } from './entry.js'
import type { Invite } from './invite.js'
import type { Member } from './member.js'

/** The facts of an admit, which its signatures alone prove. */
export interface AdmitFacts {
  /** The id of the admit entry. */
  id: Uint8Array
  /** The writer key of the entry: that of the witness, or of the founder itself. */
  author: Uint8Array
  member: Member
  /** The invite; missing exactly when `member.by` is the vault key. */
  invite?: Invite
}

/**
 * Reads the body of an admit; no signature is checked.
 *
 * @throws ProtocolError MALFORMED
 */
export function readAdmitBody (entry: { id: Uint8Array, writer: Uint8Array }, body: unknown): AdmitFacts {
  const map = asMap(body, ['member'], ['invite'])
  const facts: AdmitFacts = { id: entry.id, author: entry.writer, member: readMember(asBytes(map.member)) }
  if (map.invite !== undefined) facts.invite = readInvite(asBytes(map.invite))
  return facts
}

/**
 * Verifies the signatures inside an admit, and that its parts belong together.
 *
 * @throws ProtocolError INVALID_DATA
 */
export function verifyAdmitBody (vault: Uint8Array, { member, invite }: AdmitFacts): void {
  const fits = equal(member.vault, vault) &&
    (invite === undefined ? equal(member.by, vault) : !equal(member.by, vault) && sameTerms(invite, member) && verifyInvite(invite))
  if (!fits || !verifyMember(member)) throw new ProtocolError('INVALID_DATA', 'The certificates of the admit do not hold')
}

/**
 * Returns the facts of an admit of this vault. The entry comes from `readEntry`, which has verified
 * it.
 *
 * @throws ProtocolError MALFORMED for another kind of entry, WRONG_VAULT
 */
export function verifyAdmit (entry: Entry, vaultId: Uint8Array): AdmitFacts {
  if (entry.kind !== 'admit') throw new ProtocolError('MALFORMED', 'Not an admit')
  if (!equal(entry.vault, vaultId)) throw new ProtocolError('WRONG_VAULT', 'The admit is of another vault')
  return entry.admit
}

/**
 * Returns the verified admits of this vault for members with this writer key: none, one or several.
 */
export type AdmitsOf = (writer: Uint8Array) => AdmitFacts | readonly AdmitFacts[] | undefined

/**
 * Returns true if a chain of admits leads from a writer key to the vault key: each admit is written
 * by the member of the next admit, the last by its own member, certified by the vault key. The
 * vault key itself is known. `isVoid` (of an admit's id) excludes void admits; with it the result
 * says whether the writer counts. Each writer is visited once.
 */
export function isKnown (writer: Uint8Array, vaultId: Uint8Array, admitsOf: AdmitsOf, { isVoid }: { isVoid?: (id: Uint8Array) => boolean } = {}): boolean {
  if (equal(writer, vaultId)) return true
  const seen = new Set<string>()
  const open = [writer]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const name = Buffer.from(next).toString('latin1')
    if (seen.has(name)) continue
    seen.add(name)
    const found = admitsOf(next) ?? []
    for (const { id, author, member } of 'member' in found ? [found] : found) {
      if (member.writer === undefined || !equal(member.writer, next) || isVoid?.(id) === true) continue
      if (!equal(author, next)) open.push(author)
      else if (equal(member.by, vaultId)) return true
    }
  }
  return false
}
