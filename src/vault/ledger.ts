import { equal } from '../../protocols/block/hash.js'
import { ProtocolError, type WireCode } from '../../protocols/errors.js'
import { addToDigest, emptyDigest, type Digest } from '../../protocols/sync/digest.js'
import { isVaultEntry, readEntry, type AdmitEntry, type Entry, type DeleteEntry, type FileEntry, type PutEntry } from '../../protocols/vault/entry.js'
import { applyHistory, asHeads, type Heads as HeadsOf } from '../../protocols/vault/history.js'
import type { PutPrivate } from '../../protocols/vault/private-part.js'
import type { ReadKeys } from '../../protocols/vault/keys.js'
import { entriesOfTag, entryIds, followed, hasEntry, hasWaiting, headsOfTag, insertEntry, setName, setStanding, type NameRow } from '../index-db/entries.js'
import type { IndexDb, Statement } from '../index-db/index-db.js'
import { putMember, putWriter } from '../index-db/members.js'
import { KeyedLock } from '../index-db/keyed-lock.js'
import { peerText, toRow, type Member, type Members } from './members.js'
import { nameOf, newestName } from './names.js'
import { entryRow, historyRows, type HistoryRow } from './stored.js'

/** What a newly committed entry changed. */
export type Change =
  | { kind: 'member', member: Member }
  | { kind: 'file', entry: PutEntry, name: NameRow | undefined, conflict: boolean }
  | { kind: 'other', entry: Entry }

/** Writes an entry's statements, alone or together with what belongs to it, in one transaction. */
export type Commit = (statements: Statement[]) => Promise<void>

export type Heads = HeadsOf<HistoryRow>

const VAULT_KINDS = 'vault'

/**
 * The set of entries on this node: takes in what is valid and whose writer is known, keeps each tag's heads and each
 * name's meaning right with it, in one transaction, and tells what changed. What order entries come in makes no
 * difference to what it ends with (formats, "History").
 */
export class Ledger {
  private readonly locks = new KeyedLock()
  private current: Digest
  /** Entries that were refused, by code. */
  readonly refused: Record<string, number> = {}
  /** Entries of kinds that this version does not know. */
  unknown: number

  /** @param keys of role read and above; missing for role store, which sees tags only */
  constructor (
    private readonly db: IndexDb,
    private readonly vault: Uint8Array,
    readonly members: Members,
    private readonly keys: ReadKeys | undefined,
    private readonly onChange: (change: Change, encoded: Uint8Array, from?: string) => void
  ) {
    this.current = emptyDigest()
    for (const { id } of entryIds(db)) this.current = addToDigest(this.current, id)
    this.unknown = db.get<{ n: number }>("SELECT count(*) AS n FROM entries WHERE kind NOT IN ('put', 'restore', 'delete', 'forget', 'admit', 'revoke', 'setting')")?.n ?? 0
  }

  /** Of all entries that are kept. */
  get digest (): Digest { return this.current }

  /**
   * Takes in what another member sent. A bad entry throws its ProtocolError before anything of the list is kept; one
   * whose writer is not known is left out and counted.
   */
  async receive (list: Uint8Array[], from?: string): Promise<void> {
    let entries: Entry[]
    try {
      entries = list.map((bytes) => this.read(bytes.slice()))
    } catch (error) {
      if (error instanceof ProtocolError) this.refuse(error.code)
      throw error
    }
    for (const entry of entries.filter(isVaultEntry)) await this.take(entry, undefined, from)
    await Promise.all(entries.filter((entry) => !isVaultEntry(entry)).map((entry) => this.take(entry, undefined, from)))
  }

  /** The entry of these bytes, verified by itself and of this vault. */
  read (encoded: Uint8Array): Entry {
    const entry = readEntry(encoded)
    if (!equal(entry.vault, this.vault)) throw new ProtocolError('WRONG_VAULT', 'The entry is of another vault')
    return entry
  }

  /** Commits one entry unless it is known; true when it was new. A writer that is not known makes it false. */
  async take (entry: Entry, commit: Commit = async (statements) => { await this.db.write(statements) }, from?: string): Promise<boolean> {
    if (entry.kind === 'admit') return this.locks.run(VAULT_KINDS, () => this.takeAdmit(entry, commit, from))
    if (!this.knows(entry)) {
      this.refuse('UNKNOWN_WRITER')
      return false
    }
    if (entry.kind === 'put' || entry.kind === 'restore' || entry.kind === 'delete' || entry.kind === 'forget') {
      return this.ofTag(entry.tag, () => this.takeFile(entry, commit, from))
    }
    return this.locks.run(VAULT_KINDS, async () => {
      if (hasEntry(this.db, entry.id)) return false
      await commit([insertEntry(entryRow(entry))])
      if (entry.kind === 'unknown') this.unknown++
      this.added(entry, { kind: 'other', entry }, from)
      return true
    })
  }

  /** Runs `work` while no other entry of the tag is committed. */
  async ofTag<T> (tag: Uint8Array, work: () => Promise<T>): Promise<T> {
    return this.locks.run(Buffer.from(tag).toString('hex'), work)
  }

