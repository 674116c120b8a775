import { createHmac } from 'node:crypto'
import { UPLOAD_ID_BYTES } from '../../protocols/store/constants.js'
import { steadyClock, systemClock } from '../async/clock.js'
import { GarbageCollector } from '../blockstore/garbage-collector.js'
import { Scrubber } from '../blockstore/scrubber.js'
import { GUARD_MS, TRASH_MS } from '../defaults.js'
import { entryById } from '../index/queries/entries.js'
import { Rebuilt } from '../rebuild/rebuilt.js'
import { BlockRepairer } from '../replication/block-repairer.js'
import { BlockFetcher } from '../replication/download/block-fetcher.js'
import { Downloader } from '../replication/download/downloader.js'
import { OnDemandDialer } from '../replication/download/on-demand-dialer.js'
import { NetworkedBlockstore } from '../replication/networked-blockstore.js'
import { ProtocolClients } from '../replication/protocol-clients.js'
import { PushPace } from '../replication/push/push-pace.js'
import { Receipts } from '../replication/push/receipts.js'
import { ReplicaService } from '../replication/replica-service.js'
import { DrainTracker } from '../replication/serve/drain-tracker.js'
import { InboundUploads } from '../replication/serve/inbound-uploads.js'
import { serveAudit } from '../replication/serve/serve-audit.js'
import { serve } from '../replication/serve/serve.js'
import { VersionPlacement } from '../replication/version-placement.js'
import { Compared } from '../vault/entries/chains.js'
import { RetentionService } from '../vault/retention/retention-service.js'
import { SyncLag } from '../vault/sync/sync-lag.js'
import { troubleIn } from './bus-events.js'
import type { Composition, Membership } from './compose-membership.js'
import type { NodeComponents } from './components.js'

/**
 * Makes all parts of the node in the order of their dependencies and registers the handlers of its
 * protocols.
 */
export async function composeCopies (composition: Composition, membership: Membership): Promise<NodeComponents> {
  const { init, waits, folder, logger, network, verifier } = composition
  const { self, vault, handshake, peers, memberRecords, directory, admits, reached, discovery, sync, recovery } = membership
  const { db, store, keyring } = folder
  const clients = new ProtocolClients(peers, waits.clock, { inactivityMs: waits.inactivityMs })
  const rebuilt = new Rebuilt(db)
  const placement = new VersionPlacement({ logger, db, store, vault, memberRecords }, { self, anew: rebuilt.pending, onError: troubleIn(composition.bus, 'copies', self) })
  const fetcher = new BlockFetcher({
    logger,
    peers, clients,
    timer: waits.clock,
    describeAbsent: () => directory.awayText(),
    diallingMs: () => directory.stillDiallingMs(),
    inactivityMs: waits.inactivityMs,
    others: new OnDemandDialer({ peers, list: () => directory.others(), timer: waits.clock, dialMs: waits.inactivityMs })
  })
  const uploads = new InboundUploads()
  const repairer = repairerOf(composition, self, placement, fetcher)
  const blocks = new NetworkedBlockstore({ store, fetcher, repairer })
  const downloader = downloaderOf(composition, membership, placement, blocks, uploads)
  const replicas = replicasOf(composition, self, placement, downloader, clients)
  const drain = new DrainTracker(systemClock)
  await serveAudit({ peers, store, clock: steadyClock, state: (root) => replicas.state(root), promise: (root, who) => replicas.promise(root, who) })
  await serve({
    logger, peers, store, uploads,
    pulls: drain,
    timer: steadyClock,
    takes: () => directory.refusal(self),
    entries: vault,
    replicas
  })
  return {
    logger, peer: self, store, vault, peers, clients, sync, blocks, downloader, replicas, placement, memberRecords, directory, admits, reached, rebuilt, repairer, drain, verifier, discovery, recovery,
    host: network.host,
    retention: retentionOf(composition, membership, rebuilt),
    garbage: garbageOf(composition, self),
    scrubber: new Scrubber({ store, timer: steadyClock, ...(waits.scrubMs === undefined ? {} : { scrubMs: waits.scrubMs }), onError: troubleIn(composition.bus, 'files', self) }),
    ...(keyring === undefined ? {} : { keyring }),
    compared: new Compared(db),
    lag: new SyncLag(),
    receipts: new Receipts(),
    revokedBy: handshake.revokedBy,
    serves: (visitor) => handshake.serves(visitor),
    pace: new PushPace(steadyClock),
    indexFailure: () => db.failure,
    checkIndex: (options) => db.check(options),
    defaults: { ...(init.copies === undefined ? {} : { copies: init.copies }), ...(init.durable === undefined ? {} : { durable: init.durable }) },
    waits
  }
}

