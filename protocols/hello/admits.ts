/**
 * A member shows its membership with a chain of admits. Spec: protocols/hello/README.md,
 * "Messages", "admits".
 */
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { verifyAdmit } from '../vault/admit.js'
import { readEntry } from '../vault/entry.js'
import type { AdmitFacts } from '../vault/admit.js'
import type { Role } from '../vault/signed.js'
import { MAX_ADMITS, MAX_ADMITS_BYTES } from './constants.js'

/** A checked chain of admits proves these facts of the peer that sent it. */
export interface MemberFacts {
  /** 38 bytes. */
  peer: Uint8Array
  role: Role
  label: string
  operator: string
  /**
   * The peer's own admit is first. When the chain reaches a writer that this node knows, the admits
   * after it are not checked and not in this list.
   */
  chain: AdmitFacts[]
}

export interface ChainOptions {
  /** The admits as received. */
  admits: Uint8Array[]
  /** The peer that the encryption of the connection proved: 38 bytes. */
  peer: Uint8Array
  vault: Uint8Array
  /**
   * Returns true for a writer whose admit this node knows and counts; the chain need not continue
   * after such a writer.
   */
  knows?: (writer: Uint8Array) => boolean
  /** Returns true for an admit that is void or whose subject was revoked. */
  revoked?: (admit: AdmitFacts) => boolean
}

/**
 * Checks that the first admit is the peer's, that each further admit is of the writer of the admit
 * before it, and that the last admit leads to the vault key or to a known writer.
 *
 * @throws ProtocolError MALFORMED and INVALID_DATA (an invalid admit), WRONG_VAULT, REFUSED (the
 *   admit of another peer), REVOKED, UNKNOWN_WRITER (a chain that ends too early)
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
 * Returns as much of a chain, from the sender's own admit on, as one side may send. The other side
 * may know the rest.
 */
export function fitting (admits: Uint8Array[]): Uint8Array[] {
  let bytes = 0
  const end = admits.findIndex((admit, at) => at === MAX_ADMITS || (bytes += admit.length) > MAX_ADMITS_BYTES)
  return end < 0 ? admits : admits.slice(0, end)
}
