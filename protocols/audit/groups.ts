import type { CID } from 'multiformats/cid'
import { DAG_CBOR, parseCid } from '../block/cid.js'
import { ProtocolError } from '../errors.js'
import { MAX_VERSION_GROUPS } from './constants.js'

/** The name of a group; every node with the entry of the version can form it. */
export interface GroupName {
  root: CID
  /** The index of the group in the version, from 0. */
  index: number
}

/** A run is a number of consecutive groups of one version, as sent. */
export interface GroupRun { root: Uint8Array, first: number, count: number }

/** A member answers with one of these states for a group. */
export type GroupState =
  | { state: 'none' | 'cannot' | 'leaving' }
  /**
   * `doubts` is the number of members that should also hold the group and failed to prove it to the
   * answerer.
   * @default 0
   */
  | { state: 'held', doubts?: number }
  /** The member has `percent` (0 to 99) of the blocks of the group. */
  | { state: 'coming', percent: number }

/** Returns the runs of a list of groups; consecutive groups of one version become one run. */
export function toRuns (groups: readonly GroupName[]): GroupRun[] {
  const runs: GroupRun[] = []
  let last: { run: GroupRun, root: CID } | undefined
  for (const { root, index } of groups) {
    if (last?.root.equals(root) === true && last.run.first + last.run.count === index) {
      last.run.count++
      continue
    }
    last = { root, run: { root: root.bytes, first: index, count: 1 } }
    runs.push(last.run)
  }
  return runs
}

/**
 * Returns the groups that the runs name.
 *
 * @throws ProtocolError MALFORMED, LIMIT for more than `most` groups
 */
export function fromRuns (runs: readonly GroupRun[], most: number): GroupName[] {
  const groups: GroupName[] = []
  for (const { root: bytes, first, count } of runs) {
    const root = parseCid(bytes)
    if (root.code !== DAG_CBOR) throw new ProtocolError('MALFORMED', 'a root is a manifest')
    if (count === 0 || first + count > MAX_VERSION_GROUPS) throw new ProtocolError('MALFORMED', `${count} groups from ${first} on`)
    if (groups.length + count > most) throw new ProtocolError('LIMIT', `more than ${most} groups`, { retry: false })
    for (let index = first; index < first + count; index++) groups.push({ root, index })
  }
  if (groups.length === 0) throw new ProtocolError('MALFORMED', 'a question about no group')
  return groups
}
