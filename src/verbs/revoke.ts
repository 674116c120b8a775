import { base32, INVITE_PREFIX, TextError, unbase32 } from '../../protocols/vault/text.js'
import { InvalidOptionError, MemberNotFoundError, NotAllowedError, WrongVaultError } from '../errors.js'
import type { Revoked, RevokeOptions } from '../interface.js'
import { parseInvite } from '../vault/join.js'
import type { Member } from '../vault/members.js'
import type { Parts } from './parts.js'

/** The shortest prefix of a PeerId that is looked up. */
const MIN_PEER_CHARACTERS = 6
const KEY_BYTES = 32

/**
 * Takes a member out (its PeerId, the beginning of it, or its label), or an invite (its text, or its key in base32).
 * Every node that hears of it stops serving the member and listening to it. What was readable to it stays readable.
 */
export async function revoke ({ vault }: Pick<Parts, 'vault'>, target: string, options: RevokeOptions = {}): Promise<Revoked> {
  if (vault.role !== 'owner') throw new NotAllowedError(`This node has role ${vault.role}: only owners revoke`)
  const { since, force } = options
  const member = memberOf(vault, target)
  if (member !== undefined) {
    const label = member.label === '' ? vault.labelOf(member.peer) : member.label
    await vault.revokeMember(member.bytes, { ...(since === undefined ? {} : { since }), ...(force === undefined ? {} : { force }) })
    return { kind: 'member', label, peer: member.peer }
  }
  const invite = inviteOf(vault.id, target)
  if (invite === undefined) throw new MemberNotFoundError(`No member is called "${target.slice(0, 64)}", and it is no invite. See \`dfs members\``)
  if (since !== undefined) throw new InvalidOptionError('since', 'an invite writes nothing', 'a member')
  await vault.revokeInvite(invite.key)
  return { kind: 'invite', label: invite.label }
}

/** Members before those that were revoked already: a machine that came back has a new PeerId and its old label. */
function memberOf (vault: Parts['vault'], target: string): Member | undefined {
  for (const members of [vault.members(), vault.ledger.voids.revoked().map(({ member }) => member)]) {
    const fitting = [
      ({ peer }: Member) => peer === target,
      ({ peer, label }: Member) => target !== '' && (label === target || (label === '' && vault.labelOf(peer) === target)),
      ({ peer }: Member) => target.length >= MIN_PEER_CHARACTERS && peer.startsWith(target)
    ].map((fits) => members.filter(fits)).find((found) => found.length > 0) ?? []
    if (fitting.length > 1) throw new InvalidOptionError('member', `"${target}" fits ${fitting.length} members`, 'a PeerId: see `dfs members`')
    if (fitting[0] !== undefined) return fitting[0]
  }
  return undefined
}

function inviteOf (vault: string, target: string): { key: Uint8Array, label: string } | undefined {
  const text = target.trim().toLowerCase()
  if (text.startsWith(INVITE_PREFIX)) {
    const { invite } = parseInvite(target)
    if (base32(invite.vault) !== vault) throw new WrongVaultError('The invite is for another vault')
    return { key: invite.key, label: invite.label }
  }
  try {
    const key = unbase32(text)
    return key.length === KEY_BYTES ? { key, label: '' } : undefined
  } catch (error) {
    if (error instanceof TextError) return undefined
    throw error
  }
}
