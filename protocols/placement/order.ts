/**
 * The placement order says in which order members should hold the groups of a slot. Spec:
 * protocols/placement/README.md, "Order".
 */
import { compareBytes } from '../block/hash.js'
import { Ranker } from './rank.js'

export interface Candidate {
  /** The PeerId, 38 bytes; no two candidates have the same. */
  peer: Uint8Array
  /** The operator of the member; no two members share the empty one. */
  operator: string
  /** The class of the member's counted capacity. */
  class: number
}

/**
 * Returns all candidates in placement order. The result is the same on every node that knows the
 * same members.
 */
export function orderOf<T extends Candidate> (slot: number, candidates: readonly T[]): T[] {
  return orderRanked(slot, candidates.map((member) => ({ member, ranker: new Ranker(member.peer, member.class) }))).map(({ member }) => member)
}

/** Returns the placement order for a caller that keeps the rankers of its candidates. */
export function orderRanked<T extends { member: Candidate, ranker: Ranker }> (slot: number, candidates: readonly T[]): T[] {
  const ranked = candidates.map((one) => ({ one, member: one.member, operator: one.member.operator, score: one.ranker.score(slot) }))
  return byOperator(ranked.sort(compareRanked)).map(({ one }) => one)
}

/** Compares by score, smallest first; ties are broken by peer. */
export function compareRanked (a: { score: number, member: Candidate }, b: { score: number, member: Candidate }): number {
  return a.score - b.score || compareBytes(a.member.peer, b.member.peer)
}

/**
 * Returns the first member of each operator in the given order, then all other members in that
 * order.
 */
export function byOperator<T extends Pick<Candidate, 'operator'>> (sorted: readonly T[]): T[] {
  const seen = new Set<string>()
  const firsts: T[] = []
  const others: T[] = []
  for (const member of sorted) {
    const again = member.operator !== '' && seen.has(member.operator)
    seen.add(member.operator)
    if (again) others.push(member)
    else firsts.push(member)
  }
  return [...firsts, ...others]
}
