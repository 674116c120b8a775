import { equal } from '../../../protocols/block/hash.js'
import type { DeleteEntry, Entry, FileEntry, PutEntry, RevokeEntry } from '../../../protocols/vault/entry.js'
import type { NameRow } from '../../index/queries/entries.js'
import type { Member } from '../members/members.js'
import type { Retagged } from './reapply-history.js'
import type { Plan } from './revocations.js'

/**
 * A turn lists the members that an entry brought in (other than by their own admit) and the members
 * that it took out. The connections of both are closed.
 */
export interface Turn { come: Member[], gone: Member[] }

/**
 * A change is what a newly committed entry changed. `name` is the meaning of the entry's name
 * afterwards. `over` of a delete says that the name means nothing any more. A revoke names a
 * member, an invite or a link, and `gone` holds the members that it took out.
 */
export type Change = Partial<Turn> & (
  | { kind: 'member', member: Member }
  | { kind: 'file', entry: PutEntry, name: NameRow | undefined, conflict: boolean }
  | { kind: 'delete', entry: DeleteEntry, name: NameRow | undefined, conflict: boolean, over: boolean }
  | { kind: 'revoke', entry: RevokeEntry }
  | { kind: 'other', entry: Entry }
)

/** Returns the change of a file entry that is not void. */
export function fileChange (entry: FileEntry, { name, conflict, newest, waits }: Omit<Retagged, 'statements'>): Change {
  if (entry.kind === 'forget') return { kind: 'other', entry }
  if (entry.kind === 'delete') return { kind: 'delete', entry, name, conflict, over: !waits && newest?.kind === 'delete' }
  return { kind: 'file', entry, name, conflict }
}

/** Returns the change of an entry that changed only the set of entries. */
export const plainChange = (entry: Entry): Change => entry.kind === 'revoke' ? { kind: 'revoke', entry } : { kind: 'other', entry }

/**
 * Returns the change of an entry that touched others. `own` is what the entry did in its own tag.
 */
export function touching (entry: Entry, { come, gone, set }: Plan, own: Change): Change {
  const mine = entry.kind === 'admit' ? set.find(({ admit }) => equal(admit, entry.id)) : undefined
  if (mine !== undefined) return { kind: 'member', member: mine, gone, come: come.filter((member) => member !== mine) }
  return { ...own, gone, come }
}
