import { keyOf } from '../../../protocols/vault/standing.js'

/** One applied entry of a name, with what it is on this node. */
export interface Line {
  id: Uint8Array
  kind: 'put' | 'restore' | 'delete'
  clock: number
  after: readonly Uint8Array[]
  void: boolean
  /** When this node first saw that it is no head any more, by its own time; missing: it is one, or it is dead. */
  superseded?: number
  /** Its sealed part opens. */
  readable: boolean
}

export interface ForgetRules {
  keep: number
  /** Milliseconds. */
  retention: number
  /** This node's own time. */
  now: number
}

/**
 * Which versions of a name may be forgotten (protocols/vault, "Settings", Forgetting): more than `keep` newer ones stand
 * above them in one line, or they were superseded or deleted more than `retention` ago. Never a head, never what cannot
 * be read here, and never what only entries stand above that cannot be read.
 *
 * @param lines the applied entries from the oldest that is superseded up; none twice
 */
export function forgettable (lines: readonly Line[], { keep, retention, now }: ForgetRules): Uint8Array[] {
  /** By id: how many newer versions stand above in the longest line, and whether anything readable does. */
  const above = new Map<string, { versions: number, known: boolean }>()
  const due: Uint8Array[] = []
  // an entry's clock is higher than those of what it stands on
  for (const line of lines.toSorted((a, b) => b.clock - a.clock)) {
    const { versions, known } = above.get(keyOf(line.id)) ?? { versions: 0, known: false }
    const counts = line.readable && !line.void
    if (line.superseded !== undefined && counts && line.kind !== 'delete' && known && (versions > keep || now - line.superseded > retention)) due.push(line.id)
    const step = { versions: versions + (counts && line.kind !== 'delete' ? 1 : 0), known: known || counts }
    for (const id of line.after) {
      const before = above.get(keyOf(id))
      above.set(keyOf(id), { versions: Math.max(before?.versions ?? 0, step.versions), known: step.known || before?.known === true })
    }
  }
  return due.reverse()
}
