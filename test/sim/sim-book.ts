import { PROMISE_MS } from '../../protocols/audit/constants.js'
import type { CID } from 'multiformats/cid'
import type { IndexDb } from '../../src/index/engine/index-db.js'
import type { Statement } from '../../src/index/statement.js'
import { SqliteReplicaState } from '../../src/replication/placement/sqlite-replica-state.js'
import type { PlacedVersion } from '../../src/replication/placement/types.js'
import { holding, letGo, SimDb } from './disk.js'
import type { SimGroup } from './files.js'
import type { Life, SimNode } from './node.js'

const COMMIT_MS = 20
const SLOW_COMMIT_MS = 4_000

/** Commits take their time, one after the other, and a crash before its end undoes one. */
export function simDb (node: SimNode, life: Life): SimDb {
  let free = 0
  const { time } = node.world
  node.disk.opened()
  return new SimDb(node.disk, (apply) => {
    free = Math.max(free, time.now) + node.random.next() * (node.slow ? SLOW_COMMIT_MS : COMMIT_MS)
    time.at(free, () => { life.run(apply) })
  })
}

/** The store of a node, as far as copies are let go: what it drops is gone in the moment of the commit. */
class SimStore {
  constructor (private readonly node: SimNode, private readonly db: SimDb) {}

  /** Without `trash` its user puts it away. */
  release = async (root: CID, extra: readonly Statement[] = [], { trash = false }: { trash?: boolean | undefined } = {}): Promise<{ blocks: number, bytes: number }> => {
    const { node } = this
    const group = node.world.entries.byRoot(root.bytes)
    await this.db.write([...letGo(root.bytes), ...extra], () => {
      node.world.truth.release(group, node.name, !trash)
      node.used -= group.bytes
      node.world.log(node.name, `${trash ? 'released' : 'evicted'} ${group.id}`)
    })
    return { blocks: 1, bytes: group.bytes }
  }
}

/** The node's own book over its own schema; what it promises and lets go is told to the truth. */
export class SimBook extends SqliteReplicaState {
  readonly store: SimStore

  constructor (private readonly node: SimNode, private readonly db: SimDb, life: Life, young: boolean) {
    const { world } = node
    const store = new SimStore(node, db)
    super({
      db: db as unknown as IndexDb,
      store,
      now: life.clock.now,
      ownMs: () => Math.round(world.time.now),
      wanted: () => world.options.copies,
      youngMs: young ? PROMISE_MS : 0,
      onError: (error) => { throw error }
    })
    this.store = store
  }

  /** All of it is here. Durable when it resolves. */
  async hold ({ root }: SimGroup): Promise<void> {
    await this.db.write(holding(root))
  }

  override async promise (group: PlacedVersion, peer: string): ReturnType<SqliteReplicaState['promise']> {
    const answer = await super.promise(group, peer)
    const of = this.node.world.entries.of(group)
    if (answer === 'YES') this.node.world.truth.promise(of, this.node.name)
    this.node.world.log(this.node.name, `says ${answer} to ${peer} about ${of.id}`)
    return answer
  }

  override async leave (group: PlacedVersion): Promise<boolean> {
    if (this.node.world.options.fault === 'no leaving') return this.own(group).have === 'held'
    return super.leave(group)
  }

  override async drop (group: PlacedVersion, still: () => boolean): Promise<boolean> {
    if (this.node.world.options.fault !== 'no leaving') return super.drop(group, still)
    if (this.own(group).have !== 'held' || !still()) return false
    const { cid } = this.node.world.entries.of(group)
    await this.store.release(cid, [], { trash: true })
    return true
  }
}
