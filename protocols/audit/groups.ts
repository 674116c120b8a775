import type { CID } from 'multiformats/cid'
import { DAG_CBOR, parseCid } from '../block/cid.js'
import { ProtocolError } from '../errors.js'
import { MAX_VERSION_GROUPS } from './constants.js'

/** One group, as everybody who has the entry of its version can name it. */
export interface GroupName {
  root: CID
  /** From 0 over the version. */
  index: number
}

/** Groups of one version that follow each other, as they travel. */
export interface GroupRun { root: Uint8Array, first: number, count: number }

/** What a member says that it has of a group. */
export type GroupState =
  | { state: 'none' | 'cannot' | 'leaving' }
  /**
   * `doubts`: how many members that should hold it too failed to prove that to the answerer.
   * @default 0
   */
  | { state: 'held', doubts?: number }
  /** `percent` of its blocks, 0..99, are there. */
  | { state: 'coming', percent: number }

/** The runs of a list of groups; groups that follow each other in it become one. */
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

/** The groups that runs name. ProtocolError MALFORMED; LIMIT when they are more than `most`. */
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
