import { sha256, u64 } from '../../protocols/block/hash.js'
import { orderOf } from '../../protocols/placement/order.js'

export interface SimMember { readonly n: number, readonly peer: string, readonly bytes: Uint8Array, readonly operator: string, class: number }

export const memberOf = (n: number, operator: string, cls: number): SimMember =>
  ({ n, peer: `n${n}`, bytes: new Uint8Array([0, 0x24, 8, 1, 0x12, 0x20, ...sha256(new TextEncoder().encode('node'), u64(n))]), operator, class: cls })

/** Orders of slots for lists of members, shared by all nodes that have the same view. */
export class Orders {
  private readonly views = new Map<string, Map<number, string[]>>()

  /** The orders for these members, as their classes are now. */
  view (members: readonly SimMember[], classes: ReadonlyMap<number, number>): (slot: number) => readonly string[] {
    const list = members.map((member) => ({ ...member, peer: member.bytes, name: member.peer, class: classes.get(member.n) ?? member.class }))
    const key = list.map(({ n, class: cls }) => `${n}:${cls}`).join()
    const orders = this.views.get(key) ?? new Map<number, string[]>()
    this.views.set(key, orders)
    return (slot) => {
      let order = orders.get(slot)
      if (order === undefined) {
        order = orderOf(slot, list).map(({ name }) => name)
        orders.set(slot, order)
      }
      return order
    }
  }
}
