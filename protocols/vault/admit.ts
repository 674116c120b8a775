/** Admits: the entries that make members, and who is known by them. Spec: README.md, "Members". */
import { asBytes, asMap } from '../block/cbor.js'
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { readInvite, verifyInvite } from './invite.js'
import { readMember, sameTerms, verifyMember } from './member.js'
import type { Entry } from './entry.js'
import type { Invite } from './invite.js'
import type { Member } from './member.js'

/** What an admit says, by signatures alone. */
export interface AdmitFacts {
  /** Id of the admit entry. */
  id: Uint8Array
  /** Writer key of the entry: the witness, or the founder itself. */
  author: Uint8Array
  member: Member
  /** Missing exactly when `member.by` is the vault key. */
  invite?: Invite
}

/** Form of an admit's body. MALFORMED. */
export function readAdmitBody (entry: { id: Uint8Array, writer: Uint8Array }, body: unknown): AdmitFacts {
  const map = asMap(body, ['member'], ['invite'])
  const facts: AdmitFacts = { id: entry.id, author: entry.writer, member: readMember(asBytes(map.member)) }
  if (map.invite !== undefined) facts.invite = readInvite(asBytes(map.invite))
  return facts
}

/** The signatures inside an admit, and that its parts belong together. INVALID_DATA. */
export function verifyAdmitBody (vault: Uint8Array, { member, invite }: AdmitFacts): void {
  const fits = equal(member.vault, vault) &&
    (invite === undefined ? equal(member.by, vault) : !equal(member.by, vault) && sameTerms(invite, member) && verifyInvite(invite))
  if (!fits || !verifyMember(member)) throw new ProtocolError('INVALID_DATA', 'The certificates of the admit do not hold')
}

/**
 * The facts of an admit of this vault; readEntry has verified it. MALFORMED for another kind,
 * WRONG_VAULT.
 */
export function verifyAdmit (entry: Entry, vaultId: Uint8Array): AdmitFacts {
  if (entry.kind !== 'admit') throw new ProtocolError('MALFORMED', 'Not an admit')
  if (!equal(entry.vault, vaultId)) throw new ProtocolError('WRONG_VAULT', 'The admit is of another vault')
  return entry.admit
}

/**
 * The admits, of this vault and verified, of members with this writer key: none, one or several.
 */
export type AdmitsOf = (writer: Uint8Array) => AdmitFacts | readonly AdmitFacts[] | undefined

/**
 * Whether a chain of admits leads from a writer key to the vault key: each admit is written by the
 * next one's member, the last by its own member, certified by the vault key. The vault key itself
 * is known. With `isVoid` (id of an admit) void entries are left out of the chain, which is what
 * "counts" asks for. Every writer is looked at once.
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
