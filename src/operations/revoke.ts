import { LINK_ID_BYTES } from '../../protocols/vault/limits.js'
import { base32, INVITE_PREFIX, LINK_PREFIX, TextError, unbase32 } from '../../protocols/vault/text.js'
import { InvalidOptionError, MemberNotFoundError, NotAllowedError, WrongVaultError } from '../errors.js'
import type { Revoked, RevokeOptions } from '../api/node.js'
import { parseLink } from '../share/parse-link.js'
import { parseInvite } from '../vault/members/join.js'
import type { Member } from '../vault/members/members.js'
import { andMore } from './and-more.js'
import type { Components } from './components.js'

/** A shorter prefix of a PeerId finds no member. */
const MIN_PEER_CHARACTERS = 6
const KEY_BYTES = 32
const ADMITTED = ['revoke', 'keep'] as const

/**
 * Revokes a member (its PeerId, the beginning of it, or its unique name), an invite (its text, or
 * its key in base32) or a link (its text, or its id in base32). Revoking a write member also
 * revokes the members that are members only through it, unless `admitted` is 'keep'. Every node
 * that gets the entry stops serving the member and accepting its entries. Content that the member
 * could read stays readable to it.
 * @throws NotAllowedError, MemberNotFoundError, InvalidOptionError, WrongVaultError
 */
export async function revoke ({ vault }: Pick<Components, 'vault'>, target: string, options: RevokeOptions = {}): Promise<Revoked> {
  if (vault.role !== 'owner') throw new NotAllowedError(`This node has role ${vault.role}: only owners revoke`)
  const { since, admitted } = options
  if (admitted !== undefined && !ADMITTED.includes(admitted)) throw new InvalidOptionError('admitted', `"${String(admitted)}" is neither`, ADMITTED.join(' or '))
  const member = memberOf(vault, target)
  if (member !== undefined) return revokeMember(vault, member, options)
  const text = textOf(vault.id, target)
  if (text === undefined) throw new MemberNotFoundError(`No member is called "${target.slice(0, 64)}", and it is no invite or link. See \`dfs members\``)
  const { kind, id, label } = text
  if (since !== undefined) throw new InvalidOptionError('since', `${kind === 'link' ? 'a link' : 'an invite'} writes nothing`, 'a member')
  await (kind === 'link' ? vault.revokeLink(id) : vault.revokeInvite(id))
  return { kind, label }
}

/**
 * Revokes a member and by default, for a write member, also members that it let in: it can admit
 * new machines with any invite whose text it has, and those would stay.
 */
async function revokeMember (vault: Components['vault'], member: Member, { since, force, signal, admitted = member.role === 'owner' ? 'keep' : 'revoke' }: RevokeOptions): Promise<Revoked> {
  const named = ({ peer }: Member): { peer: string, label: string } => ({ peer, label: vault.labelOf(peer) })
  const through = vault.admittedThrough(member.bytes)
  const others = through.map(named)
  const found: Revoked = { kind: 'member', ...named(member), ...(others.length === 0 ? {} : { admitted: { went: admitted === 'revoke', members: others } }) }
  await vault.revokeMember(member.bytes, { ...(since === undefined ? {} : { since }), ...(force === undefined ? {} : { force }) })
  for (const { bytes } of admitted === 'keep' ? [] : through) {
    signal?.throwIfAborted()
    await vault.revokeMember(bytes, { force: force ?? false })
  }
  return found
}

/**
 * Finds members first, and revoked members only after these: a machine that came back has a new
 * PeerId and its old label.
 */
function memberOf (vault: Components['vault'], target: string): Member | undefined {
  for (const members of [vault.members(), vault.entries.revocations.revoked().map(({ member }) => member)]) {
    const fitting = [
      ({ peer }: Member) => peer === target,
      (member: Member) => target !== '' && (vault.names.wish(member) === target || vault.labelOf(member.peer) === target),
      ({ peer }: Member) => target.length >= MIN_PEER_CHARACTERS && peer.startsWith(target)
    ].map((fits) => members.filter(fits)).find((found) => found.length > 0) ?? []
    if (fitting.length > 1) throw new InvalidOptionError('member', `"${target.slice(0, 64)}" fits ${fitting.length} members: ${andMore(fitting.map(({ peer }) => `${vault.labelOf(peer)} (${peer})`))}`, 'a PeerId, or the beginning of one: see `dfs members`')
    if (fitting[0] !== undefined) return fitting[0]
  }
  return undefined
}

function textOf (vault: string, target: string): { kind: 'invite' | 'link', id: Uint8Array, label: string } | undefined {
  const text = target.trim().toLowerCase()
  if (text.startsWith(INVITE_PREFIX)) {
    const { invite } = parseInvite(target)
    return { kind: 'invite', id: ours(vault, 'invite', invite).key, label: invite.label }
  }
  if (text.startsWith(LINK_PREFIX)) {
    const { grant, name } = parseLink(target)
    return { kind: 'link', id: ours(vault, 'link', grant).link, label: name }
  }
  try {
    const id = unbase32(text)
    return id.length === KEY_BYTES ? { kind: 'invite', id, label: '' } : id.length === LINK_ID_BYTES ? { kind: 'link', id, label: '' } : undefined
  } catch (error) {
    if (error instanceof TextError) return undefined
    throw error
  }
}

function ours<T extends { vault: Uint8Array }> (vault: string, what: string, read: T): T {
  if (base32(read.vault) !== vault) throw new WrongVaultError(`The ${what} is for another vault`)
  return read
}
