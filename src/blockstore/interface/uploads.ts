import type { CID } from 'multiformats/cid'
import type { Statement } from '../../index/statement.js'
import type { Removed, SignalOptions } from './options.js'

export interface BeginOptions extends SignalOptions {
  /** 16 bytes, chosen by the putter; the same id again continues that upload. */
  upload: Uint8Array
  /** Who puts: pins are kept apart by (writer, upload). */
  writer: string
  /** Bytes that will come, 0 when unknown. */
  expected: number
  /** An upload of this process: it ends with the process. @default false */
  local?: boolean | undefined
}

/** Blocks that no entry names yet, pinned until a root does. */
export interface Uploads {
  /**
   * Begins or continues an upload and reserves its space, before any body.
   *
   * @throws NoSpaceError, StoreFailedError (read-only), NotAllowedError (the id is another writer's)
   */
  begin: (options: BeginOptions) => Promise<void>
  /** Pins those that are held (looked at, not only by the index) and says which those are. */
  pin: (upload: Uint8Array, cids: CID[]) => Promise<boolean[]>
  /**
   * Checks that everything below `root` is held with the sizes that the manifests say; then, in one transaction, writes
   * what was staged, the refs of the root and `extra`, and ends the upload. Blocks of the upload that do not lie below
   * the root go.
   *
   * @throws BlocksUnavailableError naming how many are missing; InvalidDataError when a manifest breaks a rule
   */
  finish: (upload: Uint8Array, root: CID, extra?: readonly Statement[]) => Promise<void>
  /** Ends an upload at once: blocks that nothing else names go. Nothing happens when it is not known. */
  abandon: (upload: Uint8Array) => Promise<void>
  /** The putter gave up: pins last ABORTED_PIN_MS more. */
  abort: (upload: Uint8Array) => Promise<void>
  /** The putter's stream ended: pins last PIN_MS more, and `begin` with the same id goes on. */
  suspend: (upload: Uint8Array) => Promise<void>
  /** Ends the uploads whose time is over; also done at open and from time to time by `begin`. */
  expire: (now?: number) => Promise<Removed>
  /** True when the root and everything below it is held. */
  complete: (root: CID) => Promise<boolean>
  /** When the root and everything below it is held: as `finish`, without an upload. False, and nothing done, when it is not. */
  relink: (root: CID, extra?: readonly Statement[]) => Promise<boolean>
}
