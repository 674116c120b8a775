import type { ComponentLogger } from '@libp2p/interface'
import { dhtKey } from '../../protocols/vault/keys.js'
import type { DfsNodeInit } from '../api/node.js'
import { Discovery } from '../network/discovery.js'
import { DHT_PROTOCOL } from '../network/kad.js'
import { Peers } from '../network/peers.js'
import { recordAddresses } from '../network/advertised-addresses.js'
import type { Verifier } from '../vault/entries/entry-verifier.js'
import type { Secrets } from '../vault/keys/keyring.js'
import { RecoveryRun } from '../vault/keys/recovery-run.js'
import { AdmitsBackup } from '../vault/members/admits-backup.js'
import { MemberHandshake } from '../vault/members/member-handshake.js'
import { RecordService } from '../vault/members/record-service.js'
import { SyncService } from '../vault/sync/sync-service.js'
import { IndexSource } from '../vault/sync/sync-source.js'
import { Vault } from '../vault/vault.js'
import { troubleIn, type NodeBus } from './bus-events.js'
import { ownLabel } from './own-label.js'
import type { EnteredVault } from './enter-vault.js'
import { MemberDirectory } from './member-directory.js'
import { nodeKeyOf, type OpenedFolder } from './open-folder.js'
import type { OpenedNetwork } from './open-network.js'
import { ReachedAddresses } from './reached-addresses.js'
import type { Waits } from './waits.js'

export interface Composition {
  init: DfsNodeInit
  waits: Waits
  bus: NodeBus
  logger: ComponentLogger
  folder: OpenedFolder
  network: OpenedNetwork
  verifier: Verifier
}

/**
 * These parts make this node a member: the vault, sessions with other members, their records, and
 * sync.
 */
export interface Membership {
  self: string
  vault: Vault
  handshake: MemberHandshake
  admits: AdmitsBackup
  reached: ReachedAddresses
  peers: Peers
  discovery: Discovery
  memberRecords: RecordService
  sync: SyncService
  directory: MemberDirectory
  recovery: RecoveryRun | undefined
}

export async function composeMembership (composition: Composition, { secrets, entries, addresses, recovers = false }: EnteredVault): Promise<Membership> {
  const { waits, folder, network } = composition
  const self = folder.key.publicKey.toString()
  const vault = await openVault(composition, secrets, entries)
  const reached = new ReachedAddresses(folder.db)
  await reached.remember(addresses)
  const handshake = new MemberHandshake({ db: folder.db, entries: vault.entries, secrets, author: vault.writer, self: nodeKeyOf(folder.key).peer, now: waits.wall.now })
  const admits = await backup(composition, handshake, self)
  // a recovered folder is committed only when a member has accepted this node
  if (!recovers) await folder.commit()
  const peers = new Peers(network.host, handshake, {
    gate: network.gater, reconnectMaxMs: waits.reconnectMaxMs, clock: waits.clock, wall: waits.wall, ...(network.discovering.dht ? { dht: DHT_PROTOCOL } : {})
  })
  const discovery = discover(composition, vault, peers, dhtKey(secrets.meet), self)
  const memberRecords = recordsOf(composition, vault, secrets, self)
  const sync = syncOf(composition, vault, peers, memberRecords)
  const directory = new MemberDirectory({ vault, peers, memberRecords }, { self, answerMs: waits.answerMs })
  const recovery = recovers ? recoveryOf(composition, peers, sync, discovery) : undefined
  return { self, vault, handshake, admits, reached, peers, discovery, memberRecords, sync, directory, recovery }
}

async function openVault ({ bus, folder, logger, network, verifier }: Composition, secrets: Secrets, entries: Uint8Array[]): Promise<Vault> {
  const vault = new Vault({
    db: folder.db, secrets, verifier, logger,
    self: nodeKeyOf(folder.key).peer,
    save: folder.save,
    room: () => folder.indexRoom(),
    onChange: (change, encoded, from) => { bus.emit('entry:committed', { change, encoded, from }) }
  })
  network.members.fill((who) => vault.entries.members.get(who) !== undefined)
  await vault.entries.settle()
  for (const entry of entries) await vault.entries.receive([entry])
  return vault
}

async function backup ({ bus, folder }: Composition, handshake: MemberHandshake, self: string): Promise<AdmitsBackup> {
  const admits = new AdmitsBackup({ dir: folder.readOnly === true ? undefined : folder.dir, db: folder.db, admits: () => handshake.admits(), onError: troubleIn(bus, 'admits', self) })
  // an older folder has no such file and gets it now; a failure to write does not keep it from
  // opening
  if (folder.secrets === undefined) await admits.save()
  else admits.changed()
  return admits
}

function discover ({ bus, network, waits }: Composition, vault: Vault, peers: Peers, topic: Uint8Array, self: string): Discovery {
  const discovery = new Discovery({
    host: network.host,
    topic,
    announce: network.listening.length > 0,
    isMember: network.members.has,
    lacks: () => vault.members().some(({ peer }) => peer !== self && peers.wants(peer) && peers.get(peer) === undefined),
    onMember: (peer) => { peers.seen(peer) },
    greet: (addresses) => peers.connect(addresses, { signal: AbortSignal.timeout(waits.inactivityMs) }),
    onError: troubleIn(bus, 'discovery', self),
    clock: waits.clock,
    random: Math.random
  })
  peers.addEventListener('session:close', () => { discovery.wake() })
  return discovery
}

function recordsOf ({ init, bus, logger, folder, network }: Composition, vault: Vault, secrets: Secrets, self: string): RecordService {
  return new RecordService({
    logger, db: folder.db, store: folder.store, vault,
    vaultId: secrets.vault,
    host: network.host,
    key: nodeKeyOf(folder.key),
    addresses: () => recordAddresses(network.reachedAt()),
    label: () => ownLabel(init.label, vault.entries.members.get(self)?.label),
    ...(init.offlineGrace === undefined ? {} : { offlineGraceMs: init.offlineGrace }),
    onNew: (record, from) => { bus.emit('record:received', { record, from }) },
    onError: troubleIn(bus, 'records', self)
  })
}

function syncOf ({ bus, folder, waits }: Composition, vault: Vault, peers: Peers, { records }: RecordService): SyncService {
  return new SyncService({
    peers,
    source: new IndexSource(folder.db, records),
    receive: async (list, from) => {
      const full = await vault.entries.receive(list, from)
      bus.emit('entries:received', { count: list.length })
      return full
    },
    receiveRecords: (list, from) => records.receive(list, from),
    inactivityMs: waits.inactivityMs,
    onRound: (peer, round) => { bus.emit('sync:round', { peer, round }) },
    onError: (peer, error) => { bus.emit('trouble', { area: 'sync', subject: peer, error }) }
  })
}

function recoveryOf ({ init, folder, network, waits }: Composition, peers: Peers, sync: SyncService, discovery: Discovery): RecoveryRun {
  const { mdns, dht } = network.discovering
  return new RecoveryRun({
    peers, sync,
    addresses: async function * (signal) {
      yield * init.bootstrap ?? []
      if (mdns || dht) yield * discovery.seek(waits.seekMs, signal)
    },
    accepted: () => folder.commit(),
    onProgress: init.onProgress
  })
}
