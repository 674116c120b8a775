import type { Vault } from '../vault/vault.js'

/** A note names at most this many machines. */
const NAMED = 5

/**
 * Returns a line for each invite with more members than its owner meant it for: a member that may
 * admit let in more, or two such members let one in at the same time.
 */
export function overusedNotes (vault: Vault): string[] {
  const origins = [...vault.entries.revocations.origins().values()].flatMap(({ invited }) => invited === undefined ? [] : [invited])
  const invites = new Map(origins.map((one) => [Buffer.from(one.invite).toString('hex'), one]))
  return [...invites.values()].filter(({ uses, members }) => members.length > uses).map(({ uses, members }) => {
    const named = members.slice(0, NAMED).map(({ peer }) => vault.labelOf(peer))
    const more = members.length - named.length
    return `${members.length} machines came with one invite that was for ${uses}: ${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}. If you do not know them all:  dfs members  says who let each of them in, and an owner takes that one out with all whom it let in:  dfs revoke NAME`
  })
}
