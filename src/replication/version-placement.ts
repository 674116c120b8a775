import type { ComponentLogger } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { PROMISE_MS } from '../../protocols/audit/constants.js'
import type { GroupState } from '../../protocols/audit/groups.js'
import { operatorOf } from '../../protocols/placement/operator.js'
import { slotOf } from '../../protocols/placement/slot.js'
import { freshBootClock } from '../async/clock.js'
import { shortPeer } from '../log.js'
import type { BlockStore } from '../blockstore/interface.js'
import type { IndexDb } from '../index/engine/index-db.js'
import { ownMs } from '../index/queries/own-time.js'
import { copiesWanted } from './placement/desired-state.js'
import { MARK_FURTHER, PlacementView, type Changed } from './placement/placement-view.js'
import { SqliteReplicaState, type PlacedGroup } from './placement/sqlite-replica-state.js'

/** What placement asks of the vault: who its members are, what they say of themselves, and who is there. */
export interface PlacementMembers {
  vault: {
    members: () => ReadonlyArray<Parameters<typeof operatorOf>[0] & { peer: string, bytes: Uint8Array, maxCapacity?: number | undefined }>
    settings: { now: { copies: number | 'all' } }
  }
  memberRecords: {
    records: { get: (peer: string) => { capacity: number, accepting: boolean } | undefined }
    presence: { present: (peer: string) => boolean, island: unknown }
  }
}

export interface VersionPlacementComponents extends PlacementMembers {
  logger: ComponentLogger
  db: IndexDb
  store: Pick<BlockStore, 'release' | 'usage'>
}

export interface VersionPlacementInit {
  /** This node's PeerId. */
  self: string
  /** The index was made anew: what this node promised before is not known. */
  anew: boolean
  onError: (error: unknown) => void
}

/** Who should hold which version, as this node sees it, and what it knows of the copies. It decides nothing. */
export class VersionPlacement {
  readonly members: PlacementView
  readonly state: SqliteReplicaState

  constructor (private readonly components: VersionPlacementComponents, private readonly init: VersionPlacementInit) {
    const { db, logger, store, memberRecords } = components
    const log = logger.forComponent('dfs:placement')
    const { self, anew, onError } = init
    this.members = new PlacementView({
      self,
      present: (peer) => memberRecords.presence.present(peer),
      island: () => memberRecords.presence.island !== undefined,
      returned: (peer) => {
        if (peer !== self) log('%s is present', shortPeer(peer))
        this.state.outdate(peer)
      },
      left: (peer) => { log('%s counts as away: no sign of life came for the time of --offline-grace', shortPeer(peer)) },
      cutOff: (island) => { log(island ? 'cut off from most of the vault: nothing is repaired or let go' : 'no longer cut off from most of the vault') },
      depth: () => Math.max(3, this.wanted())
    })
    this.state = new SqliteReplicaState({
      db, store, onError,
      now: freshBootClock.now,
      ownMs: () => ownMs(db),
      wanted: () => this.wanted(),
      youngMs: anew ? PROMISE_MS : 0
    })
  }

  /** Takes in who belongs to the vault now. */
  update (): Changed {
    const { vault, memberRecords: { records }, store } = this.components
    return this.members.update(vault.members().map((member) => {
      const { peer, bytes, maxCapacity } = member
      const record = records.get(peer)
      return {
        name: peer,
        peer: bytes,
        operator: operatorOf(member),
        // what this node lends it knows before its first record
        maxCapacity,
        capacity: record?.capacity ?? (peer === this.init.self ? store.usage().capacity : undefined),
        accepting: record?.accepting ?? true
      }
    }))
  }

  /** Of a live version; undefined when there is none with this root. */
  groupOf (root: CID | Uint8Array): PlacedGroup | undefined {
    return this.state.groupOf(root instanceof Uint8Array ? root : root.bytes)
  }

  /** Copies that the vault wants where a version leaves it to the vault; 0: on everybody. */
  wanted (): number {
    const { copies } = this.components.vault.settings.now
    return copies === 'all' ? 0 : copies
  }

  /** The first of the order, as many as are wanted. */
  shouldHold (group: PlacedGroup): readonly string[] {
    const wanted = copiesWanted(group, this.members)
    return this.members.order(group.slot, wanted).slice(0, wanted)
  }

  /** This node is one of those that should hold it, by its order alone. */
  isMine (root: CID): boolean {
    const group = this.groupOf(root)
    return group !== undefined && this.shouldHold(group).includes(this.init.self)
  }

  /** Members in the order in which they should hold what has this seed; those that hold nothing after them. */
  byOrder (seed: Uint8Array, peers: readonly string[]): string[] {
    const place = new Map(this.members.order(slotOf(seed, 0)).map((peer, at) => [peer, at]))
    return [...peers].sort((a, b) => (place.get(a) ?? Infinity) - (place.get(b) ?? Infinity) || 0)
  }

  /** Whom to ask for a version's blocks first. */
  needOf (root: Uint8Array): { holders: string[] } {
    const group = this.groupOf(root)
    return { holders: group === undefined ? [] : this.holdersOf(group.slot, group.copies).filter((peer) => peer !== this.init.self) }
  }

  /** Members in the order in which they should hold what lies in this slot. */
  holdersOf (slot: number, copies = this.wanted()): readonly string[] {
    const most = copies === 0 ? this.members.size : copies + MARK_FURTHER
    return this.members.order(slot, most).slice(0, most)
  }

  /** What members said of it before, and when, by this machine's clock. */
  heardOf (group: PlacedGroup): Map<string, { state: GroupState['state'], asked: Date }> {
    const now = freshBootClock.now()
    return new Map([...this.state.said(group)].map(([peer, { state, asked }]) => [peer, { state, asked: new Date(Date.now() - Math.max(0, now - asked)) }]))
  }

  /** Members that failed to prove what they said they hold, and how many versions. */
  failed (): Map<string, number> {
    const all = new Map<string, number>()
    for (const { peer } of this.state.distrusts()) all.set(peer, (all.get(peer) ?? 0) + 1)
    return all
  }
}
