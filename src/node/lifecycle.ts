/** One part of a node: what starts it, what stops it, and why there. */
export interface Step {
  readonly name: string
  /** Missing: nothing is to be started. What takes long ends with the signal. */
  readonly start?: ((signal: AbortSignal) => unknown) | undefined
  /** Missing: nothing is to be stopped. */
  readonly stop?: (() => unknown) | undefined
  /** Its place in the stop, from 1; missing: it is not stopped. */
  readonly stops?: number | undefined
}

/**
 * Starts the parts of a node in the order of the list, and stops them in the order of `stops`. That is not the reverse: what
 * waits for answers of peers ends after the streams to them, and what writes ends before the index.
 */
export class Lifecycle {
  constructor (private readonly steps: readonly Step[]) {}

  async start (signal: AbortSignal): Promise<void> {
    for (const { start } of this.steps) await start?.(signal)
  }

  /** Every part is stopped, whatever fails; throws the first error then. */
  async stop (): Promise<void> {
    const errors: unknown[] = []
    const order = this.steps.filter(({ stops }) => stops !== undefined).sort((a, b) => (a.stops ?? 0) - (b.stops ?? 0))
    for (const { stop } of order) {
      try {
        await stop?.()
      } catch (error) {
        // the others are to end all the same, the folder and its lock above all
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
