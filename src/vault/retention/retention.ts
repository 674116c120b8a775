import { setImmediate as nextTurn } from 'node:timers/promises'
import { compareBytes, equal } from '../../../protocols/block/hash.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { MAX_FORGET } from '../../../protocols/vault/limits.js'
import { makeForget } from '../../../protocols/vault/make-entry.js'
import { keyOf } from '../../../protocols/vault/standing.js'
import { entryById } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { ownMs } from '../../index/queries/own-time.js'
import { crowdedAfter, linesOfTag, supersededBefore, supersededOfTag, type LineRow, type SupersededRow } from '../../index/queries/superseded.js'
import { headsOfTag } from '../../index/queries/tag-places.js'
import type { Settings } from '../../api/node.js'
import type { EntryWriter } from '../entries/entry-writer.js'
import { opened } from '../entries/lineage.js'
import type { Change } from '../entries/changes.js'
import { forgettable, type ForgetRules, type Line } from './rules.js'
import { MOST_HEADS } from '../entries/heads.js'
import type { EntryLog } from '../entries/entry-log.js'
import { idsIn, readStored } from '../entries/entry-rows.js'

/** The interval between two passes is a sixtieth of the retention, within these bounds. */
const LOOK_MIN_MS = 1_000
const LOOK_MAX_MS = 10 * 60e3
const LOOKS_IN_RETENTION = 60
/**
 * A pass over all names with too many versions runs at this interval. Names that were put since are
 * looked at in every pass.
 */
const WALK_MS = 86400e3
/**
 * A node whose last comparison is older than this may lack settings and forgets, so it forgets
 * nothing.
 */
const COMPARED_MS = 86400e3
/**
 * The writer of the newest version forgets old versions first. Other members wait a random 2 to 4
 * passes before they do it.
 */
const LEFT_LOOKS = 2
/**
 * At most this many names are remembered for the next pass. The pass over all names finds the
 * others.
 */
const MAX_REMEMBERED = 10_000
/** One query reads this many rows, and other work runs after each TURN_NAMES names. */
const PAGE_ROWS = 1_024
const TURN_NAMES = 16
/** Other work runs after this many decrypted versions. */
const TURN_VERSIONS = 64
/** One pass writes at most this many entries; the next pass goes on. */
const MAX_ENTRIES = 2_000

export interface RetentionParts {
  db: IndexDb
  ledger: Pick<EntryLog, 'take' | 'revocations'>
  keys: ReadKeys
  author: EntryWriter
  settings: () => Pick<Settings, 'keep' | 'retention'>
  /** Returns the number of other members. */
  others: () => number
  /** Returns true when the last comparison with a connected member left no difference. */
  isInSync: () => boolean
  /** Returns true on an island, and while a rebuilt index may lack entries that others have. */
  isCutOff: () => boolean
  /** `now` never goes back. */
  clock: { now: () => number, after: (ms: number, fn: () => void) => () => void }
  onError: (error: unknown) => void
  /** From 0 to below 1. @default Math.random */
  random?: () => number
}

/**
 * Retention forgets, in the background, versions that the vault's settings need not keep. The
 * writer of the newest version of a name does it at once. Other members do it only when the writer
 * has not done it a while later, so that one member forgets and not all.
 *
 * Nothing is forgotten where settings and forgets of others may have been missed: on an island, and
 * when no member was in sync with this node in the last day.
 */
export class Retention {
  /** Tags that were put or deleted since the last pass. */
  private readonly fresh = new Map<string, Uint8Array>()
  /** Tags that are left to other members until this time, by the clock. */
  private readonly left = new Map<string, number>()
  private comparedAt: number | undefined
  private walkedAt: number | undefined
  private cancel: (() => void) | undefined
  private looking: Promise<void> | undefined
  private stopped = false

  constructor (private readonly parts: RetentionParts) {}

  start (): void {
    if (this.cancel === undefined && !this.stopped) this.later()
  }

  /** Resolves when no write is pending. */
  async stop (): Promise<void> {
    this.stopped = true
    this.cancel?.()
    await this.looking
  }

  /** Resolves when no pass runs. */
  async quiet (): Promise<void> { await this.looking }

  /** Call when a comparison with a member ended: this node now has that member's entries. */
  compared (): void { this.comparedAt = this.parts.clock.now() }

  /** Call when an entry was committed. */
  changed (change: Change): void {
    if (!('entry' in change)) return
    const { entry } = change
    // a setting may shorten an interval
    if (entry.kind === 'setting') {
      this.walkedAt = undefined
      if (this.cancel !== undefined) this.later()
    }
    if ('after' in entry && entry.after.length > 0 && this.fresh.size < MAX_REMEMBERED) this.fresh.set(keyOf(entry.tag), entry.tag)
  }

