import { RESERVE_BYTES, RESERVE_SHARE, UNKNOWN_UPLOAD_RESERVE_BYTES } from '../defaults.js'
import { NoSpaceError } from '../errors.js'

/** How long one look at the file system's free space serves. */
const LOOK_MS = 1_000
/** An upload of unknown size never reserves more than this share of what is left, so that several can begin. */
const UNKNOWN_SHARE = 1 / 16

export interface CapacityInit {
  /** Bytes lent. */
  capacity: number
  /** Bytes in use, by the index. */
  used: () => number
  /** Frees some of these bytes, or says that it cannot. @default nothing can be freed */
  makeRoom?: ((bytes: number) => Promise<boolean>) | undefined
  /** Called when room was asked for that is not there. */
  onFull?: (() => void) | undefined
  /** The file system; undefined when only `capacity` counts. */
  space: () => Promise<{ free: number, total: number } | undefined>
  /** Milliseconds of a clock that never goes back. */
  now?: (() => number) | undefined
}

/** What an upload may still write. `pending` of it is being written or waits in memory. */
export class Reservation {
  left = 0
  pending = 0

  constructor (readonly unknown: boolean) {}
}

/** Capacity and reserve: both are checked before a body is taken, and nothing is promised twice. */
export class Capacity {
  readonly capacity: number
  private readonly open = new Set<Reservation>()
  private looked: { free: number, total: number, at: number } | undefined
  private writtenSince = 0
  private making: Promise<boolean> | undefined

  constructor (private readonly init: CapacityInit) {
    this.capacity = init.capacity
  }

  /** Looks at the file system unless it has just done so. */
  async look (): Promise<void> {
    const at = (this.init.now ?? performance.now.bind(performance))()
    if (this.looked !== undefined && at - this.looked.at < LOOK_MS) return
    const space = await this.init.space()
    this.looked = { free: space?.free ?? Infinity, total: space?.total ?? 0, at }
    this.writtenSince = 0
  }

  /** Reserves for an upload, making room if need be. `expected` 0 means unknown: then more is reserved as it comes. NoSpaceError when there is none. */
  async begin (expected: number): Promise<Reservation> {
    await this.look()
    const reservation = new Reservation(expected === 0)
    this.open.add(reservation)
    try {
      await this.extend(() => expected === 0 ? this.share() : expected, (bytes) => { reservation.left += bytes })
    } catch (error) {
      this.open.delete(reservation)
      throw error
    }
    return reservation
  }

  /** Takes `bytes` out of the reservation, which grows when it must. Followed by `settle`, or by `end` of the reservation. */
  async charge (reservation: Reservation, bytes: number): Promise<void> {
    const more = (): number => {
      const lacking = Math.max(0, reservation.pending + bytes - reservation.left)
      return lacking > 0 && reservation.unknown ? Math.max(lacking, this.share()) : lacking
    }
    await this.extend(more, (taken) => {
      reservation.left += taken
      reservation.pending += bytes
    })
  }

  settle (reservation: Reservation, bytes: number, written: boolean): void {
    reservation.pending -= bytes
    if (!written) return
    reservation.left -= bytes
    this.writtenSince += bytes
  }

  end (reservation: Reservation): void {
    this.open.delete(reservation)
  }

  get reserved (): number {
    let sum = 0
    for (const { left } of this.open) sum += left
    return sum
  }

  get reserve (): number {
    const total = this.looked?.total ?? 0
    return total === 0 ? 0 : Math.max(RESERVE_BYTES, Math.floor(total * RESERVE_SHARE))
  }

  /** Free on the file system as last seen; what is left of the capacity when there is none. */
  get free (): number {
    const { free } = this.looked ?? { free: Infinity }
    return free === Infinity ? Math.max(0, this.capacity - this.init.used()) : Math.max(0, free - this.writtenSince)
  }

  /** Bytes that could be reserved now. */
  available (): number {
    const { free } = this.looked ?? { free: Infinity }
    return Math.min(this.capacity - this.init.used(), free - this.writtenSince - this.reserve) - this.reserved
  }

  private share (): number {
    return Math.max(1, Math.min(UNKNOWN_UPLOAD_RESERVE_BYTES, Math.floor(this.available() * UNKNOWN_SHARE)))
  }

  /** Nothing happens between the look at what is left and the taking of it. */
  private async extend (wanted: () => number, take: (bytes: number) => void): Promise<void> {
    for (;;) {
      const bytes = wanted()
      const available = this.available()
      if (bytes === 0 || bytes <= available) {
        take(bytes)
        return
      }
      if (!await this.madeRoom(bytes - available)) {
        this.init.onFull?.()
        throw new NoSpaceError(`No room for ${bytes} more bytes: ${Math.max(0, available)} are left of the ${this.capacity} lent and of the disk, ${this.reserved} are reserved by uploads under way`)
      }
    }
  }

  /** All that lack room at the same time wait for one making of it. */
  private async madeRoom (bytes: number): Promise<boolean> {
    this.making ??= (async () => {
      if (this.init.makeRoom === undefined || !await this.init.makeRoom(bytes)) return false
      this.looked = undefined
      await this.look()
      return true
    })().finally(() => { this.making = undefined })
    return this.making
  }
}
