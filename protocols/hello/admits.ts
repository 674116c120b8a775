/** Chains of admits, by which a member shows what it is. Spec: README.md, "Messages", "admits". */
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { verifyAdmit } from '../vault/admit.js'
import { readEntry } from '../vault/entry.js'
import type { AdmitFacts } from '../vault/admit.js'
import type { Role } from '../vault/signed.js'
import { MAX_ADMITS, MAX_ADMITS_BYTES } from './constants.js'

/** What a chain of admits shows of the peer that sent it. */
export interface MemberFacts {
  /** 38 bytes. */
  peer: Uint8Array
  role: Role
  label: string
  operator: string
  /** Its own admit first; of a chain that leads to a writer known before, what was looked at. */
  chain: AdmitFacts[]
}

export interface ChainOptions {
  /** As received. */
  admits: Uint8Array[]
  /** Whom the encryption of the connection proved: 38 bytes. */
  peer: Uint8Array
  vault: Uint8Array
  /** True for a writer that counts by what this node knows: the chain need not go on from there. */
  knows?: (writer: Uint8Array) => boolean
  /** True for an admit that is void, or whose subject was revoked. */
  revoked?: (admit: AdmitFacts) => boolean
}

/**
 * Checks that the first admit is the peer's, that each further one is of the writer of the one
 * before, and that the last leads to the vault key. ProtocolError: MALFORMED and INVALID_DATA (an
 * admit that does not hold), WRONG_VAULT, REFUSED (another peer's), REVOKED, UNKNOWN_WRITER (a
 * chain that ends too early).
 */
export function verifyAdmits ({ admits, peer, vault, knows = () => false, revoked = () => false }: ChainOptions): MemberFacts {
  const chain: AdmitFacts[] = []
  for (const bytes of admits) {
    const admit = verifyAdmit(readEntry(bytes), vault)
    const { author, member } = admit
    const before = chain.at(-1)
    if (before === undefined) {
      if (!equal(member.subject, peer)) throw new ProtocolError('REFUSED', 'The admit is of another peer')
    } else if (member.writer === undefined || !equal(member.writer, before.author)) {
      throw new ProtocolError('UNKNOWN_WRITER', 'An admit of the chain is not of the writer of the one before')
    }
    if (revoked(admit)) throw new ProtocolError('REVOKED', 'A member of the chain was revoked')
    chain.push(admit)
    const founder = member.writer !== undefined && equal(author, member.writer) && equal(member.by, vault)
    if (!founder && !knows(author)) continue
    const { role, label, operator } = (chain[0] ?? admit).member
    return { peer, role, label, operator, chain }
  }
  throw new ProtocolError('UNKNOWN_WRITER', 'The chain of admits does not lead to the vault key')
}

/**
 * As much of a chain as one side may send, from its own admit on; the other side may know the rest.
 */
export function fitting (admits: Uint8Array[]): Uint8Array[] {
  let bytes = 0
  const end = admits.findIndex((admit, at) => at === MAX_ADMITS || (bytes += admit.length) > MAX_ADMITS_BYTES)
  return end < 0 ? admits : admits.slice(0, end)
}
