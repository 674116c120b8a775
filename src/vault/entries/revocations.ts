import { equal } from '../../../protocols/block/hash.js'
import type { WriterStanding } from '../../../protocols/vault/grant.js'
import type { AdmitEntry, Entry } from '../../../protocols/vault/entry.js'
import { countingWriters, cutsOf, isBetter, keyOf, memberAdmits, reach, type AdmitLike, type RevokeLike, type StepOf } from '../../../protocols/vault/standing.js'
import type { EntryRow } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { putMember } from '../../index/queries/members.js'
import { chainRow, flagsOf, flagsOfWriter, makeVoid, removeMember, unmakeVoid, vaultEntries } from '../../index/queries/voids.js'
import { originsOf, subjectsOf, through, type Origin } from '../members/admitted.js'
import { memberOf, peerText, toRow, type Member, type Members } from '../members/members.js'
import type { Flip } from './reapply-history.js'
import { readStored } from './entry-rows.js'

/** A known admit holds the fields of an admit that revocations need. */
export interface KnownAdmit extends AdmitLike {
  member: AdmitLike['member'] & { operator: string, label: string, maxCapacity?: number }
  /** Key of the invite. `uses` is the number of members that its owner meant it for. */
  invite?: Uint8Array
  uses?: number
  since: number
}

interface KnownRevoke extends RevokeLike { id: Uint8Array, time: number }

/**
 * A chain is a revoked writer: its cuts, and for each cut the kept entries that are not here
 * (worked out when first needed).
 */
interface Chain { cuts: Array<readonly Uint8Array[]>, open?: Array<Set<string>> }

/**
 * `plain` entries stay and change only their own tag. `void` entries change only their own tag, as
 * void ones. A `touches` entry may make other entries void, or keep them.
 */
export type Place = 'plain' | 'void' | 'touches'

/** A plan is what an entry that touches others does. */
export interface Plan {
  /** True when the entry itself is void. */
  isVoid: boolean
  /** Changed void marks of other entries. */
  flips: Flip[]
  gone: Member[]
  come: Member[]
  /** Members whose rows are written, the new members among them. */
  set: Member[]
  /**
   * Statements for other entries and members, without the statements of the tags and of the entry
   * itself.
   */
  statements: Statement[]
  /** Call after the commit. */
  done: () => void
}

type Stays = Set<string> | { more: Set<string> }

const bytesOf = (key: string): Uint8Array => new Uint8Array(Buffer.from(key, 'latin1'))

export function knownAdmit ({ id, time, admit: { author, member, invite } }: AdmitEntry): KnownAdmit {
  const { subject, writer, role, by, operator, label, maxCapacity } = member
  return {
    id, author, since: time, member: { subject, role, by, operator, label, ...(writer === undefined ? {} : { writer }), ...(maxCapacity === undefined ? {} : { maxCapacity }) }, ...(invite === undefined ? {} : { invite: invite.key, uses: invite.uses })
  }
}

/**
 * Revocations hold what the revokes of the vault do to its entries (protocols/vault/README.md,
 * "Standing"), updated entry by entry. Without a revoke they cost nothing. With one, an entry of a
 * writer that was not revoked costs one look into a map.
 */
export class Revocations {
  private admits: KnownAdmit[] = []
  private revokes: KnownRevoke[] = []
  private readonly invites = new Set<string>()
  private readonly links = new Set<string>()
  private counting = new Map<string, KnownAdmit>()
  private chains = new Map<string, Chain>()
  /** Admits of revoked writers that a cut leaves out. */
  private left = new Set<string>()

  constructor (private readonly db: IndexDb, private readonly vault: Uint8Array, private readonly members: Members) {
    for (const bytes of vaultEntries(db)) this.remember(readStored(bytes))
    for (const [writer, cuts] of cutsOf(this.admits, this.revokes)) {
      this.chains.set(writer, { cuts })
      this.mark(this.left, this.admits, writer, this.walk(writer, cuts).stays)
    }
    this.counting = countingWriters(vault, this.admits, ({ id }) => !this.left.has(keyOf(id)))
  }

