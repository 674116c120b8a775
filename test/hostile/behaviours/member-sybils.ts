/** A member: ever new members, by the used invite that let it in itself (`DFS_ATTACK_INVITE`). */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { peerBytes } from '../../../protocols/vault/ed25519.js'
import { boxPublic } from '../../../protocols/vault/keys.js'
import { makeAdmit } from '../../../protocols/vault/make-entry.js'
import { joinCertificate } from '../../../protocols/vault/member.js'
import { parseInvite } from '../../../src/vault/members/join.js'
import { memberEntries } from '../attack/entries.js'
import type { Behaviour } from '../attack/target.js'

const SYBILS = 100

async function certificate (): Promise<Uint8Array> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
  return joinCertificate({
    invite: parseInvite(process.env['DFS_ATTACK_INVITE'] ?? ''), subject: peerBytes(key), nodeSign: (message) => new Uint8Array(sign(null, message, privateKey)),
    box: boxPublic(randomBytes(32)), writer: randomBytes(32)
  })
}

export const attack: Behaviour = async (target, signal) => {
  const { invite } = parseInvite(process.env['DFS_ATTACK_INVITE'] ?? '')
  const members = await Promise.all(Array.from({ length: SYBILS }, certificate))
  let n = 0
  await memberEntries(target, signal, ({ author }) => makeAdmit({ ...author, invite: invite.encoded, member: members[n++ % SYBILS] ?? new Uint8Array(0) }).bytes, { page: 10, most: SYBILS })
}
