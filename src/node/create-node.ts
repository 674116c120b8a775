import { createHmac } from 'node:crypto'
import type { Libp2p } from '@libp2p/interface'
import { dhtKey } from '../../protocols/vault/keys.js'
import { ASK_MS, DEFAULT_PORT, DURABLE_ANSWER_MS, DURABLE_PROGRESS_MS, GUARD_MS, INACTIVITY_MS, RECONNECT_MAX_MS, SEEK_MS, TRASH_MS } from '../defaults.js'
import { WrongVaultError } from '../errors.js'
import { equal } from '../../protocols/block/hash.js'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { UPLOAD_ID_BYTES } from '../../protocols/store/constants.js'
import type { DfsNode, DfsNodeInit } from '../api/node.js'
import { steadyClock, systemClock, type Clock } from '../async/clock.js'
import { Discovery, discoveryOf, discoveryParts } from '../network/discovery.js'
import { DHT_PROTOCOL } from '../network/kad.js'
import { ConnectionGater } from '../network/connection-gater.js'
import { parseAddress, peerOf } from '../network/addresses.js'
import { createHost, startHost } from '../network/host.js'
import { Peers } from '../network/peers.js'
import { Scrubber } from '../blockstore/scrubber.js'
import { AdmitsBackup } from '../vault/members/admits-backup.js'
import { GarbageCollector } from '../blockstore/garbage-collector.js'
import { ReplicaService } from '../replication/replica-service.js'
import { RecordService } from '../vault/members/record-service.js'
import { SyncLag } from '../vault/sync/sync-lag.js'
import { BlockRepairer } from '../replication/block-repairer.js'
import { Node } from './node.js'
import { namesOf, nodeKeyOf, openFolder, type OpenedFolder } from './open-folder.js'
import { entryById } from '../index/queries/entries.js'
import { RetentionService } from '../vault/retention/retention-service.js'
import { Downloader } from '../replication/download/downloader.js'
import { BlockFetcher } from '../replication/download/block-fetcher.js'
import { InboundUploads } from '../replication/serve/inbound-uploads.js'
import { ProtocolClients } from '../replication/protocol-clients.js'
import { OnDemandDialer } from '../replication/download/on-demand-dialer.js'
import { DrainTracker } from '../replication/serve/drain-tracker.js'
import { PushPace } from '../replication/push/push-pace.js'
import { Receipts } from '../replication/push/receipts.js'
import { serve } from '../replication/serve/serve.js'
import { serveAudit } from '../replication/serve/serve-audit.js'
import { Rebuilt } from '../rebuild/rebuilt.js'
import { NodeEvents } from './node-events.js'
import { inviteAddresses } from '../network/advertised-addresses.js'
import { awayText } from '../operations/away.js'
import { checkInit } from '../operations/check-init.js'
import { stillDiallingMs } from '../operations/dialling.js'
import { abortReason } from '../operations/abort-reason.js'
import { staying } from '../operations/evict.js'
import { others, refusal } from '../operations/others.js'
import type { Parts } from '../operations/parts.js'
import { createVault, newJoiner, type NodeKey } from '../vault/members/create-vault.js'
import { MemberHandshake } from '../vault/members/member-handshake.js'
import { joinVault, parseInvite } from '../vault/members/join.js'
import type { Cost } from '../vault/keys/passphrase.js'
import { checkRecovered, RecoveryRun, recoverySecret } from '../vault/keys/recovery-run.js'
import type { Secrets } from '../vault/keys/keyring.js'
import { SyncService } from '../vault/sync/sync-service.js'
import { IndexSource } from '../vault/sync/sync-source.js'
import { Vault } from '../vault/vault.js'
import { Verifier } from '../vault/entries/entry-verifier.js'

const WITH_DIR = [`/ip4/0.0.0.0/tcp/${DEFAULT_PORT}`, `/ip6/::/tcp/${DEFAULT_PORT}`]
const IN_MEMORY = ['/ip4/127.0.0.1/tcp/0']

