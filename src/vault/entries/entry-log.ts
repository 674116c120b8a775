import type { Logger } from '@libp2p/interface'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { equal } from '../../../protocols/block/hash.js'
import { ProtocolError, type WireCode } from '../../../protocols/errors.js'
import { isVaultEntry, readEntry, type DeleteEntry, type Entry, type FileEntry, type PutEntry, type UnknownEntry } from '../../../protocols/vault/entry.js'
import { asHeads } from '../../../protocols/vault/history.js'
import type { PutPrivate } from '../../../protocols/vault/private-part.js'
import type { LeftOut } from '../../../protocols/sync/session.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { isBetter, keyOf } from '../../../protocols/vault/standing.js'
import { NotAllowedError } from '../../errors.js'
import { noLogger, shortPeer, whyFailed } from '../../log.js'
import { countUnknown, followed, hasEntry, insertEntry, setName, type EntryRow } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { KeyedLock } from '../../async/keyed-lock.js'
import { putMember } from '../../index/queries/members.js'
import { headsOfTag, unsettledTags } from '../../index/queries/tag-places.js'
import { RwLock } from '../../async/rw-lock.js'
import { fileChange, plainChange, touching, type Change } from './changes.js'
import { forks } from './chains.js'
import type { Commit, EntryLogComponents, EntryLogInit, EntryVerifier, IndexRoom } from './entry-log-init.js'
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
export type { Commit, EntryVerifier, IndexRoom } from './entry-log-init.js'
export type { Heads } from './heads.js'

const IN_PLACE: EntryVerifier = { verify: async (list) => list.map((bytes) => readEntry(bytes.slice())) }

/** A made entry is one that this node wrote on top of `before`. */
export type Made = { entry: PutEntry, hidden: PutPrivate, before: Heads } | { entry: DeleteEntry, before: Heads }

const VAULT_KINDS = 'vault'
/** One turn of this thread takes in at most this many entries: a few milliseconds. */
const GROUP_ENTRIES = 64

/**
 * The entry log takes in valid entries of known writers, and keeps heads, names, members and void
 * marks right in the same transaction. The result does not depend on the order in which entries
 * come (protocols/vault/README.md, "History" and "Standing").
 */
export class EntryLog {
  readonly members: Members
  private readonly db: IndexDb
  private readonly verifier: EntryVerifier
  private readonly log: Logger
  private readonly vault: Uint8Array
  private readonly keys: ReadKeys | undefined
  private readonly onChange: EntryLogInit['onChange']
  private readonly room: () => Promise<IndexRoom>
  private readonly locks = new KeyedLock()
  /** An entry that makes other entries void, or keeps them, is taken in alone. */
  private readonly barrier = new RwLock()
  readonly revocations: Revocations
  private readonly unknowns: UnknownQuota
  /** Number of refused entries, by wire code. */
  readonly refused: Record<string, number> = {}
  /** True when the last received entries did not all fit. */
  full = false
  /** Number of entries of kinds that this version does not know. */
  unknown: number

  constructor ({ db, members, verifier = IN_PLACE, logger = noLogger }: EntryLogComponents, init: EntryLogInit) {
    this.db = db
    this.members = members
    this.verifier = verifier
    this.log = logger.forComponent('dfs:vault')
    const { vault, keys, onChange, room = async () => 'all', unknownLimits } = init
    this.vault = vault
    this.keys = keys
    this.onChange = onChange
    this.room = room
    this.revocations = new Revocations(db, vault, members)
    this.unknowns = new UnknownQuota(db, unknownLimits)
    this.unknown = countUnknown(db)
  }

