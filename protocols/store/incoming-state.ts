import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../errors.js'
import { encodeBits } from './codec.js'
import { EARLY_BYTES, MAX_OFFER_CIDS, WORKING_MS } from './constants.js'
import type { IncomingUpload } from './handler.js'
import type { Message } from './messages.js'

/** An upload needs these functions of its stream. */
export interface IncomingLink {
  send: (message: Message) => void
  refuse: (error: unknown) => void
  /** Logs an error that came after the upload was over for the dialer. */
  log: (error: unknown) => void
  /** Runs a task; the stream waits for the task before it ends. */
  run: (task: Promise<void>) => void
  ended: (openOffers: number) => void
}

/**
 * The state of one upload at the listener. For the dialer the upload is over with receipt, refusal
 * or abort; the tasks that still run then finish before the backend hears `end`.
 */
export class IncomingState {
  /** The CIDs of blocks that are durable and not reported yet. */
  stored: Uint8Array[] = []
  readonly #number: number
  readonly #expected: number
  readonly #link: IncomingLink
  readonly #opening: Promise<IncomingUpload>
  readonly #working = new Set<Promise<void>>()
  #lastOffer: Promise<void> = Promise.resolve()
  #openOffers = 0
  #earlyBytes = 0
  #isOpen = false
  #saidDone = false
  #isCut = false
  #over = false

  constructor (number: number, expected: number, link: IncomingLink, opening: Promise<IncomingUpload>) {
    this.#number = number
    this.#expected = expected
    this.#link = link
    this.#opening = opening
    void this.#work(async () => {
      await opening
      this.#isOpen = true
      if (!this.#over) link.send({ opened: { upload: number } })
    })
  }

  /** True when the dialer gets no more messages about this upload. */
  get over (): boolean {
    return this.#over
  }

  /**
   * Checks that a block may arrive now.
   *
   * @throws ProtocolError LIMIT for a block before `opened` that may not come early, MALFORMED
   *   after `done`
   */
  expectBlock (bytes: number): void {
    this.#throwIfDone()
    if (this.#isOpen) return
    this.#earlyBytes += bytes
    const allowed = this.#expected > 0 && this.#expected <= EARLY_BYTES && this.#earlyBytes <= EARLY_BYTES
    if (!allowed) throw new ProtocolError('LIMIT', 'Blocks before the upload was opened', { retry: false })
  }

  /**
   * Runs `store`. `settled` is called when the bytes are no longer held; its argument is true when
   * the block is durable and the dialer must be told.
   */
  store (store: (backend: IncomingUpload) => Promise<void>, settled: (stored: boolean) => void): void {
    void this.#work(async () => {
      let stored = false
      try {
        const backend = await this.#opening
        if (this.#over) return
        await store(backend)
        stored = true
      } finally {
        settled(stored && !this.#over)
      }
    })
  }

  /** Answers an offer; the answers go out in the order of the offers. */
  offer (cids: CID[], sizes: number[], answered: () => void): void {
    this.#throwIfDone()
    this.#openOffers++
    const before = this.#lastOffer
    this.#lastOffer = this.#work(async () => {
      const backend = await this.#opening
      await before
      if (this.#over) return
      const wanted = await backend.want(cids, sizes)
      if (this.#over) return
      this.#openOffers--
      answered()
      this.#link.send({ want: { upload: this.#number, bits: encodeBits(wanted) } })
    })
  }

  done (entry: Uint8Array): void {
    this.#throwIfDone()
    this.#saidDone = true
    this.#link.run(this.#finish(entry))
  }

  /** Handles the dialer's abort, which has no effect after `done`. */
  abort (): void {
    if (!this.#saidDone) this.#end(true)
  }

  /** Handles the loss of the stream: no further step of this upload begins. */
  cut (): void {
    this.#isCut = true
    this.abort()
  }

  sayStored (): void {
    while (this.stored.length > 0) this.#link.send({ stored: { upload: this.#number, cids: this.stored.splice(0, MAX_OFFER_CIDS) } })
  }

  #throwIfDone (): void {
    if (this.#saidDone) throw new ProtocolError('MALFORMED', 'A message of an upload after its done')
  }

  async #finish (entry: Uint8Array): Promise<void> {
    await this.#settled()
    if (this.#over) return
    if (this.#isCut) {
      this.#end(true)
      return
    }
    const alive = setInterval(() => { this.#link.send({ credit: { bytes: 0 } }) }, WORKING_MS)
    try {
      const backend = await this.#opening
      const id = await backend.done(entry)
      this.#link.send({ receipt: { upload: this.#number, entry: id } })
      this.#end(false)
    } catch (error) {
      this.#refuse(error)
    } finally {
      clearInterval(alive)
    }
  }

  #work (job: () => Promise<void>): Promise<void> {
    const task = job().catch((error: unknown) => { this.#refuse(error) }).finally(() => { this.#working.delete(task) })
    this.#working.add(task)
    return task
  }

  async #settled (): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  /**
   * Refuses the upload once. A later error has the same cause or no listener, so it is only logged.
   */
  #refuse (error: unknown): void {
    if (this.#over) {
      this.#link.log(error)
      return
    }
    this.#link.refuse(error)
    this.#end(true)
  }

  #end (aborted: boolean): void {
    if (this.#over) return
    this.#over = true
    this.#link.ended(this.#openOffers)
    this.#link.run(this.#tell(aborted))
  }

  async #tell (aborted: boolean): Promise<void> {
    try {
      const backend = await this.#opening.catch(() => undefined) // it never opened: refused, and nothing to end
      await this.#settled()
      await backend?.end(aborted)
    } catch (error) {
      this.#link.log(error)
    }
  }
}