/** Waits that tests shorten. @internal */
export interface Waits { answerMs: number, progressMs: number, askMs: number, reconnectMaxMs: number, inactivityMs: number, seekMs: number, /** Of connections and idle streams. */ clock: Clock, /** Says when invites and links end. */ wall: Clock, /** Of a passphrase. @default that of new keyrings */ cost?: Cost, /** @default SCRUB_MS */ scrubMs?: number }
const WAITS: Waits = { answerMs: DURABLE_ANSWER_MS, progressMs: DURABLE_PROGRESS_MS, askMs: ASK_MS, reconnectMaxMs: RECONNECT_MAX_MS, inactivityMs: INACTIVITY_MS, seekMs: SEEK_MS, clock: steadyClock, wall: systemClock }

/**
 * Opens (or makes, or joins) a vault and runs a node in it. Resolves when the node listens and, with an invite, is
 * admitted; needs no other peer. Errors: docs/errors.md, "the folder", "joining", INVALID_OPTION, PORT_IN_USE.
 *
 * @example await using node = await createNode({ dir: './laptop', label: 'laptop' })
 */
export async function createNode (init: DfsNodeInit = {}, waits: Partial<Waits> = {}): Promise<DfsNode> {
  checkInit(init)
  try {
    return await open(init, { ...WAITS, ...waits })
  } catch (error) {
    throw init.signal === undefined ? error : abortReason(error, init.signal)
  }
}

async function open (init: DfsNodeInit, waits: Waits): Promise<DfsNode> {
  const events = new NodeEvents()
  const folder = await openFolder({ ...init, ...(waits.cost === undefined ? {} : { cost: waits.cost }) }, {
    onCorrupt: (block) => { events.corrupt(block) },
    onFull: () => { events.full() },
    onFailure: (error) => { events.failed(error) }
  })
  try {
    const node = await build(init, folder, events, waits)
    if (init.start !== false && folder.readOnly !== true) {
      try {
        await node.start()
      } catch (error) {
        await node.stop()
        throw error
      }
    }
    return node
  } catch (error) {
    await folder.close()
    throw error
  }
}