  /**
   * Takes in entries that another member sent. Entries of unknown writers, entries without room,
   * and entries of an unknown kind beyond their writer's quota are left out and counted. Returns
   * true when entries were left out for lack of room alone.
   * @throws ProtocolError of the first bad entry; no entry of the list is kept then
   */
  async receive (list: Uint8Array[], from?: string): Promise<boolean | LeftOut> {
    let entries: Entry[]
    try {
      entries = await this.verifier.verify(list)
      for (const entry of entries) this.ours(entry)
    } catch (error) {
      if (error instanceof ProtocolError) this.count(error.code)
      this.log('refused %d entries from %s: %s', list.length, from === undefined ? 'this node' : shortPeer(from), whyFailed(error))
      throw error
    }
    for (const entry of entries.filter(isVaultEntry)) await this.take(entry, undefined, from)
    const files = entries.filter((entry) => !isVaultEntry(entry))
    const over = this.unknowns.beyond(unknownOf(files))
    const within = over.size === 0 ? files : files.filter((entry) => entry.kind !== 'unknown' || !over.has(entry) || this.refuse('LIMIT', entry))
    const fits = within.length === 0 ? within : await this.fitting(within)
    await this.takeAll(fits, from)
    const gone = await this.trim(unknownOf(fits).map(({ writer }) => writer))
    const left = { full: fits.length < within.length, over: over.size + fits.filter(({ id }) => gone.has(keyOf(id))).length }
    return left.over === 0 ? left.full : left
  }

  /** Removes entries of unknown kinds beyond these writers' quota. Returns the removed ids. */
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

  /** Returns PeerIds of writers that have reached the quota of entries of unknown kinds. */
  overUnknown (): string[] {
    return this.unknowns.reached().map((writer) => this.members.ofWriter(writer)?.peer ?? '')
  }

  /** Returns the entries that fit or are here already, and counts the others as refused. */
  private async fitting (entries: Array<FileEntry | UnknownEntry>): Promise<Array<FileEntry | UnknownEntry>> {
    const room = await this.room()
    this.full = room !== 'all'
    if (room === 'all') return entries
    return entries.filter((entry) => (room === 'known' && entry.kind !== 'unknown' && this.revocations.place(entry) !== 'void') || hasEntry(this.db, entry.id) || this.refuse('NO_SPACE', entry))
  }

