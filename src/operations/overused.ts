import { andMore } from './and-more.js'
import type { Vault } from '../vault/vault.js'

/**
 * Returns a line for each invite with more members than its owner meant it for: a member that may
 * admit let in more, or two such members let one in at the same time.
 */
export function overusedNotes (vault: Vault): string[] {
  const origins = [...vault.entries.revocations.origins().values()].flatMap(({ invited }) => invited === undefined ? [] : [invited])
  const invites = new Map(origins.map((one) => [Buffer.from(one.invite).toString('hex'), one]))
  return [...invites.values()].filter(({ uses, members }) => members.length > uses).map(({ uses, members }) => {
    const named = andMore(members.map(({ peer }) => vault.labelOf(peer)))
    return `${members.length} machines came with one invite that was for ${uses}: ${named}. If you do not know them all:  dfs members  says who let each of them in, and an owner takes that one out with all whom it let in:  dfs revoke NAME`
  })
}
