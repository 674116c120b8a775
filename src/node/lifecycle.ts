import type { ComponentLogger, Logger } from '@libp2p/interface'
import { noLogger, whyFailed } from '../log.js'

/** A step starts and stops one part of a node. */
export interface Step {
  readonly name: string
  /** Missing for a part that needs no start. A long start ends when the signal is aborted. */
  readonly start?: ((signal: AbortSignal) => unknown) | undefined
  /** Missing for a part that needs no stop. */
  readonly stop?: (() => unknown) | undefined
  /** Place in the order of the stop, from 1; missing for a part that needs no stop. */
  readonly stops?: number | undefined
}

/**
 * The lifecycle starts the parts of a node in the order of the list and stops them in the order of
 * `stops`. The second order is not the reverse of the first: parts that wait for answers of peers
 * stop after the streams to these peers, and parts that write stop before the index.
 */
export class Lifecycle {
  private readonly log: Logger

  constructor (private readonly steps: readonly Step[], { logger = noLogger }: { logger?: ComponentLogger } = {}) {
    this.log = logger.forComponent('dfs:node')
  }

  async start (signal: AbortSignal): Promise<void> {
    for (const { name, start } of this.steps) {
      if (start === undefined) continue
      this.log('start: %s', name)
      await start(signal)
    }
    this.log('started')
  }

  /**
   * Stops every part even when one fails.
   * @throws the first error
   */
  async stop (): Promise<void> {
    const errors: unknown[] = []
    const order = this.steps.filter(({ stops }) => stops !== undefined).sort((a, b) => (a.stops ?? 0) - (b.stops ?? 0))
    for (const { name, stop } of order) {
      this.log('stop: %s', name)
      try {
        await stop?.()
      } catch (error) {
        // the other parts must stop all the same, above all the folder with its lock
        this.log.error('%s did not stop: %s', name, whyFailed(error))
        errors.push(error)
      }
    }
    this.log('stopped')
    if (errors.length > 0) throw errors[0]
  }
}