  /** Notes an entry that touches no other. */
  remember (entry: Entry): void {
    if (entry.kind === 'admit') {
      const admit = knownAdmit(entry)
      this.admits.push(admit)
      const { writer } = admit.member
      if (writer !== undefined && !this.counting.has(keyOf(writer))) this.counting.set(keyOf(writer), admit)
    }
    if (entry.kind !== 'revoke') return
    if ('subject' in entry.revoked) this.revokes.push({ ...entry.revoked, id: entry.id, time: entry.time })
    if ('invite' in entry.revoked) this.invites.add(keyOf(entry.revoked.invite))
    if ('link' in entry.revoked) this.links.add(keyOf(entry.revoked.link))
  }

  isRevoked (subject: Uint8Array): boolean { return this.revokeOf(subject) !== undefined }
  /** Returns the id of a revoke that names this subject. */
  revokeOf (subject: Uint8Array): Uint8Array | undefined { return this.revokes.find((revoke) => equal(revoke.subject, subject))?.id }
  /**
   * Returns the earliest time at which a revoke of the subject was made, in milliseconds since 1970
   * by the clock of its writer.
   */
  revokedAt (subject: Uint8Array): number | undefined {
    const times = this.revokes.filter((revoke) => equal(revoke.subject, subject)).map(({ time }) => time)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Returns the id of an admit of this subject, whether it is a member or not. */
  admitOf (subject: Uint8Array): Uint8Array | undefined { return this.admits.find(({ member }) => equal(member.subject, subject))?.id }

  /**
   * Returns true when nobody can join with this invite any more: it was revoked, or a member that
   * used it was.
   */
  isClosed (invite: Uint8Array): boolean {
    return this.invites.has(keyOf(invite)) ||
      this.admits.some((admit) => admit.invite !== undefined && equal(admit.invite, invite) && this.isRevoked(admit.member.subject))
  }

  /**
   * Returns how many other subjects were ever admitted with this invite. A subject that left, or
   * has a better admit now, counts too.
   */
  uses (invite: Uint8Array, except: Uint8Array): number {
    return subjectsOf(this.admits, invite).filter((subject) => !equal(subject, except)).length
  }

  /** Returns how each member was let in, by its PeerId. */
  origins (): Map<string, Origin> { return originsOf(this.members, this.admits) }

  /**
   * Returns the members that are members only through this one, directly or through a member that
   * it let in. `self` and the members that `self` let in are left out.
   */
  admittedThrough (subject: Uint8Array, self: { subject: Uint8Array, writer: Uint8Array }): Member[] {
    const counting = this.admits.filter(({ id, author }) => !this.left.has(keyOf(id)) && this.counting.has(keyOf(author)))
    return through(this.vault, counting, this.writersOf(subject), self).flatMap((one) => {
      const member = equal(one, subject) ? undefined : this.members.get(peerText(one))
      return member === undefined ? [] : [member]
    })
  }

  isLinkRevoked (link: Uint8Array): boolean { return this.links.has(keyOf(link)) }

  /**
   * Returns the standing of a writer key that signed something which is no entry, such as a grant.
   * A key that a revoked subject also has counts for nothing.
   */
  standingOf (writer: Uint8Array): WriterStanding {
    const key = keyOf(writer)
    if (this.counting.has(key) && !this.chains.has(key)) return 'counts'
    return this.members.ofWriter(writer) === undefined ? 'unknown' : 'void'
  }

  /**
   * Returns the revoked members with the time of their first revoke, in milliseconds since 1970, in
   * the order of that time.
   */
  revoked (): Array<{ member: Member, time: number }> {
    const first = new Map<string, number>()
    for (const { subject, time } of this.revokes) first.set(keyOf(subject), Math.min(time, first.get(keyOf(subject)) ?? Infinity))
    return [...first].sort(([, a], [, b]) => a - b).flatMap(([subject, time]) => {
      const [best] = this.admits.filter(({ member }) => keyOf(member.subject) === subject).sort((a, b) => isBetter(a, b) ? -1 : 1)
      return best === undefined ? [] : [{ member: memberOf(best), time }]
    })
  }

  /** Returns every writer key that an admit names for this subject. */
  writersOf (subject: Uint8Array): Uint8Array[] {
    const keys = this.admits.filter(({ member }) => equal(member.subject, subject)).flatMap(({ member }) => member.writer === undefined ? [] : [keyOf(member.writer)])
    return [...new Set(keys)].map(bytesOf)
  }

  /** Returns true when all future entries of this writer stay. */
  plain (writer: Uint8Array): boolean {
    return this.revokes.length === 0 || equal(writer, this.vault) || (this.counting.has(keyOf(writer)) && !this.chains.has(keyOf(writer)))
  }

  /**
   * Call when entries of this writer left the index: the kept entries that are not here are worked
   * out again.
   */
  someLeft (writer: Uint8Array): void {
    const chain = this.chains.get(keyOf(writer))
    if (chain !== undefined) delete chain.open
  }

  /**
   * Returns the id of the admit by which a writer counts. Following these admits leads to the vault
   * key without a loop.
   */
  countsBy (writer: Uint8Array): Uint8Array | undefined { return this.counting.get(keyOf(writer))?.id }

  place (entry: Entry): Place {
    if (entry.kind === 'admit') return this.revokes.length === 0 ? 'plain' : 'touches'
    if (entry.kind === 'revoke' && 'subject' in entry.revoked) return 'touches'
    if (this.plain(entry.writer)) return 'plain'
    return this.isOpen(entry) ? 'touches' : 'void'
  }

  /**
   * Returns what a new entry does. The caller holds the barrier until the plan is committed and
   * `done` was called.
   */
  plan (entry: Entry, row: EntryRow): Plan {
    const admits = entry.kind === 'admit' ? [...this.admits, knownAdmit(entry)] : this.admits
    const revokes = entry.kind === 'revoke' && 'subject' in entry.revoked ? [...this.revokes, { ...entry.revoked, id: entry.id, time: entry.time }] : this.revokes
    const left = new Set(this.left)
    const chains = new Map<string, Chain>()
    const stays = new Map<string, Stays>()
    const isOpen = this.isOpen(entry)
    for (const [writer, cuts] of cutsOf(admits, revokes)) {
      const before = this.chains.get(writer)
      const mine = keyOf(entry.writer) === writer
      if (mine && entry.kind === 'admit') left.add(keyOf(entry.id))
      if (before?.cuts.length === cuts.length && !(mine && isOpen)) chains.set(writer, before)
      else if (before?.cuts.length === 1 && cuts.length === 1) {
        // all entries that do not stay are void, so the search may stop at an entry that stays
        const { stays: more, open } = reach([entry.id], this.stepsOf(writer, row), (id) => chainRow(this.db, id)?.void === 0)
        const rest = [...before.open?.[0] ?? []].filter((id) => id !== keyOf(entry.id))
        chains.set(writer, { cuts, open: [new Set([...rest, ...open])] })
        stays.set(writer, { more })
        for (const id of more) left.delete(id)
      } else {
        const walked = this.walk(writer, cuts, row)
        chains.set(writer, { cuts, open: walked.open })
        stays.set(writer, walked.stays)
        this.mark(left, admits, writer, walked.stays)
      }
    }
    const counting = countingWriters(this.vault, admits, ({ id }) => !left.has(keyOf(id)))
    const isVoid = this.isNewVoid(entry, counting, chains, stays)
    const flips = this.flips(counting, chains, stays, row)
    const turn = this.turn(memberAdmits(admits, revokes, ({ id, author }) => left.has(keyOf(id)) || !counting.has(keyOf(author))))
    const ids = (to: boolean): Uint8Array[] => flips.filter((flip) => flip.void === to).map(({ id }) => id)
    return {
      isVoid,
      flips,
      ...turn,
      statements: [
        ...makeVoid(ids(true)), ...unmakeVoid(ids(false)),
        ...turn.gone.map(({ bytes }) => removeMember(bytes)), ...turn.set.map((member) => putMember(toRow(member)))
      ],
      done: () => {
        Object.assign(this, { admits, revokes, left, chains, counting })
        for (const { peer } of turn.gone) this.members.remove(peer)
        for (const member of turn.set) this.members.set(member)
      }
    }
  }

  private isNewVoid (entry: Entry, counting: Map<string, KnownAdmit>, chains: Map<string, Chain>, stays: Map<string, Stays>): boolean {
    const writer = keyOf(entry.writer)
    if (equal(entry.writer, this.vault)) return false
    if (!counting.has(writer)) return true
    const kept = stays.get(writer)
    return chains.has(writer) && !(kept instanceof Set ? kept : kept?.more ?? new Set()).has(keyOf(entry.id))
  }

  /** Returns entries of the index whose void marks change. */
  private flips (counting: Map<string, KnownAdmit>, chains: Map<string, Chain>, stays: Map<string, Stays>, row: EntryRow): Flip[] {
    const turned = [...counting.keys(), ...this.counting.keys()].filter((writer) => counting.has(writer) !== this.counting.has(writer))
    const flips: Flip[] = []
    for (const writer of new Set([...stays.keys(), ...turned])) {
      const chain = chains.get(writer)
      let kept = stays.get(writer)
      if (chain !== undefined && !(kept instanceof Set) && turned.includes(writer)) kept = this.walk(writer, chain.cuts, row).stays
      const isVoid = (id: Uint8Array): boolean => !counting.has(writer) || (kept instanceof Set && !kept.has(keyOf(id)))
      const rows = kept === undefined || kept instanceof Set ? flagsOfWriter(this.db, bytesOf(writer)) : flagsOf(this.db, [...kept.more].map(bytesOf))
      for (const { id, tag, void: was } of rows) if ((was === 1) !== isVoid(id)) flips.push({ id, tag, void: isVoid(id) })
    }
    return flips
  }

  /** Returns members that go, members that come, and members whose rows change. */
  private turn (after: Map<string, KnownAdmit>): { gone: Member[], come: Member[], set: Member[] } {
    const gone = this.members.all().filter(({ bytes }) => !after.has(keyOf(bytes)))
    const set: Member[] = []
    const come: Member[] = []
    for (const admit of after.values()) {
      const known = this.members.get(peerText(admit.member.subject))
      if (known !== undefined && equal(known.admit, admit.id)) continue
      const member = { ...memberOf(admit), ...(known?.seen === undefined ? {} : { seen: known.seen }) }
      set.push(member)
      if (known === undefined) come.push(member)
    }
    return { gone, come, set }
  }

  private isOpen ({ id, writer }: Entry): boolean {
    const chain = this.chains.get(keyOf(writer))
    if (chain === undefined) return false
    chain.open ??= this.walk(keyOf(writer), chain.cuts).open
    return chain.open.some((open) => open.has(keyOf(id)))
  }

  /** Notes for each admit of this writer whether a cut leaves it out. */
  private mark (left: Set<string>, admits: KnownAdmit[], writer: string, stays: Set<string>): void {
    for (const { id, author } of admits) {
      if (keyOf(author) !== writer) continue
      if (stays.has(keyOf(id))) left.delete(keyOf(id))
      else left.add(keyOf(id))
    }
  }

  /**
   * Returns the entries that all cuts keep and, for each cut, the entries that it keeps and that
   * are not here.
   */
  private walk (writer: string, cuts: Chain['cuts'], row?: EntryRow): { stays: Set<string>, open: Array<Set<string>> } {
    const walks = cuts.map((cut) => reach(cut, this.stepsOf(writer, row)))
    const [first = new Set<string>(), ...rest] = walks.map(({ stays }) => stays)
    return { stays: new Set([...first].filter((id) => rest.every((one) => one.has(id)))), open: walks.map(({ open }) => open) }
  }

  /**
   * Returns a lookup of the entries of a writer in the index, and of one row that is not in the
   * index yet.
   */
  private stepsOf (writer: string, row?: EntryRow): StepOf {
    return (id) => {
      const found = row !== undefined && equal(row.id, id) ? row : chainRow(this.db, id)
      if (found === undefined || keyOf(found.writer) !== writer) return undefined
      return found.prev === null || found.prev.every((byte) => byte === 0) ? {} : { prev: found.prev }
    }
  }
}