async function build (init: DfsNodeInit, folder: OpenedFolder, events: NodeEvents, waits: Waits): Promise<Node> {
  const { key, db, store } = folder
  const nodeKey = nodeKeyOf(key)
  let isMember: (peer: string) => boolean = () => false
  const gate = new ConnectionGater({ isMember: (who) => isMember(who) })
  const listen = init.listen ?? (init.dir === undefined ? IN_MEMORY : WITH_DIR)
  const listening = init.dialOnly === true ? [] : listen
  // where a vault is recovered, addresses need no PeerId; afterwards its members are found by their own
  const bootstrap = init.bootstrap?.filter((text) => peerOf(parseAddress('bootstrap', text)) !== undefined)
  // a command that opens a folder for a moment knows whom to ask, unless it recovers a vault
  const searches = init.dir !== undefined && (init.dialOnly !== true || init.recoveryCode !== undefined)
  const discovering = searches ? discoveryOf(init.discovery, listen) : { mdns: false, dht: false, ...init.discovery }
  let discovery: Discovery | undefined
  const host = await createHost({
    privateKey: key,
    listen: listening,
    gate,
    isMember: (who) => isMember(who),
    start: false,
    // whoever says nothing of the DHT has no business there without a hello, so one that asks for a moment only says it too
    discovery: discoveryParts(discovering, listening.length > 0 || init.recoveryCode !== undefined, (found) => { discovery?.found(found) }),
    ...(init.announce === undefined ? {} : { announce: init.announce }),
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(init.encryption === undefined ? {} : { encryption: init.encryption }),
    ...(init.libp2p === undefined ? {} : { libp2p: init.libp2p })
  })
  const verifier = new Verifier()
  let started = false
  let syncing: Promise<void> | undefined
  let startedAt = performance.now()
  const startOnce = async (): Promise<void> => {
    if (started) return
    await startHost(host, listening)
    started = true
  }
  try {
    const { secrets, entries, addresses, recovers = false } = await secretsOf(init, folder, nodeKey, host, startOnce)
    const peer = key.publicKey.toString()
    const vault = new Vault({ db, secrets, self: nodeKey.peer, save: folder.save, verifier, room: () => folder.indexRoom(), onChange: (change, encoded, from) => { events.changed(change, encoded, from) } })
    isMember = (who) => vault.entries.members.get(who) !== undefined
    await vault.entries.settle()
    for (const entry of entries) await vault.entries.receive([entry])
    await events.remember(db, addresses)
    const greeter = new MemberHandshake({ db, entries: vault.entries, secrets, author: vault.writer, self: nodeKey.peer, now: waits.wall.now })
    const admits = new AdmitsBackup({ dir: folder.readOnly === true ? undefined : folder.dir, db, admits: () => greeter.admits(), onError: (error) => { events.trouble('admits', peer, error) } })
    // a folder that was made before there was such a file gets it now, and opens where it cannot be written
    if (folder.secrets === undefined) await admits.save()
    else admits.changed()
    // a recovered vault is one only when a member has accepted this node
    if (!recovers) await folder.commit()
    const peers = new Peers(host, greeter, { gate, reconnectMaxMs: waits.reconnectMaxMs, clock: waits.clock, wall: waits.wall, ...(discovering.dht ? { dht: DHT_PROTOCOL } : {}) })
    const finding = discovery = new Discovery({
      host,
      topic: dhtKey(secrets.meet),
      announce: listening.length > 0,
      isMember: (who) => isMember(who),
      lacks: () => vault.members().some(({ peer: who }) => who !== peer && peers.wants(who) && peers.get(who) === undefined),
      onMember: (who) => { peers.seen(who) },
      greet: (addresses) => peers.connect(addresses, { signal: AbortSignal.timeout(waits.inactivityMs) }),
      onError: (error) => { events.trouble('discovery', peer, error) },
      clock: waits.clock,
      random: Math.random
    })
    peers.addEventListener('session:close', () => { finding.wake() })
    const clients = new ProtocolClients(peers, waits.clock, { inactivityMs: waits.inactivityMs })
    const reachedAt = (): string[] => inviteAddresses(peer, init.announce ?? [], host.getMultiaddrs().map(String), listen)
    const memberRecords = new RecordService({
      db,
      store,
      vault,
      vaultId: secrets.vault,
      host,
      key: nodeKey,
      addresses: reachedAt,
      ...(init.offlineGrace === undefined ? {} : { offlineGraceMs: init.offlineGrace }),
      onNew: (record, from) => { events.record(record, from) },
      onError: (error) => { events.trouble('records', peer, error) }
    })
    const sync = new SyncService({
      peers,
      source: new IndexSource(db, memberRecords.records),
      receive: async (list, from) => {
        const full = await vault.entries.receive(list, from)
        recovery?.came(list.length)
        return full
      },
      receiveRecords: (list, from) => memberRecords.records.receive(list, from),
      inactivityMs: waits.inactivityMs,
      onRound: (who, round) => { events.round(who, round) },
      onError: (who, error) => { events.trouble('sync', who, error) }
    })
    const fetcher = new BlockFetcher({
      peers,
      clients: clients,
      timer: waits.clock,
      describeAbsent: () => awayText(parts),
      diallingMs: () => stillDiallingMs(parts),
      inactivityMs: waits.inactivityMs,
      others: new OnDemandDialer({ peers, list: () => others(parts), timer: waits.clock, dialMs: waits.inactivityMs })
    })
    const whereToAsk = async function * (signal: AbortSignal): AsyncGenerator<string> {
      yield * init.bootstrap ?? []
      if (discovering.mdns || discovering.dht) yield * finding.seek(waits.seekMs, signal)
    }
    const recovery = recovers ? new RecoveryRun({ peers, sync, addresses: whereToAsk, accepted: () => folder.commit(), onProgress: init.onProgress }) : undefined
    const uploads = new InboundUploads()
    const downloader: Downloader = new Downloader({
      db, store, peers, fetcher: fetcher, peer, uploads,
      timer: systemClock,
      writerOf: (entry) => {
        const row = entryById(db, entry)
        return row === undefined ? undefined : vault.entries.members.ofWriter(row.writer)?.peer
      },
      needOf: (root) => replicas.needOf(root),
      // of this node's secret, so that no member opens uploads under these ids
      uploadOf: (root) => new Uint8Array(createHmac('sha256', key.raw).update('dfs catch-up').update(root).digest().subarray(0, UPLOAD_ID_BYTES)),
      onVersion: (version) => { events.held(version) },
      onTrouble: (root, error) => { events.trouble('catch-up', root.toString(), error) }
    })
    const leaving = new Set<string>()
    const rebuilt = new Rebuilt(db)
    const replicas: ReplicaService = new ReplicaService({
      self: peer, db, store, vault, memberRecords: memberRecords, downloader: downloader, clients: clients, leaving,
      offlineGraceMs: init.offlineGrace,
      letGoAfterMs: init.letGoAfter,
      anew: rebuilt.pending,
      onReleased: () => { downloader.again() },
      onFound: (group, who, verdict) => { if (verdict !== undefined) events.trouble('audit', who, new Error(`group ${group.id} is ${verdict}`)) },
      onCopies: (all, ok) => { events.copies(all, ok) },
      onError: (error) => { events.trouble('copies', peer, error) }
    })
    const repairer = new BlockRepairer({
      store, peer,
      fetch: (cid, options) => fetcher.fetch(cid, options),
      needOf: (root) => replicas.needOf(root.bytes),
      timer: steadyClock,
      touched: (root) => { replicas.touched(root) },
      onMended: (cid) => { events.mended(cid) },
      onError: (error) => { events.trouble('mending', peer, error) }
    })
    const parts: Parts = {
      peer,
      store,
      vault,
      peers,
      clients,
      sync,
      fetcher,
      downloader,
      replicas,
      memberRecords,
      retention: new RetentionService({
        db,
        vault,
        isInSync: () => sync.inSyncWith().length > 0,
        isCutOff: () => memberRecords.presence.island !== undefined || parts.rebuilt.pending,
        onError: (error) => { events.trouble('versions', peer, error) }
      }),
      garbage: new GarbageCollector({
        db,
        store,
        clock: systemClock,
        guardMs: init.guard ?? GUARD_MS,
        trashMs: init.trash ?? TRASH_MS,
        onCollected: (result) => { events.collected(result) },
        onError: (error) => { events.trouble('collecting', peer, error) }
      }),
      ...(folder.keyring === undefined ? {} : { keyring: folder.keyring }),
      lag: new SyncLag(),
      receipts: new Receipts(),
      revokedBy: greeter.revokedBy,
      serves: (visitor) => greeter.serves(visitor),
      drain: new DrainTracker(systemClock),
      pace: new PushPace(steadyClock),
      leaving,
      admits,
      rebuilt,
      indexFailure: () => db.failure,
      checkIndex: (options) => db.check(options),
      repairer,
      scrubber: new Scrubber({ store, timer: steadyClock, ...(waits.scrubMs === undefined ? {} : { scrubMs: waits.scrubMs }), onError: (error) => { events.trouble('files', peer, error) } }),
      get startedAt () { return startedAt },
      defaults: { ...(init.copies === undefined ? {} : { copies: init.copies }), ...(init.durable === undefined ? {} : { durable: init.durable }) },
      waits
    }
    await serveAudit({ peers, store, clock: steadyClock, state: (root) => replicas.state(root), promise: (root, who) => replicas.promise(root, who) })
    await serve({ peers, store, uploads, pulls: parts.drain, timer: steadyClock, takes: () => refusal(parts, peer), acceptEntry: (entry, finish, from) => vault.accept(entry, staying(parts, finish), from) })
    const node = new Node({
      parts,
      host,
      verifier,
      discovery: finding,
      folder,
      operator: init.operator ?? '',
      reachedAt,
      start: async (signal) => {
        await (syncing ??= sync.start())
        parts.downloader.start()
        await startOnce()
        startedAt = performance.now()
        memberRecords.start()
        if (init.dialOnly !== true) replicas.start()
        if (init.dialOnly !== true) parts.repairer.start()
        if (init.dialOnly !== true) parts.scrubber.start()
        parts.retention.start()
        parts.garbage.start()
        peers.follow({
          members: () => vault.members(),
          addresses: (who) => [...new Set([...memberRecords.records.addressesOf(who), ...events.reached(who), ...finding.addressesOf(who)])],
          bootstrap: [...bootstrap ?? [], ...parts.rebuilt.places()],
          standing: [SYNC_PROTOCOL]
        })
        finding.start()
        await recovery?.run(init.signal === undefined || init.start === false ? signal : AbortSignal.any([signal, init.signal]))
      }
    })
    events.attach(node, parts, db, host)
    return node
  } catch (error) {
    await verifier.close()
    await host.stop()
    throw error
  }
}

