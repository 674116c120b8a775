import type { IndexDb } from '../../index/engine/index-db.js'
import { lackedBy } from '../../index/queries/missing.js'

/** A version that is to be brought here; `key`: its root, for maps. */
export interface Wanted {
  readonly key: string
  readonly root: Uint8Array
  /** Stored bytes, as its entry claims. */
  readonly bytes: number
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  /** Told the share that is here, in percent. */
  readonly onPercent: ((percent: number) => void) | undefined
}

export interface WantOptions {
  /** Before all that are not. @default false */
  urgent?: boolean
  onPercent?: (percent: number) => void
}

export const rootKey = (root: Uint8Array): string => Buffer.from(root).toString('latin1')

/** One pass after the other over what is wanted, in the order of asking, what is urgent first. */
export class WantedPass {
  private readonly all = new Map<string, Wanted>()
  private readonly urgent = new Set<string>()
  /** Of this pass: still to be tried. */
  private readonly todo = new Set<string>()
  private readonly todoUrgent = new Set<string>()
  private over = false
  private left = false
  /** Roots that break a rule. */
  private readonly aside = new Set<string>()
  private bytes = 0

  constructor (private readonly db: IndexDb) {}

  /** What is wanted is to be tried again in the next pass. */
  get leftSome (): boolean { return this.left }
  get totals (): { versions: number, bytes: number } { return { versions: this.all.size, bytes: this.bytes } }
  get invalid (): number { return this.aside.size }

  isAside (key: string): boolean { return this.aside.has(key) }
  has (key: string): boolean { return this.all.has(key) }

  add (root: Uint8Array, bytes: number, { urgent = false, onPercent }: WantOptions): Promise<void> {
    const key = rootKey(root)
    const known = this.all.get(key)
    if (urgent) this.urgent.add(key)
    if (known !== undefined) return known.promise
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => {}) // whoever asked sees it
    this.all.set(key, { key, root, bytes, promise, resolve, reject, onPercent })
    this.bytes += bytes
    if (this.over) this.left = true
    else (urgent ? this.todoUrgent : this.todo).add(key)
    return promise
  }

  /** It is here, or not wanted any more. */
  remove (key: string): Wanted | undefined {
    const wanted = this.all.get(key)
    if (wanted === undefined) return undefined
    this.all.delete(key)
    this.urgent.delete(key)
    this.todo.delete(key)
    this.todoUrgent.delete(key)
    this.bytes -= wanted.bytes
    return wanted
  }

  /** All that is wanted, from the first on again. */
  begin (): void {
    this.over = false
    this.left = false
    this.todo.clear()
    this.todoUrgent.clear()
    for (const key of this.all.keys()) (this.urgent.has(key) ? this.todoUrgent : this.todo).add(key)
  }

  /** The pass ends here; what comes later waits for the next one. */
  end (): void {
    this.over = true
    this.left = true
  }

  /** The next one that is not `busy`. */
  next (busy: (key: string) => boolean): Wanted | undefined {
    if (this.over) return undefined
    for (const todo of [this.todoUrgent, this.todo]) {
      for (const key of todo) {
        todo.delete(key)
        const wanted = this.all.get(key)
        if (wanted !== undefined && !busy(key)) return wanted
      }
    }
    return undefined
  }

  passOver (): void { this.left = true }

  /** It can never be whole. */
  putAside (key: string): void { this.aside.add(key) }

  /** An entry for which it is lacking here; undefined when there is none (any more). */
  entryOf ({ root }: Wanted): Uint8Array | undefined { return lackedBy(this.db, root) }
}