  /** The heads of a tag as they are now, the newest first. */
  heads (tag: Uint8Array): Heads {
    return asHeads(historyRows(headsOfTag(this.db, tag)))
  }

  /** Commits a file's entry while the caller holds its tag; false when it is known. */
  private async takeFile (entry: FileEntry, commit: Commit, from?: string): Promise<boolean> {
    if (hasEntry(this.db, entry.id)) {
      await commit([])
      return false
    }
    if (entry.kind === 'forget') {
      await commit([insertEntry(entryRow(entry))])
      this.added(entry, { kind: 'other', entry }, from)
      return true
    }
    const row = entryRow(entry)
    const before = this.heads(entry.tag)
    if (follows(entry, before) && !hasWaiting(this.db, entry.tag)) {
      const after = asHeads([...without(before.heads, entry.after), ...historyRows([row])])
      const name = this.keys === undefined ? undefined : newestName(after, this.keys)
      await this.write(entry, [insertEntry(row, true), followed(entry.tag, entry.after)], name, after.conflict, commit, from)
      return true
    }
    // out of turn: the whole history of the name says what is applied now
    const history = applyHistory(historyRows([...entriesOfTag(this.db, entry.tag), row]))
    const name = this.keys === undefined ? undefined : newestName(history, this.keys)
    const standing = setStanding(entry.tag, history.heads.map(({ id }) => id), history.waiting.map(({ id }) => id))
    await this.write(entry, [insertEntry(row), standing], name, history.conflict, commit, from)
    return true
  }

  /** Commits an entry that this node has just made on top of `before`, with the private part that it knows. */
  async takeMade (entry: PutEntry, hidden: PutPrivate, before: Heads, commit: Commit): Promise<void> {
    const conflict = without(before.heads, entry.after).length > 0
    await this.write(entry, [insertEntry(entryRow(entry), true), followed(entry.tag, entry.after)], nameOf(entry, hidden, conflict), conflict, commit)
  }

  private async write (entry: FileEntry, statements: Statement[], name: NameRow | undefined, conflict: boolean, commit: Commit, from?: string): Promise<void> {
    await commit([...statements, ...(this.keys === undefined ? [] : [setName(entry.tag, name)])])
    this.added(entry, entry.kind === 'put' || entry.kind === 'restore' ? { kind: 'file', entry, name, conflict } : { kind: 'other', entry }, from)
  }

  private async takeAdmit (entry: AdmitEntry, commit: Commit, from?: string): Promise<boolean> {
    if (hasEntry(this.db, entry.id)) return false
    const { member: certificate, author } = entry.admit
    // known by induction: the founder's admit is written by its own writer key under the vault key, any other by a known writer
    const founder = certificate.writer !== undefined && equal(certificate.writer, author) && equal(certificate.by, this.vault)
    if (!founder && this.members.ofWriter(author) === undefined) {
      this.refuse('UNKNOWN_WRITER')
      return false
    }
    const member: Member = {
      peer: peerText(certificate.subject),
      bytes: certificate.subject,
      role: certificate.role,
      operator: certificate.operator,
      label: certificate.label,
      ...(certificate.writer === undefined ? {} : { writer: certificate.writer }),
      ...(entry.admit.invite === undefined ? {} : { invite: entry.admit.invite.key }),
      admit: entry.id,
      since: entry.time
    }
    const counts = this.members.counts(member)
    await commit([
      insertEntry(entryRow(entry)),
      ...(counts ? [putMember(toRow(member))] : []),
      ...(member.writer === undefined ? [] : [putWriter({ key: member.writer, peer: member.bytes, admit: entry.id })])
    ])
    if (counts) this.members.set(member)
    if (member.writer !== undefined) this.members.setWriter(member.writer, { peer: member.peer, admit: entry.id })
    this.added(entry, counts ? { kind: 'member', member } : { kind: 'other', entry }, from)
    return true
  }

  private knows (entry: Entry): boolean {
    return equal(entry.writer, this.vault) || this.members.ofWriter(entry.writer) !== undefined
  }

  private added (entry: Entry, change: Change, from?: string): void {
    this.current = addToDigest(this.current, entry.id)
    this.onChange(change, entry.encoded, from)
  }

  private refuse (code: WireCode): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1
  }
}

/** The entry names only heads, with the clock that follows from them: it is applied, and nothing else changes. */
function follows (entry: PutEntry | DeleteEntry, { heads }: Heads): boolean {
  const known = new Map(heads.map(({ id, clock }) => [Buffer.from(id).toString('hex'), clock]))
  const clocks = entry.after.map((id) => known.get(Buffer.from(id).toString('hex')))
  return clocks.every((clock) => clock !== undefined) && entry.clock === 1 + Math.max(0, ...clocks.map((clock) => clock ?? 0))
}

function without (heads: HistoryRow[], ids: Uint8Array[]): HistoryRow[] {
  const gone = new Set(ids.map((id) => Buffer.from(id).toString('hex')))
  return heads.filter(({ id }) => !gone.has(Buffer.from(id).toString('hex')))
}
