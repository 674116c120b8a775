/** Who plays in the hello tests and vectors: a founder, writers it or others admitted, a store member, joiners. All from fixed seeds. */
import { createPrivateKey, sign as rawSign } from 'node:crypto'
import { sha256 } from '../../../protocols/block/hash.js'
import { peerBytes, publicKeyOf } from '../../../protocols/vault/ed25519.js'
import { createInvite, readInviteText } from '../../../protocols/vault/invite.js'
import type { InviteText } from '../../../protocols/vault/invite.js'
import { boxPublic, check, readKeys, vaultKeys } from '../../../protocols/vault/keys.js'
import { makeAdmit } from '../../../protocols/vault/make-entry.js'
import { joinCertificate, makeMember } from '../../../protocols/vault/member.js'
import { mayWrite } from '../../../protocols/vault/signed.js'
import type { Role } from '../../../protocols/vault/signed.js'
import type { Keys } from '../../../protocols/hello/joining.js'

export const TIME = 1_700_000_000_000
export const JOIN_BY = TIME + 86_400_000
const ED25519_DER = Buffer.from('302e020100300506032b657004220420', 'hex')

export const seed = (name: string): Uint8Array => sha256(new TextEncoder().encode(`dfs test ${name}`))

export interface Node {
  name: string
  peer: Uint8Array
  sign: (message: Uint8Array) => Uint8Array
  /** Seed of its writer key. */
  writer: Uint8Array
  box: Uint8Array
}

export function node (name: string): Node {
  const key = createPrivateKey({ key: Buffer.concat([ED25519_DER, seed(`node ${name}`)]), format: 'der', type: 'pkcs8' })
  return {
    name,
    peer: peerBytes(publicKeyOf(seed(`node ${name}`))),
    sign: (message) => new Uint8Array(rawSign(null, message, key)),
    writer: seed(`writer ${name}`),
    box: boxPublic(seed(`box ${name}`))
  }
}

export interface Vault {
  secret: Uint8Array
  id: Uint8Array
  sign: Uint8Array
  read: Uint8Array
  meet: Uint8Array
}

export function vault (name: string): Vault {
  const secret = seed(`vault ${name}`)
  const { id, sign, read } = vaultKeys(secret)
  return { secret, id, sign, read, meet: readKeys(read).meet }
}

/** What a role holds of a vault in epoch 0. */
export function keysOf ({ meet, read, secret }: Vault, role: Role): Keys {
  return { meet, epoch: 0, reads: role === 'store' ? [] : [read], ...(role === 'owner' ? { vaultSecret: secret } : {}) }
}

/** An invite for `role`; what `name` is called decides its key. */
export function invite (to: Vault, role: Role, name: string): InviteText {
  return readInviteText(createInvite({
    vaultSign: to.sign, role, joinBy: JOIN_BY, uses: 1, label: name, operator: 'ana', check: check(to.read), meet: to.meet, epoch: 0, addresses: [], secret: seed(`invite ${name}`)
  }))
}

export async function certificate (text: InviteText, { peer, sign, box, writer }: Node): Promise<Uint8Array> {
  return joinCertificate({ invite: text, subject: peer, nodeSign: sign, box, ...(mayWrite(text.invite.role) ? { writer } : {}) })
}

/** An admit of `who`'s certificate, written by `witness`. */
export function admit (to: Vault, text: InviteText, member: Uint8Array, witness: Node): Uint8Array {
  return makeAdmit({ vault: to.id, epoch: 0, writer: witness.writer, seq: 1, prev: new Uint8Array(32), time: TIME, invite: text.invite.encoded, member }).bytes
}

/** The admit of an owner by the vault key, which it writes itself. */
export async function found (to: Vault, { peer, sign, box, writer, name }: Node): Promise<Uint8Array> {
  const member = await makeMember({ vault: to.id, role: 'owner', operator: 'ana', label: name, by: to.sign, subject: peer, nodeSign: sign, box, writer })
  return makeAdmit({ vault: to.id, epoch: 0, writer, seq: 1, prev: new Uint8Array(32), time: TIME, member }).bytes
}

async function assemble (): Promise<Cast> {
  const home = vault('home')
  const [founder, writer, second, store, joiner, stranger] = ['founder', 'writer', 'second', 'store', 'joiner', 'stranger'].map(node) as [Node, Node, Node, Node, Node, Node]
  const join = async (who: Node, role: Role, witness: Node): Promise<Uint8Array> => {
    const text = invite(home, role, who.name)
    return admit(home, text, await certificate(text, who), witness)
  }
  const admits = {
    founder: await found(home, founder),
    writer: await join(writer, 'write', founder),
    second: await join(second, 'write', writer),
    store: await join(store, 'store', second)
  }
  return {
    home, founder, writer, second, store, joiner, stranger, admits,
    chains: {
      founder: [admits.founder],
      writer: [admits.writer, admits.founder],
      second: [admits.second, admits.writer, admits.founder],
      store: [admits.store, admits.second, admits.writer, admits.founder]
    }
  }
}

export interface Cast {
  home: Vault
  founder: Node
  writer: Node
  second: Node
  store: Node
  joiner: Node
  stranger: Node
  admits: Record<'founder' | 'writer' | 'second' | 'store', Uint8Array>
  /** Of each member, its own admit first. */
  chains: Record<'founder' | 'writer' | 'second' | 'store', Uint8Array[]>
}

export const cast = await assemble()
