import { createHash } from 'node:crypto'

/** What happened, in order. Two runs of one seed have the same hash. */
export class EventLog {
  lines = 0
  private readonly hasher = createHash('sha256')
  private pending: string[] = []

  /** @param listener for whoever looks at a run */
  constructor (private readonly listener?: (line: string) => void) {}

  add (time: number, node: string, what: string): void {
    const line = `${time} ${node} ${what}\n`
    this.listener?.(line)
    this.pending.push(line)
    if (++this.lines % 512 === 0) this.flush()
  }

  /** Ends the log. */
  hash (): string {
    this.flush()
    return this.hasher.digest('hex')
  }

  private flush (): void {
    this.hasher.update(this.pending.join(''))
    this.pending = []
  }
}
