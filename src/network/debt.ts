/** What a stranger has done that its network had nothing left for: nothing more of it is read until that is paid. */
import type { Clock } from '../async/clock.js'
import type { Store } from './crowds.js'

/** So often it is tried anew. */
const TRY_MS = 100

export interface Shared {
  /** Of the network. */
  store: Store
  /** What the connection is read from; undefined where the transport has none. */
  socket: { pause: () => unknown, resume: () => unknown } | undefined
  clock: Pick<Clock, 'after'>
}

export class Debt {
  #owed = 0
  #paid = 0
  #cancel: (() => void) | undefined

  constructor (private readonly shared: Shared) {}

  /** False: it can neither be paid nor wait. */
  pay (cost: number): boolean {
    const { store, socket } = this.shared
    if (this.#owed === 0 && store.take(cost)) {
      this.#paid += cost
      return true
    }
    if (socket === undefined) return false
    this.#owed += cost
    if (this.#cancel === undefined) {
      socket.pause()
      this.#try()
    }
    return true
  }

  /** It was no stranger: what it took is there for others. */
  forgive (): void {
    this.shared.store.give(this.#paid)
    this.#paid = this.#owed = 0
    if (this.#cancel !== undefined) this.shared.socket?.resume()
    this.end()
  }

  end (): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #try (): void {
    const { store, socket, clock } = this.shared
    this.#cancel = clock.after(TRY_MS, () => {
      if (!store.take(this.#owed)) return this.#try()
      this.#paid += this.#owed
      this.#owed = 0
      this.#cancel = undefined
      socket?.resume()
    })
  }
}
