/**
 * These are the types of links, which let anybody read one version. Times are Date, sizes bytes.
 */
import type { AbortOptions } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'
import type { ProgressOptions } from './files.js'

export interface ShareOptions extends AbortOptions {
  /** End of the link: a Date, or milliseconds from now. @default 7 days */
  expires?: Date | number
  /**
   * An older version; a prefix of at least 6 characters that fits one is accepted. @default the
   * newest version
   */
  version?: string
}

export interface OpenLinkOptions extends AbortOptions {
  /**
   * Components of the libp2p configuration to replace: transports, muxers, encrypters, services.
   */
  libp2p?: Partial<Libp2pOptions>
}

export interface SharedGetOptions extends AbortOptions, ProgressOptions {
  /** First byte. @default 0 */
  offset?: number
  /** Number of bytes; a range that ends beyond the file ends with the file. @default to the end */
  length?: number
}

/** One version of a file, read with a link. The object holds a connection until it is closed. */
export interface SharedFile extends AsyncDisposable {
  /**
   * Name of the file when the link was made. It is a proposal that nobody signed, and never has
   * empty, `.` or `..` parts.
   */
  readonly name: string
  /** Size in bytes, checked against the version itself. */
  readonly size: number
  readonly expires: Date
  /**
   * Yields the bytes of the file. Nothing happens before the first `next()`, which throws the
   * errors, and leaving the loop ends the transfer.
   * @example for await (const piece of shared.get()) process.stdout.write(piece)
   */
  get: (options?: SharedGetOptions) => AsyncIterable<Uint8Array>
  /**
   * Ends pending reads and closes the connection. Idempotent.
   * @example await shared.close()
   */
  close: () => Promise<void>
}
