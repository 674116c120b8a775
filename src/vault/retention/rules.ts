import { keyOf } from '../../../protocols/vault/standing.js'

/** A line is one applied entry of a name, as this node sees it. */
export interface Line {
  id: Uint8Array
  kind: 'put' | 'restore' | 'delete'
  clock: number
  after: readonly Uint8Array[]
  void: boolean
  /**
   * Own time at which this node first saw that the entry is no head. Missing for a head and for a
   * dead version.
   */
  superseded?: number
  /** True when the private part opens. */
  readable: boolean
}

export interface ForgetRules {
  keep: number
  /** Milliseconds. */
  retention: number
  /** This node's own time, in milliseconds. */
  now: number
}

/**
 * Returns the versions of a name that may be forgotten (protocols/vault/README.md, "Settings",
 * Forgetting): more than `keep` newer versions stand above them in one line, or they were
 * superseded or deleted more than `retention` ago. Heads are never forgotten, nor versions that
 * cannot be read here, nor versions below entries none of which can be read.
 * @param lines applied entries from the oldest superseded one up, none twice
 */
export function forgettable (lines: readonly Line[], { keep, retention, now }: ForgetRules): Uint8Array[] {
  /**
   * By id: the number of newer versions above in the longest line, and whether any readable entry
   * is above.
   */
  const above = new Map<string, { versions: number, known: boolean }>()
  const due: Uint8Array[] = []
  // the clock of an entry is higher than the clocks of its parents
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
