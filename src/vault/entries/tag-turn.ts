import type { FileEntry } from '../../../protocols/vault/entry.js'
import type { ReadKeys } from '../../../protocols/vault/keys.js'
import { keyOf } from '../../../protocols/vault/standing.js'
import { insertEntry, setName, type NameRow } from '../../index/queries/entries.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import type { Statement } from '../../index/statement.js'
import { Advance, type Tops } from './advance.js'
import { fileChange, type Change } from './changes.js'
import { entryOf, nameOfNewest } from './names.js'
import { entryRow, historyRows } from './entry-rows.js'

/**
 * A turn writes entries of one tag in one transaction and works out the tag's name after each
 * entry. The caller holds the lock of the tag.
 */
export class TagTurn {
  private readonly advance: Advance
  private readonly others: Statement[] = []
  private readonly entries = new Map<string, FileEntry>()
  private readonly began: Tops
  private shown: { of: string, name: NameRow | undefined } | undefined

  /** @param fresh true when the index holds nothing of the tag */
  constructor (private readonly db: IndexDb, private readonly keys: ReadKeys | undefined, private readonly tag: Uint8Array, fresh = false) {
    this.advance = new Advance(db, tag, fresh)
    this.began = this.advance.tops()
  }

  /** True when waiting entries are left for another turn of this tag. */
  get left (): boolean { return this.advance.left }

  /** Takes in an entry that is not in the index and returns what it changes. */
  take (entry: FileEntry, isVoid: boolean): Change {
    this.entries.set(keyOf(entry.id), entry)
    const row = entryRow(entry)
    const [place] = historyRows([row])
    if (place === undefined) {
      this.others.push(insertEntry(row, false, isVoid))
      return { kind: 'other', entry }
    }
    const applied = this.advance.add(place, isVoid)
    if (isVoid) return { kind: 'other', entry }
    const tops = this.advance.tops()
    return fileChange(entry, { ...tops, name: this.name(tops), waits: !applied })
  }

  /** Applies waiting entries that an earlier turn left. */
  goOn (): void { this.advance.goOn() }

  statements (): Statement[] {
    const tops = this.advance.tops()
    const same = keyOfTops(tops) === keyOfTops(this.began)
    return [...this.others, ...this.advance.statements(), ...(same || this.keys === undefined ? [] : [setName(this.tag, this.name(tops))])]
  }

  /** Returns the name of the newest version. Each newest version is decrypted once. */
  private name (tops: Tops): NameRow | undefined {
    const of = keyOfTops(tops)
    if (this.shown?.of !== of) this.shown = { of, name: this.read(tops) }
    return this.shown.name
  }

  private read (tops: Tops): NameRow | undefined {
    if (this.keys === undefined || tops.newest === undefined) return undefined
    const entry = this.entries.get(keyOf(tops.newest.id)) ?? entryOf(this.db, tops.newest.id)
    return entry === undefined ? undefined : nameOfNewest(entry, tops.conflict, this.keys)
  }
}

const keyOfTops = ({ newest, conflict }: Tops): string => newest === undefined ? '' : `${conflict ? 1 : 0}${keyOf(newest.id)}`
