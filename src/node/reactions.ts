import type { ComponentLogger, Logger } from '@libp2p/interface'
import { whyFailed } from '../log.js'
import { peerText, type Member } from '../vault/members/members.js'
import type { BusEvents, NodeBus } from './bus-events.js'
import type { NodeComponents } from './components.js'
import type { PublicEvents } from './public-events.js'

/** At most this many of the addresses that a member names as its own are kept. */
const ADDRESSES_KEPT = 4

/**
 * Reactions to internal events, in a deliberate order: the lines of each function are that order. A
 * test holds the order of the reactions to an entry (test/node/reactions.spec.ts).
 */
export class Reactions {
  private readonly log: Logger

  constructor (private readonly components: NodeComponents, private readonly told: PublicEvents, { logger }: { logger: ComponentLogger }) {
    this.log = logger.forComponent('dfs:node')
  }

  listen (bus: NodeBus): void {
    const { host, peers, vault, reached, downloader, repairer, replicas } = this.components
    bus.on('entry:committed', (event) => { this.entry(event) })
    bus.on('entries:received', ({ count }) => { this.components.recovery?.came(count) })
    bus.on('record:received', (event) => { this.record(event) })
    bus.on('sync:round', (event) => { this.round(event) })
    bus.on('peer:found', (found) => { this.components.discovery.found(found) })
    bus.on('block:corrupt', (event) => {
      repairer.look()
      this.told.corrupt(event)
    })
    bus.on('block:repaired', (event) => { this.told.repaired(event) })
    bus.on('root:touched', ({ root }) => { replicas.touched(root) })
    bus.on('version:held', (event) => { this.told.held(event) })
    bus.on('copy:released', () => { downloader.again() })
    bus.on('copies:counted', (event) => { this.told.copies(event) })
    bus.on('space:low', () => {
      this.components.garbage.nudge()
      this.told.full()
    })
    bus.on('garbage:collected', (event) => { this.collected(event) })
    bus.on('index:failed', (event) => { this.told.failed(event) })
    peers.addEventListener('session:open', ({ detail }) => { this.connected(detail) })
    peers.addEventListener('session:close', ({ detail }) => { this.disconnected(detail) })
    host.addEventListener('peer:identify', ({ detail: { peerId, listenAddrs } }) => {
      const peer = peerId.toString()
      if (vault.entries.members.get(peer) === undefined) return
      this.background(reached.remember(listenAddrs.slice(0, ADDRESSES_KEPT).map((address) => ({ peer, address: address.toString() }))))
    })
  }

  private entry (event: BusEvents['entry:committed']): void {
    const { lag, rebuilt, admits, sync, memberRecords, retention, downloader, replicas, peers, vault, serves } = this.components
    const { change, encoded, from } = event
    const local = 'entry' in change && vault.wrote(change.entry)
    const come = [...(change.kind === 'member' ? [change.member] : []), ...change.come ?? []]
    lag.added()
    rebuilt.news()
    if (change.kind !== 'file' && change.kind !== 'other') admits.changed()
    // other members get the entry before this node works on it
    sync.forward([encoded], from)
    if (local) memberRecords.wrote()
    retention.changed(change)
    downloader.wake(change.kind === 'file' ? change.entry.root.bytes : undefined)
    replicas.changed(change)
    this.told.entry(event, local, come)
    for (const member of change.gone ?? []) this.background(this.leaves(member))
    if (change.kind === 'revoke') peers.expelVisitors((visitor) => !serves(visitor))
    if (come.length > 0) peers.wake()
    this.told.file(change, local)
  }

  /** Closes the connections of a revoked member and forgets its record. */
  private async leaves (member: Member): Promise<void> {
    const { peers, memberRecords, replicas } = this.components
    this.told.revoked(member)
    peers.expel(member.peer)
    await memberRecords.drop(member)
    replicas.membersChanged()
    peers.wake()
  }

  private record ({ record: { encoded, subject }, from }: BusEvents['record:received']): void {
    const { sync, peers, replicas } = this.components
    replicas.membersChanged()
    sync.forwardRecords([encoded], from)
    if (from !== undefined) peers.seen(peerText(subject))
  }

  private round (event: BusEvents['sync:round']): void {
    const { compared, downloader, vault, lag, rebuilt, retention, peers, memberRecords } = this.components
    const { peer, round } = event
    downloader.again()
    lag.equal(peer)
    this.background(compared.round(peer, !vault.entries.full))
    this.background(rebuilt.round(round.theirs))
    retention.compared()
    if (peers.get(peer) !== undefined) memberRecords.presence.synced(peer)
    this.told.round(event)
  }

  private collected (result: BusEvents['garbage:collected']): void {
    const { downloader, vault, sync } = this.components
    // there is space for missing versions, and perhaps for entries that were left out
    downloader.again()
    if (vault.entries.full) sync.again()
    this.told.collected(result)
  }

  private connected (session: Parameters<PublicEvents['connected']>[0]): void {
    const { compared, rebuilt, repairer, reached } = this.components
    const { peer, direction, address } = session
    this.met(peer)
    compared.met(peer)
    rebuilt.met()
    repairer.met()
    if (direction === 'outbound') this.background(reached.remember([{ peer, address }]))
    this.told.connected(session)
  }

  private disconnected (session: Parameters<PublicEvents['disconnected']>[0]): void {
    const { compared, sync, lag, peers, memberRecords } = this.components
    const { peer } = session
    // entries that were committed here during the connection were sent over it
    if (sync.carries(session) && lag.behind(peer) !== undefined) lag.equal(peer)
    if (peers.get(peer) === undefined) {
      memberRecords.presence.closed(peer)
      compared.gone(peer)
    }
    this.met(peer)
    this.told.disconnected(session)
  }

  private met (peer: string): void {
    const { vault } = this.components
    const member = vault.entries.members.get(peer)
    if (member !== undefined) this.background(vault.saw(member))
  }

  /**
   * Runs writes for which no caller waits. A write that fails because the node stops is only
   * logged.
   */
  private background (work: Promise<unknown>): void {
    work.catch((error: unknown) => { this.log.error('note not kept: %s', whyFailed(error)) })
  }
}
