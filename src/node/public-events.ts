import { base32 } from '../../protocols/vault/text.js'
import type { ForgetEntry } from '../../protocols/vault/entry.js'
import { IndexDamagedError } from '../errors.js'
import type { Session } from '../network/session.js'
import { memberInfo } from '../operations/status.js'
import type { Change } from '../vault/entries/entry-log.js'
import { infoOfRow } from '../vault/entries/names.js'
import type { Member } from '../vault/members/members.js'
import type { BusEvents } from './bus-events.js'
import type { NodeComponents } from './components.js'
import type { Node } from './node.js'

/** A node without space reports this at most once in this time. */
const TOLD_FULL_MS = 600e3

/** Translates internal events into the events of DfsNode, and does nothing else. */
export class PublicEvents {
  private toldFull = -Infinity

  constructor (private readonly components: NodeComponents, private readonly node: Node) {}

  /** Reports settings, forgotten versions and new members of an entry. */
  entry ({ change, from }: BusEvents['entry:committed'], local: boolean, come: readonly Member[]): void {
    const { vault } = this.components
    if ('entry' in change && change.entry.kind === 'setting') this.node.safeDispatchEvent('vault:settings', { detail: { ...vault.settings.now, local: from === undefined } })
    if ('entry' in change && change.entry.kind === 'forget') this.forgotten(change.entry, local)
    for (const member of come) this.node.safeDispatchEvent('member:join', { detail: memberInfo(this.components, member) })
  }

  /** Reports the new meaning of a name. */
  file (change: Change, local: boolean): void {
    if (change.kind !== 'file' && change.kind !== 'delete') return
    const { vault } = this.components
    const detail = change.name === undefined ? undefined : { ...infoOfRow(change.name), local }
    if (change.kind === 'file' && detail !== undefined) this.node.safeDispatchEvent('file:put', { detail })
    if (change.kind === 'delete' && change.over) {
      const { id, time } = change.entry
      const name = vault.nameIn(change.entry)
      if (name !== undefined) this.node.safeDispatchEvent('file:delete', { detail: { name, version: base32(id), time: new Date(time), local } })
    }
    if (change.conflict && detail !== undefined) this.node.safeDispatchEvent('file:conflict', { detail })
  }

  private forgotten (entry: ForgetEntry, local: boolean): void {
    const { vault } = this.components
    // a forget that a revoked writer makes later is void
    if (!vault.entries.revocations.plain(entry.writer)) return
    const name = vault.nameIn(entry)
    this.node.safeDispatchEvent('file:forget', { detail: { ...(name === undefined ? {} : { name }), versions: entry.versions.map(base32), local } })
  }

  revoked ({ peer }: Member): void {
    this.node.safeDispatchEvent('member:revoke', { detail: { peer, label: this.components.vault.labelOf(peer) } })
  }

  held ({ entry, root, bytes }: BusEvents['version:held']): void {
    this.node.safeDispatchEvent('file:held', { detail: { version: base32(entry), cid: root.toString(), bytes } })
  }

  round ({ peer, round: { received, sent } }: BusEvents['sync:round']): void {
    this.node.safeDispatchEvent('sync:round', { detail: { peer, received, sent } })
  }

  /** Reports a lack of space, though not each time: every put of a full node asks for space. */
  full (): void {
    const now = performance.now()
    if (now - this.toldFull < TOLD_FULL_MS) return
    this.toldFull = now
    const { capacity, used, free, reserve } = this.components.store.usage()
    this.node.safeDispatchEvent('space:low', { detail: { capacity, used, free, reserve } })
  }

  collected (result: BusEvents['garbage:collected']): void {
    this.node.safeDispatchEvent('garbage:collected', { detail: result })
  }

  corrupt ({ cid, reason }: BusEvents['block:corrupt']): void {
    this.node.safeDispatchEvent('block:corrupt', { detail: { cid: cid.toString(), reason } })
  }

  repaired ({ cid }: BusEvents['block:repaired']): void {
    this.node.safeDispatchEvent('block:mended', { detail: { cid: cid.toString() } })
  }

  copies ({ copies, ok }: BusEvents['copies:counted']): void {
    this.node.safeDispatchEvent(ok ? 'copies:ok' : 'copies:low', { detail: copies })
  }

  failed ({ error }: BusEvents['index:failed']): void {
    this.node.safeDispatchEvent('index:failed', { detail: { message: error.message, damaged: error instanceof IndexDamagedError } })
  }

  connected ({ peer, role }: Session): void {
    this.node.safeDispatchEvent('peer:connect', { detail: { peer, label: this.components.vault.labelOf(peer), role } })
  }

  disconnected ({ peer }: Session): void {
    this.node.safeDispatchEvent('peer:disconnect', { detail: { peer } })
  }
}
