import { equal } from '../../../protocols/block/hash.js'
import type { DeleteEntry, Entry, FileEntry, PutEntry, RevokeEntry } from '../../../protocols/vault/entry.js'
import type { NameRow } from '../../index/queries/entries.js'
import type { Member } from '../members/members.js'
import type { Retagged } from './reapply-history.js'
import type { Plan } from './revocations.js'

/** Who became a member by an entry that is not its own admit, and who is none any more: connections to those end. */
export interface Turn { come: Member[], gone: Member[] }

/**
 * What a newly committed entry changed. `name` is what its name means then. `delete`: `over` says that it means nothing any
 * more. `revoke`: of a member, an invite or a link; `gone` names the members that it took out.
 */
export type Change = Partial<Turn> & (
  | { kind: 'member', member: Member }
  | { kind: 'file', entry: PutEntry, name: NameRow | undefined, conflict: boolean }
  | { kind: 'delete', entry: DeleteEntry, name: NameRow | undefined, conflict: boolean, over: boolean }
  | { kind: 'revoke', entry: RevokeEntry }
  | { kind: 'other', entry: Entry }
)

/** Of a file's entry that is not void, with what its name means after it. */
export function fileChange (entry: FileEntry, { name, conflict, newest, waits }: Omit<Retagged, 'statements'>): Change {
  if (entry.kind === 'forget') return { kind: 'other', entry }
  if (entry.kind === 'delete') return { kind: 'delete', entry, name, conflict, over: !waits && newest?.kind === 'delete' }
  return { kind: 'file', entry, name, conflict }
}

/** Of an entry that changed nothing but the set. */
export const plainChange = (entry: Entry): Change => entry.kind === 'revoke' ? { kind: 'revoke', entry } : { kind: 'other', entry }

/** Of an entry that touched others; `own` is what it did in its own tag. */
export function touching (entry: Entry, { come, gone, set }: Plan, own: Change): Change {
  const mine = entry.kind === 'admit' ? set.find(({ admit }) => equal(admit, entry.id)) : undefined
  if (mine !== undefined) return { kind: 'member', member: mine, gone, come: come.filter((member) => member !== mine) }
  return { ...own, gone, come }
}
