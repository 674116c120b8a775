import { setImmediate as nextTurn } from 'node:timers/promises'
import { equal } from '../../../protocols/block/hash.js'
import { ProtocolError, type WireCode } from '../../../protocols/errors.js'
import { isVaultEntry, readEntry, type DeleteEntry, type Entry, type FileEntry, type PutEntry, type UnknownEntry } from '../../../protocols/vault/entry.js'
import { asHeads } from '../../../protocols/vault/history.js'
import type { PutPrivate } from '../../../protocols/vault/private-part.js'
import type { LeftOut } from '../../../protocols/sync/session.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { isBetter, keyOf } from '../../../protocols/vault/standing.js'
import type { UnknownLimits } from '../../../protocols/vault/unknown.js'
import { NotAllowedError } from '../../errors.js'
import { countUnknown, followed, hasEntry, insertEntry, setName, type EntryRow } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { KeyedLock } from '../../async/keyed-lock.js'
import { putMember } from '../../index/queries/members.js'
import { headsOfTag, unsettledTags } from '../../index/queries/tag-places.js'
import { RwLock } from '../../async/rw-lock.js'
import { fileChange, plainChange, touching, type Change } from './changes.js'
import { forks } from './chains.js'
import { MOST_HEADS, without, type Heads } from './heads.js'
import { EntryBatch } from './entry-batch.js'
import { memberOf, peerText, toRow, writerRows, type Members } from '../members/members.js'
import { nameOf, newestName } from './names.js'
import { asVoidRow, retag, retagAll } from './reapply-history.js'
import { entryRow, historyRows } from './entry-rows.js'
import { TagTurn } from './tag-turn.js'
import { UnknownQuota } from './unknown-quota.js'
import { knownAdmit, Revocations, type Plan } from './revocations.js'

export type { Change, Turn } from './changes.js'
export type { Heads } from './heads.js'

/** Verifies entries, in the order given (src/vault/entries/entry-verifier.ts). */
export interface EntryVerifier { verify: (list: Uint8Array[]) => Promise<Entry[]> }

/** What there is room for: everything; what is known here and counts; or vault kinds alone, without which nobody could be revoked. */
export type IndexRoom = 'all' | 'known' | 'none'

const IN_PLACE: EntryVerifier = { verify: async (list) => list.map((bytes) => readEntry(bytes.slice())) }

/** An entry that this node made on top of `before`; of a version with the private part that it knows. */
export type Made = { entry: PutEntry, hidden: PutPrivate, before: Heads } | { entry: DeleteEntry, before: Heads }

/** Writes an entry's statements, alone or together with what belongs to it, in one transaction. */
export type Commit = (statements: Statement[]) => Promise<void>

const VAULT_KINDS = 'vault'
/** Entries that are looked up and written together, in one turn of this thread: a few milliseconds. */
const GROUP_ENTRIES = 64

/**
 * The set of entries on this node: takes in what is valid and whose writer is known, keeps each tag's heads, each
 * name's meaning, who is a member and what is void right with it, in one transaction, and tells what changed. What order
 * entries come in makes no difference to what it ends with (protocols/vault, "History" and "Standing").
 */
export class EntryLog {
  private readonly locks = new KeyedLock()
  /** An entry by which others become void, or stay, is taken in while nothing else is. */
  private readonly barrier = new RwLock()
  readonly revocations: Revocations
  private readonly unknowns: UnknownQuota
  /** Entries that were refused, by code. */
  readonly refused: Record<string, number> = {}
  /** When entries came last there was not room for all kinds of them. */
  full = false
  /** Entries of kinds that this version does not know. */
  unknown: number

  /** @param keys of role read and above; missing for role store, which sees tags only */
  constructor (
    private readonly db: IndexDb,
    private readonly vault: Uint8Array,
    readonly members: Members,
    private readonly keys: ReadKeys | undefined,
    private readonly onChange: (change: Change, encoded: Uint8Array, from?: string) => void,
    private readonly verifier: EntryVerifier = IN_PLACE,
    private readonly room: () => Promise<IndexRoom> = async () => 'all',
    unknownLimits?: UnknownLimits
  ) {
    this.revocations = new Revocations(db, vault, members)
    this.unknowns = new UnknownQuota(db, unknownLimits)
    this.unknown = countUnknown(db)
  }

