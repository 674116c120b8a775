import { ProtocolError } from '../../protocols/errors.js'
import { InvalidOptionError, NotDurableError } from '../errors.js'
import type { EntryWatch } from '../vault/entries/entry-watch.js'
import { abortable } from '../async/abortable.js'
import { aborted } from './abort-reason.js'
import type { Components } from './components.js'
import { reason } from '../replication/push/durability.js'
import { Wakeup } from '../async/wakeup.js'

/** Members without a connection that are dialled for one write. */
const MAX_DIALLED = 8
/** Syncs that may end in the middle of the question to one member. */
const ATTEMPTS = 3

/** What a write is asked for, and what is to be said of it. */
export interface Durable {
  /** Members that have its entries on disk, this one included; undefined: nobody is waited for. */
  durable?: number | undefined
  signal?: AbortSignal | undefined
}

/** InvalidOptionError for what is no number of members, NotDurableError for more than there are; `nothing`: what did not happen then. */
export function checkDurable (parts: Pick<Components, 'vault'>, durable: number | undefined, nothing: string): void {
  if (durable === undefined) return
  if (!Number.isInteger(durable) || durable < 1) throw new InvalidOptionError('durable', `${durable} is not a number of members`, 'a whole number from 1')
  const members = parts.vault.members().length
  if (durable > members) throw new NotDurableError(`\`durable\` asks for ${durable} machines, but the vault has ${members}. ${nothing}`, { reached: 0, wanted: durable })
}

/**
 * Runs `write`, and resolves when `durable - 1` other members have said that they keep the entries which it wrote (of what
 * it wrote nothing anew, all that is here). NotDurableError when nobody new says so for 30 s, or the signal ends the waiting: what was written stays.
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

/** True when `peer` has said that it keeps what was watched. Entries go to members with a link by themselves; what those missed, and what others lack, is found by comparing. */
export async function keeps ({ sync }: Pick<Components, 'sync'>, watch: EntryWatch, peer: string, signal: AbortSignal): Promise<boolean> {
  while (!watch.isKeptBy(peer)) {
    const moved = watch.next()
    if (sync.isQuiet(peer)) return watch.isKeptAfter(await sync.ask(peer, { signal }))
    await abortable(moved, signal)
  }
  return true
}

/** One write's question to members, until enough have answered. */
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
        // nothing came of anybody for as long as a put with `durable` waits
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

  /** Members with a link hear of it anyway: all are listened to. Others are asked as far as these are too few. */
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
        // a sync that ended is begun again while the connection lives
        if (signal.aborted || attempt === ATTEMPTS || peers.get(peer) === undefined) throw error
      }
    }
  }

  private why (): string {
    const reasons = [...this.failures].map(([peer, error]) => `${this.parts.vault.labelOf(peer)} ${reason(error)}`)
    return [...reasons, this.parts.directory.awayText()].filter((text) => text !== '').join('; ')
  }
}
