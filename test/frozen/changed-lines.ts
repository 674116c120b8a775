/** Unchanged lines that are shown around each change. */
const AROUND = 3

/** The lines that differ, marked with - and +, with a few around them. */
export function changedLines (before: string, after: string): string[] {
  const all = marked(before.split('\n'), after.split('\n'))
  const near = (i: number): boolean => all.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((line) => !line.startsWith(' '))
  return all.flatMap((line, i) => near(i) ? [line] : near(i - 1) ? ['…'] : [])
}

/** All lines of both, in order: those of a longest common subsequence once. */
function marked (a: string[], b: string[]): string[] {
  const common = lengths(a, b)
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) lines.push(`  ${a[i] ?? ''}`)
    const both = i < a.length && a[i] === b[j]
    const gone = !both && i < a.length && (j === b.length || at(common, i + 1, j) >= at(common, i, j + 1))
    if (gone) lines.push(`- ${a[i] ?? ''}`)
    else if (!both) lines.push(`+ ${b[j] ?? ''}`)
    if (both || gone) i++
    if (both || !gone) j++
  }
  return lines
}

const at = (table: Uint16Array[], i: number, j: number): number => table[i]?.[j] ?? 0

/** How many lines the rest of `a` from i and the rest of `b` from j have in common. */
function lengths (a: string[], b: string[]): Uint16Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    const row = table[i]
    for (let j = b.length - 1; row !== undefined && j >= 0; j--) row[j] = a[i] === b[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1))
  }
  return table
}
