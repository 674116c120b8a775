import type { ComponentLogger, Logger } from '@libp2p/interface'
import { OFFLINE_GRACE_MS } from '../../defaults.js'
import { multiaddr } from '@multiformats/multiaddr'
import { compareBytes, equal } from '../../../protocols/block/hash.js'
import { ProtocolError, type WireCode } from '../../../protocols/errors.js'
import { MAX_ADDRESS_BYTES, MAX_RECORD_ADDRESSES, MAX_RECORD_BYTES, MAX_RECORD_HEADS, MAX_RECORDS_IN_A_ROW, RECORD_EVERY_MS, RECORD_REST_MS } from '../../../protocols/vault/limits.js'
import type { NodeSign } from '../../../protocols/vault/member.js'
import { compareRecords, makeRecord, readRecord, verifyRecord, type MemberRecord, type RecordTerms } from '../../../protocols/vault/record.js'
import type { IndexDb } from '../../index/engine/index-db.js'
import { KeyedLock } from '../../async/keyed-lock.js'
import { allRecords, dropRecord, putRecord } from '../../index/queries/records.js'
import { noLogger, shortPeer } from '../../log.js'
import { peerText } from './members.js'

/** This many signatures are verified before the event loop has its turn. */
const VERIFIED_AT_ONCE = 64
/** A record without its addresses takes fewer bytes than this. */
const RECORD_WITHOUT_ADDRESSES_BYTES = 1024
const BOOK = 'book'

/**
 * The content of a node's own record. Addresses and heads beyond the limits of a record are cut
 * off; heads may come in any order.
 */
export type Said = Pick<RecordTerms, 'addresses' | 'capacity' | 'accepting' | 'heads' | 'label'>

export interface MemberRecordsInit {
  /** @default none */
  logger?: ComponentLogger
  db: IndexDb
  vault: Uint8Array
  /** PeerId of this node, 38 bytes. */
  self: Uint8Array
  nodeSign: NodeSign
  say: () => Said
  /** Returns true for the PeerId of a member that counts. */
  isMember: (peer: string) => boolean
  clock: { now: () => number, after: (ms: number, fn: () => void) => () => void }
  /** Milliseconds. @default OFFLINE_GRACE_MS */
  offlineGraceMs?: number
  /**
   * Called when a record was committed. `from` is the sender, and is missing for this node's own
   * record.
   */
  onNew: (record: MemberRecord, from?: string) => void
  /**
   * Called when a record of this node came that its state does not know: the state was lost,
   * restored or copied.
   */
  onRestored?: (heard: MemberRecord) => void
  /** Called when this node's record could not be made or saved; the next interval tries again. */
  onError?: (error: unknown) => void
}

interface Held { record: MemberRecord, heard: number, left: number, /** Addresses of the record as text, once asked for. */ dialled?: string[] }

/**
 * Member records hold the newest record of each member. This node's own record is signed anew at
 * intervals.
 */
export class MemberRecords {
  private readonly held = new Map<string, Held>()
  private readonly locks = new KeyedLock()
  private readonly self: string
  private readonly intervalMs: number
  private running = false
  private next: (() => void) | undefined
  private soon: (() => void) | undefined
  /** Newest record of this node from a state that is lost. */
  private ahead: MemberRecord | undefined
  private newLifeAt = -Infinity
  /**
   * Number of refused records, by wire code. INVALID_DATA also counts members that signed two
   * different records with one number.
   */
  readonly refused: Record<string, number> = {}

  private readonly log: Logger

  constructor (private readonly init: MemberRecordsInit) {
    this.log = (init.logger ?? noLogger).forComponent('dfs:vault')
    this.self = peerText(init.self)
    // a short offlineGrace has at least four records
    this.intervalMs = Math.min(RECORD_EVERY_MS, (init.offlineGraceMs ?? OFFLINE_GRACE_MS) / 4)
    for (const row of allRecords(init.db)) {
      const record = stored(row.record)
      if (record === undefined || !equal(record.vault, init.vault)) continue
      const peer = peerText(record.subject)
      if (peer === this.self || init.isMember(peer)) this.held.set(peer, { record, heard: row.heard, left: MAX_RECORDS_IN_A_ROW })
    }
  }

  /** Signs a record now and then at intervals. */
  start (): void {
    if (this.running) return
    this.running = true
    void this.sign('time')
  }

  /** Resolves when no write is pending. */
  async stop (): Promise<void> {
    this.running = false
    this.next?.()
    this.soon?.()
    this.soon = undefined
    await this.locks.run(BOOK, async () => { /* pending work has ended */ })
  }

