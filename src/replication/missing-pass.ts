import type { IndexDb } from '../index-db/index-db.js'
import { missingAfter, type MissingRow } from '../index-db/missing.js'

/** Rows that one look at the index takes. */
const PAGE_ROWS = 64

/** `key`: its root, for maps. */
export type Row = MissingRow & { n: number, key: string }

export const rootKey = (root: Uint8Array): string => Buffer.from(root).toString('latin1')

/** One pass after the other over the missing versions, in the order in which their entries came. */
export class MissingPass {
  private page: Row[] = []
  private last = 0
  private over = false
  private left = false
  /** Bytes by row: small, since nothing else is known of them. */
  private readonly aside = new Map<number, number>()

  constructor (private readonly db: IndexDb) {}

  /** A version of this pass is to be tried again in the next one. */
  get leftSome (): boolean { return this.left }

  get setAside (): { versions: number, bytes: number } {
    return { versions: this.aside.size, bytes: [...this.aside.values()].reduce((sum, bytes) => sum + bytes, 0) }
  }

  isAside (n: number): boolean { return this.aside.has(n) }

  /** From the first row on again. */
  begin (): void {
    this.page = []
    this.last = 0
    this.over = false
    this.left = false
  }

  /** The pass ends here; what comes later waits for the next one. */
  end (): void {
    this.page = []
    this.over = true
    this.left = true
  }

  /** The next row; of a root that is `busy` the next pass takes what is left then. */
  next (busy: (key: string) => boolean): Row | undefined {
    for (;;) {
      if (this.over) return undefined
      if (this.page.length === 0) this.page = missingAfter(this.db, this.last, PAGE_ROWS).map((row) => ({ ...row, key: rootKey(row.root) }))
      const row = this.page.shift()
      if (row === undefined) return undefined
      this.last = row.n
      if (this.aside.has(row.n)) continue
      if (!busy(row.key)) return row
      this.left = true
    }
  }

  passOver (): void { this.left = true }
  putAside ({ n, bytes }: Row): void { this.aside.set(n, bytes) }
}
