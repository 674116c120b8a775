import { multiaddr } from '@multiformats/multiaddr'
import type { ComponentLogger, Libp2p } from '@libp2p/interface'
import type { IndexDb } from '../../index/engine/index-db.js'
import { steadyClock, systemClock } from '../../async/clock.js'
import type { NodeKey } from './create-vault.js'
import { peerText } from './members.js'
import { Presence } from './presence.js'
import { MemberRecords, type Said } from './member-records.js'
import type { Vault } from '../vault.js'
import type { MemberRecord } from '../../../protocols/vault/record.js'

/** A record waits this long for further entries of this node. */
const AFTER_ENTRY_MS = 30_000
/**
 * A node whose lent space is fuller than this accepts no more blocks until it is emptier than the
 * second number.
 */
const FULL_SHARE = 0.95
const ROOM_SHARE = 0.85

/** Usage of the lent space, in bytes. */
interface Lent { used: number, trash: { bytes: number }, reserved: number, capacity: number, readOnly: boolean }

export interface RecordServiceInit {
  logger: ComponentLogger
  db: IndexDb
  store: { usage: () => Lent }
  vault: Vault
  vaultId: Uint8Array
  host: Libp2p
  key: NodeKey
  /** Returns full multiaddrs for the record. */
  addresses: () => string[]
  /** Returns the label that this node gives itself; undefined: the label that an owner gave. */
  label: () => string | undefined
  offlineGraceMs?: number
  onNew: (record: MemberRecord, from?: string) => void
  onError: (error: unknown) => void
}

/** The record service holds the records of all members and the presence that follows from them. */
export class RecordService {
  readonly records: MemberRecords
  readonly presence: Presence
  private accepting = true
  private cancel: (() => void) | undefined
  private readonly onSelf = (): void => { this.records.changed() }

  constructor (private readonly init: RecordServiceInit) {
    const { logger, db, vault, vaultId, key, offlineGraceMs, onNew, onError } = init
    const grace = offlineGraceMs === undefined ? {} : { offlineGraceMs }
    this.presence = new Presence({
      self: peerText(key.peer),
      members: () => vault.members().map(({ peer }) => peer),
      clock: steadyClock,
      ...grace
    })
    this.records = new MemberRecords({
      logger,
      db,
      vault: vaultId,
      self: key.peer,
      nodeSign: key.sign,
      isMember: (peer) => vault.entries.members.get(peer) !== undefined,
      clock: systemClock,
      say: () => this.say(),
      onNew: (record, from) => {
        this.presence.heard(peerText(record.subject), record)
        vault.names.changed()
        onNew(record, from)
      },
      onError,
      ...grace
    })
    const self = peerText(key.peer)
    // this node's own record may not be signed yet
    vault.names.ask((peer) => peer === self ? this.init.label() : this.records.get(peer)?.label)
  }

  /** Call once this node listens, so that its addresses are known. */
  start (): void {
    this.init.host.addEventListener('self:peer:update', this.onSelf)
    this.presence.start()
    this.records.start()
  }

  async stop (): Promise<void> {
    this.init.host.removeEventListener('self:peer:update', this.onSelf)
    this.cancel?.()
    this.presence.stop()
    await this.records.stop()
  }

  /**
   * Call when this node wrote an entry, which its record then names. Several entries share one
   * record, since each record goes to every member.
   */
  wrote (): void {
    this.cancel ??= systemClock.after(AFTER_ENTRY_MS, () => {
      this.cancel = undefined
      this.records.changed()
    })
  }

  /** Call when a peer is no member any more. */
  async drop ({ peer, bytes }: { peer: string, bytes: Uint8Array }): Promise<void> {
    this.presence.drop(peer)
    await this.records.drop(bytes)
    this.init.vault.names.changed()
  }

  private say (): Said {
    const { store, vault, addresses, label } = this.init
    const own = label()
    const usage = store.usage()
    this.accepting = accepts(usage, this.accepting)
    return {
      addresses: addresses().map((text) => multiaddr(text).bytes),
      capacity: usage.capacity,
      accepting: this.accepting,
      heads: vault.writer?.heads() ?? [],
      ...(own === undefined ? {} : { label: own })
    }
  }
}

/**
 * Returns whether this node accepts blocks. The trash counts as room, since it is emptied when room
 * is needed.
 */
function accepts ({ used, trash, reserved, capacity, readOnly }: Lent, before: boolean): boolean {
  return !readOnly && used - trash.bytes + reserved < capacity * (before ? FULL_SHARE : ROOM_SHARE)
}
