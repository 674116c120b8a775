import { readStored } from '../vault/entries/entry-rows.js'
import type { Parts } from './parts.js'

type Known = Pick<Parts, 'peer' | 'vault' | 'peers' | 'memberRecords'>

/**
 * Members that this node has no connection with and wants no link to, and that may be there: those that lend space
 * first, otherwise in an order of chance. None in a vault where everybody has a link to everybody.
 */
export function others ({ peer: self, vault, peers, memberRecords }: Known): string[] {
  const { records, presence } = memberRecords
  const away = vault.members().map(({ peer }) => peer)
    .filter((peer) => peer !== self && !peers.wants(peer) && peers.get(peer) === undefined && presence.present(peer))
  const lends = (peer: string): boolean => (records.get(peer)?.capacity ?? 0) > 0
  const mixed = shuffled(away)
  return [...mixed.filter(lends), ...mixed.filter((peer) => !lends(peer))]
}

/** Those of them that take new blocks, by what they say. */
export function othersWithRoom (parts: Known): string[] {
  return others(parts).filter((peer) => refusal(parts, peer) === undefined && parts.memberRecords.records.get(peer) !== undefined)
}

/** Why nothing new is brought to a member, by its record and certificate; undefined: it takes blocks, or has not said yet. */
export function refusal (parts: Pick<Parts, 'vault' | 'memberRecords'>, peer: string): 'lends nothing' | 'takes nothing more' | undefined {
  if (lendsNothing(parts, peer)) return 'lends nothing'
  return parts.memberRecords.records.get(peer)?.accepting === false ? 'takes nothing more' : undefined
}

/** It holds nothing and counts nowhere (protocols/placement), whatever lies there. */
export function lendsNothing ({ vault, memberRecords }: Pick<Parts, 'vault' | 'memberRecords'>, peer: string): boolean {
  return memberRecords.records.get(peer)?.capacity === 0 || vault.members().some((member) => member.peer === peer && member.maxCapacity === 0)
}

/** The member whose writer key signed this entry of the index; undefined when it is not known here. */
export function writerOf ({ vault }: Pick<Parts, 'vault'>, entry: Uint8Array): string | undefined {
  return vault.entries.members.ofWriter(readStored(entry).writer)?.peer
}

function shuffled (peers: string[]): string[] {
  return peers.map((peer) => ({ peer, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ peer }) => peer)
}