  /**
   * Takes in what another member sent. A bad entry throws its ProtocolError before anything of the list is kept; one
   * whose writer is not known is left out and counted, and so is one for which there is no room, or of a kind that is not
   * known of which its writer has enough here. Says what was left out: true where it was for lack of room alone.
   */
  async receive (list: Uint8Array[], from?: string): Promise<boolean | LeftOut> {
    let entries: Entry[]
    try {
      entries = await this.verifier.verify(list)
      for (const entry of entries) this.ours(entry)
    } catch (error) {
      if (error instanceof ProtocolError) this.refuse(error.code)
      throw error
    }
    for (const entry of entries.filter(isVaultEntry)) await this.take(entry, undefined, from)
    const files = entries.filter((entry) => !isVaultEntry(entry))
    const over = this.unknowns.beyond(unknownOf(files))
    const within = over.size === 0 ? files : files.filter((entry) => entry.kind !== 'unknown' || !over.has(entry) || this.refuse('LIMIT'))
    const fits = within.length === 0 ? within : await this.fitting(within)
    await this.takeAll(fits, from)
    const gone = await this.trim(unknownOf(fits).map(({ writer }) => writer))
    const left = { full: fits.length < within.length, over: over.size + fits.filter(({ id }) => gone.has(keyOf(id))).length }
    return left.over === 0 ? left.full : left
  }

  /** Takes out what these writers have too much of kinds that are not known: what was here, or came just now. Its ids. */
  private async trim (writers: Uint8Array[]): Promise<Set<string>> {
    const gone = new Set<string>()
    const distinct = [...new Map(writers.map((writer) => [keyOf(writer), writer])).values()]
    for (const writer of distinct.filter((writer) => this.unknowns.leaving(writer).rows.length > 0)) {
      for (let rows = await this.trimOnce(writer); rows.length > 0; rows = await this.trimOnce(writer)) {
        for (const { id } of rows) gone.add(keyOf(id))
      }
    }
    return gone
  }

  private async trimOnce (writer: Uint8Array): Promise<Array<{ id: Uint8Array }>> {
    return this.barrier.alone(async () => {
      const { rows, statements } = this.unknowns.leaving(writer)
      if (rows.length === 0) return rows
      await this.db.write(statements)
      this.revocations.someLeft(writer)
      this.unknown -= rows.length
      return rows
    })
  }

  /** PeerIds of writers of whom no more entries of kinds that are not known here are kept. */
  overUnknown (): string[] {
    return this.unknowns.reached().map((writer) => this.members.ofWriter(writer)?.peer ?? '')
  }

  /** Those for which there is room, and those that are here; the others are counted. */
  private async fitting (entries: Array<FileEntry | UnknownEntry>): Promise<Array<FileEntry | UnknownEntry>> {
    const room = await this.room()
    this.full = room !== 'all'
    if (room === 'all') return entries
    return entries.filter((entry) => (room === 'known' && entry.kind !== 'unknown' && this.revocations.place(entry) !== 'void') || hasEntry(this.db, entry.id) || this.refuse('NO_SPACE'))
  }

  /** Group by group, other work of this thread between them; one group is written while the next is looked at. */
  private async takeAll (entries: Array<FileEntry | UnknownEntry>, from?: string): Promise<void> {
    const groups: Array<Promise<void>> = []
    for (let at = 0; at < entries.length; at += GROUP_ENTRIES) {
      if (at > 0) await nextTurn()
      const taken = this.takeGroup(entries.slice(at, at + GROUP_ENTRIES), from)
      // it is thrown below, when the others were begun
      taken.catch(() => {})
      groups.push(taken)
    }
    await Promise.all(groups)
  }

  private async takeGroup (entries: Array<FileEntry | UnknownEntry>, from?: string): Promise<void> {
    const group = new EntryBatch(this.db, entries)
    const commit: Commit = (statements) => group.commit(statements)
    const ofTags = Map.groupBy(entries.filter((entry) => entry.kind !== 'unknown'), ({ tag }) => keyOf(tag))
    const taken = [
      ...entries.filter((entry) => entry.kind === 'unknown').map((entry) => this.take(entry, commit, from)),
      ...[...ofTags.values()].map((list) => this.takeOfTag(list, commit, from, group))
    ]
    group.close()
    await Promise.all(taken)
  }

  /** The entry of these bytes, verified by itself and of this vault. */
  read (encoded: Uint8Array): Entry {
    return this.ours(readEntry(encoded))
  }

  /** Commits one entry unless it is known; true when it was new. A writer that is not known makes it false. */
  async take (entry: Entry, commit: Commit = this.commit, from?: string): Promise<boolean> {
    if (!isVaultEntry(entry) && entry.kind !== 'unknown') return await this.takeOfTag([entry], commit, from) > 0
    const taken = await this.locks.run(VAULT_KINDS, async () => {
      if (this.revocations.place(entry) === 'touches') return undefined
      return this.barrier.shared(async () => this.revocations.place(entry) === 'touches' ? undefined : this.takeVault(entry, commit, from))
    })
    return taken ?? this.takeAlone(entry, commit, from)
  }

  private readonly commit: Commit = async (statements) => { await this.db.write(statements) }

