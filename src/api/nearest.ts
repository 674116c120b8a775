/** A word with more mistakes than this is another word. */
const MOST_MISTAKES = 3

/**
 * Returns the known word that `word` is likely to mean, or undefined where none is close. Case is
 * ignored.
 */
export function nearest (word: string, known: Iterable<string>): string | undefined {
  let best: { word: string, mistakes: number } | undefined
  for (const other of known) {
    const mistakes = distance(word.toLowerCase(), other.toLowerCase())
    if (mistakes < (best?.mistakes ?? Infinity)) best = { word: other, mistakes }
  }
  return best !== undefined && best.mistakes <= Math.min(MOST_MISTAKES, Math.ceil(best.word.length / 2)) ? best.word : undefined
}

/**
 * Counts letters to add, drop, replace or swap with the next one. Words that differ much in length
 * give Infinity.
 */
function distance (a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_MISTAKES) return Infinity
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) row.push(step(a, b, i, j, rows, row))
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? Infinity
}

function step (a: string, b: string, i: number, j: number, rows: number[][], row: number[]): number {
  const at = (rowOf: number[] | undefined, column: number): number => rowOf?.[column] ?? Infinity
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(rows[i - 2], j - 2) + 1 : Infinity
  return Math.min(at(rows[i - 1], j) + 1, at(row, j - 1) + 1, at(rows[i - 1], j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), swapped)
}
