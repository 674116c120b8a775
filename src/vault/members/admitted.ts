/**
 * This file finds out which member let in which, and which invites let in more members than their
 * owner said.
 */
import { equal } from '../../../protocols/block/hash.js'
import { countingWriters, keyOf, memberAdmits } from '../../../protocols/vault/standing.js'
import type { Member, Members } from './members.js'
import type { KnownAdmit } from '../entries/revocations.js'

/** An origin says how a member was let in. */
export interface Origin {
  /** PeerId of the member that wrote the admit; for a founder its own. */
  by?: string
  /**
   * The used invite, the number of members that it was for, and all members that used it. A founder
   * used none.
   */
  invited?: { invite: Uint8Array, uses: number, members: readonly Member[] }
}

export function originsOf (members: Members, admits: readonly KnownAdmit[]): Map<string, Origin> {
  const byId = new Map(admits.map((admit) => [keyOf(admit.id), admit]))
  const byInvite = Map.groupBy(members.all(), ({ invite }) => invite === undefined ? '' : keyOf(invite))
  return new Map(members.all().map((member) => {
    const admit = byId.get(keyOf(member.admit))
    const by = admit === undefined ? undefined : members.ofWriter(admit.author)?.peer
    const { invite, uses } = admit ?? {}
    return [member.peer, {
      ...(by === undefined ? {} : { by }),
      ...(invite === undefined || uses === undefined ? {} : { invited: { invite, uses, members: byInvite.get(keyOf(invite)) ?? [] } })
    }]
  }))
}

/** Returns the subjects that an invite let in. A subject that was admitted twice is one use. */
export function subjectsOf (admits: Iterable<KnownAdmit>, invite: Uint8Array): Uint8Array[] {
  const found = [...admits].filter((admit) => admit.invite !== undefined && equal(admit.invite, invite))
  return [...new Map(found.map(({ member: { subject } }) => [keyOf(subject), subject])).values()]
}

/**
 * Returns the subjects that would be no members if one subject had let nobody in: every chain of
 * admits that leads to them goes through one of its writer keys. An admit that the subject wrote
 * for a member that another witness let in as well makes no difference.
 * @param admits admits that count
 * @param writers writer keys of the subject
 * @param spared subject and writer key of the node that asks: it stays, and so do the members that
 * it let in
 */
export function through (vault: Uint8Array, admits: readonly KnownAdmit[], writers: readonly Uint8Array[], spared?: { subject: Uint8Array, writer: Uint8Array }): Uint8Array[] {
  const without = admits.filter(({ author }) => !writers.some((writer) => equal(writer, author)))
  const roots = spared === undefined ? [] : admits.filter(({ member }) => equal(member.subject, spared.subject))
    .map((admit): KnownAdmit => ({ ...admit, author: spared.writer, member: { ...admit.member, writer: spared.writer, by: vault } }))
  const counting = countingWriters(vault, [...roots, ...without], () => true)
  const stay = memberAdmits(without, [], ({ author }) => !counting.has(keyOf(author)))
  const all = memberAdmits(admits, [], () => false)
  return [...all.values()].map(({ member: { subject } }) => subject)
    .filter((subject) => !stay.has(keyOf(subject)) && !(spared !== undefined && equal(spared.subject, subject)))
}
