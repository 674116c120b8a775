/** Marks of a process: before it changes something it says what may be from now on, and afterwards what is. */
export type Mark = { may: [key: string, value: string | null] } | { is: [key: string, value: string | null] }

/** What a user was told until the power was lost. */
export class Told {
  private readonly allowed = new Map<string, Array<string | null>>()

  constructor (marks: readonly string[]) {
    for (const line of marks) {
      const mark = JSON.parse(line) as Mark
      if ('is' in mark) this.allowed.set(mark.is[0], [mark.is[1]])
      else this.allowed.set(mark.may[0], [...this.of(mark.may[0]), mark.may[1]])
    }
  }

  /** What the key may mean now; null is nothing. */
  of (key: string): Array<string | null> {
    return this.allowed.get(key) ?? [null]
  }

  /** Keys that begin with this, without it. */
  keys (prefix: string): string[] {
    return Array.from(this.allowed.keys()).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  }

  /** It was acknowledged, and nothing else was begun since. */
  sure (key: string): boolean {
    return !this.of(key).includes(null)
  }
}
