/**
 * Standing says who belongs to the vault and which entries are void after revokes. It is a function
 * of the set of entries alone, so it is the same on every node. Spec: protocols/vault/README.md,
 * "Standing". It uses no clock and no order of arrival.
 */
import { compareBytes, equal } from '../block/hash.js'
import type { Member } from './member.js'
import { compareRoles } from './signed.js'

/** Standing needs this part of a valid admit. */
export interface AdmitLike {
  id: Uint8Array
  /** The writer key of the entry. */
  author: Uint8Array
  member: Pick<Member, 'subject' | 'writer' | 'role' | 'by'>
}

/** Standing needs this part of a revoke of a member. */
export interface RevokeLike {
  subject: Uint8Array
  /** The ids of the entries that stay. */
  cut: readonly Uint8Array[]
}

/** The `prev` of an entry; missing where a chain ends: at seq 1 and at unknown kinds. */
export interface Step { prev?: Uint8Array }

/** Returns the step of this writer's entry with this id; undefined when the entry is not here. */
export type StepOf = (id: Uint8Array) => Step | undefined

/** Returns a map key for bytes. */
export const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

export interface Reach {
  /** The keys of the entries that are here and are in the cut or are ancestors of it. */
  stays: Set<string>
  /**
   * The keys of the entries that would be in `stays` but are not here; the search continues from
   * them when they arrive.
   */
  open: Set<string>
}

/**
 * Follows `prev` from these ids.
 *
 * @param stop returns true for an id that is here and whose ancestors were visited before
 */
export function reach (from: Iterable<Uint8Array>, stepOf: StepOf, stop: (id: Uint8Array) => boolean = () => false): Reach {
  const stays = new Set<string>()
  const open = new Set<string>()
  for (const start of from) {
    for (let id: Uint8Array | undefined = start; id !== undefined && !stays.has(keyOf(id));) {
      const step = stepOf(id)
      if (step === undefined) {
        open.add(keyOf(id))
        break
      }
      if (stop(id)) break
      stays.add(keyOf(id))
      id = step.prev
    }
  }
  return { stays, open }
}

/**
 * Returns the cuts of each revoked writer key, by its key. A writer key has the cuts of every
 * revoked subject whose admit ever named the key.
 */
export function cutsOf (admits: Iterable<AdmitLike>, revokes: readonly RevokeLike[]): Map<string, Array<readonly Uint8Array[]>> {
  const bySubject = Map.groupBy(revokes, ({ subject }) => keyOf(subject))
  const found = new Map<string, Set<RevokeLike>>()
  for (const { member: { subject, writer } } of admits) {
    const revoked = writer === undefined ? undefined : bySubject.get(keyOf(subject))
    if (writer === undefined || revoked === undefined) continue
    const list = found.get(keyOf(writer)) ?? new Set()
    found.set(keyOf(writer), list)
    for (const revoke of revoked) list.add(revoke)
  }
  return new Map([...found].map(([writer, list]) => [writer, [...list].map(({ cut }) => cut)]))
}

/**
 * Returns the writers that count, by key and without the vault key, each with the admit that makes
 * it count. These admits lead to the vault key without a loop, and no cut excludes one of them.
 */
export function countingWriters<T extends AdmitLike> (vault: Uint8Array, admits: Iterable<T>, stays: (admit: T) => boolean): Map<string, T> {
  const usable = [...admits].filter((admit) => admit.member.writer !== undefined && stays(admit))
  const byAuthor = Map.groupBy(usable, ({ author }) => keyOf(author))
  const counting = new Map<string, T>()
  const open = usable.filter(({ author, member }) => equal(member.by, vault) && member.writer !== undefined && equal(author, member.writer))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const writer = keyOf(next.member.writer ?? next.author)
    if (counting.has(writer)) continue
    counting.set(writer, next)
    open.push(...byAuthor.get(writer) ?? [])
  }
  return counting
}

/**
 * Returns the admit that counts for each subject that is a member, by the key of the subject: the
 * higher role, then the lower id.
 */
export function memberAdmits<T extends AdmitLike> (admits: Iterable<T>, revokes: Iterable<RevokeLike>, isVoid: (admit: T) => boolean): Map<string, T> {
  const revoked = new Set([...revokes].map(({ subject }) => keyOf(subject)))
  const best = new Map<string, T>()
  for (const admit of admits) {
    const subject = keyOf(admit.member.subject)
    if (revoked.has(subject) || isVoid(admit)) continue
    const known = best.get(subject)
    if (known === undefined || isBetter(admit, known)) best.set(subject, admit)
  }
  return best
}

/** Returns true if the first of two admits of one subject, neither void, counts. */
export function isBetter (a: AdmitLike, b: AdmitLike): boolean {
  const higher = compareRoles(b.member.role, a.member.role)
  return higher === 0 ? compareBytes(a.id, b.id) < 0 : higher > 0
}

export interface Standing<T extends AdmitLike> {
  /** The admits that count, one for each member. */
  members: T[]
  /** Returns true for a writer with a chain of admits that are not void, and for the vault key. */
  counts: (writer: Uint8Array) => boolean
  /** Returns true if an entry of a known writer is void. */
  isVoid: (entry: { id: Uint8Array, writer: Uint8Array }) => boolean
}

export interface StandingInput<T extends AdmitLike> {
  vault: Uint8Array
  /** All valid admits of known writers; an admit that is given twice counts once. */
  admits: readonly T[]
  /** All revokes of members. */
  revokes: readonly RevokeLike[]
  /** Returns the steps of one writer's entries; it is called for revoked writers. */
  stepsOf: (writer: Uint8Array) => StepOf
}

/** Computes the standing of a whole vault. */
export function standing<T extends AdmitLike> ({ vault, admits, revokes, stepsOf }: StandingInput<T>): Standing<T> {
  const kept = new Map([...cutsOf(admits, revokes)].map(([writer, cuts]) => {
    const stepOf = stepsOf(new Uint8Array(Buffer.from(writer, 'latin1')))
    return [writer, cuts.map((cut) => reach(cut, stepOf).stays)] as const
  }))
  const stays = ({ id, author }: { id: Uint8Array, author: Uint8Array }): boolean => (kept.get(keyOf(author)) ?? []).every((of) => of.has(keyOf(id)))
  const counting = countingWriters(vault, admits, stays)
  const counts = (writer: Uint8Array): boolean => equal(writer, vault) || counting.has(keyOf(writer))
  const isVoid = ({ id, writer }: { id: Uint8Array, writer: Uint8Array }): boolean => !counts(writer) || !stays({ id, author: writer })
  return { members: [...memberAdmits(admits, revokes, ({ id, author }) => isVoid({ id, writer: author })).values()], counts, isVoid }
}
