/** Two members over in-memory connections, each with a store, that ask and answer `/dfs/audit/1.0.0` and `/dfs/get/1.0.0` for real. */
import type { CID } from 'multiformats/cid'
import { AUDIT_PROTOCOL, type PromiseAnswer } from '../../protocols/audit/constants.js'
import type { GroupState } from '../../protocols/audit/groups.js'
import { GET_PROTOCOL } from '../../protocols/get/constants.js'
import { handleGet } from '../../protocols/get/handler.js'
import { NodeAuditPort } from '../../src/replication/audit-port.js'
import type { PlacedVersion } from '../../src/replication/placement/types.js'
import { ProtocolClients } from '../../src/replication/protocol-clients.js'
import { readHeld } from '../../src/replication/serve/read-held.js'
import { serveAudit } from '../../src/replication/serve/serve-audit.js'
import type { BlockStore } from '../../src/blockstore/interface.js'
import { FakeClock } from '../network/fake-clock.js'
import { side, type Side } from '../network/hosts.js'
import { memoryStore, newUpload, type TestBlock } from '../blockstore/fixtures.js'

export const GROUP: PlacedVersion = { id: 1, slot: 0, copies: 3, bytes: 0 }
let count = 0

export interface AuditSide extends Side {
  clock: FakeClock
  store: BlockStore
  links: ProtocolClients
  port: NodeAuditPort
  /** Roots that somebody asked about. */
  asked: string[]
  state: (root: CID) => GroupState
  promise: (root: CID, peer: string) => Promise<PromiseAnswer>
  end: () => Promise<void>
}

/** @param serves false: the test handles the audit protocol itself. */
export async function auditSide (root: CID, { store: given, serves = true }: { store?: BlockStore, serves?: boolean } = {}): Promise<AuditSide> {
  const network = await side([`/memory/audit-${++count}`])
  const memory = given === undefined ? await memoryStore() : undefined
  const store = given ?? memory!.store
  const clock = new FakeClock()
  const links = new ProtocolClients(network.peers, clock)
  const made: AuditSide = Object.assign(network, {
    clock,
    store,
    links,
    port: new NodeAuditPort({ links, store, rootOf: () => root, timer: clock }),
    asked: [],
    state: (): GroupState => ({ state: 'held' }),
    promise: async (): Promise<PromiseAnswer> => 'YES',
    end: async () => {
      await links.stop()
      await memory?.close()
    }
  })
  if (serves) {
    await serveAudit({
      peers: network.peers,
      store,
      clock,
      state: (of) => {
        made.asked.push(of.toString())
        return made.state(of)
      },
      promise: (of, peer) => {
        made.asked.push(of.toString())
        return made.promise(of, peer)
      }
    })
  }
  await network.peers.handle(GET_PROTOCOL, async (stream, { peer, signal }) => {
    await handleGet(stream, { read: (cid) => readHeld(store, cid), size: (cid) => store.stat(cid)?.size, complain: async (cid) => { await store.recheck(cid) }, peer, signal })
  }, { maxInbound: 8 })
  return made
}

export async function hold (store: BlockStore, version: readonly TestBlock[]): Promise<void> {
  const upload = newUpload()
  await store.begin({ upload, writer: 'w', expected: 0 })
  for (const { cid, bytes } of version) await store.put(cid, bytes, { upload })
  await store.finish(upload, version[0]?.cid as CID)
}

export { AUDIT_PROTOCOL }
