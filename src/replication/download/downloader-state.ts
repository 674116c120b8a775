/** It was not wanted any more before it was brought. */
export class NotWantedError extends Error {
  constructor () {
    super('this version is not wanted here any more')
    this.name = 'NotWantedError'
  }
}

/** capacity: nothing is lent · disk: it failed · room: none is left · members: none is connected · holders: none of them has it yet. */
export type WaitingFor = 'capacity' | 'disk' | 'room' | 'members' | 'holders'

export interface DownloaderState {
  /** Wanted and still to be brought, and their bytes that are not here; those that were set aside are not among them. */
  versions: number
  bytes: number
  /** Versions that are being brought now. */
  active: number
  /** Versions that break a rule: set aside until the next start. */
  invalid: number
  /** Bytes a second that come from others; missing while nothing does. */
  rate?: number
  /** Why nothing is being brought although something is to come. */
  waiting?: WaitingFor
}