function downloaderOf ({ bus, logger, folder: { db, store, key } }: Composition, { self, vault, peers }: Membership, placement: VersionPlacement, blocks: NetworkedBlockstore, uploads: InboundUploads): Downloader {
  return new Downloader({
    logger, db, store, peers, blocks, uploads,
    peer: self,
    timer: systemClock,
    writerOf: (entry) => {
      const row = entryById(db, entry)
      return row === undefined ? undefined : vault.entries.members.ofWriter(row.writer)?.peer
    },
    needOf: (root) => placement.needOf(root),
    // the ids depend on this node's secret, so that no member can open uploads under them
    uploadOf: (root) => new Uint8Array(createHmac('sha256', key.raw).update('dfs catch-up').update(root).digest().subarray(0, UPLOAD_ID_BYTES)),
    onVersion: (version) => { bus.emit('version:held', version) },
    onTrouble: (root, error) => { bus.emit('trouble', { area: 'catch-up', subject: root.toString(), error }) }
  })
}

function replicasOf ({ init, waits, bus, logger, folder: { db, store } }: Composition, self: string, placement: VersionPlacement, downloader: Downloader, clients: ProtocolClients): ReplicaService {
  return new ReplicaService({ logger, db, store, placement, downloader, clients }, {
    offlineGraceMs: init.offlineGrace,
    letGoAfterMs: init.letGoAfter,
    tellCopiesMs: waits.tellCopiesMs,
    onReleased: ({ id }) => { bus.emit('copy:released', { id }) },
    onFound: ({ id }, peer, verdict) => { if (verdict !== undefined) bus.emit('trouble', { area: 'audit', subject: peer, error: new Error(`group ${id} is ${verdict}`) }) },
    onCopies: (copies, ok) => { bus.emit('copies:counted', { copies, ok }) },
    onError: troubleIn(bus, 'copies', self)
  })
}

function repairerOf ({ bus, logger, folder: { store } }: Composition, self: string, placement: VersionPlacement, fetcher: BlockFetcher): BlockRepairer {
  return new BlockRepairer({
    logger,
    store,
    peer: self,
    fetch: (cid, options) => fetcher.fetch(cid, options),
    needOf: (root) => placement.needOf(root.bytes),
    timer: steadyClock,
    touched: (root) => { bus.emit('root:touched', { root }) },
    onMended: (cid) => { bus.emit('block:repaired', { cid }) },
    onError: troubleIn(bus, 'mending', self)
  })
}

function retentionOf ({ bus, folder: { db } }: Composition, { self, vault, sync, memberRecords }: Membership, rebuilt: Rebuilt): RetentionService {
  return new RetentionService({
    db, vault,
    isInSync: () => sync.inSyncWith().length > 0,
    isCutOff: () => memberRecords.presence.island !== undefined || rebuilt.pending,
    onError: troubleIn(bus, 'versions', self)
  })
}

function garbageOf ({ init, bus, folder: { db, store } }: Composition, self: string): GarbageCollector {
  return new GarbageCollector({
    db, store,
    clock: systemClock,
    guardMs: init.guard ?? GUARD_MS,
    trashMs: init.trash ?? TRASH_MS,
    onCollected: (result) => { bus.emit('garbage:collected', result) },
    onError: troubleIn(bus, 'collecting', self)
  })
}