  /** Takes in batch by batch: other work runs between two, and one is written during the next. */
  private async takeAll (entries: Array<FileEntry | UnknownEntry>, from?: string): Promise<void> {
    const groups: Array<Promise<void>> = []
    for (let at = 0; at < entries.length; at += GROUP_ENTRIES) {
      if (at > 0) await nextTurn()
      const taken = this.takeGroup(entries.slice(at, at + GROUP_ENTRIES), from)
      // `Promise.all` below throws the error once all batches have begun
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

  /** @throws ProtocolError when the entry is bad or of another vault */
  read (encoded: Uint8Array): Entry {
    return this.ours(readEntry(encoded))
  }

  /** Returns true when the entry was new, false when it was here or its writer is not known. */
  async take (entry: Entry, commit: Commit = this.commit, from?: string): Promise<boolean> {
    if (!isVaultEntry(entry) && entry.kind !== 'unknown') return await this.takeOfTag([entry], commit, from) > 0
    const taken = await this.locks.run(VAULT_KINDS, async () => {
      if (this.revocations.place(entry) === 'touches') return undefined
      return this.barrier.shared(async () => this.revocations.place(entry) === 'touches' ? undefined : this.takeVault(entry, commit, from))
    })
    return taken ?? this.takeAlone(entry, commit, from)
  }

  private readonly commit: Commit = async (statements) => { await this.db.write(statements) }

  /** Returns how many entries were new. Entries that touch others come last, each alone. */
  private async takeOfTag (list: FileEntry[], commit: Commit, from?: string, group?: EntryBatch): Promise<number> {
    const entries = list.filter((entry) => this.knows(entry) || this.left(entry))
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

  /** Returns the breaks in writers' chains. A break of the vault key has no peer. */
  forks (): Array<{ peer?: string, seq: number }> {
    return forks(this.db).map(({ writer, seq }) => {
      const peer = this.members.ofWriter(writer)?.peer
      return peer === undefined ? { seq } : { peer, seq }
    })
  }

  async ofTag<T> (tag: Uint8Array, work: () => Promise<T>): Promise<T> {
    return this.locks.run(lockOf(tag), () => this.barrier.shared(work))
  }

  /**
   * Runs `work` while no other entry of these tags is committed. Every caller takes the locks in
   * the same order (sorted by tag), so two callers cannot deadlock.
   */
  async ofTags<T> (tags: Uint8Array[], work: () => Promise<T>): Promise<T> {
    const inner = (): Promise<T> => this.barrier.shared(work)
    return [...new Set(tags.map(lockOf))].sort().reduceRight((next, lock) => () => this.locks.run(lock, next), inner)()
  }

  /** Returns at most `MOST_HEADS` heads, the newest first: one more than an entry can name. */
  heads (tag: Uint8Array): Heads {
    return asHeads(historyRows(headsOfTag(this.db, tag, MOST_HEADS)))
  }

  /**
   * Commits entries of different tags in one transaction. The caller runs inside `ofTags`.
   * @throws NotAllowedError when this node was revoked
   */
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

  /** Returns how many entries were new. The caller holds the lock of the tag. */
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

  /** Applies entries whose parents were applied. The caller holds the lock of the tag. */
  private async goOn (tag: Uint8Array): Promise<void> {
    for (let left = true; left;) {
      await nextTurn()
      const turn = new TagTurn(this.db, this.keys, tag)
      turn.goOn()
      await this.commit(turn.statements())
      left = turn.left
    }
  }

  /** Finishes steps that the last process left. Call once after the index was opened. */
  async settle (): Promise<void> {
    for (const tag of unsettledTags(this.db)) await this.ofTag(tag, () => this.goOn(tag))
    await this.trim(this.unknowns.reached())
  }

  /** Returns statements that make the entry a head and its parents no heads. */
  private following (entry: PutEntry | DeleteEntry, row = entryRow(entry)): Statement[] {
    return [insertEntry(row, true), ...followed(entry.after)]
  }

  /** Takes an entry that touches no other and belongs to no tag. */
  private async takeVault (entry: Entry, commit: Commit, from?: string): Promise<boolean> {
    if (hasEntry(this.db, entry.id)) return false
    if (!this.mayCome(entry)) return this.left(entry)
    const isVoid = this.revocations.place(entry) === 'void'
    const admit = entry.kind === 'admit' ? knownAdmit(entry) : undefined
    const member = admit === undefined ? undefined : memberOf(admit)
    const known = member === undefined ? undefined : this.members.get(member.peer)
    // the admit that counts may be the one in the member's row, which has its own id
    const counts = admit !== undefined && (known === undefined || isBetter(admit, { id: known.admit, author: admit.author, member: { ...admit.member, role: known.role } }))
    const made = counts && member !== undefined ? { ...member, ...(known?.seen === undefined ? {} : { seen: known.seen }) } : undefined
    await commit([insertEntry(entryRow(entry), false, isVoid), ...(made === undefined ? [] : [putMember(toRow(made))]), ...writerRows(entry)])
    if (made !== undefined) this.members.set(made)
    this.revocations.remember(entry)
    this.noted(entry)
    this.onChange(made === undefined ? plainChange(entry) : { kind: 'member', member: made }, entry.encoded, from)
    return true
  }

  /** Takes an entry that makes others void, or keeps them, in one transaction with the results. */
  private async takeAlone (entry: Entry, commit: Commit, from?: string): Promise<boolean> {
    return this.barrier.alone(async () => {
      const file = 'tag' in entry
      if (hasEntry(this.db, entry.id)) {
        if (file) await commit([])
        return false
      }
      if (!this.mayCome(entry)) return this.left(entry)
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

  /** Returns the statements of the entry's own tag, before and after those of other tags. */
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

  /** The founder's own key signs the founder's admit; a known writer signs every other entry. */
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

  private left (entry: Entry): false { return this.refuse('UNKNOWN_WRITER', entry) }

  private refuse (code: WireCode, { kind, id }: Entry): false {
    this.count(code)
    this.log('refused the entry %s %t: %s', kind, id, code)
    return false
  }

  private count (code: WireCode): void { this.refused[code] = (this.refused[code] ?? 0) + 1 }
}

const unknownOf = (entries: Entry[]): UnknownEntry[] => entries.filter((entry) => entry.kind === 'unknown')
const lockOf = (tag: Uint8Array): string => Buffer.from(tag).toString('hex')
