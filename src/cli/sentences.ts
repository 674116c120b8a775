/**
 * The pattern matches a name in double quotes, a command in backticks, a stop before a capital
 * letter or a quote, or any other character.
 */
const PART = /"[^"]*"|`[^`]*`|(?<stop>[.?!])(?=\s+["`(\p{Lu}]|\s*$)|[^]/gu

/**
 * Returns the sentences of a message, each with its stop. A stop inside quotes ends no sentence,
 * because names contain stops.
 */
export function sentences (text: string): string[] {
  const found: string[] = []
  let now = ''
  for (const { 0: part, groups } of text.matchAll(PART)) {
    now += part
    if (groups?.stop === undefined) continue
    found.push(now.trim())
    now = ''
  }
  return [...found, now.trim()].filter((sentence) => sentence !== '')
}
