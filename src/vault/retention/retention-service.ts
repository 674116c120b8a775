import type { IndexDb } from '../../index/engine/index-db.js'
import { noteOwnTime } from '../../index/queries/own-time.js'
import { steadyClock } from '../../async/clock.js'
import type { Change } from '../entries/entry-log.js'
import { Retention, type RetentionParts } from './retention.js'
import type { Vault } from '../vault.js'

/** Own time is written at this interval: a killed process loses at most as much of it. */
const NOTE_MS = 3600e3

export interface RetentionServiceInit extends Pick<RetentionParts, 'isInSync' | 'isCutOff' | 'onError'> {
  db: IndexDb
  vault: Vault
}

/**
 * The retention service advances own time and, on a node that may write, forgets old versions by
 * the settings.
 */
export class RetentionService {
  private readonly forgetter: Retention | undefined
  private cancel: (() => void) | undefined

  constructor (private readonly init: RetentionServiceInit) {
    const { vault, ...parts } = init
    const { writer, entries, settings } = vault
    if (writer === undefined) return
    this.forgetter = new Retention({ ...parts, ledger: entries, author: writer, keys: vault.readKeys(), settings: () => settings.now, others: () => vault.members().length - 1, clock: steadyClock })
  }

  start (): void {
    this.cancel ??= steadyClock.after(NOTE_MS, () => { this.note() })
    this.forgetter?.start()
  }

  async stop (): Promise<void> {
    this.cancel?.()
    await this.forgetter?.stop()
  }

  /** Call when an entry was committed. */
  changed (change: Change): void { this.forgetter?.changed(change) }
  /** Call when a comparison with a member ended. */
  compared (): void { this.forgetter?.compared() }

  private note (): void {
    this.init.db.write(noteOwnTime(this.init.db)).catch(this.init.onError)
    this.cancel = steadyClock.after(NOTE_MS, () => { this.note() })
  }
}
