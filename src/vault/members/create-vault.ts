import { randomBytes } from 'node:crypto'
import { HASH_BYTES } from '../../../protocols/block/hash.js'
import { newBoxKey, newVaultSecret, newWriterKey, vaultKeys, readKeys, boxPublic } from '../../../protocols/vault/keys.js'
import type { InviteText } from '../../../protocols/vault/invite.js'
import { makeAdmit } from '../../../protocols/vault/make-entry.js'
import { joinCertificate, makeMember, type NodeSign } from '../../../protocols/vault/member.js'
import type { Secrets } from '../keys/keyring.js'

/** The PeerId key of this node, as far as certificates need it. */
export interface NodeKey {
  /** 38 bytes. */
  peer: Uint8Array
  sign: NodeSign
}

/**
 * Makes a new vault that this node owns: its secrets, and the admit that makes the founder a
 * member. With `recovered`, the secret V of an existing vault, this node becomes one more owner of
 * that vault in the same way (protocols/vault/README.md, "The founder").
 */
export async function createVault (node: NodeKey, names: { label: string, operator: string }, recovered?: Uint8Array): Promise<{ secrets: Secrets, admit: Uint8Array }> {
  const secret = recovered ?? newVaultSecret()
  const keys = vaultKeys(secret)
  const writer = newWriterKey()
  const box = newBoxKey()
  const member = await makeMember({ vault: keys.id, role: 'owner', ...names, by: keys.sign, subject: node.peer, nodeSign: node.sign, box: box.public, writer: writer.secret })
  const admit = makeAdmit({ vault: keys.id, epoch: 0, writer: writer.secret, seq: 1, prev: new Uint8Array(HASH_BYTES), time: Date.now(), member })
  return {
    secrets: { vault: keys.id, role: 'owner', meet: readKeys(keys.read).meet, reads: [keys.read], secret, writer: writer.secret, box: box.secret, recoveryChecked: recovered !== undefined },
    admit: admit.bytes
  }
}

/**
 * Returns the certificate that an owner makes for itself with the vault key, or undefined for a
 * node without that key.
 */
export async function ownerMember (node: NodeKey, { secret, writer, box, vault }: Secrets, names: { label: string, operator: string }): Promise<Uint8Array | undefined> {
  if (secret === undefined || writer === undefined) return undefined
  return makeMember({ vault, role: 'owner', ...names, by: vaultKeys(secret).sign, subject: node.peer, nodeSign: node.sign, box: boxPublic(box), writer })
}

/** A joiner holds its new keys and the certificate that it wants admitted. */
export interface Joiner {
  certificate: Uint8Array
  box: Uint8Array
  /** Seed of the writer key; roles owner and write only. */
  writer?: Uint8Array
}

export async function newJoiner (node: NodeKey, invite: InviteText): Promise<Joiner> {
  const writes = invite.invite.role === 'owner' || invite.invite.role === 'write'
  const writer = writes ? newWriterKey().secret : undefined
  const box = newBoxKey().secret
  const certificate = await joinCertificate({
    invite, subject: node.peer, nodeSign: node.sign, box: boxPublic(box), ...(writer === undefined ? {} : { writer })
  })
  return { certificate, box, ...(writer === undefined ? {} : { writer }) }
}

/** Returns a random salt and placement seed for a new name. */
export const newLineage = (): { lineage: Uint8Array, seed: Uint8Array } => ({ lineage: new Uint8Array(randomBytes(32)), seed: new Uint8Array(randomBytes(16)) })