  /** Commits entries of one tag, those that are known left out; how many were new. What touches other entries comes after the rest, each alone. */
  private async takeOfTag (list: FileEntry[], commit: Commit, from?: string, group?: EntryBatch): Promise<number> {
    const entries = list.filter((entry) => this.knows(entry) || this.left())
    const [first] = entries
    if (first === undefined) return 0
    let taken = 0
    const touching = await this.ofTag(first.tag, async () => {
      const placed = Map.groupBy(entries, (entry) => this.revocations.place(entry) === 'touches')
      const plain = placed.get(false)
      if (plain !== undefined) taken += await this.takeFiles(first.tag, plain, commit, from, group)
      return placed.get(true) ?? []
    })
    for (const entry of touching) if (await this.takeAlone(entry, commit, from)) taken++
    return taken
  }

  /** Where the entries of a writer are no line; nothing is lost by it. Those of the vault key, which several owners may use, have no peer. */
  forks (): Array<{ peer?: string, seq: number }> {
    return forks(this.db).map(({ writer, seq }) => {
      const peer = this.members.ofWriter(writer)?.peer
      return peer === undefined ? { seq } : { peer, seq }
    })
  }

  /** Runs `work` while no other entry of the tag is committed. */
  async ofTag<T> (tag: Uint8Array, work: () => Promise<T>): Promise<T> {
    return this.locks.run(lockOf(tag), () => this.barrier.shared(work))
  }

  /** The same for several. They are taken in one order by everybody, so that nobody waits for one who waits for him. */
  async ofTags<T> (tags: Uint8Array[], work: () => Promise<T>): Promise<T> {
    const inner = (): Promise<T> => this.barrier.shared(work)
    return [...new Set(tags.map(lockOf))].sort().reduceRight((next, lock) => () => this.locks.run(lock, next), inner)()
  }

  /** The heads of a tag as they are now, the newest first; of more than an entry can name one more than those. */
  heads (tag: Uint8Array): Heads {
    return asHeads(historyRows(headsOfTag(this.db, tag, MOST_HEADS)))
  }

  /** Commits entries that this node has just made, each of another tag, in one transaction; within `ofTags`. */
  async takeMade (list: Made[], commit: Commit): Promise<void> {
    const taken = list.map(({ entry, before, ...made }) => {
      if (!this.revocations.plain(entry.writer)) throw new NotAllowedError('This machine was taken out of the vault by an owner: nothing that it writes counts any more')
      const after = asHeads([...without(before.heads, entry.after), ...historyRows([entryRow(entry)])])
      const name = 'hidden' in made ? nameOf(entry as PutEntry, made.hidden, after.conflict) : this.keys === undefined ? undefined : newestName(after, this.keys)
      return { entry, after, name }
    })
    await commit(taken.flatMap(({ entry, name }) => [...this.following(entry), setName(entry.tag, name)]))
    for (const { entry, after, name } of taken) this.onChange(fileChange(entry, { ...after, name, waits: false }), entry.encoded)
  }

  /** Commits entries of one tag while the caller holds it; how many were new. */
  private async takeFiles (tag: Uint8Array, entries: FileEntry[], commit: Commit, from?: string, group?: EntryBatch): Promise<number> {
    const distinct = new Map(entries.map((entry) => [keyOf(entry.id), entry]))
    const fresh = [...distinct.values()].filter(({ id }) => !(group?.isHere(id) ?? hasEntry(this.db, id)))
    if (fresh.length === 0) {
      await commit([])
      return 0
    }
    const turn = new TagTurn(this.db, this.keys, tag, group?.isFresh(tag) === true)
    const changes = fresh.map((entry) => turn.take(entry, this.revocations.place(entry) === 'void'))
    await commit(turn.statements())
    for (const [at, change] of changes.entries()) this.onChange(change, fresh[at]?.encoded ?? new Uint8Array(), from)
    if (turn.left) await this.goOn(tag)
    return fresh.length
  }

  /** Applies, step by step, what waited for what was applied; the caller holds the tag. */
  private async goOn (tag: Uint8Array): Promise<void> {
    for (let left = true; left;) {
      await nextTurn()
      const turn = new TagTurn(this.db, this.keys, tag)
      turn.goOn()
      await this.commit(turn.statements())
      left = turn.left
    }
  }

  /** Finishes what the end of the process left half done: once after the index was opened. */
  async settle (): Promise<void> {
    for (const tag of unsettledTags(this.db)) await this.ofTag(tag, () => this.goOn(tag))
    await this.trim(this.unknowns.reached())
  }

  /** It becomes a head, and what it names is none any more. */
  private following (entry: PutEntry | DeleteEntry, row = entryRow(entry)): Statement[] {
    return [insertEntry(row, true), ...followed(entry.after)]
  }

