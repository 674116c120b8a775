/**
 * Who belongs to the vault and which entries are void, once members were revoked: a function of the
 * set alone, the same on every node. Spec: README.md, "Standing". No clock and no order of arrival
 * is looked at.
 */
import { compareBytes, equal } from '../block/hash.js'
import type { Member } from './member.js'
import { compareRoles } from './signed.js'

/** The part of a valid admit that standing needs. */
export interface AdmitLike {
  id: Uint8Array
  /** Writer key of the entry. */
  author: Uint8Array
  member: Pick<Member, 'subject' | 'writer' | 'role' | 'by'>
}

/** The part of a revoke of a member that standing needs. */
export interface RevokeLike {
  subject: Uint8Array
  /** Ids of entries. */
  cut: readonly Uint8Array[]
}

/**
 * What `prev` of an entry says: missing where the walk ends, at seq 1 and at kinds that are not
 * known here.
 */
export interface Step { prev?: Uint8Array }

/**
 * Of an id: the step of the entry with this id and of this writer; undefined when that entry is not
 * here.
 */
export type StepOf = (id: Uint8Array) => Step | undefined

/** Bytes as a key of maps and sets. */
export const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

export interface Reach {
  /** Keys of the entries that are here and in the cut, or ancestors of it. */
  stays: Set<string>
  /** Keys of those that would be too, and are not here: where the walk goes on once they come. */
  open: Set<string>
}

/**
 * Walks by `prev` from these ids. `stop` (of an id that is here): true where all before was walked
 * already.
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
 * The cuts that each revoked writer key is under, by its key: those of every revoked subject that
 * ever named it.
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
 * The writers that count, by key, without the vault key itself, each with the admit by which it
 * does: these lead to the vault key without a loop, and no cut leaves one of them out.
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
 * Of each subject that is a member the admit that counts, by the subject's key: the higher role,
 * then the lower id.
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

/** Of two admits of one subject that are not void: whether the first one counts. */
export function isBetter (a: AdmitLike, b: AdmitLike): boolean {
  const higher = compareRoles(b.member.role, a.member.role)
  return higher === 0 ? compareBytes(a.id, b.id) < 0 : higher > 0
}

export interface Standing<T extends AdmitLike> {
  /** The admits that count, one a member. */
  members: T[]
  /** True for a writer with a chain of entries that are not void; the vault key too. */
  counts: (writer: Uint8Array) => boolean
  /** Of an entry of a writer that is known. */
  isVoid: (entry: { id: Uint8Array, writer: Uint8Array }) => boolean
}

export interface StandingInput<T extends AdmitLike> {
  vault: Uint8Array
  /** All valid ones of writers that are known; the same twice counts once. */
  admits: readonly T[]
  /** All of subjects. */
  revokes: readonly RevokeLike[]
  /** The entries of one writer; asked for those that are revoked. */
  stepsOf: (writer: Uint8Array) => StepOf
}

/** The whole of it at once. */
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
