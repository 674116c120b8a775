/** A message names at most this many. */
const NAMED = 5

/** Returns the first texts, and how many more there are. */
export function andMore (texts: readonly string[]): string {
  const more = texts.length - NAMED
  return `${texts.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
