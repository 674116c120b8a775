/** Links: one version for anybody who has the text. Times are Date, sizes bytes. */
import type { AbortOptions } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { ProgressOptions } from './files.js'

export interface ShareOptions extends AbortOptions {
  /** When it ends: a Date, or milliseconds from now. @default 7 days */
  expires?: Date | number
  /** An older version; a prefix of at least 6 characters that fits one. @default what the name means now */
  version?: string
}

export interface OpenLinkOptions extends AbortOptions {
  /** Components of the libp2p configuration to replace: transports, muxers, encrypters, services. */
  libp2p?: Partial<Libp2pOptions>
}

export interface SharedGetOptions extends AbortOptions, ProgressOptions {
  /** First byte. @default 0 */
  offset?: number
  /** How many bytes; a range that ends beyond the file ends with it. @default to the end */
  length?: number
}

/** One version of a file, read with a link. Holds a connection until it is closed. */
export interface SharedFile extends AsyncDisposable {
  /** Of the file when the link was made; a proposal, signed by nobody. Never has empty, `.` or `..` parts. */
  readonly name: string
  /** Checked against the version itself. */
  readonly size: number
  readonly expires: Date
  /**
   * Lazy, as the node's get: errors come with the first `next()`, and leaving the loop ends the transfer.
   * @example for await (const piece of shared.get()) process.stdout.write(piece)
   */
  get: (options?: SharedGetOptions) => AsyncIterable<Uint8Array>
  /**
   * Idempotent. Ends what is being got.
   * @example await shared.close()
   */
  close: () => Promise<void>
}
