import type { AuditPort, PlacedVersion, Proof } from '../../src/replication/placement/types.js'
import type { PlacedGroup } from '../../src/replication/placement/sqlite-replica-state.js'
import type { SimGroup } from './files.js'
import type { Life, SimNode } from './node.js'
import { PIECES } from './truth.js'

/** The audit protocol of one life, over the simulated network, with the lies of those who lie. */
export function portOf (node: SimNode, life: Life): AuditPort {
  const { world } = node
  const { network, truth } = world
  return {
    have: (peer, groups) => network.request(life, world.node(peer), (other) =>
      groups.map((group) => other.node.kind === 'claims' ? { state: 'held' } : other.state(rootOf(group)))),

    keep: (peer, group) => world.options.fault === 'no promise'
      ? Promise.resolve('YES')
      : network.request(life, world.node(peer), (other) => other.node.kind === 'claims' ? 'YES' : other.promise(rootOf(group), node.name)),

    prove: async (peer, group, count) => {
      const of = world.entries.of(group)
      const own = truth.copy(of, node.name)
      if (own?.pieces !== PIECES || own.dropped || (own.rotten && node.random.chance(0.5))) return undefined
      if (world.options.fault === 'no promise') return [{ block: 0, verdict: 'PROVED' }]
      return network.request(life, world.node(peer), () => prove(world.node(peer), of, count === 'all' ? 64 : count))
    },

    look: (peer, proof) => network.request(life, world.node(peer), (other) => {
      const group = proof.block as SimGroup
      const copy = truth.copy(group, peer)
      if (copy?.pieces !== PIECES || copy.dropped) return 'missing'
      if (!copy.rotten) return 'good'
      // the complaint makes it look: what is bad goes to quarantine, and the group is not held any more
      const { pieces } = copy
      copy.pieces = pieces - 1
      copy.rotten = false
      other.node.used -= group.bytes / PIECES
      other.node.disk.damage(group)
      other.learn(group)
      other.reconcile.mark(group.slot, 'entry', 1)
      world.log(peer, `quarantines a part of ${group.id}`)
      return 'bad'
    })
  }
}

const rootOf = (group: PlacedVersion): Uint8Array => (group as PlacedGroup).root

/** Ranges at random places: rot is in one piece, a dropper has half of them. */
function prove (other: SimNode, group: SimGroup, count: number): Proof[] {
  const { truth } = other.world
  const copy = truth.copy(group, other.name)
  const proofs = Array.from({ length: count }, (): Proof => {
    if (other.kind === 'claims') return { block: group, verdict: 'DIFFERENT' }
    if (copy?.pieces !== PIECES) return { block: group, verdict: 'NOT_HELD' }
    if (copy.dropped) return { block: group, verdict: other.random.chance(0.5) ? 'PROVED' : 'DIFFERENT' }
    return { block: group, verdict: copy.rotten && other.random.chance(1 / PIECES) ? 'DIFFERENT' : 'PROVED' }
  })
  if (other.kind === 'drops' && proofs.every(({ verdict }) => verdict === 'PROVED')) truth.vouch(group, other.name)
  return proofs
}

export type { PlacedVersion }