interface Opened {
  secrets: Secrets
  entries: Uint8Array[]
  addresses: Array<{ peer: string, address: string }>
  /** The rest of the vault is still to come, from a member. */
  recovers?: boolean
}

/** The vault's secrets: those of the folder, those that an invite or the recovery code brings, or those of a new vault. */
async function secretsOf (init: DfsNodeInit, folder: OpenedFolder, node: NodeKey, host: Libp2p, start: () => Promise<void>): Promise<Opened> {
  const names = namesOf(init)
  const invite = init.invite === undefined ? undefined : parseInvite(init.invite)
  if (folder.secrets !== undefined) {
    if (invite !== undefined && !equal(invite.vault, folder.secrets.vault)) {
      throw new WrongVaultError(`${folder.dir ?? 'This node'} is in another vault than the invite. One folder is one vault: join in another folder`)
    }
    if (init.recoveryCode !== undefined) await checkRecovered(init.recoveryCode, folder.secrets, folder.dir ?? 'This node')
    return { secrets: folder.secrets, entries: [], addresses: [] }
  }
  if (invite === undefined) {
    const recovered = init.recoveryCode === undefined ? undefined : await recoverySecret(init.recoveryCode)
    const { secrets, admit } = await createVault(node, names, recovered)
    await folder.save(secrets)
    return { secrets, entries: [admit], addresses: [], recovers: recovered !== undefined }
  }
  const joiner = await newJoiner(node, invite)
  await start()
  const joined = await joinVault(host, node.peer, invite, joiner, {
    ...(init.bootstrap === undefined ? {} : { more: init.bootstrap }),
    ...(init.signal === undefined ? {} : { signal: init.signal })
  })
  const secrets: Secrets = {
    vault: invite.vault,
    role: invite.invite.role,
    meet: joined.meet,
    reads: joined.reads,
    box: joiner.box,
    recoveryChecked: true,
    ...(joined.vaultSecret === undefined ? {} : { secret: joined.vaultSecret }),
    ...(joiner.writer === undefined ? {} : { writer: joiner.writer })
  }
  await folder.save(secrets)
  const addresses = joined.from.flatMap((address) => {
    const peer = /\/p2p\/([^/]+)$/.exec(address)?.[1]
    return peer === undefined ? [] : [{ peer, address }]
  })
  return { secrets, entries: [...joined.admits].reverse(), addresses }
}

