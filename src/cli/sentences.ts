/** A name in double quotes, a command in backticks, a stop before a capital letter or a quote, or any other character. */
const PART = /"[^"]*"|`[^`]*`|(?<stop>[.?!])(?=\s+["`(\p{Lu}]|\s*$)|[^]/gu

/** The sentences of a message, each with its stop. What stands in quotes ends none: names hold stops. */
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