  private get everyMs (): number {
    return Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, this.parts.settings().retention / LOOKS_IN_RETENTION))
  }

  private later (): void {
    const { clock, random = Math.random } = this.parts
    this.cancel?.()
    this.cancel = clock.after(this.everyMs * (0.5 + random()), () => {
      this.looking = this.look().catch(this.parts.onError).finally(() => {
        this.looking = undefined
        if (!this.stopped) this.later()
      })
    })
  }

  private async look (): Promise<void> {
    if (!this.isReady()) return
    let entries = 0
    let names = 0
    for await (const tag of this.candidates()) {
      if (this.stopped) return
      if (entries >= MAX_ENTRIES) {
        // the pass over all names finds the tags that were not reached
        this.walkedAt = undefined
        return
      }
      entries += await this.forget(tag)
      if (++names % TURN_NAMES === 0) await nextTurn()
    }
    for (const [key, until] of this.left) if (until + LEFT_LOOKS * LOOK_MAX_MS < this.parts.clock.now()) this.left.delete(key)
  }

  private isReady (): boolean {
    const { others, isInSync, isCutOff, clock, ledger, author } = this.parts
    if (!ledger.revocations.plain(author.key) || isCutOff()) return false
    return others() === 0 || isInSync() || (this.comparedAt !== undefined && clock.now() - this.comparedAt < COMPARED_MS)
  }

  /**
   * Yields tags that may have versions to forget: tags that were put since, tags that were left to
   * others, tags with old versions and, once a day, all tags with many versions.
   */
  private async * candidates (): AsyncGenerator<Uint8Array> {
    const { db, settings, clock } = this.parts
    const { keep, retention } = settings()
    const fresh = [...this.fresh.values()]
    this.fresh.clear()
    const seen = new Set<string>()
    const stopped = (): boolean => this.stopped
    const once = async function * (tags: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const tag of tags) {
        if (seen.has(keyOf(tag))) continue
        if (seen.size < MAX_REMEMBERED) seen.add(keyOf(tag))
        yield tag
      }
    }
    yield * once(fresh.filter((tag) => supersededOfTag(db, tag) > keep))
    yield * once([...this.left.keys()].map((key) => new Uint8Array(Buffer.from(key, 'latin1'))))
    yield * once(oldTags(db, ownMs(db) - retention, stopped))
    if (this.walkedAt !== undefined && clock.now() - this.walkedAt < WALK_MS) return
    yield * once(crowdedTags(db, keep, stopped))
    this.walkedAt = clock.now()
  }

  /** Returns the number of written entries. */
  private async forget (tag: Uint8Array): Promise<number> {
    const { db, ledger, keys, author, settings, clock } = this.parts
    const rules = { ...settings(), now: ownMs(db) }
    const key = keyOf(tag)
    const { lines, names } = await this.read(linesOfTag(db, tag), rules)
    const due = forgettable(lines, rules)
    const name = due.map((id) => names.get(keyOf(id))).find((found) => found !== undefined)
    if (name === undefined) {
      this.left.delete(key)
      return 0
    }
    if (!this.isMine(tag) && clock.now() < this.leftUntil(key)) return 0
    this.left.delete(key)
    let entries = 0
    for (; entries * MAX_FORGET < due.length && !this.stopped; entries++) {
      const versions = due.slice(entries * MAX_FORGET, (entries + 1) * MAX_FORGET).sort(compareBytes)
      await author.write((terms) => makeForget({ ...terms, keys, name, versions }), ({ entry }) => ledger.take(entry))
    }
    return entries
  }

  /**
   * Decrypts the versions of a name, but none of them when nothing would be due even if all were
   * readable.
   */
  private async read (rows: LineRow[], rules: ForgetRules): Promise<{ lines: Line[], names: Map<string, string> }> {
    const names = new Map<string, string>()
    if (forgettable(rows.map((row) => asLine(row, true)), rules).length === 0) return { lines: [], names }
    const lines: Line[] = []
    for (const row of rows) {
      const name = nameOf(this.parts.db, this.parts.keys, row.id)
      if (name !== undefined) names.set(keyOf(row.id), name)
      lines.push(asLine(row, name !== undefined))
      if (lines.length % TURN_VERSIONS === 0) await nextTurn()
    }
    return { lines, names }
  }

  /** Returns true when this node wrote one of the heads. */
  private isMine (tag: Uint8Array): boolean {
    return headsOfTag(this.parts.db, tag, MOST_HEADS).some(({ writer }) => equal(writer, this.parts.author.key))
  }

  private leftUntil (key: string): number {
    const { clock, random = Math.random } = this.parts
    let until = this.left.get(key)
    if (until === undefined) {
      until = clock.now() + this.everyMs * LEFT_LOOKS * (1 + random())
      if (this.left.size < MAX_REMEMBERED) this.left.set(key, until)
    }
    return until
  }
}

function asLine ({ id, kind, clock, parents, void: isVoid, since }: LineRow, readable: boolean): Line {
  return { id, kind: kind as Line['kind'], clock, after: idsIn(parents), void: isVoid === 1, readable, ...(since === null ? {} : { superseded: since }) }
}

/** Returns the name in an entry, or undefined when the entry does not open. */
function nameOf (db: IndexDb, keys: ReadKeys, id: Uint8Array): string | undefined {
  const row = entryById(db, id)
  const entry = row === undefined ? undefined : readStored(row.entry)
  return entry?.kind === 'put' || entry?.kind === 'restore' || entry?.kind === 'delete' ? opened(entry, keys)?.name : undefined
}

async function * oldTags (db: IndexDb, before: number, stopped: () => boolean): AsyncGenerator<Uint8Array> {
  for (let last: Pick<SupersededRow, 'since' | 'entry'> | undefined = { since: -1, entry: new Uint8Array(0) }; last !== undefined;) {
    const rows = supersededBefore(db, before, last, PAGE_ROWS)
    for (const { tag } of rows) yield tag
    await nextTurn()
    if (stopped()) return
    last = rows.length < PAGE_ROWS ? undefined : rows.at(-1)
  }
}

async function * crowdedTags (db: IndexDb, keep: number, stopped: () => boolean): AsyncGenerator<Uint8Array> {
  for (let last: Uint8Array | undefined = new Uint8Array(0); last !== undefined;) {
    const rows = crowdedAfter(db, last, PAGE_ROWS)
    const read = rows.reduce((sum, { n }) => sum + n, 0)
    last = read < PAGE_ROWS ? undefined : rows.at(-1)?.tag
    for (const { tag, n } of rows) if (n > keep || tag === last) yield tag
    await nextTurn()
    if (stopped()) return
  }
}