  /**
   * Call when the content of this node's record may have changed: a changed record is signed within
   * a second.
   */
  changed (): void {
    if (!this.running || this.soon !== undefined) return
    // changes within this time go into the same record
    this.soon = this.init.clock.after(RECORD_REST_MS, () => {
      this.soon = undefined
      void this.sign('changed')
    })
  }

  heads (): Array<Pick<MemberRecord, 'subject' | 'life' | 'n'>> {
    return [...this.held.values()].map(({ record: { subject, life, n } }) => ({ subject, life, n }))
  }

  /** Returns the newest record of the PeerId. */
  get (peer: string): MemberRecord | undefined { return this.held.get(peer)?.record }

  /**
   * Returns the time at which the newest record came, milliseconds since 1970 by this node's clock.
   */
  heard (peer: string): number | undefined { return this.held.get(peer)?.heard }

  /** Returns the newest record as signed. */
  bytes (subject: Uint8Array): Uint8Array | undefined { return this.get(peerText(subject))?.encoded }

  /**
   * Returns the addresses in a member's record, each ending in its PeerId. Bytes that are no
   * multiaddr, or name another peer, are left out.
   */
  addressesOf (peer: string): string[] {
    const held = this.held.get(peer)
    if (held === undefined) return []
    held.dialled ??= held.record.addresses.flatMap((bytes) => asAddressOf(peer, bytes))
    return [...held.dialled]
  }

  /**
   * Takes in records that another member sent. Older records are dropped. Records of strangers, and
   * of a member that signs faster than it may, are left out and counted.
   * @throws ProtocolError of the first bad record; no record of the list is kept then
   */
  async receive (list: Uint8Array[], from?: string): Promise<void> {
    await this.locks.run(BOOK, async () => {
      let news: Held[]
      try {
        news = await this.check(list)
      } catch (error) {
        if (error instanceof ProtocolError) this.refuse(error.code, from)
        throw error
      }
      const own = news.find(({ record }) => equal(record.subject, this.init.self))
      const others = news.filter((one) => one !== own)
      if (others.length > 0) await this.keep(others, from)
      if (own !== undefined) this.restored(own.record)
    })
  }

  /** Forgets the record of a revoked member. */
  async drop (subject: Uint8Array): Promise<void> {
    await this.locks.run(BOOK, async () => {
      await this.init.db.write([dropRecord(subject)])
      this.held.delete(peerText(subject))
    })
  }

  /**
   * Returns the new records of the list, verified. At most one signature of each member is checked.
   */
  private async check (list: Uint8Array[]): Promise<Held[]> {
    const newest = new Map<string, MemberRecord>()
    for (const bytes of list) {
      const record = readRecord(bytes.slice())
      if (!equal(record.vault, this.init.vault)) throw new ProtocolError('WRONG_VAULT', 'The record is of another vault')
      const peer = peerText(record.subject)
      const other = newest.get(peer)
      if (other === undefined || compareRecords(record, other) > 0) newest.set(peer, record)
    }
    const news: Held[] = []
    for (const [peer, record] of newest) {
      if (peer === this.self ? !this.isAhead(record) : !this.isWanted(peer, record)) continue
      if (news.length % VERIFIED_AT_ONCE === VERIFIED_AT_ONCE - 1) await new Promise((resolve) => { setImmediate(resolve) })
      if (!verifyRecord(record)) throw new ProtocolError('INVALID_DATA', 'The signature of the record does not hold')
      news.push({ record, heard: this.init.clock.now(), left: this.left(peer) - 1 })
    }
    return news
  }

  private isWanted (peer: string, record: MemberRecord): boolean {
    if (!this.init.isMember(peer)) {
      this.refuse('UNKNOWN_WRITER', peer)
      return false
    }
    const known = this.get(peer)
    if (known !== undefined && compareRecords(record, known) <= 0) return false
    if (this.left(peer) >= 1) return true
    this.refuse('LIMIT', peer)
    return false
  }

  /** Returns true for a record of this node that its own state does not know. */
  private isAhead (record: MemberRecord): boolean {
    const own = this.get(this.self)
    if (own !== undefined && (equal(record.encoded, own.encoded) || isBefore(record, own))) return false
    return this.ahead === undefined || isBefore(this.ahead, record)
  }

  /** Returns how many records of a member may be taken in now. */
  private left (peer: string): number {
    const known = this.held.get(peer)
    const elapsed = this.init.clock.now() - (known?.heard ?? 0)
    // a clock that was set back gives no elapsed time
    if (known === undefined || elapsed < 0) return MAX_RECORDS_IN_A_ROW
    return Math.min(MAX_RECORDS_IN_A_ROW, known.left + elapsed / RECORD_REST_MS)
  }

