import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from '@libp2p/interface'
import type { IndexDb } from '../../index/engine/index-db.js'
import { steadyClock, systemClock } from '../../async/clock.js'
import type { NodeKey } from './create-vault.js'
import { peerText } from './members.js'
import { Presence } from './presence.js'
import { MemberRecords, type Said } from './member-records.js'
import type { Vault } from '../vault.js'
import type { MemberRecord } from '../../../protocols/vault/record.js'

/** How long a record waits for further entries of this node. */
const AFTER_ENTRY_MS = 30_000
/** A node whose lent space is fuller than this takes no more, until it is emptier than the second number. */
const FULL_SHARE = 0.95
const ROOM_SHARE = 0.85

/** Bytes lent, and what lies in them. */
interface Lent { used: number, trash: { bytes: number }, reserved: number, capacity: number, readOnly: boolean }

export interface RecordServiceInit {
  db: IndexDb
  store: { usage: () => Lent }
  vault: Vault
  vaultId: Uint8Array
  host: Libp2p
  key: NodeKey
  /** Full multiaddrs that go into the record. */
  addresses: () => string[]
  /** What this node calls itself; undefined: as an owner called it. */
  label: () => string | undefined
  offlineGraceMs?: number
  onNew: (record: MemberRecord, from?: string) => void
  onError: (error: unknown) => void
}

/** What members say of themselves, this one included, and who is there by it. */
export class RecordService {
  readonly records: MemberRecords
  readonly presence: Presence
  private accepting = true
  private cancel: (() => void) | undefined
  private readonly onSelf = (): void => { this.records.changed() }

  constructor (private readonly init: RecordServiceInit) {
    const { db, vault, vaultId, key, offlineGraceMs, onNew, onError } = init
    const grace = offlineGraceMs === undefined ? {} : { offlineGraceMs }
    this.presence = new Presence({
      self: peerText(key.peer),
      members: () => vault.members().map(({ peer }) => peer),
      clock: steadyClock,
      ...grace
    })
    this.records = new MemberRecords({
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
    // its own record may not be signed yet
    vault.names.ask((peer) => peer === self ? this.init.label() : this.records.get(peer)?.label)
  }

  /** Once this node listens, so that it knows its addresses. */
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

  /** This node wrote an entry: its record names the last ones. Not each of many puts is worth a record that goes to everybody. */
  wrote (): void {
    this.cancel ??= systemClock.after(AFTER_ENTRY_MS, () => {
      this.cancel = undefined
      this.records.changed()
    })
  }

  /** The member is none any more. */
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

/** What is in the trash makes room when it is needed. */
function accepts ({ used, trash, reserved, capacity, readOnly }: Lent, before: boolean): boolean {
  return !readOnly && used - trash.bytes + reserved < capacity * (before ? FULL_SHARE : ROOM_SHARE)
}
