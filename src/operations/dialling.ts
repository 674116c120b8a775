import type { Parts } from './parts.js'

/**
 * Milliseconds that this node may still wait for somebody to be connected before it takes it that nobody is there: it
 * has just started, or the vault has no other member, and then there is nothing to wait for.
 */
export function stillDiallingMs ({ vault, startedAt, waits }: Parts): number {
  if (vault.members().length < 2) return 0
  return Math.max(0, Math.ceil(startedAt + waits.answerMs - performance.now()))
}