  private async keep (news: Held[], from?: string): Promise<void> {
    // `compareRecords` decided which record counts, by more than the table holds
    await this.init.db.write(news.flatMap(({ record, heard }) => [
      dropRecord(record.subject), putRecord({ subject: record.subject, life: record.life, n: record.n, heard, record: record.encoded })
    ]))
    for (const one of news) {
      const peer = peerText(one.record.subject)
      const before = this.get(peer)
      if (before !== undefined && !isBefore(before, one.record)) this.refuse('INVALID_DATA', peer)
      this.held.set(peer, one)
      this.init.onNew(one.record, from)
    }
  }

  private restored (heard: MemberRecord): void {
    this.ahead = heard
    this.init.onRestored?.(heard)
    if (this.running) void this.sign('restored')
  }

  private async sign (why: 'time' | 'changed' | 'restored'): Promise<void> {
    await this.locks.run(BOOK, async () => {
      if (!this.running) return
      const { clock, vault, self: subject, nodeSign } = this.init
      // two machines with one key would answer each other's new lives without end
      if (why !== 'time' && this.ahead !== undefined && clock.now() - this.newLifeAt < this.intervalMs) return
      try {
        const said = fitting(this.init.say())
        const own = this.get(this.self)
        if (why === 'changed' && this.ahead === undefined && own !== undefined && isSame(said, own)) return
        const number = this.ahead !== undefined ? { life: this.ahead.life + 1, n: 1 } : { life: own?.life ?? 1, n: (own?.n ?? 0) + 1 }
        const encoded = await makeRecord({ ...said, ...number, vault, subject, time: clock.now(), nodeSign })
        await this.keep([{ record: readRecord(encoded), heard: clock.now(), left: MAX_RECORDS_IN_A_ROW }])
        if (this.ahead !== undefined) this.newLifeAt = clock.now()
        this.ahead = undefined
      } catch (error) {
        this.init.onError?.(error)
      }
      this.signLater()
    })
  }

  private signLater (): void {
    this.next?.()
    // `stop` may have been called while the record was written
    if (this.running) this.next = this.init.clock.after(this.intervalMs, () => { void this.sign('time') })
  }

  /** `by`: the member whose record it is, or that sent it. */
  private refuse (code: WireCode, by: string | undefined): void {
    this.log('refused a record by way of %s: %s', by === undefined ? 'this node' : shortPeer(by), code)
    this.refused[code] = (this.refused[code] ?? 0) + 1
  }
}

const isBefore = (a: MemberRecord, b: MemberRecord): boolean => a.life === b.life ? a.n < b.n : a.life < b.life
const sameList = (a: Uint8Array[], b: Uint8Array[]): boolean => a.length === b.length && a.every((bytes, i) => compareBytes(bytes, b[i] ?? new Uint8Array(0)) === 0)
const isSame = (a: Said, b: Said): boolean => a.capacity === b.capacity && a.accepting === b.accepting && a.label === b.label && sameList(a.addresses, b.addresses) && sameList(a.heads, b.heads)

/**
 * Parses a stored record. Damaged bytes count as no record: the next record of the subject replaces
 * them.
 */
function stored (bytes: Uint8Array): MemberRecord | undefined {
  try {
    return readRecord(bytes)
  } catch {
    return undefined
  }
}

function fitting ({ addresses, heads, ...rest }: Said): Said {
  const fit: Uint8Array[] = []
  let room = MAX_RECORD_BYTES - RECORD_WITHOUT_ADDRESSES_BYTES
  for (const address of addresses) {
    if (fit.length === MAX_RECORD_ADDRESSES) break
    if (address.length === 0 || address.length > Math.min(MAX_ADDRESS_BYTES, room)) continue
    fit.push(address)
    room -= address.length
  }
  const sorted = [...heads].sort(compareBytes).filter((id, i, all) => i === 0 || compareBytes(id, all[i - 1] ?? id) !== 0)
  return { ...rest, addresses: fit, heads: sorted.slice(-MAX_RECORD_HEADS) }
}

/**
 * Returns an address as text to dial, or none when the bytes are no multiaddr or name another peer.
 */
function asAddressOf (peer: string, bytes: Uint8Array): string[] {
  try {
    const address = multiaddr(bytes)
    const components = address.getComponents()
    const last = components.at(-1)
    if (last === undefined) return []
    if (last.name === 'p2p') return last.value === peer ? [address.toString()] : []
    return [`${address.toString()}/p2p/${peer}`]
  } catch {
    return []
  }
}