  /** An admit while nobody was revoked, a revoke of what is no member, a setting, or what is not known here. */
  private async takeVault (entry: Entry, commit: Commit, from?: string): Promise<boolean> {
    if (hasEntry(this.db, entry.id)) return false
    if (!this.mayCome(entry)) return this.left()
    const isVoid = this.revocations.place(entry) === 'void'
    const admit = entry.kind === 'admit' ? knownAdmit(entry) : undefined
    const member = admit === undefined ? undefined : memberOf(admit)
    const known = member === undefined ? undefined : this.members.get(member.peer)
    // the one that counts has its own admit's id
    const counts = admit !== undefined && (known === undefined || isBetter(admit, { id: known.admit, author: admit.author, member: { ...admit.member, role: known.role } }))
    const made = counts && member !== undefined ? { ...member, ...(known?.seen === undefined ? {} : { seen: known.seen }) } : undefined
    await commit([insertEntry(entryRow(entry), false, isVoid), ...(made === undefined ? [] : [putMember(toRow(made))]), ...writerRows(entry)])
    if (made !== undefined) this.members.set(made)
    this.revocations.remember(entry)
    this.noted(entry)
    this.onChange(made === undefined ? plainChange(entry) : { kind: 'member', member: made }, entry.encoded, from)
    return true
  }

  /** An entry by which others become void, or stay after all: everything that follows is committed with it. */
  private async takeAlone (entry: Entry, commit: Commit, from?: string): Promise<boolean> {
    return this.barrier.alone(async () => {
      const file = 'tag' in entry
      if (hasEntry(this.db, entry.id)) {
        if (file) await commit([])
        return false
      }
      if (!this.mayCome(entry)) return this.left()
      const row = entryRow(entry)
      const plan = this.revocations.plan(entry, row)
      const own = this.inOwnTag(entry, row, plan)
      const others = await retagAll(this.db, this.keys, plan.flips, row.tag ?? undefined)
      await commit([...own.statements, ...plan.statements, ...own.after, ...others, ...writerRows(entry)])
      plan.done()
      this.noted(entry)
      this.onChange(touching(entry, plan, own.change), entry.encoded, from)
      if (own.left && row.tag !== null) await this.goOn(row.tag)
      return true
    })
  }

  /** What such an entry does in its own tag, before and after the others are void, or stay. */
  private inOwnTag (entry: Entry, row: EntryRow, { flips, isVoid }: Plan): { statements: Statement[], after: Statement[], change: Change, left: boolean } {
    if (!('tag' in entry)) return { statements: [insertEntry(row, false, isVoid)], after: [], change: plainChange(entry), left: false }
    if (!flips.some(({ tag }) => tag !== null && equal(tag, entry.tag))) {
      const turn = new TagTurn(this.db, this.keys, entry.tag)
      const change = turn.take(entry, isVoid)
      return { statements: turn.statements(), after: [], change, left: turn.left }
    }
    const whole = retag(this.db, this.keys, entry.tag, new Map(flips.map(({ id, void: to }) => [keyOf(id), to])), 'after' in entry ? asVoidRow(row, isVoid) : undefined)
    return { statements: [insertEntry(row, false, isVoid)], after: whole.statements, change: isVoid ? plainChange(entry) : fileChange(entry, whole), left: false }
  }

  private noted (entry: Entry): void {
    if (entry.kind === 'unknown') this.unknown++
    if (entry.kind !== 'admit') return
    const { subject, writer } = entry.admit.member
    if (writer !== undefined) this.members.setWriter(writer, { peer: peerText(subject), admit: entry.id })
  }

  /** Known by induction: the founder's admit is written by its own writer key under the vault key, all else by a known writer. */
  private mayCome (entry: Entry): boolean {
    if (this.knows(entry)) return true
    const certificate = entry.kind === 'admit' ? entry.admit.member : undefined
    return certificate?.writer !== undefined && equal(certificate.writer, entry.writer) && equal(certificate.by, this.vault)
  }

  private knows (entry: Entry): boolean {
    return equal(entry.writer, this.vault) || this.members.ofWriter(entry.writer) !== undefined
  }

  private ours (entry: Entry): Entry {
    if (!equal(entry.vault, this.vault)) throw new ProtocolError('WRONG_VAULT', 'The entry is of another vault')
    return entry
  }

  private left (): false { return this.refuse('UNKNOWN_WRITER') }

  private refuse (code: WireCode): false {
    this.refused[code] = (this.refused[code] ?? 0) + 1
    return false
  }
}

const unknownOf = (entries: Entry[]): UnknownEntry[] => entries.filter((entry) => entry.kind === 'unknown')
const lockOf = (tag: Uint8Array): string => Buffer.from(tag).toString('hex')
