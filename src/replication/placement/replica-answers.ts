/** What this node answers others about groups. */
import type { PromiseAnswer } from '../../../protocols/audit/constants.js'
import type { GroupState } from '../../../protocols/audit/groups.js'
import type { ReplicaState } from './replica-state.js'
import { doubtsAbout } from './desired-state.js'
import type { PlacedVersion, MemberView } from './types.js'

export interface AnswerParts {
  view: Pick<MemberView, 'order' | 'present' | 'self'>
  book: Pick<ReplicaState, 'own' | 'promise' | 'distrusted'>
  /** There is room for so many bytes more: capacity, reserve, a disk that takes writes. */
  room: (bytes: number) => boolean
}

/** What is, whatever this node ranks. A group that is not known here (undefined) is `none`. */
export function stateOf (group: PlacedVersion | undefined, { view, book, room }: AnswerParts): GroupState {
  if (group === undefined) return { state: 'none' }
  const { have, percent, away } = book.own(group)
  switch (have) {
    case 'held': {
      const doubts = doubtsAbout(group, view, book)
      return doubts === 0 ? { state: 'held' } : { state: 'held', doubts }
    }
    case 'leaving': return { state: 'leaving' }
    // what is wanted and finds no room does not come
    case 'coming': return percent === 0 && !room(group.bytes) ? { state: 'cannot' } : { state: 'coming', percent }
    case 'none': return { state: away || !room(group.bytes) ? 'cannot' : 'none' }
  }
}

/** Promises `peer` to keep it for PROMISE_MS, or says why not. Committed when it resolves. */
export async function promiseTo (peer: string, group: PlacedVersion | undefined, { book }: Pick<AnswerParts, 'book'>): Promise<PromiseAnswer> {
  return group === undefined ? 'NOT_HELD' : book.promise(group, peer)
}
