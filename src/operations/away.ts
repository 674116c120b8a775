import type { Parts } from './parts.js'

/** How many members an error names. */
const NAMED = 5

/** In words: which members are away, and since when. Empty when none is. */
export function awayText ({ vault, peers, peer, memberRecords: { presence } }: Parts): string {
  // without a link to it, others tell whether a member is there
  const isThere = (who: string): boolean => peers.get(who) !== undefined || (!peers.wants(who) && presence.present(who))
  const away = vault.members().filter((member) => member.peer !== peer && !isThere(member.peer))
  if (away.length === 0) return ''
  const named = away.slice(0, NAMED).map((member) => `${vault.labelOf(member.peer)} ${member.seen === undefined ? 'was never met' : `has been away since ${when(member.seen)}`}`)
  const rest = away.length - named.length
  return `${named.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`
}

const DAY_MS = 86_400_000

/** `09:12` within a day, else with the date; local time of this machine. */
export function when (time: number): string {
  const at = new Date(time)
  const clock = at.toTimeString().slice(0, 5)
  return Date.now() - time < DAY_MS ? clock : `${at.toISOString().slice(0, 10)} ${clock}`
}
