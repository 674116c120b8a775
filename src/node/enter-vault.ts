import type { ComponentLogger } from '@libp2p/interface'
import { equal } from '../../protocols/block/hash.js'
import type { DfsNodeInit } from '../api/node.js'
import { WrongVaultError } from '../errors.js'
import type { Secrets } from '../vault/keys/keyring.js'
import { checkRecovered, recoverySecret } from '../vault/keys/recovery-run.js'
import { createVault, newJoiner, type NodeKey } from '../vault/members/create-vault.js'
import { joinVault, parseInvite } from '../vault/members/join.js'
import { namesOf, type OpenedFolder } from './open-folder.js'
import type { OpenedNetwork } from './open-network.js'

/** The secrets and entries with which a node enters its vault. */
export interface EnteredVault {
  secrets: Secrets
  /** Entries that are not in the index yet, in the order in which they must be taken in. */
  entries: Uint8Array[]
  /** Addresses at which members were reached while joining. */
  addresses: Array<{ peer: string, address: string }>
  /** True when a member must still send the rest of the vault. @default false */
  recovers?: boolean
}

interface Outside { network: OpenedNetwork, logger: ComponentLogger }

/**
 * Enters the vault of the folder, the one that an invite or the recovery code opens, or a new one.
 */
export async function enterVault (init: DfsNodeInit, folder: OpenedFolder, node: NodeKey, outside: Outside): Promise<EnteredVault> {
  if (folder.secrets !== undefined) return known(init, folder, folder.secrets)
  if (init.invite !== undefined) return join(init, init.invite, folder, node, outside)
  outside.logger.forComponent('dfs:vault')('making a new vault')
  return create(init, folder, node)
}

async function known (init: DfsNodeInit, folder: OpenedFolder, secrets: Secrets): Promise<EnteredVault> {
  const place = folder.dir ?? 'This node'
  if (init.invite !== undefined && !equal(parseInvite(init.invite).vault, secrets.vault)) {
    throw new WrongVaultError(`${place} is in another vault than the invite. One folder is one vault: join in another folder`)
  }
  if (init.recoveryCode !== undefined) await checkRecovered(init.recoveryCode, secrets, place)
  return { secrets, entries: [], addresses: [] }
}

async function create (init: DfsNodeInit, folder: OpenedFolder, node: NodeKey): Promise<EnteredVault> {
  const recovered = init.recoveryCode === undefined ? undefined : await recoverySecret(init.recoveryCode)
  const { secrets, admit } = await createVault(node, namesOf(init), recovered)
  await folder.save(secrets)
  return { secrets, entries: [admit], addresses: [], recovers: recovered !== undefined }
}

async function join (init: DfsNodeInit, text: string, folder: OpenedFolder, node: NodeKey, { network, logger }: Outside): Promise<EnteredVault> {
  const invite = parseInvite(text)
  const joiner = await newJoiner(node, invite)
  await network.start()
  const joined = await joinVault({ host: network.host, logger }, node.peer, invite, joiner, {
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
