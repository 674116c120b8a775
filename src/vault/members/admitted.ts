/** Who let whom in, and which invites let in more than their owner said. */
import { equal } from '../../../protocols/block/hash.js'
import { countingWriters, keyOf, memberAdmits } from '../../../protocols/vault/standing.js'
import type { Member, Members } from './members.js'
import type { KnownAdmit } from '../entries/revocations.js'

/** How a member came to be one. */
export interface Origin {
  /** PeerId of who wrote its admit; its own for a founder. */
  by?: string
  /** The invite that it used, how many that was for, and all who are members by it; a founder used none. */
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

/** Admits by their invite, and the subjects of each: one that was admitted twice is one use. */
export function subjectsOf (admits: Iterable<KnownAdmit>, invite: Uint8Array): Uint8Array[] {
  const found = [...admits].filter((admit) => admit.invite !== undefined && equal(admit.invite, invite))
  return [...new Map(found.map(({ member: { subject } }) => [keyOf(subject), subject])).values()]
}

/**
 * Subjects that would be no members if one had let nobody in: every chain of admits that leads to them goes through one of its writer keys.
 * An admit that it wrote of somebody whom another witness let in as well makes no difference, or it could take others with it.
 *
 * @param admits those that count
 * @param writers its writer keys
 * @param spared the writer key of who asks: it stays, and so does whom it let in
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
