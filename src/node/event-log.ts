import type { ComponentLogger } from '@libp2p/interface'
import { shortPeer, whyFailed } from '../log.js'
import type { BusEvents, NodeBus } from './bus-events.js'

export interface EventLogComponents {
  logger: ComponentLogger
  bus: NodeBus
}

/** The event log writes a line for each internal event that a person would ask about. */
export class EventLog {
  constructor (private readonly components: EventLogComponents) {}

  listen (): void {
    const { bus } = this.components
    this.vault()
    this.blocks()
    const network = this.area('network')
    bus.on('peer:found', ({ id, multiaddrs }) => { network('found %s at %s', shortPeer(id.toString()), multiaddrs[0]) })
    const node = this.area('node')
    bus.on('index:failed', ({ error }) => { node.error('the index accepts no more writes: %s', whyFailed(error)) })
    bus.on('trouble', ({ area, subject, error }) => {
      node.error('%s with %s: %s', area, shortPeer(subject), whyFailed(error))
      node.trace('%s with %s: %e', area, subject, error)
    })
  }

  private vault (): void {
    const { bus } = this.components
    const vault = this.area('vault')
    const sync = this.area('sync')
    bus.on('entry:committed', (event) => { if (vault.enabled) vault(...entryLine(event)) })
    bus.on('record:received', ({ record: { life, n, capacity, accepting }, from }) => {
      vault.trace('record %d.%d from %s: capacity %d, accepting %s', life, n, sender(from), capacity, accepting)
    })
    bus.on('sync:round', ({ peer, round: { led, theirs, received, sent, checked, left } }) => {
      sync('%s round with %s%s: got %d, sent %d of its %d entries%s', led ? 'led a' : 'answered a', shortPeer(peer), checked ? ' (checked)' : '', received, sent, theirs,
        left.count === 0 ? '' : `; it keeps ${left.count} of them not`)
    })
  }

  private blocks (): void {
    const { bus } = this.components
    const store = this.area('blockstore')
    const placement = this.area('placement')
    bus.on('block:corrupt', ({ cid, reason, lost }) => { store('block %c is damaged: %s%s', cid, reason, lost ? '' : '; it lies in quarantine') })
    bus.on('block:repaired', ({ cid }) => { store('block %c was fetched again and is good', cid) })
    bus.on('space:low', () => { store('a write found no room') })
    bus.on('garbage:collected', ({ dead, uploads, emptied }) => {
      store('garbage: %d blocks of %d dead versions went to the trash, %d blocks of %d unfinished uploads are gone, %d blocks left the trash',
        dead.blocks, dead.versions, uploads.blocks, uploads.uploads, emptied.blocks)
    })
    bus.on('copies:counted', ({ copies, ok }) => {
      placement(ok ? 'every version has as many copies as it should' : 'versions with too few copies: %o', copies)
    })
  }

  private area (name: string): ReturnType<ComponentLogger['forComponent']> {
    return this.components.logger.forComponent(`dfs:${name}`)
  }
}

const sender = (from: string | undefined): string => from === undefined ? 'this node' : shortPeer(from)

/** Returns the line of an entry. It names no file: the entry's id stands for it. */
function entryLine ({ change, from }: BusEvents['entry:committed']): [string, ...unknown[]] {
  const gone = (change.gone ?? []).map(({ peer }) => shortPeer(peer)).join(', ')
  const out = gone === '' ? '' : `; out of the vault: ${gone}`
  if (change.kind === 'member') {
    const { peer, label, role } = change.member
    return [`admit of %s (%j, role %s), by way of %s${out}`, shortPeer(peer), label, role, sender(from)]
  }
  const { kind, id } = change.entry
  if (change.kind === 'file' && !change.conflict) return [`%s %t of version %c, by way of %s${out}`, kind, id, change.entry.root, sender(from)]
  if ('conflict' in change && change.conflict) return [`%s %t, by way of %s; its name is in conflict${out}`, kind, id, sender(from)]
  return [`%s %t, by way of %s${out}`, kind, id, sender(from)]
}
