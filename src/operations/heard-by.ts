import { ProtocolError } from '../../protocols/errors.js'
import { InvalidOptionError, NotDurableError } from '../errors.js'
import type { EntryWatch } from '../vault/entries/entry-watch.js'
import { abortable } from '../async/abortable.js'
import { aborted } from './abort-reason.js'
import type { Components } from './components.js'
import { reason } from '../replication/push/durability.js'
import { Wakeup } from '../async/wakeup.js'

/** One write dials at most this many members without a connection. */
const MAX_DIALLED = 8
/** A question to one member is repeated until this many syncs have ended during it. */
const ATTEMPTS = 3

/** The durability that a caller asks for. */
export interface Durable {
  /**
   * Number of members that must have the entries on disk, this one included; undefined: no wait.
   */
  durable?: number | undefined
  signal?: AbortSignal | undefined
}

/**
 * Checks the option `durable`. `nothing` completes the message with what did not happen.
 * @throws InvalidOptionError for a bad number; NotDurableError for more members than there are
 */
export function checkDurable (parts: Pick<Components, 'vault'>, durable: number | undefined, nothing: string): void {
  if (durable === undefined) return
  if (!Number.isInteger(durable) || durable < 1) throw new InvalidOptionError('durable', `${durable} is not a number of members`, 'a whole number from 1')
  const members = parts.vault.members().length
  if (durable > members) throw new NotDurableError(`\`durable\` asks for ${durable} machines, but the vault has ${members}. ${nothing}`, { reached: 0, wanted: durable })
}

/**
 * Runs `write`, and resolves when `durable - 1` other members have said that they keep the written
 * entries. Where `write` wrote no new entry, they must keep all entries that are here.
 * @throws NotDurableError when no further member says so for 30 s, or the signal ends the wait; the
 * written entries stay
 */
export async function heardBy<T> (parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, { durable, signal }: Durable, what: (written: T) => string, write: () => Promise<T>): Promise<T> {
  checkDurable(parts, durable, 'Nothing was changed')
  if (durable === undefined || durable === 1) return write()
  using watch = parts.sync.watches.open()
  const written = await write()
  watch.written()
  const asking = new Asking(parts, watch, durable, signal)
  const { reached, why } = await asking.run()
  if (reached >= durable) return written
  const on = `is on this machine, and known on ${reached} of ${durable}`
  if (signal?.aborted === true) throw new NotDurableError(`${what(written)} ${on}: the waiting was ended. The others hear of it while the node runs`, { reached, wanted: durable, cause: aborted(signal.reason) })
  throw new NotDurableError(`${what(written)} ${on}: ${why === '' ? 'nobody else was reached' : why}. The others hear of it while the node runs`, { reached, wanted: durable })
}

/**
 * Resolves with true when `peer` has said that it keeps the watched entries. Entries are sent to
 * members with a running sync by themselves; a comparison finds the entries that a member still
 * lacks.
 */
export async function keeps ({ sync }: Pick<Components, 'sync'>, watch: EntryWatch, peer: string, signal: AbortSignal): Promise<boolean> {
  while (!watch.isKeptBy(peer)) {
    const moved = watch.next()
    if (sync.isQuiet(peer)) return watch.isKeptAfter(await sync.ask(peer, { signal }))
    await abortable(moved, signal)
  }
  return true
}

/** Asks members about one write until enough have answered. */
class Asking {
  private readonly kept = new Set<string>()
  private readonly asked = new Map<string, AbortController>()
  private readonly failures = new Map<string, unknown>()
  private readonly over = new AbortController()
  private dialled = 0
  private readonly news = new Wakeup()
  private readonly wake = this.news.wake

  constructor (private readonly parts: Pick<Components, 'directory' | 'peers' | 'sync' | 'vault' | 'waits'>, private readonly watch: EntryWatch, private readonly wanted: number, private readonly signal: AbortSignal | undefined) {}

  async run (): Promise<{ reached: number, why: string }> {
    const { peers } = this.parts
    const onOpen = ({ detail: { peer } }: CustomEvent<{ peer: string }>): void => {
      this.failures.delete(peer)
      this.wake()
    }
    peers.addEventListener('session:open', onOpen)
    this.watch.onProgress = this.wake
    this.signal?.addEventListener('abort', this.wake, { once: true })
    try {
      while (!this.enough && this.signal?.aborted !== true) {
        this.begin()
        // no member answered for as long as a put with `durable` waits
        if (!await this.news.sleep(this.parts.waits.progressMs)) break
      }
    } finally {
      peers.removeEventListener('session:open', onOpen)
      this.signal?.removeEventListener('abort', this.wake)
      this.over.abort(new Error('enough members keep it'))
    }
    return { reached: this.kept.size + 1, why: this.why() }
  }

  private get enough (): boolean { return this.kept.size + 1 >= this.wanted }

  /**
   * Listens to all members with a running or wanted sync, which get the entries anyway. Other
   * members are asked only as far as these are too few.
   */
  private begin (): void {
    const { peers, sync } = this.parts
    const free = peers.sessions().map(({ peer }) => peer).filter((peer) => !this.kept.has(peer) && !this.asked.has(peer) && !this.failures.has(peer))
    for (const peer of free.filter((peer) => sync.linked(peer))) this.ask(peer)
    const lacking = (): number => this.wanted - 1 - this.kept.size - this.asked.size
    for (const peer of free) if (lacking() > 0 && !this.asked.has(peer)) this.ask(peer)
    if (lacking() <= 0) return
    for (const peer of this.parts.directory.others().filter((peer) => !this.failures.has(peer))) {
      if (lacking() <= 0 || this.dialled >= MAX_DIALLED) return
      this.dialled++
      this.ask(peer)
    }
  }

  private ask (peer: string): void {
    const life = new AbortController()
    this.asked.set(peer, life)
    const limits = [this.over.signal, life.signal, ...(this.signal === undefined ? [] : [this.signal])]
    this.one(peer, AbortSignal.any(limits)).then(
      (kept) => {
        if (kept) this.kept.add(peer)
        else this.failures.set(peer, new ProtocolError('INCOMPLETE', 'It does not keep it'))
      },
      (error: unknown) => { this.failures.set(peer, error) }
    ).finally(() => {
      this.asked.delete(peer)
      this.wake()
    })
  }

  private async one (peer: string, signal: AbortSignal): Promise<boolean> {
    const { peers } = this.parts
    await peers.reach(peer, { signal })
    for (let attempt = 1; ; attempt++) {
      try {
        return await keeps(this.parts, this.watch, peer, signal)
      } catch (error) {
        // a sync that ended starts again while the connection lives
        if (signal.aborted || attempt === ATTEMPTS || peers.get(peer) === undefined) throw error
      }
    }
  }

  private why (): string {
    const reasons = [...this.failures].map(([peer, error]) => `${this.parts.vault.labelOf(peer)} ${reason(error)}`)
    return [...reasons, this.parts.directory.awayText()].filter((text) => text !== '').join('; ')
  }
}
