import { INDEX_RESERVE_BYTES, INDEX_RESERVE_SHARE } from '../defaults.js'

/** What of other members' entries the disk has room for: all; those that are known here and count; or none. */
export type IndexRoom = 'all' | 'known' | 'none'

/**
 * By what is free where the index lies. Entries stop well below the reserve, where blocks stop, and before the disk is
 * full, so that this node can still delete, collect and be told of revokes. What it does not understand stops first.
 */
export function indexRoom (space: { free: number, total: number } | undefined): IndexRoom {
  if (space === undefined) return 'all'
  const reserve = Math.min(INDEX_RESERVE_BYTES, Math.floor(space.total * INDEX_RESERVE_SHARE))
  if (space.free <= reserve) return 'none'
  return space.free <= 2 * reserve ? 'known' : 'all'
}
